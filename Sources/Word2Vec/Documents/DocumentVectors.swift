import BLASCore
import Embedding
public import Tokenize
public import WordtoolCore

/// Vectors of documents, and what makes vectors of other texts: the paragraph vectors of Le and Mikolov
/// (ICML 2014).
///
/// ```swift
/// let corpus = try DocumentCorpus(linesOf: ["reviews.txt"])
/// let model = try DocumentVectors.train(on: corpus)
/// let vector = try model.vector(of: "a film one forgets")
/// for found in try model.nearest(to: vector.values, count: 3) { print(found.name, found.similarity) }
/// ```
public struct DocumentVectors: Sendable {
  /// How they were trained.
  public let options: DocumentVectorOptions
  /// The words that documents were trained on.
  public let vocabulary: Vocabulary
  /// How text becomes words.
  public let rule: TokenizerRule
  /// The vectors of the documents, each called by its name.
  public private(set) var documents: WordVectors
  /// The labels of the documents.
  public let labels: DocumentLabels
  /// The vectors of the words; nil where they were not trained.
  public let words: WordVectors?
  /// Free-form facts: the text, its licence, the tokenizer's rule.
  public let metadata: [String: String]
  /// What messages call the model; nil for a model without a name.
  public var name: String? {
    get { documents.name }
    set { documents.name = newValue }
  }

  /// The output rows as the trainer has them.
  let output: RowStorage
  /// The input rows, of which the first are the words'; nil where words have none.
  let input: RowStorage?
  let tokenizer: WordTokenizer
  /// How texts become examples.
  let sampling: WindowGroups.Sampling

  init(
    options: DocumentVectorOptions, vocabulary: Vocabulary, rule: TokenizerRule,
    documents: WordVectors, labels: DocumentLabels, words: WordVectors?, output: RowStorage,
    input: RowStorage?, metadata: [String: String]
  ) throws {
    self.options = options
    self.vocabulary = vocabulary
    self.rule = rule
    self.documents = documents
    self.labels = labels
    self.words = words
    self.output = output
    self.input = input
    self.metadata = metadata
    tokenizer = try WordTokenizer(rule: rule)
    // Words beside documents take no part when a vector is made of a text.
    var own = options
    own.trainsWords = false
    sampling = WindowGroups.Sampling(options: own.wordOptions, counts: vocabulary.counts)
  }

  /// How many values a vector has.
  public var dimension: Int { options.dimension }
  /// How many documents there are.
  public var count: Int { documents.count }

  /// Trains vectors of documents.
  ///
  /// The bytes depend on the documents and the options alone, not on `threads`.
  ///
  /// - Parameters:
  ///   - corpus: the documents.
  ///   - options: how vectors are trained.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `badData` for fewer than two
  ///   words, `diverged`, `interrupted`, `unavailable` for lack of memory or threads.
  public static func train(
    on corpus: DocumentCorpus, options: DocumentVectorOptions = DocumentVectorOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> DocumentVectors {
    let trainer = try DocumentVectorTrainer(options: options, corpus: corpus)
    try trainer.train(threads: threads, stop: stop, progress: progress)
    return try trainer.documentVectors()
  }

  /// Trains vectors while the caller's task is suspended; the work is done by threads outside of the
  /// cooperative pool.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on corpus: DocumentCorpus, options: DocumentVectorOptions = DocumentVectorOptions(),
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> DocumentVectors {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: corpus, options: options, threads: threads, stop: stop) { progress?.add($0) }
    }
  }
}

extension DocumentVectorTrainer {
  /// The trained vectors, ready to be asked and written.
  ///
  /// Nothing is copied now. When the trainer trains on while they live, it copies its own rows first.
  ///
  /// - Parameter metadata: more facts to keep with the vectors: the corpus and its licence.
  /// - Throws: `WordtoolError` of kind `badData` when a value is not finite.
  public func documentVectors(metadata: [String: String] = [:]) throws -> DocumentVectors {
    let input = tables.input
    var names = WordTableBuilder(expectedCount: corpus.count)
    for name in corpus.names { names.append(name) }
    let documents = try unsafe WordVectors(
      builder: names, counts: nil, dimension: options.dimension,
      rows: UnsafeBufferPointer(
        start: input.base + documentRow * input.stride, count: corpus.count * input.stride),
      stride: input.stride, owner: input, metadata: [:], threads: 1)
    let words =
      try options.hasWords
      ? unsafe WordVectors(
        vocabulary: corpus.vocabulary, dimension: options.dimension,
        rows: UnsafeBufferPointer(
          start: input.base, count: corpus.vocabulary.count * input.stride),
        stride: input.stride, owner: input, tokenizerRule: corpus.text.rule, metadata: metadata)
      : nil
    return try DocumentVectors(
      options: options, vocabulary: corpus.vocabulary, rule: corpus.text.rule,
      documents: documents, labels: corpus.labels, words: words, output: tables.output,
      input: options.hasWords ? input : nil, metadata: metadata)
  }
}
