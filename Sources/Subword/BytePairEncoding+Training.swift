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

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
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
  /// - Throws: `WordtoolError`: `usage` for options out of range, `badData` when the texts hold
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
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
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
    let lines = ranges
    let counts = try unsafe learner.countPieces(
      ofTexts: lines.count, threads: threads, stop: stop
    ) { index, body in
      unsafe bytes.withUnsafeBufferPointer {
        unsafe body(UnsafeBufferPointer(rebasing: $0[lines[index]]))
      }
    }
    return try learner.learn(counts, stop: stop, progress: progress)
  }

  /// Learns from the lines of files; each line counts with a line feed, whatever its end is. Bytes
  /// that are not UTF-8 are learnt as they are.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - options: how.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then on the caller's thread.
  /// - Throws: as the call on texts, and what reading throws.
  public static func train(
    contentsOf paths: [String], options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let texts = try InputFiles.texts(paths).files.map { path in { try TextSource(path: path) } }
    return try train(
      linesOf: texts, options: options, threads: threads, stop: stop, progress: progress)
  }

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
    linesOf texts: [() throws -> TextSource],
    options: BytePairTrainingOptions = BytePairTrainingOptions(),
    threads: Int = Workers.defaultCount, blockSize: Int = LineBlocks.usualSize,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> BytePairEncoding {
    let learner = try BytePairLearner(options)
    let counts = try learner.countPieces(
      LineBlocks(texts, blockSize: blockSize), threads: threads, stop: stop)
    return try learner.learn(counts, stop: stop, progress: progress)
  }
}
