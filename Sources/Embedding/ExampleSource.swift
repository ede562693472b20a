/// Where examples come from: the first of the engine's two seams.
///
/// An epoch is a fixed number of chunks. What a chunk holds is a function of the epoch and its
/// number alone, random choices seeded by both, so that it does not matter who prepares it, nor in
/// which run. Chunks are memory that is used again and again: the engine makes as many as it needs
/// and has each one filled by one thread, while no other looks at it.
package protocol ExampleSource: SendableMetatype {
  /// Memory for the examples of one chunk, in the form its objectives read.
  associatedtype Chunk: AnyObject
  /// What all chunks of an epoch have in common, such as a shuffled order.
  associatedtype Order

  /// Chunks in an epoch, at least 1.
  var chunkCount: Int { get }

  /// Chunks that are prepared, then trained, before `stop` and pauses are looked at, at least 1.
  /// Decides no bits.
  func roundLength(threadCount: Int) -> Int

  /// What the chunks of an epoch, from 0, have in common. Equal for equal arguments.
  func order(ofEpoch epoch: Int) -> Order

  /// Memory for any chunk of this source.
  func makeChunk() -> Chunk

  /// Replaces the contents of `chunk` by the examples of chunk `number`, 0 ..< `chunkCount`.
  func prepare(_ chunk: Chunk, number: Int, epoch: Int, order: Order)

  /// The share of the whole training, 0 ... 1, that is still to be done when a batch begins.
  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float

  /// Words, texts or whatever is counted for the user before a chunk begins, over all epochs.
  func examplesSeen(before position: EmbeddingPosition) -> Int

  /// What `examplesSeen` says at the end of the last epoch.
  var examplesInAll: Int { get }
}
