import BLASCore
import Embedding

/// The windows of a text as chunks of examples: every so many words of the text are a chunk.
@safe struct SkipGramExamples: ExampleSource {
  // SAFETY: the caller of the training keeps the text; its IDs were checked before.
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

  /// How far the changes that one batch makes to a row may go together, as the learning rate times
  /// their number. All of them are taken at the values before the batch, so that many of them
  /// overshoot, each batch further than the last: 11 words in turn (4.9) diverge, 16 (3.4) do not.
  private static let largestStep = 4.0
  /// How far they go where that would be too far.
  private static let safeStep = 2.0

  /// How many groups are trained between two meetings, and what share of the learning rate.
  ///
  /// The products of a batch stay in the second-level cache whatever the window. With a handful of
  /// words, each stands in every window: then batches are shorter, and where even one group has too
  /// many pairs for a row at the usual rate, all count less.
  func batches(productsPerGroup: Int, learningRate: Float) -> (groups: Int, rateShare: Float) {
    let groups = max(
      1, min(Self.windowsPerBatch / WindowGroups.windowsPerGroup, (1 << 16) / productsPerGroup))
    // A window has a radius drawn from 1 ... windowRadius on both sides, and ends with its line.
    let lines = unsafe 1 + text.count { $0 < 0 }
    let wordsPerLine = unsafe Double(text.count - lines + 1) / Double(lines) * sampling.keptShare
    let contexts = max(0, min(Double(sampling.windowRadius + 1), wordsPerLine - 1))
    let pairs = Double(WindowGroups.windowsPerGroup) * contexts * sampling.pairsOnOneRow
    let step = pairs * Double(learningRate)
    if Double(groups) * step <= Self.largestStep { return (groups, 1) }
    if step <= Self.safeStep { return (Int(Self.safeStep / step), 1) }
    let usualStep = pairs * Double(SkipGramOptions().learningRate)
    return (1, Float(min(1, Self.safeStep / usualStep)))
  }

  var chunkCount: Int { unsafe Self.chunkCount(ofLength: text.count) }

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
    unsafe chunk.prepare(
      UnsafeBufferPointer(rebasing: text[start..<min(start + Self.wordsPerChunk, text.count)]),
      random: RandomSource(
        seed: seed, SkipGramStream.chunks, UInt64(epoch), UInt64(number)))
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    Float(1 - (Double(epoch) + Double(chunk) / Double(chunkCount)) / Double(epochs))
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    unsafe position.epoch * text.count + min(position.chunk * Self.wordsPerChunk, text.count)
  }

  var examplesInAll: Int { unsafe epochs * text.count }
}

/// The random streams of skip-gram.
enum SkipGramStream {
  static let initialVectors: UInt64 = 1
  static let chunks: UInt64 = 2
}
