public import Tokenize
public import WordtoolCore

/// What an n-gram model is to be.
public struct NGramOptions: TrainingOptions {
  /// The length of the longest n-grams, 1 to 6.
  public var order = 5
  /// What a token is.
  public var unit = TextUnit.word
  /// How words are found. White space, since texts for language models are tokenized already.
  public var rule = TokenizerRule.whitespace
  /// Tokens that occur less often become `<unk>`, at least 1.
  public var minimumCount = 1
  /// Only that many of the most frequent tokens are kept, the others become `<unk>`; nil for all.
  public var maximumVocabulary: Int?
  /// Whether bytes that are not UTF-8 are an error.
  public var isStrict = false
  /// The encoding of the text.
  public var encoding = TextEncoding.utf8

  /// Order 5, words between white space, all of them.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("order", order, in: 1...NGramModel.maximumTrainedOrder)
    try OptionCheck.require("minimumCount", minimumCount, in: 1...Int.max)
    try OptionCheck.require("maximumVocabulary", maximumVocabulary ?? 1, in: 1...Int.max)
  }
}

extension NGramModel {
  /// What a training gives besides the model.
  public struct Training: Hashable, Sendable {
    /// The discounts of each order, from 1.
    public var discounts: [KneserNeyDiscounts]
    /// How many tokens the text has, ends of sentences not counted.
    public var tokenCount: Int
    /// How many sentences it has.
    public var sentenceCount: Int
    /// How many byte sequences were not UTF-8 and became U+FFFD.
    public var replacedCount: Int
  }

  /// What `memoryLimit` is when nothing is said: 1 GiB.
  public static let usualMemoryLimit = 1 << 30

