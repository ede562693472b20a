import WordtoolCore

/// Every line begins anew after `<s>`.
extension NGramModel: LanguageModel {
  /// How many tokens the vocabulary has, `<unk>`, `<s>` and `</s>` included.
  public var tokenCount: Int { vocabularyCount }

  /// The number of `<s>`.
  public var beginOfSentenceID: Int32? { begin }

  /// The number of a token in UTF-8, or nil when the vocabulary does not have it.
  public func id(ofUTF8 token: Span<UInt8>) -> Int32? {
    unsafe token.withUnsafeBufferPointer { unsafe store.words.find($0) }.map {
      Int32(truncatingIfNeeded: $0)
    }
  }

  /// The context after `<s>`.
  public func initialState() -> Context { sentenceBegin }

  /// Moves a context on by one token; `</s>` leads to the begin of the next sentence.
  public func advance(_ state: inout Context, with id: Int32) {
    if id == end { state = sentenceBegin } else { _ = score(id, &state) }
  }

  /// The natural logarithm of every token's probability after a context.
  public func logProbabilities(after state: Context) -> [Double] {
    var values: [Double] = []
    fillLogProbabilities(after: state, &values)
    return values
  }

  /// The natural logarithm of every token's probability after a context.
  ///
  /// - Complexity: O(order · V) for V tokens.
  public func fillLogProbabilities(after state: Context, _ values: inout [Double]) {
    let count = vocabularyCount
    if values.count != count { values = [Double](repeating: 0, count: count) }
    let levels = store.levels
    for id in 0..<count { values[id] = levels[0].logProbability(at: id) }
    for length in 1..<max(1, order) where state.nodes[length] >= 0 {
      let backoff = levels[length - 1].backoff(at: Int(state.nodes[length]))
      if backoff != 0 {
        for id in 0..<count { values[id] += backoff }
      }
      for child in continuations(of: state, length: length) {
        let id = Int(levels[length].word(at: child))
        // Of a damaged file it may be any number.
        guard id >= 0, id < count else { continue }
        values[id] = levels[length].logProbability(at: child)
      }
    }
    for id in 0..<count { values[id] *= PerplexityReport.ln10 }
    values[Int(begin)] = -.infinity
  }

  /// Measures sentences on their own, several at a time.
  public func makeTextScorer() throws -> any TextScorer { NGramTextScorer(self) }
}
