public import WordtoolCore

/// What a byte-pair encoding is to be.
public struct BytePairTrainingOptions: TrainingOptions {
  /// How many tokens there are to be: the special ones, the 256 bytes, and joined pairs as far as
  /// there are any; below 2^31.
  public var vocabularySize: Int
  /// How often a pair must occur, at least 1.
  public var minimumFrequency: Int
  /// Tokens that stand apart, all different and none empty; they get the first numbers.
  public var specialTokens: [SpecialToken]
  /// Whether a space is put before text that does not begin with one.
  public var addsPrefixSpace: Bool

  /// Describes what to learn.
  public init(
    vocabularySize: Int = 30_000, minimumFrequency: Int = 2,
    specialTokens: [SpecialToken] = [], addsPrefixSpace: Bool = false
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.addsPrefixSpace = addsPrefixSpace
  }

  /// - Throws: ``WordtoolError`` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require(
      specialTokens.allSatisfy { !$0.content.isEmpty }, found: "an empty token in `specialTokens`",
      expected: "some text")
    try OptionCheck.require(
      Set(specialTokens.map { Array($0.content.utf8) }).count == specialTokens.count,
      found: "a token twice in `specialTokens`", expected: "distinct tokens")
    try OptionCheck.require(
      vocabularySize >= specialTokens.count + 256 && vocabularySize < Int(Int32.max),
      found: "`vocabularySize` is \(vocabularySize)",
      expected:
        "at least \(specialTokens.count + 256), the special tokens and 256 bytes, below 2^31")
    try OptionCheck.require("minimumFrequency", minimumFrequency, in: 1...Int.max)
  }
}

extension BytePairEncoding {
  /// Learns a byte-level encoding from texts (Sennrich et al. 2016).
  ///
  /// Every byte is a token from the start. Then the pair of neighbouring tokens that occurs most
  /// often within pieces becomes a token, again and again, until the vocabulary is full. Of equally
  /// frequent pairs the one with the lower number on the left, then on the right, comes first: the
  /// rule of the Hugging Face trainer, so both learn the same merges from the same text. The result
  /// depends neither on the number of threads nor on the order of the texts.
  ///
  /// - Parameters:
  ///   - texts: what to learn from.
  ///   - options: checked by ``BytePairTrainingOptions/validate()``.
  ///   - threads: how many threads count pieces, at least 1.
  ///   - stop: looked at while counting and between merges.
  ///   - progress: called now and then on the caller's thread; an example is a joined pair.
  /// - Throws: ``WordtoolError``: `usage` for options out of range, `badData` when the texts hold
  ///   nothing, `interrupted`, `unavailable` when the system refuses threads.
  public static func train(
    on texts: [String], options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let learner = try BytePairLearner(options)
    let counts = try unsafe learner.countPieces(ofTexts: texts.count, threads: threads, stop: stop)
    {
      index, body in
      var text = texts[index]
      text.withUTF8 { unsafe body($0) }
    }
    return try learner.learn(counts, stop: stop, progress: progress)
  }

