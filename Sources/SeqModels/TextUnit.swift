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
  /// What the folders read last hold beside text.
  public private(set) var leftOut: [InputFiles.LeftOut] = []

  private let tokenizer: WordTokenizer
  private let isStrict: Bool
  private let encoding: TextEncoding

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - unit: what a token is.
  ///   - rule: how words are found; not looked at for characters.
  ///   - isStrict: whether bytes that are not text in the encoding are an error.
  ///   - encoding: of the files.
  /// - Throws: `WordtoolError` when ICU does not know the rule's locale.
  public init(
    unit: TextUnit, rule: TokenizerRule = .whitespace, isStrict: Bool = false,
    encoding: TextEncoding = .utf8
  ) throws {
    self.unit = unit
    self.isStrict = isStrict
    self.encoding = encoding
    tokenizer = try WordTokenizer(rule: unit == .word ? rule : .whitespace)
  }

  /// Reads files in order. Memory does not grow with the length of a line.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - stop: looked at now and then.
  ///   - token: called for each token; the bytes are valid during the call only.
  ///   - end: called after the last token of each sentence.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` for damaged gzip or, when
  ///   strict, for bytes that are not UTF-8, `interrupted`.
  package func read(
    _ paths: [String], stop: StopFlag = StopFlag(),
    token: (UnsafeBufferPointer<UInt8>) throws -> Void, end endSentence: () throws -> Void
  ) throws {
    let listing = try InputFiles.texts(paths, encoding: encoding)
    leftOut = listing.leftOut
    let pieces = PieceReader(
      files: listing.files, encoding: encoding,
      isStrict: isStrict, cuts: unit == .char ? .scalars : CutPlaces(tokenizer.rule))
    let buffer = PieceBuffer()
    // Tokens of the present line, which may have begun in an earlier piece.
    var count = 0
    while let piece = try pieces.take(buffer) {
      try unsafe piece.withText(in: buffer, isStrict: isStrict) { text, replaced in
        replacedCount += replaced
        var rest = unsafe UnsafeBufferPointer(rebasing: text[...])
        while !rest.isEmpty {
          let newline = unsafe rest.firstIndex(of: UInt8(ascii: "\n"))
          var end = newline ?? rest.count
          let next = newline.map { $0 + 1 } ?? rest.count
          if newline != nil, end > 0, unsafe rest[end - 1] == UInt8(ascii: "\r") { end -= 1 }
          unsafe count += try forEachToken(in: UnsafeBufferPointer(rebasing: rest[..<end]), token)
          unsafe rest = UnsafeBufferPointer(rebasing: rest[next...])
          if newline == nil && !piece.endsFile { break }
          if count > 0 || unit == .char { try endSentence() }
          count = 0
        }
      }
      if stop.isRaised {
        throw WordtoolError(.interrupted, path: piece.path, found: "stopped while reading")
      }
    }
    replacedCount += pieces.replacedSequenceCount
  }

  /// Fails where a text has no token, as soon as it has one it is left. What a measurement after a
  /// training needs is known before it so.
  ///
  /// - Throws: as ``read(_:stop:token:end:)``, and `badData` for a text without tokens.
  package func requireTokens(in paths: [String], stop: StopFlag = StopFlag()) throws {
    struct Found: Error {}
    do {
      try unsafe read(paths, stop: stop, token: { _ in throw Found() }, end: {})
    } catch is Found {
      return
    }
    throw Self.withoutTokens(paths.first)
  }

  /// The error for a text that has nothing to measure or learn.
  static func withoutTokens(_ path: String?) -> WordtoolError {
    WordtoolError(
      .badData, path: path, found: "a text without tokens", expected: "at least one token")
  }

  /// The tokens of one line of text.
  public func tokens(in line: String) -> [String] {
    var tokens: [String] = []
    var line = line
    line.withUTF8 { bytes in
      _ = unsafe forEachToken(in: bytes) {
        unsafe tokens.append(String(decoding: $0, as: UTF8.self))
      }
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
      guard unsafe token.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
        return try unsafe body(token)
      }
      try unsafe TokenText.escaped(token).withUnsafeBufferPointer(body)
    }
    switch unit {
    case .word:
      unsafe replacedCount += try tokenizer.forEachToken(inUTF8: line) { token in
        if unsafe !TokenText.isMarker(token) { try unsafe take(token) }
      }
    case .char:
      guard unsafe UTF8Text.firstProblem(in: line) == nil else {
        let (repaired, problems) = unsafe UTF8Text.repaired(line)
        replacedCount += problems
        return try unsafe repaired.withUnsafeBufferPointer { try unsafe forEachToken(in: $0, body) }
      }
      var at = 0
      while at < line.count {
        let length = unsafe TokenText.scalarLength(lead: line[at])
        try unsafe take(UnsafeBufferPointer(rebasing: line[at..<min(line.count, at + length)]))
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
    if token.count == 8, unsafe token[0] == UInt8(ascii: "<") {
      return unsafe unescaped(String(decoding: token, as: UTF8.self)).unicodeScalars.count
    }
    return unsafe token.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  static func isMarker(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe token.count >= 3 && token.count <= 4 && token[0] == UInt8(ascii: "<")
      && (token.elementsEqual(begin.utf8) || token.elementsEqual(end.utf8))
  }

  /// The bytes with `<U+0020>` and the like for white space and control characters.
  static func escaped(_ token: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for index in token.indices {
      let byte = unsafe token[index]
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
