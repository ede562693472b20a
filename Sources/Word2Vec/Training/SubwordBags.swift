package import Embedding
import FastTextFiles
import Tokenize

/// The rows of every word of a vocabulary: its own, row i of word i, and those of its n-grams behind
/// all words'.
///
/// Sendable: filled once and only read afterwards.
@safe package final class SubwordBags: @unchecked Sendable {
  // SAFETY: taken by `init`, given back by `deinit`.
  /// The bags of the words, by ID.
  package let list: BagList
  private let memory: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - vocabulary: the words.
  ///   - index: how n-grams find their rows.
  init(_ vocabulary: Vocabulary, index: NGramIndex) {
    let wordCount = vocabulary.count
    var all: [Int32] = []
    unsafe starts = .allocate(capacity: wordCount)
    unsafe counts = .allocate(capacity: wordCount)
    for word in 0..<wordCount {
      let begin = all.count
      all.append(Int32(word))
      let bytes = unsafe vocabulary.withUTF8(at: word) { unsafe Array($0) }
      if bytes != CharacterNGrams.endOfLine {
        index.forEachRow(of: bytes) { all.append(Int32(truncatingIfNeeded: wordCount + $0)) }
      }
      unsafe starts[word] = begin
      unsafe counts[word] = Int32(truncatingIfNeeded: all.count - begin)
    }
    unsafe memory = .allocate(capacity: max(1, all.count))
    for place in all.indices { unsafe memory[place] = all[place] }
    unsafe list = BagList(rows: memory, starts: starts, counts: counts)
  }

  deinit {
    unsafe memory.deallocate()
    unsafe starts.deallocate()
    unsafe counts.deallocate()
  }
}

extension SubwordOptions {
  /// fastText's number of rows.
  private static var mostBuckets: Int { 2_000_000 }
  private static var bucketsPerNGram: Int { 4 }

  /// How the n-grams of a vocabulary's words find their rows.
  func index(for vocabulary: Vocabulary) -> NGramIndex {
    var index = NGramIndex()
    index.shortest = shortest
    index.longest = longest
    index.leavesOutMarks = true
    // One bucket for each hash: what counts n-grams that differ.
    index.rows = .fastText(bucketCount: bucketCount ?? 1 << 32)
    guard bucketCount == nil else { return index }
    var seen: Set<Int> = []
    for word in 0..<vocabulary.count where seen.count * Self.bucketsPerNGram < Self.mostBuckets {
      let bytes = unsafe vocabulary.withUTF8(at: word) { unsafe Array($0) }
      index.forEachRow(of: bytes) { seen.insert($0) }
    }
    index.rows = .fastText(
      bucketCount: max(1, min(Self.mostBuckets, Self.bucketsPerNGram * seen.count)))
    return index
  }
}
