import WordtoolCore

/// How tokens are written down.
package struct TokenSpelling: Sendable {
  /// What stands for a token.
  package enum Form: Sendable {
    /// Its number in digits.
    case numbers
    /// Its bytes as the characters that stand for them, see ``ByteLevel``.
    case texts
  }

  /// What stands for a token.
  package let form: Form
  /// Whether a text is an array of JSON; otherwise a blank is between its tokens.
  package let isJSON: Bool

  /// Tokens in some form.
  package init(_ form: Form, isJSON: Bool) { (self.form, self.isJSON) = (form, isJSON) }
}

/// What each token of an encoding is written as, the sign behind it included.
struct SpelledTokens: Sendable {
  /// Before and behind the tokens of a text.
  let opening: [UInt8]
  let closing: [UInt8]
  /// Bytes of what stands between two tokens; written behind the last one too, which is taken back.
  let separatorCount: Int
  private let bytes: [UInt8]
  /// Token i is `bytes[starts[i] ..< starts[i + 1]]`.
  private let starts: [Int]

  /// The numbers themselves, four bytes each, as memory has them.
  init(numbersBelow count: Int) {
    (opening, closing, separatorCount) = ([], [], 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * count)
    for id in 0..<Int32(count) {
      unsafe withUnsafeBytes(of: id) { unsafe bytes.append(contentsOf: $0) }
    }
    self.bytes = bytes
    starts = (0...count).map { 4 * $0 }
  }

  /// - Parameter tokens: the bytes of every token by number; nil where a number is not used.
  init(_ tokens: [[UInt8]?], as spelling: TokenSpelling) {
    opening = spelling.isJSON ? [UInt8(ascii: "[")] : []
    closing = Array(spelling.isJSON ? "]\n".utf8 : "\n".utf8)
    separatorCount = 1
    let separator = UInt8(ascii: spelling.isJSON ? "," : " ")
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(tokens.count + 1)
    for (id, token) in tokens.enumerated() {
      switch spelling.form {
      case .numbers: bytes += String(id).utf8
      case .texts:
        let text = ByteLevel.text(token ?? [])
        bytes += (spelling.isJSON ? JSONText.quoted(text) : text).utf8
      }
      bytes.append(separator)
      starts.append(bytes.count)
    }
    (self.bytes, self.starts) = (bytes, starts)
  }

  /// Lends what a token is written as.
  @inline(__always)
  func withBytes(of id: Int32, _ body: (UnsafeRawBufferPointer) -> Void) {
    let range = starts[Int(id)]..<starts[Int(id) + 1]
    unsafe bytes.withUnsafeBytes {
      // SAFETY: the slice checks the range.
      unsafe body(UnsafeRawBufferPointer(rebasing: $0[range]))
    }
  }
}
