public import WordtoolCore

extension CorpusReader {
  /// Reads text and makes it a vocabulary, as ``read(_:vocabulary:stop:progress:)`` does, without keeping
  /// the text.
  ///
  /// - Parameters:
  ///   - paths: what to read, in this order.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then, by one thread at a time.
  /// - Returns: the words, and what was met on the way.
  /// - Throws: as ``read(_:vocabulary:stop:progress:)``.
  public func count(
    _ paths: [String], stop: StopFlag = StopFlag(),
    progress: (@Sendable (CorpusProgress) -> Void)? = nil
  ) throws -> (vocabulary: Vocabulary, statistics: CorpusStatistics) {
    let (run, results, statistics) = try scan(
      paths, vocabulary: nil, keepsNumbers: false, stop: stop, progress: progress)
    return try run.count(results, statistics: statistics)
  }

  /// Tokenizes files.
  func scan(
    _ paths: [String], vocabulary: Vocabulary?, keepsNumbers: Bool, stop: StopFlag,
    progress: (@Sendable (CorpusProgress) -> Void)?
  ) throws -> (CorpusRun, [CorpusRun.Result], CorpusStatistics) {
    try OptionCheck.requireThreads(threads)
    try limits.validate()
    let listing = try InputFiles.texts(paths, encoding: encoding)
    let files = listing.files
    let run = try CorpusRun(
      reader: self, files: files, given: vocabulary, keepsNumbers: keepsNumbers, stop: stop,
      progress: progress)
    let results = try run.tokenize()
    var statistics = results.reduce(into: CorpusStatistics()) { $0.add($1.statistics) }
    statistics.invalidSequenceCount += run.pieces.replacedSequenceCount
    statistics = run.ranks?.sum(statistics) ?? statistics
    statistics.fileCount = files.count
    statistics.leftOut = listing.leftOut
    guard statistics.byteCount > 0 else {
      throw WordtoolError(
        .badData, path: files.count == 1 ? files[0] : nil,
        found: files.count == 1 ? "an empty file" : "\(files.count) empty files",
        expected: "text")
    }
    return (run, results, statistics)
  }
}
