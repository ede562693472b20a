import WordtoolCore

/// Finds the words within a small edit distance of one that is not there.
///
/// Every word is looked at, but nearly all are ruled out by their length or by a signature of the
/// bytes that occur in them, which one edit changes in at most two bits.
package struct SpellingSearch {
  /// A word found.
  struct Match {
    var distance: Int
    var row: Int
  }

  private let target: [Unicode.Scalar]
  private let signature: UInt64
  private let byteCount: Int
  private let limit: Int

  /// Prepares the search for words near `word`.
  init(_ word: String, limit: Int) {
    target = Array(word.unicodeScalars)
    var word = word
    (signature, byteCount) = word.withUTF8 { unsafe (Self.signature(of: $0), $0.count) }
    self.limit = limit
  }

  /// All words within the limit, in the order of their rows.
  func matches(in words: WordTable, threads: Int) throws -> [Match] {
    let found = Locked<[Match]>([])
    try VectorStorage.inPieces(of: words.count, size: 16_384, threads: threads) { range in
      var matches: [Match] = []
      var scratch = Scratch(target: target)
      for row in range {
        let bytes = unsafe words.bytes(at: row)
        // An edit changes the length by at most one scalar of four bytes.
        guard abs(bytes.count - byteCount) <= 4 * limit else { continue }
        let differing = unsafe (Self.signature(of: bytes) ^ signature).nonzeroBitCount
        // An edit takes away at most four bytes and brings at most four.
        guard unsafe differing <= (isASCII ? 2 : 8) * limit || !UTF8Check.isASCII(bytes) else {
          continue
        }
        if let distance = unsafe scratch.distance(to: bytes, limit: limit) {
          matches.append(Match(distance: distance, row: row))
        }
      }
      let some = matches
      found.withLock { $0 += some }
    }
    return found.withLock { $0 }.sorted { $0.row < $1.row }
  }

  private var isASCII: Bool { byteCount == target.count }

  /// One bit for each value of a byte's low six bits that occurs.
  private static func signature(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var signature: UInt64 = 0
    for index in bytes.indices { unsafe signature |= 1 << UInt64(bytes[index] & 63) }
    return signature
  }

  /// The rows of the distance table, reused from word to word.
  package struct Scratch {
    let target: [Unicode.Scalar]
    private var other: [Unicode.Scalar] = []
    private var beforeLast: [Int]
    private var last: [Int]
    private var current: [Int]

    package init(target: [Unicode.Scalar]) {
      self.target = target
      beforeLast = [Int](repeating: 0, count: target.count + 1)
      last = beforeLast
      current = beforeLast
    }

    /// The Damerau-Levenshtein distance in which no stretch is edited twice, or nil above `limit`.
    package mutating func distance(to word: UnsafeBufferPointer<UInt8>, limit: Int) -> Int? {
      other.removeAll(keepingCapacity: true)
      if unsafe UTF8Check.isASCII(word) {
        for index in word.indices { unsafe other.append(Unicode.Scalar(word[index])) }
      } else {
        unsafe other.append(contentsOf: String(decoding: word, as: UTF8.self).unicodeScalars)
      }
      guard abs(other.count - target.count) <= limit else { return nil }
      for column in 0...target.count { last[column] = column }
      for row in 0..<other.count {
        current[0] = row + 1
        var smallest = current[0]
        for column in 0..<target.count {
          let same = other[row] == target[column]
          var best = last[column] + (same ? 0 : 1)
          best = min(best, last[column + 1] + 1, current[column] + 1)
          if row > 0, column > 0, other[row] == target[column - 1],
            other[row - 1] == target[column]
          {
            best = min(best, beforeLast[column - 1] + 1)
          }
          current[column + 1] = best
          smallest = min(smallest, best)
        }
        if smallest > limit { return nil }
        (beforeLast, last, current) = (last, current, beforeLast)
      }
      return last[target.count] <= limit ? last[target.count] : nil
    }
  }
}
