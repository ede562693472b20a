import BLASCore
public import Tokenize
public import WordtoolCore

extension SkipGramTrainer {
  /// Trains to the end of the last epoch on a tokenized corpus.
  ///
  /// Parameters and errors are those of the call on a buffer of IDs.
  public func train(
    on corpus: TokenIDs, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    pausing: Pausing? = nil, progress: ((Progress) -> Void)? = nil
  ) throws {
    try corpus.withUnsafeBuffer {
      try train(on: $0, threads: threads, stop: stop, pausing: pausing, progress: progress)
    }
  }

  /// Begins with the vectors of another file for the words it knows; the others stay random.
  ///
  /// - Parameters:
  ///   - known: vectors of the same dimension.
  ///   - vocabulary: the words, by ID.
  ///   - path: where they come from, for the error.
  /// - Returns: how many words were found.
  /// - Throws: ``WordtoolError`` of kind `badData` when the dimension differs.
  @discardableResult
  public func initialize(
    from known: WordVectors, vocabulary: Vocabulary, path: String? = nil
  ) throws -> Int {
    guard known.dimension == options.dimension else {
      throw WordtoolError(
        .badData, path: path, found: "vectors of \(known.dimension) values",
        expected: "\(options.dimension)", remedy: "use --dim \(known.dimension)")
    }
    var found = 0
    for id in 0..<vocabulary.count {
      guard let vector = known.vector(for: vocabulary.word(at: id)) else { continue }
      vectors[id] = vector
      found += 1
    }
    return found
  }

  /// The trained vectors with the words they belong to, ready to be queried and written.
  ///
  /// Nothing is copied: the vectors share the trainer's memory, so do not train on while they are
  /// in use.
  ///
  /// - Parameters:
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - rule: the tokenizer's rule; query words are treated by it.
  ///   - metadata: more facts to keep with the vectors: the corpus and its licence.
  /// - Throws: ``WordtoolError`` when a value is not finite.
  public func wordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    try joined(vectors, vocabulary: vocabulary, rule: rule, metadata: metadata)
  }

  /// The context vectors with their words, as ``wordVectors(vocabulary:rule:metadata:)``.
  public func contextWordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    try joined(contextVectors, vocabulary: vocabulary, rule: rule, metadata: metadata)
  }

  private func joined(
    _ rows: RowStorage, vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String]
  ) throws -> WordVectors {
    precondition(
      vocabulary.count == vocabularySize, "\(vocabulary.count) words for \(vocabularySize) vectors")
    var metadata = metadata
    typealias Key = WordVectors.MetadataKey
    if metadata[Key.trainingOptions] == nil {
      metadata[Key.trainingOptions] = try StoredJSON.text(options)
    }
    metadata[Key.seed] = String(options.seed)
    return try rows.withUnsafeBuffer {
      try WordVectors(
        vocabulary: vocabulary, dimension: options.dimension, rows: $0, stride: rows.stride,
        owner: rows, tokenizerRule: rule, metadata: metadata)
    }
  }
}
