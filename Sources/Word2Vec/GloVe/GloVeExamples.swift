import BLASCore
import Embedding
import WordtoolCore

/// The co-occurrences of a text as chunks of examples: bins in an order drawn for each epoch, each
/// bin's co-occurrences in an order drawn for the epoch and the bin.
struct GloVeExamples: ExampleSource {
  let store: CooccurrenceStore
  let epochs: Int
  let seed: UInt64
  /// Words of the text, by which progress is told.
  let tokenCount: Int
  /// Where it is told that co-occurrences could not be read.
  let failure: ReadFailure

  var chunkCount: Int { store.binCount }

  /// Enough for the threads to prepare chunks without waiting for each other.
  func roundLength(threadCount: Int) -> Int { 2 * threadCount }

  /// The bins in their order.
  func order(ofEpoch epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, GloVeStream.bins, UInt64(epoch))
    var bins = Array(0..<store.binCount)
    for left in stride(from: bins.count, to: 1, by: -1) {
      bins.swapAt(left - 1, random.below(left))
    }
    return bins
  }

  func makeChunk() -> CooccurrenceChunk { CooccurrenceChunk(capacity: store.largestBin) }

  func prepare(_ chunk: CooccurrenceChunk, number: Int, epoch: Int, order: [Int]) {
    let bin = order[number]
    var random = RandomSource(seed: seed, GloVeStream.records, UInt64(epoch), UInt64(bin))
    unsafe withUnsafeTemporaryAllocation(of: Cooccurrence.self, capacity: store.largestBin) {
      records in
      guard let base = records.baseAddress else { return }
      var count = 0
      do {
        unsafe count = try store.copy(bin: bin, to: base)
      } catch {
        failure.record(error)
      }
      chunk.count = count
      // Fisher and Yates's shuffle, from the end; what is drawn is taken out at once.
      var left = count
      while left > 0 {
        let drawn = random.below(left)
        left &-= 1
        let record = unsafe records[drawn]
        unsafe records[drawn] = records[left]
        unsafe chunk.words[left] = record.word
        unsafe chunk.contexts[left] = record.context
        unsafe chunk.logs[left] = record.log
        unsafe chunk.weights[left] = record.weight
      }
    }
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    Float(1 - (Double(epoch) + Double(chunk) / Double(chunkCount)) / Double(epochs))
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    position.epoch * tokenCount
      + Int(Double(tokenCount) * Double(position.chunk) / Double(chunkCount))
  }

  var examplesInAll: Int { epochs * tokenCount }
}

extension RandomSource {
  /// A whole number from 0 to below `count`, > 0; all are equally likely but for one part in 2^64.
  @inline(__always)
  fileprivate mutating func below(_ count: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(count)).high)
  }
}

/// The random streams of GloVe.
enum GloVeStream {
  static let words: UInt64 = 1
  static let contexts: UInt64 = 2
  static let bins: UInt64 = 3
  static let records: UInt64 = 4
}
