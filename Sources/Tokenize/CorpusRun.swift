import Libc
import MessagePassing
import WordtoolCore

/// One reading of a corpus: what the threads share.
final class CorpusRun: Sendable {
  let reader: CorpusReader
  let files: [String]
  let given: Vocabulary?
  /// Whether the numbers of the text are kept, not the words alone.
  let keepsNumbers: Bool
  let stop: StopFlag
  let progress: (@Sendable (CorpusProgress) -> Void)?
  let pieces: PieceReader
  let blocks: IDBlocks
  /// What is done together with other ranks; nil without any.
  let ranks: CorpusRanks?
  /// Tables of words that were put aside.
  let runs: WordRuns
  /// Used bytes of a thread's table from which it is put aside; nil for none.
  private let tableLimit: Int?
  private let storedByteCount: Int?
  private let firstFailure = Locked<PieceReader.Failure?>(nil)
  private let tokensRead = Locked(0)

  /// What one thread brings home.
  struct Result: Sendable {
    /// The words that it has counted and not put aside.
    var table: WordTable
    /// The number of that table.
    var tableNumber: Int
    var statistics = CorpusStatistics()
  }

  /// - Throws: `WordtoolError` when there is no part of the files for one of several ranks to read.
  init(
    reader: CorpusReader, files: [String], given: Vocabulary?, keepsNumbers: Bool,
    stop: StopFlag, progress: (@Sendable (CorpusProgress) -> Void)?
  ) throws {
    self.keepsNumbers = keepsNumbers
    self.reader = reader
    self.files = files
    self.given = given
    self.stop = stop
    self.progress = progress
    ranks = reader.communicator.flatMap { $0.rankCount > 1 ? CorpusRanks($0) : nil }
    let share = try ranks.map {
      try ReadingShare(
        of: files, encoding: reader.encoding, rank: $0.rank, rankCount: $0.rankCount)
    }
    pieces = PieceReader(
      parts: share?.parts ?? files.map { TextPart(path: $0) }, pieceSize: reader.pieceSize,
      pieceLimit: max(reader.pieceLimit, reader.pieceSize), encoding: reader.encoding,
      isStrict: reader.isStrict, cuts: CutPlaces(reader.rule))
    blocks = IDBlocks(memoryLimit: reader.memoryLimit, folder: reader.temporaryFolder)
    runs = WordRuns(folder: reader.temporaryFolder)
    // While a table grows it takes up to twice what it uses, and sorting it some more. Ranks keep theirs:
    // their words are brought together in memory.
    tableLimit =
      ranks == nil
      ? reader.tableLimit ?? reader.wordLimit.map { $0 / 2 / reader.threads } : nil
    storedByteCount =
      progress == nil ? nil : share?.byteCount ?? InputFiles.totalByteCount(files)
  }

  /// Tokenizes all pieces on all threads and stores their numbers.
  ///
  /// - Throws: the failure of the first piece that failed, so that the error does not depend on
  ///   the threads either.
  func tokenize() throws -> [Result] {
    let scanners = try (0..<reader.threads).map { _ in try TokenScanner(rule: reader.rule) }
    let results = Locked<[Int: Result]>([:])
    try Workers.run(count: reader.threads) { worker in
      let result = self.work(scanners[worker])
      results.withLock { $0[worker] = result }
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
    let done = results.withLock { $0 }
    return (0..<reader.threads).compactMap { done[$0] }
  }

  private func work(_ scanner: TokenScanner) -> Result {
    let state = CorpusWorker(run: self, scanner: scanner)
    let buffer = PieceBuffer()
    do {
      while let piece = try pieces.next(buffer) {
        do {
          if stop.isRaised {
            throw WordtoolError(.interrupted, found: "stopped while reading text")
          }
          let tokens = try state.read(piece, in: buffer)
          if let tableLimit { try state.putTableAside(above: tableLimit) }
          report(tokens)
        } catch {
          throw PieceReader.Failure(index: piece.index, error: error)
        }
      }
    } catch let failure as PieceReader.Failure {
      pieces.fail()
      firstFailure.withLock { first in
        if failure.index < first?.index ?? Int.max { first = failure }
      }
    } catch {
      preconditionFailure("only failures of pieces reach this place: \(error)")
    }
    return Result(
      table: state.table, tableNumber: state.tableNumber, statistics: state.statistics)
  }

  private func report(_ tokens: Int) {
    guard let progress else { return }
    let bytesRead = pieces.storedBytesRead
    tokensRead.withLock { total in
      total += tokens
      progress(
        CorpusProgress(bytesRead: bytesRead, byteCount: storedByteCount, tokensRead: total))
    }
  }
}

/// One thread's part in reading a corpus.
@safe final class CorpusWorker {
  private let run: CorpusRun
  private let scanner: TokenScanner
  private var writer = IDBlocks.Writer()
  private var ids = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 0)
  private var idCount = 0
  let table = WordTable()
  private(set) var tableNumber: Int
  private(set) var statistics = CorpusStatistics()

