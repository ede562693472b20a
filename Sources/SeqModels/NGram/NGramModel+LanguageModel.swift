public import WordtoolCore

/// Every line begins anew after `<s>`.
extension NGramModel: LanguageModel {
  /// How many tokens the vocabulary has, `<unk>`, `<s>` and `</s>` included.
  public var tokenCount: Int { vocabularyCount }

  /// The number of `<s>`.
  public var beginOfSentenceID: Int32? { begin }

  /// The number of a token in UTF-8, or nil when the vocabulary does not have it.
  public func id(ofUTF8 token: Span<UInt8>) -> Int32? {
    unsafe token.withUnsafeBufferPointer { unsafe table.find($0) }
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
    let count = table.count
    if values.count != count { values = [Double](repeating: 0, count: count) }
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe levels[0].logProbabilities.withUnsafeBufferPointer {
        for id in 0..<count { unsafe values[id] = unsafe Double($0[id]) }
      }
      for length in 1..<max(1, order) {
        let node = Int(state.nodes[length])
        guard node >= 0 else { continue }
        let backoff = Double(levels[length - 1].backoffs[node])
        if backoff != 0 {
          for id in 0..<count { unsafe values[id] += backoff }
        }
        let starts = levels[length - 1].firstChild
        for child in Int(starts[node])..<Int(starts[node + 1]) {
          unsafe values[Int(levels[length].words[child])] = Double(
            levels[length].logProbabilities[child])
        }
      }
      for id in 0..<count { unsafe values[id] *= PerplexityReport.ln10 }
      unsafe values[Int(begin)] = -.infinity
    }
  }

  /// The natural logarithm of the probability of every token of a text.
  public func logProbabilities(of ids: [Int32], stop: StopFlag) throws -> [Double] {
    var results: [Double] = []
    results.reserveCapacity(ids.count)
    var context = sentenceBegin
    for id in ids {
      results.append(score(id, &context) * PerplexityReport.ln10)
      guard id == end else { continue }
      context = sentenceBegin
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while measuring")
      }
    }
    return results
  }
}
