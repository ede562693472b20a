public import WordtoolCore

extension WordVectors {
  /// The words nearest to a word, or to the mean of several.
  ///
  /// The mean is that of the words' unit vectors, so a long vector weighs no more than a short one.
  ///
  /// - Parameter words: as a person types them, see ``index(forQuery:)``; at least one.
  /// - Returns: the answers, most similar first; by row where similarities are equal.
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there, with near
  ///   spellings.
  /// - Complexity: O(V·D): every row is looked at, so the answer is exact.
  public func neighbors(of words: [String], options: SearchOptions = SearchOptions()) throws
    -> [Neighbor]
  {
    precondition(!words.isEmpty, "neighbors of no word")
    let rows = try words.map { try row(ofQuery: $0) }
    return try neighbors(of: rows.map { (1, $0) }, options: options)
  }

  /// The words nearest to the result of an expression such as `king - man + 0.5*woman`.
  ///
  /// Each word stands for its unit vector. The words of the expression are no answers unless the
  /// options say so.
  ///
  /// - Throws: ``WordtoolError``: `usage` for an expression that cannot be read, `unavailable` for
  ///   a word that is not there.
  public func neighbors(
    ofExpression text: String, options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    let expression = try VectorExpression(text) { index(forQuery: $0) != nil }
    let terms = try expression.terms.map { ($0.factor, try row(ofQuery: $0.word)) }
    return try neighbors(of: terms, options: options)
  }

  /// The words nearest to a vector.
  ///
  /// - Parameters:
  ///   - vector: [dimension], of any length but zero.
  ///   - excluded: rows that are no answers.
  /// - Precondition: `vector` has `dimension` values.
  public func neighbors(
    ofVector vector: [Float], excluding excluded: [Int] = [],
    options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    precondition(vector.count == dimension, "\(vector.count) values, not \(dimension)")
    return try search(vector.map(Double.init), scale: 0, excluded: excluded, options: options)
  }

  /// Answers `a - b + c`: with `king`, `man`, `woman` it is queen.
  ///
  /// - Returns: the answers, best first. None of the three words is among them unless the options
  ///   say so.
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there.
  public func analogy(
    _ a: String, _ b: String, _ c: String, method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    try analogy(positive: [a, c], negative: [b], method: method, options: options)
  }

  /// Answers an analogy of any number of positive and negative words.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there.
  /// - Precondition: there is a positive word.
  public func analogy(
    positive: [String], negative: [String], method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    precondition(!positive.isEmpty, "an analogy without positive words")
    let positive = try positive.map { try row(ofQuery: $0) }
    let negative = try negative.map { try row(ofQuery: $0) }
    switch method {
    case .add:
      return try neighbors(
        of: positive.map { (1, $0) } + negative.map { (-1, $0) }, options: options)
    case .mul:
      let found = try storage.nearestByProduct(
        positive: positive.map(storage.unitVector), negative: negative.map(storage.unitVector),
        epsilon: Self.productEpsilon, count: options.count, minimum: options.minimumSimilarity,
        limit: options.restrict ?? count,
        excluded: options.includeInputs ? [] : positive + negative, threads: options.threads)
      return found.map(neighbor)
    }
  }

  /// The cosine similarity of two words, -1 ... 1; 0 where a vector has no length.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there.
  public func similarity(_ a: String, _ b: String) throws -> Float {
    Float(similarity(try row(ofQuery: a), try row(ofQuery: b)))
  }

  /// The place of `b` among the neighbours of `a`: 1 for the nearest.
  ///
  /// It is one more than the number of words that are strictly more similar to `a` than `b` is.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there.
  public func rank(of b: String, from a: String, threads: Int = Workers.defaultCount) throws -> Int
  {
    let (a, b) = (try row(ofQuery: a), try row(ofQuery: b))
    let query = storage.unitVector(row: a)
    let limit = query.withUnsafeBufferPointer { query -> Float in
      var score: Float = 0
      if let query = query.baseAddress { storage.cosines(of: query, rows: b..<b + 1, into: &score) }
      return score
    }
    // Everything above the similarity of b; one by one, for only the number matters.
    return try storage.count(
      above: limit, query: query, excluded: [a, b], threads: threads) + 1
  }

  /// The words of a list, from the one that fits least to the one that fits best.
  ///
  /// - Returns: each word with the cosine similarity of its vector to the mean of all their unit
  ///   vectors.
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a word that is not there.
  public func oddOneOut(_ words: [String]) throws -> [Neighbor] {
    precondition(!words.isEmpty, "the odd one out of no words")
    let rows = try words.map { try row(ofQuery: $0) }
    let mean = combination(rows.map { (1, $0) })
    let scored = rows.map { ($0, storage.similarity(mean, row: $0)) }
    return scored.enumerated()
      .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
      .map { neighbor(.init(score: Float($0.element.1), row: $0.element.0)) }
  }

