public import Tokenize
public import WordtoolCore

/// Words that belong together, found by how often they stand together: `new york` becomes `new_york`.
///
/// ```swift
/// let corpus = try CorpusReader(limits: VocabularyLimits(minimumCount: 1)).read(["text.txt"])
/// let phrases = try PhraseModel.train(on: corpus)
/// let joined = try phrases.join(corpus)
/// joined.vocabulary.id(for: "new_york")
/// ```
/// As word2phrase (Mikolov et al., Distributed Representations of Words and Phrases and their
/// Compositionality, NIPS 2013) and gensim's Phrases: each pass joins two words, or phrases of the pass
/// before, whose score is above a threshold. In a pass the text is gone through from left to right, and
/// what was joined is not joined with the next word again. No phrase goes over the end of a line.
public struct PhraseModel: Hashable, Sendable {
  /// Words that are joined.
  public struct Phrase: Hashable, Sendable {
    /// The words, at least two; between the first and the last are connectors. In passes behind the
    /// first one a word may be a phrase.
    public var words: [String]
    /// How often they stand together, joined or not.
    public var count: Int
    /// The score, above the threshold.
    public var score: Double

    /// The phrase as a word: with `_` between its parts.
    public var text: String { words.joined(separator: PhraseModel.delimiter) }

    /// A phrase.
    public init(words: [String], count: Int, score: Double) {
      self.words = words
      self.count = count
      self.score = score
    }
  }

  /// The phrases of one pass over the text.
  public struct Pass: Hashable, Sendable {
    /// Words of the text before the pass.
    public var wordCount: Int
    /// The phrases, those of the highest score first.
    public var phrases: [Phrase]

    /// A pass.
    public init(wordCount: Int, phrases: [Phrase]) {
      self.wordCount = wordCount
      self.phrases = phrases
    }
  }

  /// What stands between the words of a phrase.
  public static let delimiter = "_"

  /// How phrases were found.
  public internal(set) var options: PhraseOptions
  /// The passes in their order.
  public internal(set) var passes: [Pass]
  /// The rule that made the words of the text; new text is to be cut by it as well.
  public internal(set) var rule: TokenizerRule

  /// Finds the phrases of a text.
  ///
  /// They depend on the text and the options alone. Beside the text and the words, memory of up to 1 GB
  /// is taken for counts, whatever the size of the text, and 8 bytes for each word of the text with more
  /// than one pass.
  ///
  /// - Parameters:
  ///   - corpus: a text all of whose words are in its vocabulary: read with `minimumCount` 1.
  ///   - options: checked by ``PhraseOptions/validate()``.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `interrupted`, `unavailable` for
  ///   lack of memory or threads.
  public static func train(
    on corpus: TokenizedCorpus, options: PhraseOptions = PhraseOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> PhraseModel {
    let run = try PhraseRun(corpus, options: options, threads: threads, stop: stop)
    return try run.train(joinsLast: false)
  }

  /// Finds the phrases of a text while the caller's task is suspended.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on corpus: TokenizedCorpus, options: PhraseOptions = PhraseOptions(),
    threads: Int = Workers.defaultCount
  ) async throws -> PhraseModel {
    try await BlockingWork.run { stop in
      try train(on: corpus, options: options, threads: threads, stop: stop)
    }
  }

  /// Finds the phrases of a text and joins them.
  ///
  /// - Parameter limits: which words and phrases the joined text keeps.
  /// - Throws: as ``train(on:options:threads:stop:)`` and ``join(_:limits:threads:stop:)``.
  package static func trainAndJoin(
    _ corpus: TokenizedCorpus, options: PhraseOptions, limits: VocabularyLimits,
    threads: Int, stop: StopFlag = StopFlag(), memoryLimit: Int = PhraseRun.usualMemoryLimit
  ) throws -> (PhraseModel, TokenizedCorpus) {
    let run = try PhraseRun(
      corpus, options: options, threads: threads, stop: stop, memoryLimit: memoryLimit)
    let model = try run.train(joinsLast: true)
    return (model, try run.corpus(limits: limits))
  }

  /// A text with its phrases joined.
  ///
  /// - Parameters:
  ///   - corpus: a text that was cut by ``rule``, with all words in its vocabulary.
  ///   - limits: which words and phrases are kept, by their counts in the joined text.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `badData` when no word is within the limits, `usage` for limits out of
  ///   range, `interrupted`, `unavailable`.
  public func join(
    _ corpus: TokenizedCorpus, limits: VocabularyLimits = VocabularyLimits(minimumCount: 1),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> TokenizedCorpus {
    let run = try PhraseRun(corpus, options: options, threads: threads, stop: stop)
    for pass in passes { try run.join(pass) }
    return try run.corpus(limits: limits)
  }

  /// The phrases of all passes, in their order.
  public var phrases: [Phrase] { passes.flatMap(\.phrases) }
}
