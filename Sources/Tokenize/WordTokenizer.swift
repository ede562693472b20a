import WordtoolCore

/// One token and where it stands.
public struct Token: Hashable, Sendable {
  /// The token in the form the rule asks for.
  public let text: String
  /// Its place in the UTF-8 bytes of the text.
  public let byteRange: Range<Int>
  /// ICU's rule status; see ``TokenKind/init(ruleStatus:)``.
  public let ruleStatus: Int32

  /// What kind of token it is.
  public var kind: TokenKind { TokenKind(ruleStatus: ruleStatus) }
}

/// Cuts text into tokens by a ``TokenizerRule``.
///
/// ```swift
/// let tokenizer = try WordTokenizer()
/// tokenizer.tokens(in: "The food was GOOD, not bad.")  // the food was good not bad
/// ```
///
/// A tokenizer may be used from any number of threads at once.
public final class WordTokenizer: Sendable {
  /// The rule, with the ICU version of this process.
  public let rule: TokenizerRule
  private let idle: Locked<Pool>
  private let cuts: CutPlaces

  private struct Pool {
    // Scanners are used by one thread at a time: the pool hands each out to one caller.
    var scanners: [TokenScanner] = []
  }

  /// Makes a tokenizer.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when ICU does not know the rule's locale,
  ///   `unavailable` when ICU cannot be opened.
  public init(rule: TokenizerRule = .words) throws {
    var rule = rule
    rule.icuVersion = TokenizerRule.currentICUVersion
    rule.unicodeVersion = TokenizerRule.currentUnicodeVersion
    self.rule = rule
    cuts = CutPlaces(rule)
    idle = Locked(Pool())
    let first = try TokenScanner(rule: rule)
    giveBack(first)
  }

  /// The tokens of a text, in order.
  public func tokens(in text: String) -> [String] {
    var tokens: [String] = []
    unsafe enumerateBytes(in: text) { bytes, _, _ in
      unsafe tokens.append(String(decoding: unsafe bytes, as: UTF8.self))
      return true
    }
    return tokens
  }

  /// Calls `body` for each token of a text, in order, until it returns false.
  public func enumerateTokens(in text: String, _ body: (Token) throws -> Bool) rethrows {
    unsafe try enumerateBytes(in: text) { bytes, range, status in
      unsafe try body(
        Token(
          text: String(decoding: unsafe bytes, as: UTF8.self), byteRange: range,
          ruleStatus: status))
    }
  }

  /// Calls `body` once for each token of some bytes, in order: the call for bulk work.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8. Sequences that are not well-formed count as U+FFFD.
  ///   - body: gets the bytes of the token, valid during the call only.
  /// - Returns: how many sequences were not well-formed.
  @discardableResult
  package func forEachToken(
    inUTF8 bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows -> Int {
    guard unsafe UTF8Text.firstProblem(in: bytes) != nil else {
      try unsafe enumerate(bytes) { bytes, _, _ in
        try unsafe body(bytes)
        return true
      }
      return 0
    }
    let (repaired, count) = unsafe UTF8Text.repaired(bytes)
    try unsafe repaired.withUnsafeBufferPointer { _ = try unsafe forEachToken(inUTF8: $0, body) }
    return count
  }

  /// A single word in the form its vocabulary entry has: what a query word goes through.
  ///
  /// The word is not cut, so an entry with a space or a hyphen can be asked for.
  public func normalize(_ word: String) -> String {
    let scanner = take()
    defer { giveBack(scanner) }
    var word = word
    // SAFETY: the folded bytes are copied into a string before the scanner is used again.
    return word.withUTF8 { unsafe String(decoding: unsafe scanner.fold($0), as: UTF8.self) }
  }

  private func enumerateBytes(
    in text: String, _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool
  ) rethrows {
    var text = text
    try text.withUTF8 { try unsafe enumerate($0, body) }
  }

  /// Long texts go through in parts, cut where no token is.
  @inline(__always)
  private func enumerate(
    _ text: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool
  ) rethrows {
    let scanner = take()
    defer { giveBack(scanner) }
    var start = 0
    var goesOn = true
    while start < text.count && goesOn {
      let rest = unsafe UnsafeBufferPointer(rebasing: text[start...])
      var length = rest.count
      if length > Self.partSize {
        length = unsafe partLength(rest)
      }
      let part = unsafe UnsafeBufferPointer(rebasing: rest[..<length])
      let offset = start
      try unsafe scanner.scan(
        part,
        word: { bytes, range, status in
          let place = range.lowerBound + offset..<range.upperBound + offset
          goesOn = try unsafe body(bytes, place, status)
          return goesOn
        }, lineEnd: {})
      start += length
    }
  }

  /// How much of a long text to take: to a place where no token is, or, in a gigabyte without a
  /// line end or a space, to some character.
  private func partLength(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    let near = unsafe UnsafeBufferPointer(rebasing: text[..<Self.partSize])
    if let cut = unsafe cuts.last(in: near) { return cut.offset }
    let far = unsafe UnsafeBufferPointer(rebasing: text[..<min(text.count, Self.farthestPart)])
    if let cut = unsafe cuts.first(in: far, from: Self.partSize) { return cut }
    var length = far.count
    while length < text.count, length > 0, unsafe text[length] & 0xC0 == 0x80 { length -= 1 }
    return length
  }

  private static let partSize = 16 << 20
  private static let farthestPart = 1 << 30

  private func take() -> TokenScanner {
    if let scanner = idle.withLock({ $0.scanners.popLast() }) { return scanner }
    do {
      return try TokenScanner(rule: rule)
    } catch {
      // The same rule has been opened before: only exhausted memory can bring this about.
      preconditionFailure("ICU could not be opened again: \(error)")
    }
  }

  private func giveBack(_ scanner: TokenScanner) {
    idle.withLock { $0.scanners.append(scanner) }
  }
}
