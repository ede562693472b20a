public import Tokenize
public import WordtoolCore

/// What a sequence model counts and predicts.
public enum TextUnit: String, Codable, Hashable, Sendable, CaseIterable {
  /// The words a tokenizer rule finds in a line.
  case word
  /// The code points of a line, white space included. Code points and not grapheme clusters:
  /// their number does not change from one version of Unicode to the next, and there are fewer.
  case char
}

/// Text as sentences of tokens: one sentence a line.
///
/// Lines without a word are left out; of characters every line counts, since its end is a
/// character too. `<s>` and `</s>` standing among the words are left out as well: the models set
/// them themselves. ASCII white space and control characters inside a token are written as
/// `<U+0020>`, so that a token never has a space and can stand in any text format.
public final class SentenceReader {
  /// What a token is.
  public let unit: TextUnit
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public private(set) var replacedCount = 0

  private let tokenizer: WordTokenizer
  private let isStrict: Bool

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - rule: how words are found; not looked at for characters.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  /// - Throws: `WordtoolError` when ICU does not know the rule's locale.
  public init(unit: TextUnit, rule: TokenizerRule = .whitespace, isStrict: Bool = false) throws {
    self.unit = unit
    self.isStrict = isStrict
    tokenizer = try WordTokenizer(rule: unit == .word ? rule : .whitespace)
  }

  /// Reads files in order, line by line.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - stop: looked at between lines.
  ///   - token: called for each token; the bytes are valid during the call only.
  ///   - end: called after the last token of each sentence.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` for damaged gzip or, when
  ///   strict, for bytes that are not UTF-8, `interrupted`.
  public func read(
    _ paths: [String], stop: StopFlag? = nil,
    token: (UnsafeBufferPointer<UInt8>) throws -> Void, end: () throws -> Void
  ) throws {
    for path in try InputFiles.expand(paths) {
      let lines = try LineReader(path: path)
      while true {
        let count = try lines.next { line in
          if isStrict, let problem = UTF8Text.firstProblem(in: line) {
            throw WordtoolError(
              .badData, path: path, at: .byte(lines.offset + problem),
              found: "bytes that are not UTF-8", expected: "UTF-8 text",
              remedy: "without --strict they are replaced and counted")
          }
          return try forEachToken(in: line, token)
        }
        guard let count else { break }
        if count > 0 || unit == .char { try end() }
        if stop?.isRaised == true {
          throw WordtoolError(.interrupted, path: path, found: "stopped while reading")
        }
      }
    }
  }

  /// The tokens of one line of text.
  public func tokens(in line: String) -> [String] {
    var tokens: [String] = []
    var line = line
    line.withUTF8 { bytes in
      _ = forEachToken(in: bytes) { tokens.append(String(decoding: $0, as: UTF8.self)) }
    }
    return tokens
  }

  /// Calls `body` for each token of a line and returns how many there are.
  func forEachToken(
    in line: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows -> Int {
    var count = 0
    func take(_ token: UnsafeBufferPointer<UInt8>) throws {
      count += 1
      guard token.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return try body(token) }
      try TokenText.escaped(token).withUnsafeBufferPointer(body)
    }
    switch unit {
    case .word:
      replacedCount += try tokenizer.forEachToken(inUTF8: line) { token in
        if !TokenText.isMarker(token) { try take(token) }
      }
    case .char:
      guard UTF8Text.firstProblem(in: line) == nil else {
        let (repaired, problems) = UTF8Text.repaired(line)
        replacedCount += problems
        return try repaired.withUnsafeBufferPointer { try forEachToken(in: $0, body) }
      }
      var at = 0
      while at < line.count {
        let length = TokenText.scalarLength(lead: line[at])
        try take(UnsafeBufferPointer(rebasing: line[at..<min(line.count, at + length)]))
        at += length
      }
    }
    return count
  }
}

/// How tokens are written and read back.
enum TokenText {
  static let unknown = "<unk>"
  static let begin = "<s>"
  static let end = "</s>"

  /// The bytes of a well-formed sequence that begins with `lead`.
  static func scalarLength(lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  /// How many code points a token stands for, which is one for `<U+0020>`.
  static func plainScalarCount(_ token: UnsafeBufferPointer<UInt8>) -> Int {
    if token.count == 8, token[0] == UInt8(ascii: "<") {
      return unescaped(String(decoding: token, as: UTF8.self)).unicodeScalars.count
    }
    return token.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  static func isMarker(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
    token.count >= 3 && token.count <= 4 && token[0] == UInt8(ascii: "<")
      && (token.elementsEqual(begin.utf8) || token.elementsEqual(end.utf8))
  }

  /// The bytes with `<U+0020>` and the like for white space and control characters.
  static func escaped(_ token: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for byte in token {
      if byte <= 0x20 || byte == 0x7F {
        let digits = String(byte, radix: 16, uppercase: true)
        text += Array("<U+\(String(repeating: "0", count: 4 - digits.count))\(digits)>".utf8)
      } else {
        text.append(byte)
      }
    }
    return text
  }

  /// The text that an escaped token stands for.
  static func unescaped(_ token: String) -> String {
    guard token.utf8.count == 8, token.hasPrefix("<U+00"), token.hasSuffix(">"),
      let byte = UInt8(token.dropFirst(5).dropLast(), radix: 16), byte <= 0x20 || byte == 0x7F
    else { return token }
    return String(UnicodeScalar(byte))
  }
}
