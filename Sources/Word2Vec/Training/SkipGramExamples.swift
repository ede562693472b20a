import BLASCore
import Embedding

/// The windows of a text as chunks of examples: every so many words of the text are a chunk.
struct SkipGramExamples: ExampleSource {
  /// Numbers of the text in a chunk, between two places where training can stop and go on.
  static let wordsPerChunk = 4096
  /// Windows between two meetings of the threads. Gradients within are taken at the values before;
  /// 16 to 128 were measured to give the same accuracy.
  private static let windowsPerBatch = 60

  /// The text as word IDs, -1 at the end of a line.
  let text: UnsafeBufferPointer<Int32>
  let sampling: WindowGroups.Sampling
  let epochs: Int
  let seed: UInt64

  /// Chunks in a text of `length` numbers.
  static func chunkCount(ofLength length: Int) -> Int {
    (length + wordsPerChunk - 1) / wordsPerChunk
  }

  /// Groups in a batch, such that its products stay in the second-level cache whatever the window.
  static func groupsPerBatch(productsPerGroup: Int) -> Int {
    max(1, min(windowsPerBatch / WindowGroups.windowsPerGroup, (1 << 16) / productsPerGroup))
  }

  var chunkCount: Int { Self.chunkCount(ofLength: text.count) }

  /// Enough for the threads to prepare chunks without waiting for each other.
  func roundLength(threadCount: Int) -> Int { 4 * threadCount }

  /// Chunks follow the text: an epoch has nothing of its own.
  struct TextOrder {}
  func order(ofEpoch epoch: Int) -> TextOrder { TextOrder() }

  func makeChunk() -> WindowGroups {
    WindowGroups(sampling: sampling, wordCapacity: Self.wordsPerChunk)
  }

  func prepare(_ chunk: WindowGroups, number: Int, epoch: Int, order: TextOrder) {
    let start = number * Self.wordsPerChunk
    chunk.prepare(
      UnsafeBufferPointer(rebasing: text[start..<min(start + Self.wordsPerChunk, text.count)]),
      random: RandomSource(
        seed: seed, SkipGramStream.chunks, UInt64(epoch), UInt64(number)))
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    Float(1 - (Double(epoch) + Double(chunk) / Double(chunkCount)) / Double(epochs))
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    position.epoch * text.count + min(position.chunk * Self.wordsPerChunk, text.count)
  }

  var examplesInAll: Int { epochs * text.count }
}

/// The random streams of skip-gram.
enum SkipGramStream {
  static let initialVectors: UInt64 = 1
  static let chunks: UInt64 = 2
}
