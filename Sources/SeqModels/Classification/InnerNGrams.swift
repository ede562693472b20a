import WordtoolCore

/// N-grams of the characters of a word with a blank before and behind it, numbered in the order they
/// were first seen.
///
/// A character is a Unicode scalar. A word that is no longer than an n-gram is one by itself, once. These
/// are the n-grams of scikit-learn's analyzer `char_wb`, word by word.
struct InnerNGrams: Sendable {
  /// The longest there can be.
  static let maximumOrder = 16

  /// How many characters they have.
  let orders: ClosedRange<Int>
  /// Those that count.
  var table = ByteStringTable()

  /// How many there are.
  var count: Int { table.count }

  /// Calls `body` with the number of each known n-gram of a word.
  @inline(__always)
  func forEach(
    inUTF8 word: UnsafeBufferPointer<UInt8>, _ buffer: inout Spelling, _ body: (Int32) -> Void
  ) {
    unsafe buffer.forEach(of: orders, inUTF8: word) { gram in
      if let number = unsafe table.find(gram) { body(number) }
    }
  }

  /// What one stands for: `<` and `>` are the ends of the word.
  func text(of number: Int32) -> String {
    let text = table.text(number)
    let begin = text.hasPrefix(" ") ? "<" : ""
    let end = text.count > 1 && text.hasSuffix(" ") ? ">" : ""
    return begin + text.dropFirst(begin.utf8.count).dropLast(end.utf8.count) + end
  }

  /// A word between blanks, in memory that is used again.
  struct Spelling: Sendable {
    private var bytes: [UInt8] = []
    /// Where each character begins, and where the last ends.
    private var starts: [Int] = []

    /// Calls `body` with the bytes of each n-gram of a word: those of the first order from the first to
    /// the last, then those of the next.
    @inline(__always)
    mutating func forEach(
      of orders: ClosedRange<Int>, inUTF8 word: UnsafeBufferPointer<UInt8>,
      _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
      bytes.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      bytes.append(UInt8(ascii: " "))
      unsafe bytes.append(contentsOf: word)
      bytes.append(UInt8(ascii: " "))
      for place in bytes.indices where bytes[place] & 0xC0 != 0x80 { starts.append(place) }
      let length = starts.count
      starts.append(bytes.count)
      unsafe bytes.withUnsafeBufferPointer { bytes in
        for order in orders {
          for first in 0...max(0, length - order) {
            let range = starts[first]..<starts[min(length, first + order)]
            // SAFETY: starts rise and end at the count of the bytes.
            unsafe body(UnsafeBufferPointer(rebasing: bytes[range]))
          }
          // All longer ones are the word itself.
          if order >= length { break }
        }
      }
    }
  }
}
