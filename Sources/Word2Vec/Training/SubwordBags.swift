package import Embedding
import FastTextFiles
import Tokenize

/// The rows of every word of a vocabulary: its own, row i of word i, and those of its n-grams behind
/// all words'; in floret's table those of the word between its marks and of its n-grams, and no others.
///
/// Sendable: filled once and only read afterwards.
@safe package final class SubwordBags: @unchecked Sendable {
  // SAFETY: taken by `init`, given back by `deinit`.
  /// The bags of the words, by ID.
  package let list: BagList
  private let memory: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int32>
  private let wordCount: Int

  /// - Parameters:
  ///   - vocabulary: the words.
  ///   - index: how n-grams find their rows.
  init(_ vocabulary: Vocabulary, index: NGramIndex) {
    wordCount = vocabulary.count
    let ownRowCount = index.isFloret ? 0 : wordCount
    var all: [Int32] = []
    unsafe starts = .allocate(capacity: wordCount)
    unsafe counts = .allocate(capacity: wordCount)
    for word in 0..<wordCount {
      let begin = all.count
      if !index.isFloret { all.append(Int32(word)) }
      let bytes = unsafe vocabulary.withUTF8(at: word) { unsafe Array($0) }
      // A table of floret's has no other row for it.
      if index.isFloret || bytes != CharacterNGrams.endOfLine {
        index.forEachRow(of: bytes) { all.append(Int32(truncatingIfNeeded: ownRowCount + $0)) }
      }
      unsafe starts[word] = begin
      unsafe counts[word] = Int32(truncatingIfNeeded: all.count - begin)
    }
    unsafe memory = .allocate(capacity: max(1, all.count))
    for place in all.indices { unsafe memory[place] = all[place] }
    unsafe list = BagList(rows: memory, starts: starts, counts: counts)
  }

  /// The bytes that the bags of a vocabulary's words take.
  static func byteCount(_ vocabulary: Vocabulary, index: NGramIndex) -> Int {
    var rows = index.isFloret ? 0 : vocabulary.count
    for word in 0..<vocabulary.count {
      let bytes = unsafe vocabulary.withUTF8(at: word) { unsafe Array($0) }
      if index.isFloret || bytes != CharacterNGrams.endOfLine {
        index.forEachRow(of: bytes) { _ in rows += 1 }
      }
    }
    return 4 * rows + 12 * vocabulary.count
  }

  deinit {
    unsafe memory.deallocate()
    unsafe starts.deallocate()
    unsafe counts.deallocate()
  }

  /// By how much a step that is added to all rows of one word moves the mean of another's, expected for
  /// two words that are drawn by `weights`: 1 if all words were one, 0 if no two shared a row.
  ///
  /// - Parameters:
  ///   - weights: how often each word is trained, in any unit.
  ///   - rowCount: rows of the table, those of words included.
  func overlap(weights: [Double], rowCount: Int) -> Double {
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
    // Of a row: how often a word names it, and how much it counts in a word's mean.
    var steps = [Double](repeating: 0, count: rowCount)
    var shares = steps
    for word in 0..<wordCount {
      let rows = unsafe list[word]
      let weight = weights[word] / total
      for index in rows.indices {
        let row = unsafe Int(rows[index])
        steps[row] += weight
        shares[row] += weight / Double(rows.count)
      }
    }
    return zip(steps, shares).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

extension SubwordOptions {
  /// fastText's number of rows, and one that floret's documentation advises.
  private var mostBuckets: Int { hashCount == nil ? 2_000_000 : 50_000 }
  private static var bucketsPerNGram: Int { 4 }

  /// How the n-grams of a vocabulary's words find their rows.
  func index(for vocabulary: Vocabulary) -> NGramIndex {
    let count = bucketCount ?? automaticBucketCount(for: vocabulary)
    return hashCount.map {
      .floret(shortest: shortest, longest: longest, bucketCount: count, hashCount: $0)
    } ?? .fastText(shortest: shortest, longest: longest, bucketCount: count)
  }

  private func automaticBucketCount(for vocabulary: Vocabulary) -> Int {
    // One bucket for each hash: what counts n-grams that differ.
    let index = NGramIndex.fastText(shortest: shortest, longest: longest, bucketCount: 1 << 32)
    var seen: Set<Int> = []
    for word in 0..<vocabulary.count where seen.count * Self.bucketsPerNGram < mostBuckets {
      let bytes = unsafe vocabulary.withUTF8(at: word) { unsafe Array($0) }
      index.forEachRow(of: bytes) { seen.insert($0) }
    }
    return max(1, min(mostBuckets, Self.bucketsPerNGram * seen.count))
  }
}
