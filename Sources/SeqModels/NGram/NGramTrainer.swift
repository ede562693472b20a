public import Tokenize
public import WordtoolCore

/// What an n-gram model is to be.
public struct NGramOptions: Hashable, Sendable {
  /// The length of the longest n-grams, 1 to 5.
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

  /// Order 5, words between white space, all of them.
  public init() {}
}

/// Counts a text and makes an n-gram model with interpolated modified Kneser-Ney smoothing.
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
/// kept: the 10,000 words share the probability. `NGramModel.perplexity(of:isStrict:stop:)`
/// measures so.
public struct NGramTrainer: Sendable {
  /// The model.
  public let model: NGramModel
  /// The discounts of each order, from 1.
  public let discounts: [KneserNeyDiscounts]
  /// How many tokens the text has, ends of sentences not counted.
  public let tokenCount: Int
  /// How many sentences it has.
  public let sentenceCount: Int
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public let replacedCount: Int

  /// Reads text and trains.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - stop: looked at while reading and between orders.
  ///   - progress: told now and then how many tokens have been read.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `badData` for a text of fewer
  ///   than two tokens, what reading throws, `interrupted`.
  public init(
    _ paths: [String], options: NGramOptions = NGramOptions(), stop: StopFlag? = nil,
    progress: (Int) -> Void = { _ in }
  ) throws {
    try Self.validate(options)
    let reader = try SentenceReader(
      unit: options.unit, rule: options.rule, isStrict: options.isStrict)
    var table = Self.newTable()
    var counts: [Int64] = [0, 0, 0]
    var text: [Int32] = []
    var tokens = 0
    var sentences = 0
    text.append(Self.begin)
    try reader.read(
      paths, stop: stop,
      token: { token in
        let (id, isNew) = table.add(token)
        if isNew { counts.append(0) }
        counts[Int(id)] += 1
        text.append(id)
        tokens += 1
      },
      end: {
        text.append(Self.end)
        text.append(Self.begin)
        sentences += 1
        if sentences % 1024 == 0 { progress(tokens) }
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
    let (ordered, renumbering) = Self.ordered(table, counts, options)
    for index in text.indices { text[index] = renumbering[Int(text[index])] }
    let counted = try NGramCounts(
      text, vocabularyCount: ordered.count, begin: Self.begin, order: options.order, stop: stop)
    let estimate = KneserNey.estimate(counted, begin: Self.begin)
    model = NGramModel(
      unit: options.unit, rule: options.rule, table: ordered, levels: estimate.levels,
      unknown: Self.unknown, begin: Self.begin, end: Self.end)
    discounts = estimate.discounts
    tokenCount = tokens
    sentenceCount = sentences
    replacedCount = reader.replacedCount
  }

  private static let unknown: Int32 = 0
  private static let begin: Int32 = 1
  private static let end: Int32 = 2

  private static func newTable() -> ByteStringTable {
    var table = ByteStringTable()
    for token in [TokenText.unknown, TokenText.begin, TokenText.end] { table.add(token.utf8) }
    return table
  }

  /// The tokens that are kept, most frequent first and equal counts by their bytes, and the new
  /// number of each old one.
  private static func ordered(
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

  private static func validate(_ options: NGramOptions) throws {
    guard (1...NGramModel.maximumTrainedOrder).contains(options.order) else {
      throw WordtoolError(
        .usage, found: "order \(options.order)",
        expected: "1 to \(NGramModel.maximumTrainedOrder)")
    }
    guard options.minimumCount >= 1, options.maximumVocabulary.map({ $0 >= 1 }) ?? true else {
      throw WordtoolError(
        .usage, found: "a vocabulary limit below 1", expected: "at least 1")
    }
  }
}
