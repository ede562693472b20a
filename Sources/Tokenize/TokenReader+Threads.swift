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
  /// - Throws: `WordtoolError` as ``read(_:stop:lineEnd:token:)``.
  public func count(
    _ paths: [String], threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> CorpusStatistics {
    try forEachPiece(of: paths, threads: threads, stop: stop) { work, statistics in
      try unsafe work.piece.withText(in: work.buffer, isStrict: isStrict) { text, replacedCount in
        unsafe work.count(text, replacedCount, &statistics)
        unsafe work.scanner.scan(
          text,
          word: { _, _, _ in
            statistics.tokensRead += 1
            return true
          }, lineEnd: { statistics.lineCount += 1 })
      }
    }
  }

  /// Writes the tokens of files, folders and standard input (`-`) as text, made on several threads.
  ///
  /// - Parameters:
  ///   - paths: what to read.
  ///   - layout: what a token becomes.
  ///   - threads: how many threads, at least 1; the text does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - output: gets the text in parts, in order, each valid during the call only.
  /// - Returns: what was met; vocabulary counts stay 0.
  /// - Throws: ``WordtoolError`` as ``read(_:stop:lineEnd:token:)``, when the text before the place that
  ///   is wrong has been written; what `output` throws.
  package func write(
    _ paths: [String], as layout: TokenLayout, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(),
    to output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) throws -> CorpusStatistics {
    try OptionCheck.requireThreads(threads)
    let texts = (0..<threads).map { _ in TokenText(layout) }
    // How many lines were before a piece, and how much longer its file has become by repairs.
    let begins = Turns((line: 1, growth: 0))
    // Whether what was written last is inside of a line that has tokens.
    let ends = Turns(false)
    return try forEachPiece(of: paths, threads: threads, stop: stop) { work, statistics in
      try unsafe work.piece.withText(in: work.buffer, isStrict: isStrict) { text, replacedCount in
        unsafe work.count(text, replacedCount, &statistics)
        let piece = work.piece
        let lines = unsafe text.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        let isCutLine = unsafe work.endsCutLine(text)
        let begin = begins.take(piece.index) { state in
          if piece.startsFile { state.growth = 0 }
          defer {
            state.line += lines + (isCutLine ? 1 : 0)
            state.growth += text.count - piece.count
          }
          return (line: state.line, offset: piece.byteOffset + state.growth)
        }
        guard let begin else { return }
        let result = texts[work.worker]
        result.begin(line: begin.line, offset: begin.offset)
        try unsafe work.scanner.scan(
          text,
          word: { bytes, range, status in
            statistics.tokensRead += 1
            try unsafe result.append(bytes, at: range, status: status)
            return true
          },
          lineEnd: {
            statistics.lineCount += 1
            result.endLine()
          })
        if isCutLine { result.endLine() }
        _ = try ends.take(piece.index) { isInsideLine in
          if isInsideLine && result.beginsWithToken {
            try unsafe [UInt8(ascii: " ")].withUnsafeBytes { try unsafe output($0) }
          }
          try unsafe output(result.bytes)
          isInsideLine = result.isInsideLine || (isInsideLine && !result.hasLineEnd)
        }
      }
    } failed: { piece in
      begins.fail(piece)
      ends.fail(piece)
    }
  }

  /// A piece of text and what a thread works on it with.
  struct PieceWork {
    let piece: Piece
    let worker: Int
    let buffer: PieceBuffer
    let scanner: TokenScanner

    /// Counts bytes and repairs, and the line that a file's end cuts short.
    func count(
      _ text: UnsafeBufferPointer<UInt8>, _ replacedCount: Int, _ statistics: inout CorpusStatistics
    ) {
      statistics.byteCount += piece.count
      statistics.invalidSequenceCount += replacedCount
      if unsafe endsCutLine(text) { statistics.lineCount += 1 }
    }

    /// Whether the file ends with the piece, inside of a line.
    func endsCutLine(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      guard piece.endsFile, let last = unsafe text.last else { return false }
      return last != UInt8(ascii: "\n")
    }
  }

  /// Hands the pieces of the text out to some threads.
  ///
  /// - Parameter failed: called by the thread whose piece failed, before others hear of it.
  /// - Throws: the error of the first piece that failed.
  private func forEachPiece(
    of paths: [String], threads: Int, stop: StopFlag,
    _ body: @escaping @Sendable (PieceWork, inout CorpusStatistics) throws -> Void,
    failed: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> CorpusStatistics {
    try OptionCheck.requireThreads(threads)
    let (pieces, listing) = try self.pieces(of: paths)
    let scanners = try (0..<threads).map { _ in try TokenScanner(rule: rule) }
    let total = Locked(CorpusStatistics())
    let firstFailure = Locked<PieceReader.Failure?>(nil)
    try Workers.run(count: threads) { worker in
      var own = CorpusStatistics()
      let buffer = PieceBuffer()
      do throws(PieceReader.Failure) {
        while let piece = try pieces.next(buffer) {
          do {
            if stop.isRaised {
              throw WordtoolError(.interrupted, found: "stopped while reading text")
            }
            let work = PieceWork(
              piece: piece, worker: worker, buffer: buffer, scanner: scanners[worker])
            try body(work, &own)
          } catch {
            failed(piece.index)
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
}