  /// Added to the divisor of 3CosMul so that it is never zero (Levy & Goldberg 2014, section 6).
  static let productEpsilon: Float = 0.001
}

extension WordVectors {
  /// The spelling that users of Apple's NLEmbedding know for ``count``.
  public var vocabularySize: Int { count }

  /// The nearest words and their cosine distances, nearest first; empty for an unknown word.
  ///
  /// The spelling that users of Apple's NLEmbedding know. The distance is 1 - cosine similarity,
  /// 0 ... 2.
  public func neighbors(for word: String, maximumCount: Int) -> [(String, Double)] {
    guard let row = index(forQuery: word) else { return [] }
    let found = try? neighbors(of: [(1, row)], options: SearchOptions(count: maximumCount))
    return (found ?? []).map { ($0.word, 1 - Double($0.similarity)) }
  }

  /// The cosine distance of two words, 1 - cosine similarity, 0 ... 2; nil when one is unknown.
  public func distance(between a: String, and b: String) -> Double? {
    guard let a = index(forQuery: a), let b = index(forQuery: b) else { return nil }
    return 1 - similarity(a, b)
  }
}

extension WordVectors {
  /// The row of a query word.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` with near spellings.
  package func row(ofQuery word: String) throws -> Int {
    if let row = index(forQuery: word) { return row }
    let near = nearSpellings(of: word)
    throw WordtoolError(
      .unavailable, found: "the word '\(word)' is not in the vocabulary",
      remedy: near.isEmpty ? nil : "did you mean \(near.joined(separator: ", "))?")
  }

  /// The weighted sum of unit vectors.
  func combination(_ terms: [(factor: Double, row: Int)]) -> [Double] {
    var sum = [Double](repeating: 0, count: dimension)
    for (factor, row) in terms where storage.norms[row] > 0 {
      storage.add(row: row, times: factor / Double(storage.norms[row]), to: &sum)
    }
    return sum
  }

  func neighbors(
    of terms: [(factor: Double, row: Int)], options: SearchOptions
  ) throws -> [Neighbor] {
    try search(
      combination(terms), scale: terms.reduce(0) { $0 + $1.factor.magnitude },
      excluded: options.includeInputs ? [] : terms.map(\.row), options: options)
  }

  private func search(
    _ vector: [Double], scale: Double, excluded: [Int], options: SearchOptions
  ) throws -> [Neighbor] {
    precondition(options.count >= 0, "\(options.count) answers")
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // A vector without direction has no neighbours, and what is left when terms cancel out is only
    // the rounding of floats.
    guard length > 1e-6 * scale, length > 0, length.isFinite else { return [] }
    let found = try storage.nearest(
      to: vector.map { Float($0 / length) }, count: options.count,
      minimum: options.minimumSimilarity, limit: options.restrict ?? count, excluded: excluded,
      threads: options.threads)
    return found.map(neighbor)
  }

  private func neighbor(_ candidate: TopList.Candidate) -> Neighbor {
    Neighbor(index: candidate.row, word: word(at: candidate.row), similarity: candidate.score)
  }

  /// The cosine of two rows, in double precision; the same bits in either order, so that a pair
  /// and its mirror image tie in a ranking.
  package func similarity(_ a: Int, _ b: Int) -> Double {
    var row = [Double](repeating: 0, count: dimension)
    storage.add(row: a, times: 1, to: &row)
    return storage.similarity(row, row: b)
  }
}

extension VectorStorage {
  /// The cosine of a vector with a row, in double precision; 0 where one has no length.
  func similarity(_ vector: [Double], row: Int) -> Double {
    var other = [Double](repeating: 0, count: dimension)
    add(row: row, times: 1, to: &other)
    var product = 0.0
    var first = 0.0
    var second = 0.0
    for column in 0..<dimension {
      product += vector[column] * other[column]
      first += vector[column] * vector[column]
      second += other[column] * other[column]
    }
    let lengths = first.squareRoot() * second.squareRoot()
    return lengths > 0 ? min(1, max(-1, product / lengths)) : 0
  }

  /// How many rows have a cosine above `limit` with the query.
  func count(above limit: Float, query: [Float], excluded: [Int], threads: Int) throws -> Int {
    let total = Total()
    let excluded = Set(excluded)
    try Self.inPieces(of: count, threads: threads) { [self] range in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { scratch in
        query.withUnsafeBufferPointer { query in
          guard let scores = scratch.baseAddress, let query = query.baseAddress else { return }
          cosines(of: query, rows: range, into: scores)
          var found = 0
          for row in range where scores[row - range.lowerBound] > limit {
            if !excluded.contains(row) { found += 1 }
          }
          total.add(found)
        }
      }
    }
    return total.value
  }
}
