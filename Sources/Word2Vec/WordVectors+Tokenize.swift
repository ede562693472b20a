public import Tokenize
import WordtoolCore

extension WordVectors {
  /// Makes vectors from a vocabulary and rows in memory, without copying the rows.
  ///
  /// Shapes: row i is `rows[i * stride ..< i * stride + dimension]`, the vector of word i.
  ///
  /// - Parameters:
  ///   - vocabulary: the words with their counts.
  ///   - dimension: values in a vector, at least 1.
  ///   - rows: the values.
  ///   - stride: floats from one row to the next, at least `dimension`.
  ///   - owner: whatever keeps `rows` valid and unchanged; it is held as long as the vectors live.
  ///   - tokenizerRule: the rule that made the words; queries go through it.
  ///   - metadata: facts to be kept with them.
  /// - Throws: ``WordtoolError`` of kind `badData` when a value is not finite.
  package init(
    vocabulary: Vocabulary, dimension: Int, rows: UnsafeBufferPointer<Float>, stride: Int,
    owner: AnyObject, tokenizerRule: TokenizerRule? = nil, metadata: [String: String] = [:],
    composer: (any WordComposer)? = nil, threads: Int = Workers.defaultCount
  ) throws {
    var builder = WordTableBuilder(expectedCount: vocabulary.count)
    for word in 0..<vocabulary.count {
      unsafe vocabulary.withUTF8(at: word) { unsafe builder.append($0) }
    }
    unsafe try self.init(
      builder: builder, counts: vocabulary.counts, dimension: dimension, rows: rows,
      stride: stride, owner: owner, metadata: metadata, composer: composer, threads: threads)
    if let tokenizerRule { self.tokenizerRule = tokenizerRule }
  }

  /// The rule by which the training text was cut into words; nil when it is not known.
  public var tokenizerRule: TokenizerRule? {
    get { tokenizerRuleJSON.flatMap(TokenizerCache.rule(fromJSON:)) }
    set { metadata[MetadataKey.tokenizerRule] = newValue.flatMap(TokenizerCache.json(of:)) }
  }
}
