import BLASCore
public import Platform
public import Tokenize

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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
    metadata[WordVectors.MetadataKey.trainingOptions] = try Self.json(options)
    metadata[WordVectors.MetadataKey.seed] = String(options.seed)
    return try rows.withUnsafeBuffer {
      try WordVectors(
        vocabulary: vocabulary, dimension: options.dimension, rows: $0, stride: rows.stride,
        owner: rows, tokenizerRule: rule, metadata: metadata)
    }
  }

  /// The JSON text of a value; keys are sorted, so equal values give equal bytes.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
