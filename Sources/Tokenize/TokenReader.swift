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
  package var pieceSize = PieceReader.usualSize
  /// The longest stretch without a place to cut that is still taken for text.
  package var pieceLimit = PieceReader.usualLimit

  /// Sets up a reader.
  public init(
    rule: TokenizerRule = .words, encoding: TextEncoding = .utf8, isStrict: Bool = false
  ) {
    self.rule = rule
    self.encoding = encoding
    self.isStrict = isStrict
  }

  /// Reads files, folders (see `InputFiles.texts`) and standard input (`-`).
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
  /// - Throws: `WordtoolError` as ``CorpusReader/read(_:vocabulary:stop:progress:)`` does, but
  ///   text without words is no error.
  @discardableResult
  public func read(
    _ paths: [String], stop: StopFlag = StopFlag(), lineEnd: () -> Void = {},
    token: (Token, String) throws -> Bool
  ) throws -> CorpusStatistics {
    let (pieces, listing) = try self.pieces(of: paths)
    let scanner = try TokenScanner(rule: rule)
    let buffer = PieceBuffer()
    var statistics = CorpusStatistics()
    statistics.fileCount = listing.files.count
    statistics.leftOut = listing.leftOut
    // How much longer the file's text has become by repairs.
    var growth = 0
    var goesOn = true
    while goesOn, let piece = try pieces.take(buffer) {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while reading text")
      }
      if piece.startsFile { growth = 0 }
      try unsafe piece.withText(in: buffer, isStrict: isStrict) { text, replacedCount in
        let offset = piece.byteOffset + growth
        statistics.byteCount += piece.count
        statistics.invalidSequenceCount += replacedCount
        growth += text.count - piece.count
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
        if goesOn && piece.endsFile, let last = unsafe text.last, last != UInt8(ascii: "\n") {
          statistics.lineCount += 1
          lineEnd()
        }
      }
    }
    statistics.invalidSequenceCount += pieces.replacedSequenceCount
    statistics.tokensKept = statistics.tokensRead
    return statistics
  }

  /// The text of some inputs, in pieces that the rule's tokens do not cross.
  func pieces(of paths: [String]) throws -> (PieceReader, InputFiles.Listing) {
    let listing = try InputFiles.texts(paths, encoding: encoding)
    let pieces = PieceReader(
      files: listing.files, pieceSize: pieceSize, pieceLimit: max(pieceLimit, pieceSize),
      encoding: encoding, isStrict: isStrict, cuts: CutPlaces(rule))
    return (pieces, listing)
  }
}
