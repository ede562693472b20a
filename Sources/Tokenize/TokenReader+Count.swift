public import WordtoolCore

extension TokenReader {
  /// Counts the tokens of files, folders and standard input (`-`) on several threads.
  ///
  /// All the work of tokenizing is done, folding included, and nothing is kept.
  ///
  /// - Parameters:
  ///   - paths: what to read.
  ///   - threadCount: how many threads, at least 1; the numbers do not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: what was met; vocabulary counts stay 0.
  /// - Throws: ``WordtoolError`` as ``read(_:stop:lineEnd:token:)``.
  public func count(
    _ paths: [String], threadCount: Int = Workers.defaultCount, stop: StopFlag? = nil
  ) throws -> CorpusStatistics {
    precondition(!paths.isEmpty, "no paths to read")
    let pieces = PieceReader(
      files: try InputFiles.expand(paths), pieceSize: pieceSize,
      pieceLimit: max(pieceLimit, pieceSize), encoding: encoding, isStrict: isStrict,
      cuts: CutPlaces(rule))
    let scanners = try (0..<threadCount).map { _ in try TokenScanner(rule: rule) }
    let total = Locked(CorpusStatistics())
    let firstFailure = Locked<PieceReader.Failure?>(nil)
    try Workers.run(count: threadCount) { [isStrict] worker in
      var own = CorpusStatistics()
      let buffer = PieceBuffer()
      do throws(PieceReader.Failure) {
        while let piece = try pieces.next(buffer) {
          do {
            if stop?.isRaised == true {
              throw WordtoolError(.interrupted, found: "stopped while reading text")
            }
            try Self.count(piece, in: buffer, with: scanners[worker], isStrict, &own)
          } catch {
            throw PieceReader.Failure(index: piece.index, error: error)
          }
        }
      } catch {
        pieces.fail()
        firstFailure.withLock { if error.index < $0?.index ?? Int.max { $0 = error } }
      }
      total.withLock { [own] in $0.add(own) }
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
    var statistics = total.withLock { $0 }
    statistics.invalidSequenceCount += pieces.replacedSequenceCount
    statistics.tokensKept = statistics.tokensRead
    return statistics
  }

  private static func count(
    _ piece: Piece, in buffer: PieceBuffer, with scanner: TokenScanner, _ isStrict: Bool,
    _ statistics: inout CorpusStatistics
  ) throws {
    let text = unsafe buffer.text(piece.range)
    try unsafe piece.refuseBinary(text)
    var tokens = 0
    var lines = 0
    func scan(_ text: UnsafeBufferPointer<UInt8>) {
      unsafe scanner.scan(
        text,
        word: { _, _, _ in
          tokens += 1
          return true
        }, lineEnd: { lines += 1 })
    }
    if let problem = unsafe UTF8Text.firstProblem(in: text) {
      if isStrict { throw unsafe piece.invalidText(text, problem) }
      let (repaired, count) = unsafe UTF8Text.repaired(text)
      statistics.invalidSequenceCount += count
      unsafe repaired.withUnsafeBufferPointer { unsafe scan($0) }
    } else {
      unsafe scan(text)
    }
    if piece.endsFile, let last = unsafe text.last, last != UInt8(ascii: "\n") { lines += 1 }
    statistics.byteCount += piece.range.upperBound
    statistics.tokensRead += tokens
    statistics.lineCount += lines
  }
}
