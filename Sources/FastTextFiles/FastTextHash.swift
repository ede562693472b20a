/// fastText's hash: FNV-1a in 32 bits over bytes that are signed, so that for bytes from 0x80 on the
/// upper 24 bits change as well.
package struct FastTextHash: Sendable {
  /// The hash of what was added so far.
  package private(set) var value: UInt32 = 2_166_136_261

  /// The hash of nothing.
  package init() {}

  /// The hash of some bytes.
  package init(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(byte) } }

  /// Adds a byte.
  package mutating func add(_ byte: UInt8) {
    value = (value ^ UInt32(bitPattern: Int32(Int8(bitPattern: byte)))) &* 16_777_619
  }
}

/// The n-grams of a word's characters as fastText takes them.
///
/// A word is written between `<` and `>`; its n-grams are all runs of `shortest` to `longest`
/// characters of that, but not `<` and `>` alone. Bojanowski, Grave, Joulin and Mikolov: Enriching Word
/// Vectors with Subword Information, TACL 2017, section 3.2.
package struct CharacterNGrams: Hashable, Sendable {
  /// The fewest characters.
  package var shortest: Int
  /// The most characters; 0 for no n-grams.
  package var longest: Int

  /// fastText's word for the end of a line, which has no n-grams.
  package static let endOfLine = Array("</s>".utf8)

  package init(shortest: Int, longest: Int) {
    self.shortest = shortest
    self.longest = longest
  }

  /// A word between its marks.
  package static func marked(_ word: some Collection<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = [0x3C]
    bytes.append(contentsOf: word)
    bytes.append(0x3E)
    return bytes
  }

  /// Calls `body` with the hash of each n-gram and where it is, from the first character on, shorter
  /// ones first.
  ///
  /// - Parameter word: with its marks, see ``marked(_:)``.
  package func forEach(inMarked word: [UInt8], _ body: (UInt32, Range<Int>) -> Void) {
    guard longest > 0 else { return }
    for start in word.indices where !Self.isContinuation(word[start]) {
      var hash = FastTextHash()
      var end = start
      var length = 1
      while end < word.count, length <= longest {
        repeat {
          hash.add(word[end])
          end += 1
        } while end < word.count && Self.isContinuation(word[end])
        if length >= shortest, !(length == 1 && (start == 0 || end == word.count)) {
          body(hash.value, start..<end)
        }
        length += 1
      }
    }
  }

  /// Whether a byte goes on with a character of UTF-8.
  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// The n-grams of a text's words as fastText hashes them.
package enum WordNGrams {
  /// Calls `body` with the bucket of each n-gram of two to `order` neighbours, from the first word on,
  /// shorter ones first.
  ///
  /// - Parameters:
  ///   - hashes: those of the words, also of words that the model does not know.
  ///   - bucketCount: at least 1.
  package static func forEach(
    of hashes: [UInt32], order: Int, bucketCount: Int, _ body: (Int) -> Void
  ) {
    guard order > 1 else { return }
    for first in hashes.indices {
      forEach(of: hashes[first...].prefix(order), bucketCount: bucketCount, body)
    }
  }

  /// Calls `body` with the bucket of each n-gram that begins with the first word, shorter ones first.
  package static func forEach(
    of hashes: ArraySlice<UInt32>, bucketCount: Int, _ body: (Int) -> Void
  ) {
    guard let first = hashes.first else { return }
    var hash = widened(first)
    for next in hashes.dropFirst() {
      hash = hash &* 116_049_371 &+ widened(next)
      body(Int(hash % UInt64(bucketCount)))
    }
  }

  /// fastText keeps hashes as signed numbers of four bytes.
  private static func widened(_ hash: UInt32) -> UInt64 {
    UInt64(bitPattern: Int64(Int32(bitPattern: hash)))
  }
}
