import BLASCore
import Embedding
public import Tokenize
import WordtoolCore

extension GloVeTrainer {
  /// The words with the sums of their two vectors, ready to be queried and written.
  ///
  /// - Parameters:
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - rule: the tokenizer's rule; query words are treated by it.
  ///   - metadata: more facts to keep with the vectors: the corpus and its licence.
  /// - Throws: `WordtoolError`: `badData` when a value is not finite, `usage` for another number of
  ///   words, `unavailable` without memory.
  public func wordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    try unsafe vectors(vocabulary, rule, metadata) { values, word in
      let (words, contexts) = (tables.input, tables.output)
      let (first, second) = unsafe (
        words.base + 2 * word * words.stride, contexts.base + 2 * word * contexts.stride
      )
      for column in values.indices { unsafe values[column] = first[column] + second[column] }
    }
  }

  /// The words with the vectors that they have near others, as
  /// ``wordVectors(vocabulary:rule:metadata:)``.
  public func contextWordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    try unsafe vectors(vocabulary, rule, metadata) { values, word in
      let row = unsafe tables.output.base + 2 * word * tables.output.stride
      for column in values.indices { unsafe values[column] = row[column] }
    }
  }

  private func vectors(
    _ vocabulary: Vocabulary, _ rule: TokenizerRule?, _ metadata: [String: String],
    _ fill: (UnsafeMutableBufferPointer<Float>, _ word: Int) -> Void
  ) throws -> WordVectors {
    try vocabulary.check(count: vocabularySize)
    let rows = try RowStorage(rowCount: vocabularySize, dimension: options.dimension)
    for word in 0..<vocabularySize {
      unsafe fill(
        UnsafeMutableBufferPointer(start: rows.base + word * rows.stride, count: rows.dimension),
        word)
    }
    return try WordVectors(
      trained: rows, vocabulary: vocabulary, rule: rule, metadata: metadata, options: options,
      seed: options.seed)
  }

  /// The chunks in an epoch over a text, between two places where training can be interrupted and
  /// resumed.
  ///
  /// - Throws: `WordtoolError` of kind `inputOutput` when the file that the text is in fails.
  public func chunkCount(of text: TokenIDs) throws -> Int {
    try text.withIDs { try CooccurrenceStore.binCount(of: $0, options: options) }
  }

  /// How many passes over the corpus are done, a part of one as a fraction.
  public func epochsDone(on corpus: TokenizedCorpus) -> Double {
    guard position.chunk > 0, let chunks = try? chunkCount(of: corpus.ids) else {
      return Double(position.epoch)
    }
    return Double(position.epoch) + Double(position.chunk) / Double(chunks)
  }

  // MARK: Checkpoints

  /// What a checkpoint must fit.
  private func checkpoint(
    _ corpus: TokenizedCorpus
  ) throws -> EmbeddingCheckpoint<GloVeOptions> {
    try EmbeddingCheckpoint(
      key: "wordtool_glove_state", name: "GloVe", options: options, epochs: options.epochs,
      chunkCount: chunkCount(of: corpus.ids),
      vocabulary: corpus.vocabulary.fingerprint(), textLength: corpus.ids.count)
  }

  /// Writes everything that is needed to go on with the very bytes of an unbroken run. The
  /// co-occurrences are not part of it: they are counted again.
  ///
  /// - Parameters:
  ///   - path: the checkpoint file, a safetensors file; replaced as a whole.
  ///   - corpus: what is trained on; only its fingerprint is written.
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  public func writeCheckpoint(to path: String, corpus: TokenizedCorpus) throws {
    try checkpoint(corpus).write(state, tables, to: path)
  }

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text. The trainer is then as it was.
  public func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws {
    try tables.makeUnique()
    state = try checkpoint(corpus).read(path, into: tables)
  }
}
