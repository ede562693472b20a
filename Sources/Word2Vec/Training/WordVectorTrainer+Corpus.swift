import BLASCore
import Embedding
import FastTextFiles
public import Tokenize
import WordtoolCore

extension WordVectorTrainer {
  /// How many passes over the corpus are done, a part of one as a fraction.
  public func epochsDone(on corpus: TokenizedCorpus) -> Double {
    let chunks = Double(max(1, corpus.ids.count)) / Double(Self.wordsPerChunk)
    return Double(position.epoch) + Double(position.chunk) / chunks.rounded(.up)
  }

  /// The trained vectors with the words they belong to, ready to be queried and written.
  ///
  /// Nothing is copied now. When the trainer trains on while the vectors live, it copies its own
  /// rows first: these stay as they are.
  ///
  /// - Parameters:
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - rule: the tokenizer's rule; query words are treated by it.
  ///   - metadata: more facts to keep with the vectors: the corpus and its licence.
  /// - Throws: `WordtoolError`: `badData` when a value is not finite, `usage` for another number of
  ///   words.
  public func wordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    guard let subwords else {
      return try joined(vectors, vocabulary: vocabulary, rule: rule, metadata: metadata)
    }
    let composed = try composedRows(subwords.bags)
    let composer = NGramComposer(
      matrix: RowMatrix(rows: tables.input), index: subwords.index, firstRow: ownRowCount,
      isUnit: false, owner: tables.input,
      unmade: subwords.index.isFloret ? nil : CharacterNGrams.endOfLine)
    return try joined(
      composed, vocabulary: vocabulary, rule: rule, metadata: metadata, composer: composer)
  }

  /// [words, dimension]: the mean of each word's rows.
  private func composedRows(_ bags: SubwordBags) throws -> RowStorage {
    let composed = try RowStorage(rowCount: vocabularySize, dimension: options.dimension)
    let table = tables.input
    for word in 0..<vocabularySize {
      let rows = unsafe bags.list[word]
      let target = unsafe composed.base + word * composed.stride
      for index in 0..<rows.count {
        let source = unsafe table.base + Int(rows[index]) * table.stride
        for column in 0..<table.dimension { unsafe target[column] += source[column] }
      }
      let share = Float(1 / Double(rows.count))
      for column in 0..<table.dimension { unsafe target[column] *= share }
    }
    return composed
  }

  /// The context vectors with their words, as ``wordVectors(vocabulary:rule:metadata:)``.
  ///
  /// - Throws: `WordtoolError` of kind `usage` without negative sampling: a tree has rows for its
  ///   nodes, not for words; and with structured skip-gram, which has several for each word.
  public func contextWordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule? = nil, metadata: [String: String] = [:]
  ) throws -> WordVectors {
    try OptionCheck.require(
      options.negativeSamples > 0, found: "context vectors of hierarchical softmax alone",
      expected: "`negativeSamples` of at least 1")
    try requireOneContextVector()
    return try joined(contextVectors, vocabulary: vocabulary, rule: rule, metadata: metadata)
  }

  /// - Throws: `WordtoolError` of kind `usage` where words have a context vector for each position.
  func requireOneContextVector() throws {
    try OptionCheck.require(
      options.model != .structuredSkipGram,
      found: "context vectors of the model \(options.model.rawValue), one for each position",
      expected: "a model with one for each word")
  }

  func check(_ vocabulary: Vocabulary) throws {
    try vocabulary.check(count: vocabularySize)
  }

  private func joined(
    _ rows: RowStorage, vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String],
    composer: NGramComposer? = nil
  ) throws -> WordVectors {
    try check(vocabulary)
    return try WordVectors(
      trained: rows, vocabulary: vocabulary, rule: rule, metadata: metadata, options: options,
      seed: options.seed, composer: composer)
  }
}