  init(run: CorpusRun, scanner: TokenScanner) {
    self.run = run
    tableNumber = run.runs.beginTable()
    self.scanner = scanner
  }

  deinit { unsafe ids.deallocate() }

  /// Tokenizes a piece and stores its numbers; returns how many tokens it has.
  func read(_ piece: Piece, in buffer: PieceBuffer) throws -> Int {
    let tokens = try unsafe piece.withText(in: buffer, isStrict: run.reader.isStrict) {
      text, replacedCount in
      statistics.byteCount += piece.count
      statistics.invalidSequenceCount += replacedCount
      if piece.endsFile, let last = unsafe text.last, last != UInt8(ascii: "\n") {
        statistics.lineCount += 1
      }
      return unsafe tokenize(text, piece)
    }
    statistics.tokensRead += tokens
    guard run.keepsNumbers else { return tokens }
    try unsafe run.blocks.store(
      UnsafeBufferPointer(rebasing: ids[..<idCount]), piece: piece.index, table: tableNumber,
      writer: &writer)
    return tokens
  }

  /// Writes the table to the runs and begins another, where it uses more than so many bytes.
  func putTableAside(above limit: Int) throws {
    guard table.count > 0, table.usedByteCount > limit else { return }
    try run.runs.put(table, number: tableNumber)
    table.removeAll()
    tableNumber = run.runs.beginTable()
  }

  private func tokenize(_ text: UnsafeBufferPointer<UInt8>, _ piece: Piece) -> Int {
    // Every token and every line end has a byte of its own, and the file end adds one number.
    if unsafe ids.count <= text.count {
      unsafe ids.deallocate()
      unsafe ids = .allocate(capacity: text.count + text.count / 4 + 1)
    }
    guard let out = unsafe ids.baseAddress else { return 0 }
    var count = 0
    var tokens = 0
    var lines = 0
    // SAFETY: `count` stays below the capacity by the argument above.
    let table = self.table
    let given = run.given
    let keepsEmptyLines = run.reader.keepsEmptyLines
    unsafe scanner.scan(
      text,
      word: { bytes, _, _ in
        let id: Int32
        if let given {
          id = unsafe given.find(bytes)
        } else {
          id = unsafe table.add(bytes)
        }
        tokens += 1
        if id >= 0 {
          unsafe out[count] = id
          count += 1
        }
        return true
      },
      lineEnd: {
        lines += 1
        if unsafe count == 0 || out[count - 1] != TokenIDs.lineEnd || keepsEmptyLines {
          unsafe out[count] = TokenIDs.lineEnd
          count += 1
        }
      })
    let isOpen =
      unsafe keepsEmptyLines
      ? text.last != UInt8(ascii: "\n") : count == 0 || out[count - 1] != TokenIDs.lineEnd
    if piece.endsFile && isOpen {
      unsafe out[count] = TokenIDs.lineEnd
      count += 1
    }
    statistics.lineCount += lines
    idCount = count
    return tokens
  }
}
