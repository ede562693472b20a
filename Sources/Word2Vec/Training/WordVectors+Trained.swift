import BLASCore
import Tokenize
import WordtoolCore

extension WordVectors {
  /// Words and the rows that a trainer has for them; nothing is copied.
  ///
  /// - Parameters:
  ///   - rows: row i belongs to word i; the columns are the values of a vector.
  ///   - metadata: facts to keep with the vectors; the options are added where nothing is said of them.
  ///   - options: how the rows were trained.
  /// - Throws: ``WordtoolError`` of kind `badData` when a value is not finite.
  init(
    trained rows: RowStorage, vocabulary: Vocabulary, rule: TokenizerRule?,
    metadata: [String: String], options: some TrainingOptions, seed: UInt64,
    composer: NGramComposer? = nil
  ) throws {
    var metadata = metadata
    if metadata[MetadataKey.trainingOptions] == nil {
      metadata[MetadataKey.trainingOptions] = try StoredJSON.text(options)
    }
    metadata[MetadataKey.seed] = String(seed)
    self = try unsafe rows.withUnsafeBuffer {
      try unsafe WordVectors(
        vocabulary: vocabulary, dimension: rows.dimension, rows: $0, stride: rows.stride,
        owner: rows, tokenizerRule: rule, metadata: metadata, composer: composer)
    }
  }
}

extension Vocabulary {
  /// - Throws: ``WordtoolError`` of kind `usage` for another number of words than a trainer's.
  func check(count: Int) throws {
    guard self.count == count else {
      throw WordtoolError(
        .usage, found: "a vocabulary of \(self.count, "word")",
        expected: "the \(count) words that the trainer was made for")
    }
  }

  /// FNV-1a over the words, their order and their counts, and over which of them are frozen: what a
  /// checkpoint is compared by.
  func fingerprint(frozen isFrozen: [Bool] = []) -> String {
    var hash = FNV1a()
    for id in 0..<count {
      unsafe withUTF8(at: id) { unsafe hash.add(bytes: $0) }
      hash.add(0xFF as UInt8)  // occurs in no UTF-8 text
      unsafe withUnsafeBytes(of: count(at: id).littleEndian) {
        unsafe $0.forEach { hash.add($0) }
      }
    }
    for isFrozen in isFrozen { hash.add(isFrozen ? 1 as UInt8 : 0) }
    return String(hash.value, radix: 16)
  }
}