  /// Counts a text and makes a model with interpolated modified Kneser-Ney smoothing.
  ///
  /// The vocabulary is every token that is kept, `<unk>` and `</s>`; probabilities sum to 1 over
  /// it. A text that has `<unk>` among its words, as the Penn Treebank does, trains it as any other
  /// word; where nothing became `<unk>` it has what the uniform distribution gives it. Sentences
  /// begin with one `<s>`, which is context and never predicted. No n-gram is left out for being
  /// rare.
  ///
  /// The published perplexities of the Penn Treebank in Mikolov's split (148.3 for order 3, 141.2 for
  /// order 5) are those of this model when the text's `<unk>` is a word as any other, the end of
  /// each sentence is predicted and counted, `<s>` is not, and every n-gram of the training text is
  /// kept: the 10,000 words share the probability.
  /// `NGramModel.perplexity(of:isStrict:encoding:stop:)` measures so.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - options: checked by ``NGramOptions/validate()``.
  ///   - threads: how many threads count; the model does not depend on it.
  ///   - memoryLimit: bytes that sorting n-grams may take; the model does not depend on it either. Besides
  ///     that there are 12 bytes for each token, and the n-grams.
  ///   - stop: looked at while reading and counting.
  ///   - progress: called now and then on the caller's thread; an example is a token. How much is to
  ///     be read is not known, so nothing counts as done before the end.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `badData` for a text of fewer
  ///   than two tokens, what reading throws, `unavailable` for a text whose n-grams have no room in
  ///   memory, `interrupted`.
  public static func train(
    on paths: [String], options: NGramOptions = NGramOptions(),
    threads: Int = Workers.defaultCount, memoryLimit: Int = NGramModel.usualMemoryLimit,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> NGramModel {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("memoryLimit", memoryLimit, in: 1...Int.max)
    func tell(_ tokens: Int, fraction: Double) {
      progress?(TrainingProgress(fraction: fraction, epoch: 1, epochCount: 1, examples: tokens))
    }
    let reader = try SentenceReader(
      unit: options.unit, rule: options.rule, isStrict: options.isStrict,
      encoding: options.encoding)
    var table = TokenNumbers.newTable()
    var counts: [Int64] = [0, 0, 0]
    var text: [Int32] = []
    var tokens = 0
    var sentences = 0
    text.append(TokenNumbers.begin)
    try unsafe reader.read(
      paths, stop: stop,
      token: { token in
        let (id, isNew) = unsafe table.add(token)
        if isNew { counts.append(0) }
        counts[Int(id)] += 1
        try MemoryRoom.requireGrowth(of: text, for: "a text of more than \(tokens, "token")")
        text.append(id)
        tokens += 1
        // A line may be the whole text.
        if tokens % (1 << 16) == 0 { tell(tokens, fraction: 0) }
      },
      end: {
        try MemoryRoom.requireGrowth(of: text, for: "a text of more than \(tokens, "token")")
        text.append(TokenNumbers.end)
        text.append(TokenNumbers.begin)
        sentences += 1
        if sentences % 1024 == 0 { tell(tokens, fraction: 0) }
        guard text.count < Int(Int32.max) - 2 else {
          throw WordtoolError(
            .badData, path: paths.first, found: "more than 2,147,483,645 tokens",
            remedy: "train on a part of the text")
        }
      })
    text.removeLast()
    guard tokens >= 2 else {
      throw WordtoolError(
        .badData, path: paths.first,
        found: tokens == 0 ? "a text without tokens" : "a text of one token",
        expected: "at least 2 tokens")
    }
    let (ordered, renumbering) = TokenNumbers.ordered(table, counts, options)
    for index in text.indices { text[index] = renumbering[Int(text[index])] }
    let counted = try NGramCounts(
      text, vocabularyCount: ordered.count, begin: TokenNumbers.begin, order: options.order,
      threads: threads, memoryLimit: memoryLimit, stop: stop)
    let estimate = try KneserNey.estimate(
      counted, begin: TokenNumbers.begin, threads: threads, stop: stop)
    tell(tokens, fraction: 1)
    var model = NGramModel(
      unit: options.unit, rule: options.rule, store: try NGramStore(ordered, estimate.levels),
      unknown: TokenNumbers.unknown, begin: TokenNumbers.begin, end: TokenNumbers.end,
      training: Training(
        discounts: estimate.discounts, tokenCount: tokens, sentenceCount: sentences,
        replacedCount: reader.replacedCount))
    model.threads = threads
    return model
  }

  /// Counts a text and makes a model while the caller's task is suspended.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on paths: [String], options: NGramOptions = NGramOptions(),
    threads: Int = Workers.defaultCount, memoryLimit: Int = NGramModel.usualMemoryLimit,
    progress: TrainingMoments? = nil
  ) async throws -> NGramModel {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: paths, options: options, threads: threads, memoryLimit: memoryLimit, stop: stop
      ) { progress?.add($0) }
    }
  }
}

/// The numbers of the tokens of a model that is trained.
private enum TokenNumbers {
  static let unknown: Int32 = 0
  static let begin: Int32 = 1
  static let end: Int32 = 2

  static func newTable() -> ByteStringTable {
    var table = ByteStringTable()
    for token in [TokenText.unknown, TokenText.begin, TokenText.end] { table.add(token.utf8) }
    return table
  }

  /// The tokens that are kept, most frequent first and equal counts by their bytes, and the new
  /// number of each old one.
  static func ordered(
    _ table: ByteStringTable, _ counts: [Int64], _ options: NGramOptions
  ) -> (ByteStringTable, [Int32]) {
    var kept = (3..<Int32(table.count)).filter { counts[Int($0)] >= options.minimumCount }
    kept.sort { a, b in
      let (x, y) = (counts[Int(a)], counts[Int(b)])
      return x != y ? x > y : table.bytes(a).lexicographicallyPrecedes(table.bytes(b))
    }
    if let maximum = options.maximumVocabulary { kept = Array(kept.prefix(maximum)) }
    var renumbering = [Int32](repeating: unknown, count: table.count)
    renumbering[Int(begin)] = begin
    renumbering[Int(end)] = end
    var result = newTable()
    for id in kept { renumbering[Int(id)] = result.add(table.bytes(id)).id }
    return (result, renumbering)
  }
}
