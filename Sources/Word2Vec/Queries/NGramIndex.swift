import FastTextFiles
import WordtoolCore

/// How the n-grams of a word find their rows.
struct NGramIndex: Sendable {
  enum Rows: Sendable {
    /// finalfusion's: FNV-1a in 64 bits over the number of characters and each character.
    case buckets(exponent: Int)
    /// fastText's hash, see ``FastTextHash``.
    case fastText(bucketCount: Int)
    /// Rows by n-gram; those that have none are left out.
    case explicit(ByteStringTable, [Int])
    /// floret's: several rows of MurmurHash3 for each n-gram.
    case floret(bucketCount: Int, hashCount: Int, seed: UInt32)
  }

  /// The lengths of n-grams in characters.
  var shortest = 0
  var longest = 0
  /// What stands before and after a word.
  var begin: [UInt8] = [0x3C]
  var end: [UInt8] = [0x3E]
  /// Whether the word between them counts as well, before its n-grams.
  var includesWord = false
  /// Whether the first and the last character alone are n-grams.
  var includesMarks = false
  /// Whether they are none in any case, as fastText has it.
  var leavesOutMarks = false
  var rows = Rows.fastText(bucketCount: 0)

  /// The seed of floret's hash.
  static let floretSeed: UInt32 = 2_166_136_261

  /// fastText's way: an n-gram has one row, and a word none here.
  static func fastText(shortest: Int, longest: Int, bucketCount: Int) -> NGramIndex {
    var index = NGramIndex()
    (index.shortest, index.longest) = (shortest, longest)
    index.leavesOutMarks = true
    index.rows = .fastText(bucketCount: bucketCount)
    return index
  }

  /// floret's way: a word between its marks and each of its n-grams have `hashCount` rows.
  static func floret(
    shortest: Int, longest: Int, bucketCount: Int, hashCount: Int, seed: UInt32 = floretSeed
  ) -> NGramIndex {
    var index = NGramIndex()
    (index.shortest, index.longest) = (shortest, longest)
    index.includesWord = true
    index.rows = .floret(bucketCount: bucketCount, hashCount: hashCount, seed: seed)
    return index
  }

  /// Whether rows are found as floret finds them.
  var isFloret: Bool {
    if case .floret = rows { return true }
    return false
  }

  /// Whether n-grams have the same rows as by another index of the same kind, fastText's or floret's.
  func findsRows(as other: NGramIndex) -> Bool {
    guard shortest == other.shortest, longest == other.longest, begin == other.begin,
      end == other.end
    else { return false }
    switch (rows, other.rows) {
    case (.fastText(let count), .fastText(let otherCount)): return count == otherCount
    case (
      .floret(let count, let hashes, let seed),
      .floret(let otherCount, let otherHashes, let otherSeed)
    ):
      return (count, hashes, seed) == (otherCount, otherHashes, otherSeed)
    default: return false
    }
  }

  /// How many rows n-grams are spread over; 0 for explicit ones.
  var bucketCount: Int {
    switch rows {
    case .buckets(let exponent): 1 << exponent
    case .fastText(let count), .floret(let count, _, _): count
    case .explicit: 0
    }
  }

  /// How many rows an n-gram has.
  var rowsPerNGram: Int {
    if case .floret(_, let hashCount, _) = rows { return hashCount }
    return 1
  }

  /// - Throws: `WordtoolError` of kind `badData` for numbers that no n-grams have.
  func check(_ reader: inout BinaryFields) throws {
    let isHashed: Bool
    switch rows {
    case .floret(let bucketCount, let hashCount, _):
      isHashed = bucketCount > 0 && bucketCount <= UInt32.max && (1...4).contains(hashCount)
    case .fastText(let bucketCount): isHashed = bucketCount > 0
    default: isHashed = true
    }
    guard isHashed, shortest >= (includesWord ? 0 : 1), longest >= shortest || includesWord,
      longest < 1 << 16
    else {
      throw reader.error(
        "n-grams of \(shortest) to \(longest) characters: \(rows.name)",
        expected: "numbers of 1 and more", remedy: "the file is damaged")
    }
  }

  /// Calls `body` with the row of each n-gram, from 0.
  func forEachRow(of word: [UInt8], _ body: (Int) -> Void) {
    forEachNGram(of: word) { body($1) }
  }

  /// Calls `body` with each n-gram and its row, from 0; once for each row of floret's.
  func forEachNGram(of word: [UInt8], _ body: (ArraySlice<UInt8>, Int) -> Void) {
    let bytes = begin + word + end
    // Where each character begins, and the end.
    var starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }
    starts.append(bytes.count)
    let count = starts.count - 1
    if includesWord { forEachRow(of: bytes[...], characterCount: count) { body(bytes[...], $0) } }
    let shortest = max(1, shortest)
    guard shortest <= count else { return }
    for first in 0...count - shortest {
      let most = min(longest, count - first)
      guard most >= shortest else { continue }
      for length in shortest...most {
        // floret leaves out the marks alone, as fastText does; spaCy does not.
        if length == 1, first == 0 || first == count - 1,
          leavesOutMarks || includesWord && !includesMarks
        {
          continue
        }
        let ngram = bytes[starts[first]..<starts[first + length]]
        forEachRow(of: ngram, characterCount: length) { body(ngram, $0) }
      }
    }
  }

  private func forEachRow(
    of ngram: ArraySlice<UInt8>, characterCount: Int, _ body: (Int) -> Void
  ) {
    switch rows {
    case .buckets(let exponent):
      var hash = FNV1a()
      for shift in 0..<8 { hash.add(UInt8(truncatingIfNeeded: characterCount >> (8 * shift))) }
      for scalar in String(decoding: ngram, as: UTF8.self).unicodeScalars {
        for shift in 0..<4 { hash.add(UInt8(truncatingIfNeeded: scalar.value >> (8 * shift))) }
      }
      body(Int(hash.value & (1 << exponent - 1)))
    case .fastText(let bucketCount):
      body(Int(FastTextHash(ngram).value) % bucketCount)
    case .explicit(let table, let rows):
      if let place = unsafe ngram.withUnsafeBufferPointer({ unsafe table.find($0) }) {
        body(rows[Int(place)])
      }
    case .floret(let bucketCount, let hashCount, let seed):
      let (low, high) = Murmur.x64(ngram, seed: seed)
      let parts = [low & 0xFFFF_FFFF, low >> 32, high & 0xFFFF_FFFF, high >> 32]
      for part in parts.prefix(hashCount) { body(Int(part) % bucketCount) }
    }
  }
}

extension NGramIndex.Rows {
  fileprivate var name: String {
    switch self {
    case .buckets(let exponent): "2^\(exponent) buckets"
    case .fastText(let bucketCount): "\(bucketCount) buckets"
    case .explicit(let table, _): "\(table.count) of them"
    case .floret(let bucketCount, let hashCount, _):
      "\(bucketCount) buckets, \(hashCount) hashes"
    }
  }
}
