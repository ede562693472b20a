import BLASCore
import Embedding

/// Memory for the examples of a stretch of text.
protocol TextChunk: AnyObject {
  /// Replaces the contents by the examples of `text`, IDs with -1 for the end of a line.
  ///
  /// - Parameter firstLine: the number of the line that the text begins in, from 0.
  func prepare(_ text: UnsafeBufferPointer<Int32>, firstLine: Int, random: RandomSource)
}

extension WindowGroups: TextChunk {}
extension BagGroups: TextChunk {}

/// The windows of a text as chunks of examples: every so many words of the text are a chunk.
@safe struct TextExamples<Chunk: TextChunk>: ExampleSource {
  // SAFETY: the caller of the training keeps the text; its IDs were checked before.
  /// The text as word IDs, -1 at the end of a line: all of it, or a rank's share.
  let text: UnsafeBufferPointer<Int32>
  /// Which part of the text is here; nil for all of it.
  private let share: TextShare?
  /// Numbers of the whole text.
  private let length: Int
  let epochs: Int
  let seed: UInt64
  /// Numbers of the text in a chunk.
  let wordsPerChunk: Int
  /// The line that each chunk begins in; empty where lines have no numbers.
  private let firstLines: [Int32]
  private let make: () -> Chunk

  /// - Parameters:
  ///   - share: which part of a longer text `text` is; nil for a whole one.
  ///   - numbersLines: whether the chunks are told which lines they hold: lines are documents.
  ///   - make: makes memory for any chunk.
  init(
    text: UnsafeBufferPointer<Int32>, share: TextShare? = nil, epochs: Int, seed: UInt64,
    wordsPerChunk: Int = TextChunks.wordsPerChunk, numbersLines: Bool = false,
    make: @escaping () -> Chunk
  ) {
    unsafe self.text = text
    self.share = share
    length = share?.length ?? text.count
    self.epochs = epochs
    self.seed = seed
    self.wordsPerChunk = wordsPerChunk
    self.make = make
    var firstLines: [Int32] = []
    if numbersLines {
      var line: Int32 = 0
      for place in text.indices {
        if place % wordsPerChunk == 0 { firstLines.append(line) }
        if unsafe text[place] < 0 { line += 1 }
      }
    }
    self.firstLines = firstLines
  }

  var chunkCount: Int {
    TextChunks.count(ofLength: length, wordsPerChunk: wordsPerChunk)
  }

  /// Enough for the threads to prepare chunks without waiting for each other.
  func roundLength(threadCount: Int) -> Int { 4 * threadCount }

  /// Chunks follow the text: an epoch has nothing of its own.
  struct TextOrder {}
  func order(ofEpoch epoch: Int) -> TextOrder { TextOrder() }

  func makeChunk() -> Chunk { make() }

  func prepare(_ chunk: Chunk, number: Int, epoch: Int, order: TextOrder) {
    let start = share?.start(ofChunk: number) ?? number * wordsPerChunk
    let count = min(wordsPerChunk, length - number * wordsPerChunk)
    unsafe chunk.prepare(
      UnsafeBufferPointer(rebasing: text[start..<start + count]),
      firstLine: firstLines.isEmpty ? 0 : Int(firstLines[number]),
      random: RandomSource(
        seed: seed, WordVectorStream.chunks, UInt64(epoch), UInt64(number)))
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    Float(1 - (Double(epoch) + Double(chunk) / Double(chunkCount)) / Double(epochs))
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    position.epoch * length + min(position.chunk * wordsPerChunk, length)
  }

  var examplesInAll: Int { epochs * length }
}

/// The random streams of word vectors.
enum WordVectorStream {
  static let initialVectors: UInt64 = 1
  static let chunks: UInt64 = 2
  static let inferredVector: UInt64 = 3
  static let inferredWords: UInt64 = 4
  static let search: UInt64 = 5
}

/// How a text is cut.
enum TextChunks {
  /// Numbers of the text in a chunk, between two places where training can stop and go on.
  static let wordsPerChunk = 4096

  /// Chunks in a text of `length` numbers.
  static func count(ofLength length: Int, wordsPerChunk: Int = wordsPerChunk) -> Int {
    (length + wordsPerChunk - 1) / wordsPerChunk
  }
}
