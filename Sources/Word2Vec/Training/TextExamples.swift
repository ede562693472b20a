import BLASCore
import Embedding
import Tokenize
import WordtoolCore

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
struct TextExamples<Chunk: TextChunk>: ExampleSource {
  /// The text as word IDs that were checked before, -1 at the end of a line: all of it, or a rank's share.
  let text: TextIDs
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
  /// Where it is told that the text could not be read.
  private let failure: ReadFailure
  private let make: () -> Chunk

  /// - Parameters:
  ///   - share: which part of a longer text `text` is; nil for a whole one.
  ///   - numbersLines: whether the chunks are told which lines they hold: lines are documents.
  ///   - failure: is told when the text cannot be read.
  ///   - make: makes memory for any chunk.
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  init(
    text: TextIDs, share: TextShare? = nil, epochs: Int, seed: UInt64,
    wordsPerChunk: Int = TextChunks.wordsPerChunk, numbersLines: Bool = false,
    failure: ReadFailure, make: @escaping () -> Chunk
  ) throws {
    self.text = text
    self.failure = failure
    self.share = share
    length = share?.length ?? text.count
    self.epochs = epochs
    self.seed = seed
    self.wordsPerChunk = wordsPerChunk
    self.make = make
    var firstLines: [Int32] = []
    if numbersLines {
      var line: Int32 = 0
      var place = 0
      try unsafe text.forEachPiece { ids in
        for index in ids.indices {
          if place % wordsPerChunk == 0 { firstLines.append(line) }
          if unsafe ids[index] < 0 { line += 1 }
          place += 1
        }
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
    let line = firstLines.isEmpty ? 0 : Int(firstLines[number])
    let random = RandomSource(
      seed: seed, WordVectorStream.chunks, UInt64(epoch), UInt64(number))
    do {
      try unsafe text.withNumbers(start..<start + count) {
        unsafe chunk.prepare($0, firstLine: line, random: random)
      }
    } catch {
      failure.record(error)
      unsafe chunk.prepare(
        UnsafeBufferPointer(start: nil, count: 0), firstLine: line, random: random)
    }
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
