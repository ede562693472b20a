public import WordtoolCore

extension TokenReader {
  /// Counts the tokens of files, folders and standard input (`-`) on several threads.
  ///
  /// All the work of tokenizing is done, folding included, and nothing is kept.
  ///
  /// - Parameters:
  ///   - paths: what to read.
  ///   - threads: how many threads, at least 1; the numbers do not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: what was met; vocabulary counts stay 0.
  /// - Throws: ``WordtoolError`` as ``read(_:stop:lineEnd:token:)``.
  public func count(
    _ paths: [String], threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> CorpusStatistics {
    try OptionCheck.requireThreads(threads)
    let (pieces, listing) = try self.pieces(of: paths)
    let scanners = try (0..<threads).map { _ in try TokenScanner(rule: rule) }
    let total = Locked(CorpusStatistics())
    let firstFailure = Locked<PieceReader.Failure?>(nil)
    try Workers.run(count: threads) { [isStrict] worker in
      var own = CorpusStatistics()
      let buffer = PieceBuffer()
      do throws(PieceReader.Failure) {
        while let piece = try pieces.next(buffer) {
          do {
            if stop.isRaised {
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
    statistics.fileCount = listing.files.count
    statistics.leftOut = listing.leftOut
    statistics.tokensKept = statistics.tokensRead
    return statistics
  }

  private static func count(
    _ piece: Piece, in buffer: PieceBuffer, with scanner: TokenScanner, _ isStrict: Bool,
    _ statistics: inout CorpusStatistics
  ) throws {
    try unsafe piece.withText(in: buffer, isStrict: isStrict) { text, replacedCount in
      statistics.byteCount += piece.count
      statistics.invalidSequenceCount += replacedCount
      unsafe scanner.scan(
        text,
        word: { _, _, _ in
          statistics.tokensRead += 1
          return true
        }, lineEnd: { statistics.lineCount += 1 })
      if piece.endsFile, let last = unsafe text.last, last != UInt8(ascii: "\n") {
        statistics.lineCount += 1
      }
    }
  }
}
