package import WordtoolCore

extension WordVectors {
  /// Answers `a - b + c`: with `king`, `man`, `woman` it is queen.
  ///
  /// - Returns: the answers, best first. None of the three words is among them unless the options
  ///   say so.
  /// - Throws: `WordtoolError` of kind `unavailable` for a word that is not there.
  public func analogy(
    _ a: String, minus b: String, plus c: String, count: Int = 10
  ) throws -> [Neighbor] {
    try analogy(positive: [a, c], negative: [b], options: SearchOptions(count: count))
  }

  /// Answers an analogy of any number of positive and negative words.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, `usage` without a
  ///   positive word.
  public func analogy(
    positive: [String], negative: [String], method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    let question = try AnalogyQuery(vectors: self, positive: positive, negative: negative)
    return try analogies([question], method: method, options: options)[0]
  }

  /// Answers many analogies, together by one pass over the rows where the method allows it; `isRaw`
  /// as in ``answers(toAnalogies:method:options:isRaw:explains:stop:)``.
  package func analogies(
    _ questions: [AnalogyQuery], method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions(), isRaw: Bool = false, stop: StopFlag = StopFlag()
  ) throws -> [[Neighbor]] {
    try options.validate()
    if isRaw && method != .add {
      throw WordtoolError(
        .usage, found: "`isRaw` with the method \(method.rawValue)",
        expected: "add: mul takes cosines, which have no lengths")
    }
    switch method {
    case .add:
      return try neighbors(
        of: questions.map { try query(terms: $0.terms, isRaw: isRaw) }, options: options, stop: stop
      )
    case .mul:
      let products = try questions.map { question in
        func units(_ words: [QueryWord]) throws -> [[Float]] {
          try words.map { try query(terms: [(1, $0)]).values }
        }
        return ExactIndex.Product(
          positive: try units(question.positive), negative: try units(question.negative),
          excluded: options.includesInputs
            ? [] : (question.positive + question.negative).flatMap(\.rows))
      }
      let found = try located {
        try ExactIndex(storage).best(
          byProduct: products, epsilon: Self.productEpsilon, options: options, stop: stop)
      }
      return try found.map { try $0.map { try neighbor($0, isCosine: false) } }
    }
  }

  /// Added to the divisor of 3CosMul so that it is never zero (Levy & Goldberg 2014, section 6).
  static let productEpsilon: Float = 0.001
}

/// The words of an analogy, as they were understood.
package struct AnalogyQuery: Sendable {
  package let positive: [QueryWord]
  package let negative: [QueryWord]

  /// A question of words that were looked up.
  package init(positive: [QueryWord], negative: [QueryWord]) {
    self.positive = positive
    self.negative = negative
  }

  /// - Throws: ``WordtoolError``: `unavailable` for a word that is not there, `usage` without a
  ///   positive word.
  package init(vectors: WordVectors, positive: [String], negative: [String]) throws {
    guard !positive.isEmpty else {
      throw WordtoolError(
        .usage, found: "an analogy without `positive` words", expected: "one or more")
    }
    self.positive = try positive.map { try vectors.resolve($0) }
    self.negative = try negative.map { try vectors.resolve($0) }
  }

  var terms: [(factor: Double, word: QueryWord)] {
    positive.map { (1, $0) } + negative.map { (-1, $0) }
  }
}
