import WordtoolCore

extension WordVectors {
  /// A query for the mean of words, each of length 1, so that a long vector weighs no more than a
  /// short one.
  ///
  /// - Parameters:
  ///   - words: as a person types them; at least one.
  ///   - isRaw: whether vectors enter with the lengths they have.
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, `usage` without words.
  public func query(_ words: [String], isRaw: Bool = false) throws -> QueryVector {
    guard !words.isEmpty else {
      throw WordtoolError(.usage, found: "a question without words", expected: "one or more")
    }
    return try query(terms: words.map { (1, try resolve($0)) }, isRaw: isRaw)
  }

  /// A query for the result of an expression such as `king - man + 0.5*woman`.
  ///
  /// - Throws: `WordtoolError`: `usage` for an expression that cannot be read, `unavailable` for
  ///   a word that is not there.
  public func query(expression text: String, isRaw: Bool = false) throws -> QueryVector {
    let expression = try VectorExpression(text) { index(forUncut: $0) != nil }
    return try query(
      terms: expression.terms.map { ($0.factor, try resolve($0.word)) }, isRaw: isRaw)
  }

  /// A query for the sum of some words less the sum of others.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, `usage` without a
  ///   positive word.
  public func query(
    positive: [String], negative: [String], isRaw: Bool = false
  ) throws -> QueryVector {
    guard !positive.isEmpty else {
      throw WordtoolError(
        .usage, found: "an analogy without `positive` words", expected: "one or more")
    }
    return try query(
      terms: positive.map { (1, try resolve($0)) } + negative.map { (-1, try resolve($0)) },
      isRaw: isRaw)
  }

  /// A query for a vector given as numbers.
  ///
  /// - Parameters:
  ///   - values: [dimension], of any length.
  ///   - excluded: rows that are no answers.
  /// - Throws: `WordtoolError` of kind `usage` for another number of values or one that is not
  ///   finite.
  public func query(values: [Float], excluding excluded: [Int] = []) throws -> QueryVector {
    guard values.count == dimension, values.allSatisfy(\.isFinite) else {
      throw WordtoolError(
        .usage,
        found: values.count == dimension
          ? "a vector with values that are not finite" : "a vector of \(values.count, "value")",
        expected: "\(dimension) finite numbers")
    }
    return QueryVector(sum: values.map(Double.init), scale: 0, excluded: excluded, words: [])
  }

  /// A query for a weighted sum of words.
  package func query(
    terms: [(factor: Double, word: QueryWord)], isRaw: Bool = false
  ) throws -> QueryVector {
    var sum = [Double](repeating: 0, count: dimension)
    var scale = 0.0
    var factors: [Double] = []
    for (factor, word) in terms {
      let (vector, length) = try self.vector(of: word, isRaw: isRaw)
      for column in 0..<dimension { sum[column] += factor * vector[column] }
      scale += factor.magnitude * length
      factors.append(factor * length)
    }
    let rows = terms.flatMap(\.word.rows)
    // `2*king` asks for king, `king - king` for nothing.
    let isOneRow =
      terms.count == 1 && rows.count == 1 && terms[0].factor > 0 && !terms[0].word.isSum
    return QueryVector(
      sum: sum, scale: scale, row: isOneRow ? rows[0] : nil, excluded: rows,
      words: terms.map(\.word), factors: factors)
  }

  /// The vector of a word in double precision, of length 1 unless it is to be raw, and its length.
  func vector(of word: QueryWord, isRaw: Bool) throws -> (values: [Double], length: Double) {
    var sum = [Double](repeating: 0, count: dimension)
    switch word.reading {
    case .composed(let values): sum = values.map(Double.init)
    case .expression(let terms):
      for term in terms {
        let (values, _) = try vector(of: term.word, isRaw: isRaw)
        for column in 0..<dimension { sum[column] += term.factor * values[column] }
      }
    case .entry, .phrase, .parts:
      for row in word.rows {
        try located { try storage.check(row: row) }
        let length = isRaw ? Double(word.rows.count) : storage.length(of: row)
        if length > 0 { storage.rows.add(row: row, times: 1 / length, to: &sum) }
      }
      // One row of length 1 is as long as it can be; dividing again would only round.
      if word.rows.count == 1 && !isRaw { return (sum, 1) }
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if isRaw || length == 0 { return (sum, length) }
    return (sum.map { $0 / length }, 1)
  }

  /// Runs `body` and gives errors about the data the file's path.
  func located<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as WordtoolError where error.kind == .badData && error.path == nil {
      error.path = path
      throw error
    }
  }
}
