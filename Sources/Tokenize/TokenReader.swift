public import WordtoolCore

/// Reads text of any size and hands out its tokens in order, with their places.
///
/// ```swift
/// let reader = TokenReader(rule: TokenizerRule(unit: .sentence), encoding: .automatic)
/// try reader.read(["book.txt.gz"]) { token, path in
///   print(token.byteRange, token.text)
///   return true
/// }
/// ```
/// Text is read in pieces of about a megabyte, cut where no token is, so memory does not grow with
/// the text or its lines, and the tokens are those of the whole text. Sentences can be cut inside a
/// line only if ICU's rules can be run here (see ``CorpusReader``); paragraphs only at line ends.
public struct TokenReader: Sendable {
  /// How text becomes tokens.
  public var rule: TokenizerRule
  /// The encoding of the text.
  public var encoding: TextEncoding
  /// Whether text that is invalid in its encoding is an error; otherwise U+FFFD takes its place and
  /// is counted.
  public var isStrict: Bool

  /// About how many bytes are taken at a time.
  package var pieceSize = 1 << 20
  /// The longest stretch without a place to cut that is still taken for text.
  package var pieceLimit = 256 << 20

  /// Sets up a reader.
  public init(
    rule: TokenizerRule = .words, encoding: TextEncoding = .utf8, isStrict: Bool = false
  ) {
    self.rule = rule
    self.encoding = encoding
    self.isStrict = isStrict
  }

  /// Reads files, folders (see ``InputFiles/expand(_:)``) and standard input (`-`).
  ///
  /// - Parameters:
  ///   - paths: what to read, in this order.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - lineEnd: called for each line feed, in its place between the tokens, and at the end of a
  ///     file whose last line has none.
  ///   - token: gets each token and the path of its file; returns whether to go on. Its range counts
  ///     bytes of the file's text as UTF-8, unpacked, with U+FFFD for what was invalid, and with
  ///     the byte order mark.
  /// - Returns: what was met; vocabulary counts stay 0.
  /// - Throws: ``WordtoolError`` as ``CorpusReader/read(_:vocabulary:stop:progress:)`` does, but
  ///   text without words is no error.
  @discardableResult
  public func read(
    _ paths: [String], stop: StopFlag? = nil, lineEnd: () -> Void = {},
    token: (Token, String) throws -> Bool
  ) throws -> CorpusStatistics {
    precondition(!paths.isEmpty, "no paths to read")
    let pieces = PieceReader(
      files: try InputFiles.expand(paths), pieceSize: pieceSize,
      pieceLimit: max(pieceLimit, pieceSize), encoding: encoding, isStrict: isStrict,
      cuts: CutPlaces(rule))
    let scanner = try TokenScanner(rule: rule)
    let buffer = PieceBuffer()
    var statistics = CorpusStatistics()
    // How much longer the file's text has become by repairs.
    var growth = 0
    while let piece = try next(pieces, buffer) {
      if stop?.isRaised == true {
        throw WordtoolError(.interrupted, found: "stopped while reading text")
      }
      if piece.byteOffset == 0 { growth = 0 }
      let text = unsafe buffer.text(piece.range)
      try unsafe piece.refuseBinary(text)
      statistics.byteCount += piece.range.upperBound
      let offset = piece.byteOffset + piece.range.lowerBound + growth
      var goesOn = true
      func scan(_ text: UnsafeBufferPointer<UInt8>) throws {
        try unsafe scanner.scan(
          text,
          word: { bytes, range, status in
            statistics.tokensRead += 1
            let place = range.lowerBound + offset..<range.upperBound + offset
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            goesOn = try token(
              Token(text: text, byteRange: place, ruleStatus: status), piece.path)
            return goesOn
          },
          lineEnd: {
            statistics.lineCount += 1
            lineEnd()
          })
      }
      if let problem = unsafe UTF8Text.firstProblem(in: text) {
        if isStrict { throw unsafe piece.invalidText(text, problem) }
        let (repaired, count) = unsafe UTF8Text.repaired(text)
        statistics.invalidSequenceCount += count
        growth += repaired.count - text.count
        try unsafe repaired.withUnsafeBufferPointer { try unsafe scan($0) }
      } else {
        try unsafe scan(text)
      }
      if !goesOn { break }
      if piece.endsFile, let last = unsafe text.last, last != UInt8(ascii: "\n") {
        statistics.lineCount += 1
        lineEnd()
      }
    }
    statistics.invalidSequenceCount += pieces.replacedSequenceCount
    statistics.tokensKept = statistics.tokensRead
    return statistics
  }

  private func next(_ pieces: PieceReader, _ buffer: PieceBuffer) throws -> Piece? {
    do {
      return try pieces.next(buffer)
    } catch {
      throw error.error
    }
  }
}