  /// Learns from texts while the caller's task is suspended; the work is done by threads outside of
  /// the cooperative pool.
  ///
  /// - Parameter progress: receives the moments of the training; it ends with it.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on texts: [String], options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> BytePairEncoding {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: texts, options: options, threads: threads, stop: stop) { progress?.add($0) }
    }
  }

  /// Learns from the lines of a block of bytes; each line holds its line end.
  ///
  /// Parameters and errors are those of the call on texts.
  public static func train(
    onLinesOf bytes: [UInt8], options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let learner = try BytePairLearner(options)
    var ranges: [Range<Int>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A {
      ranges.append(start..<index + 1)
      start = index + 1
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
    let counts = try learner.countPieces(of: bytes, lines: ranges, threads: threads, stop: stop)
    return try learner.learn(counts, stop: stop, progress: progress)
  }

  /// Learns from the lines of files; each line counts with a line feed, whatever its end is. Bytes
  /// that are not UTF-8 are learnt as they are.
  ///
  /// - Parameter paths: files, plain or gzip, and folders; `-` is standard input.
  /// - Throws: as the call on texts, and what reading throws.
  public static func train(
    contentsOf paths: [String], options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let open = try InputFiles.texts(paths).files.map { path in
      { try LineReader(path: path, invalid: .kept) }
    }
    return try train(
      linesOf: open, options: options, threads: threads, stop: stop, progress: progress)
  }

  /// Bytes of lines that are counted at once.
  private static let batchSize = 16 << 20
  /// The bytes that a word may have which pairs are learnt from: every join that occurs in it goes
  /// through all of it.
  package static let longestLearntWord = 1 << 20

  /// Learns from the lines of some texts; each line counts with a line feed. The texts are not kept
  /// in memory, only their distinct pieces.
  ///
  /// - Parameter texts: opened one after another.
  /// - Throws: as the call on texts, what opening and reading throw, and `badData` for a word of more
  ///   than ``longestLearntWord`` bytes.
  package static func train(
    linesOf texts: [() throws -> LineReader],
    options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let learner = try BytePairLearner(options)
    var counts = BytePairLearner.PieceCounts()
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    func count() throws {
      try counts.add(
        learner.countPieces(of: bytes, lines: ranges, threads: threads, stop: stop))
      bytes.removeAll(keepingCapacity: true)
      ranges.removeAll(keepingCapacity: true)
    }
    for open in texts {
      let lines = try open()
      while let size = try unsafe lines.next({ line in
        try unsafe learner.checkWords(in: line, path: lines.path, number: lines.number)
        unsafe bytes.append(contentsOf: line)
        return line.count
      }) {
        bytes.append(0x0A)
        ranges.append(bytes.count - size - 1..<bytes.count)
        if bytes.count >= batchSize { try count() }
      }
    }
    if !ranges.isEmpty { try count() }
    return try learner.learn(counts, stop: stop, progress: progress)
  }
}

/// One training.
private struct BytePairLearner: Sendable {
  let options: BytePairTrainingOptions

  /// - Throws: ``WordtoolError`` of kind `usage`.
  init(_ options: BytePairTrainingOptions) throws {
    try options.validate()
    self.options = options
  }

  /// Distinct pieces and how often each occurs.
  struct PieceCounts: Sendable {
    var pieces = ByteStringTable()
    var counts: [Int64] = []

    mutating func add(_ piece: UnsafeBufferPointer<UInt8>, _ count: Int64 = 1) {
      let (id, isNew) = unsafe pieces.add(piece)
      if isNew { counts.append(0) }
      counts[Int(id)] += count
    }

    mutating func add(_ other: PieceCounts) {
      for index in 0..<other.pieces.count {
        unsafe other.pieces.withBytes(Int32(index)) { unsafe add($0, other.counts[index]) }
      }
    }
  }

  /// - Throws: ``WordtoolError`` of kind `badData` for a word that is too long to learn from.
  func checkWords(in line: UnsafeBufferPointer<UInt8>, path: String, number: Int) throws {
    let limit = BytePairEncoding.longestLearntWord
    guard line.count > limit else { return }
    var longest = 0
    try unsafe encoding(tokens: startingTokens, merges: []).forEachPiece(
      line, special: { _ in }, piece: { longest = max(longest, $0.count) })
    guard longest > limit else { return }
    throw WordtoolError(
      .badData, path: path, at: .line(number),
      found: "a word of \(longest) bytes", expected: "at most \(limit) to learn pairs from",
      remedy: "break it, for instance with: fold")
  }

  func countPieces(
    of bytes: [UInt8], lines: [Range<Int>], threads: Int, stop: StopFlag
  ) throws -> PieceCounts {
    try unsafe countPieces(ofTexts: lines.count, threads: threads, stop: stop) { index, body in
      unsafe bytes.withUnsafeBufferPointer {
        unsafe body(UnsafeBufferPointer(rebasing: $0[lines[index]]))
      }
    }
  }

  func countPieces(
    ofTexts count: Int, threads: Int, stop: StopFlag,
    _ withText: @escaping @Sendable (Int, (UnsafeBufferPointer<UInt8>) -> Void) -> Void
  ) throws -> PieceCounts {
    try OptionCheck.requireThreads(threads)
    let workers = max(1, min(threads, count))
    let cutter = try encoding(tokens: startingTokens, merges: [])
    let results = Locked([PieceCounts?](repeating: nil, count: workers))
    try Workers.run(count: workers) { worker in
      var counts = PieceCounts()
      for index in count * worker / workers..<count * (worker + 1) / workers {
        if stop.isRaised { throw Self.interruption }
        unsafe withText(index) { text in
          unsafe cutter.forEachPiece(text, special: { _ in }, piece: { unsafe counts.add($0) })
        }
      }
      let done = counts
      results.withLock { $0[worker] = done }
    }
    var parts = results.withLock { $0 }.compactMap { $0 }
    var all = parts.removeFirst()
    for part in parts { all.add(part) }
    return all
  }

  private static var interruption: WordtoolError {
    WordtoolError(.interrupted, found: "stopped while learning pairs")
  }

  private var startingTokens: [[UInt8]?] {
    var tokens: [[UInt8]?] = options.specialTokens.map { Array($0.content.utf8) }
    // In the order of the characters that stand for the bytes.
    tokens += (0..<256).sorted { ByteLevel.characters[$0] < ByteLevel.characters[$1] }
      .map { [UInt8($0)] }
    return tokens
  }

  private func encoding(
    tokens: [[UInt8]?], merges: [BytePairEncoding.Merge]
  ) throws -> BytePairEncoding {
    try BytePairEncoding(
      tokens: tokens, merges: merges,
      specialTokens: options.specialTokens.enumerated().map { ($1, Int32($0)) },
      addsPrefixSpace: options.addsPrefixSpace)
  }

  func learn(
    _ counts: PieceCounts, stop: StopFlag, progress: ((TrainingProgress) -> Void)?
  ) throws -> BytePairEncoding {
    var tokens = startingTokens
    let first = options.specialTokens.count
    let wanted = max(1, options.vocabularySize - tokens.count)
    func tell(_ merges: Int, fraction: Double) {
      progress?(TrainingProgress(fraction: fraction, epoch: 1, epochCount: 1, examples: merges))
    }
    guard counts.pieces.count > 0 else {
      throw WordtoolError(.badData, found: "no text to learn from", expected: "at least a word")
    }
    var byteIDs = [Int32](repeating: 0, count: 256)
    for id in first..<tokens.count {
      if let byte = tokens[id]?.first { byteIDs[Int(byte)] = Int32(id) }
    }
    var pairs = PairCounts(
      pieces: (0..<counts.pieces.count).map { index in
        counts.pieces.bytes(Int32(index)).map { byteIDs[Int($0)] }
      }, counts: counts.counts)
    var numbers: [[UInt8]: Int32] = [:]
    for id in first..<tokens.count { numbers[tokens[id] ?? []] = Int32(id) }
    var merges: [BytePairEncoding.Merge] = []
    while tokens.count < options.vocabularySize, let best = pairs.popMostFrequent(),
      best.count >= options.minimumFrequency
    {
      if stop.isRaised { throw Self.interruption }
      if merges.count % 256 == 0 {
        tell(merges.count, fraction: Double(tokens.count - first - 256) / Double(wanted))
      }
      let bytes = (tokens[Int(best.left)] ?? []) + (tokens[Int(best.right)] ?? [])
      // Two different pairs may spell one token.
      let id = numbers[bytes] ?? Int32(tokens.count)
      if Int(id) == tokens.count {
        tokens.append(bytes)
        numbers[bytes] = id
      }
      merges.append(.init(left: best.left, right: best.right, result: id))
      pairs.merge(best.left, best.right, into: id)
    }
    tell(merges.count, fraction: 1)
    return try encoding(tokens: tokens, merges: merges)
  }
}
