public import WordtoolCore

extension WordVectors {
  /// The words nearest to each of many queries.
  ///
  /// Many queries at once are answered by one pass over the rows: each answer is the same, to the
  /// bit, as if it were asked alone.
  ///
  /// - Parameters:
  ///   - queries: the questions.
  ///   - options: how many answers, and which words may be one.
  ///   - stop: raise it to end the search before its end.
  /// - Returns: the answers to each query, most similar first; by row where similarities are
  ///   equal. A query without direction has none.
  /// - Throws: `WordtoolError`: `usage` for options out of their range, `interrupted` once `stop`
  ///   is raised, `badData` for a damaged file.
  /// - Complexity: O(Q·V·D) for Q queries: every row is looked at, so the answers are exact.
  public func neighbors(
    of queries: [QueryVector], options: SearchOptions = SearchOptions(), stop: StopFlag = StopFlag()
  ) throws -> [[Neighbor]] {
    try options.validate()
    let asked = queries.indices.filter { queries[$0].hasDirection }
    let found = try located {
      try neighborIndex.nearest(
        to: asked.map {
          IndexQuery(
            vector: queries[$0].values, excluded: options.includesInputs ? [] : queries[$0].excluded
          )
        }, options: options, stop: stop)
    }
    var answers = [[Neighbor]](repeating: [], count: queries.count)
    for (query, matches) in zip(asked, found) {
      answers[query] = try matches.map { try neighbor($0, isCosine: true) }
    }
    return answers
  }

  /// The words nearest to a query.
  ///
  /// - Throws: as ``neighbors(of:options:stop:)``.
  public func neighbors(
    of query: QueryVector, options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    try neighbors(of: [query], options: options)[0]
  }

  /// The words nearest to a word, or to the mean of several.
  ///
  /// The mean is that of the words' unit vectors, so a long vector weighs no more than a short one.
  ///
  /// - Parameters:
  ///   - words: as a person types them, see ``resolve(_:)``; at least one.
  ///   - options: how many answers, and which words may be one.
  /// - Returns: the answers, most similar first; by row where similarities are equal.
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, with near spellings;
  ///   `usage` for no words or options out of their range.
  /// - Complexity: O(V·D): every row is looked at, so the answer is exact.
  public func neighbors(of words: [String], options: SearchOptions = SearchOptions()) throws
    -> [Neighbor]
  {
    try neighbors(of: try query(words), options: options)
  }

  /// The words nearest to a word.
  ///
  /// - Throws: as the call for several words.
  public func neighbors(of word: String, count: Int = 10) throws -> [Neighbor] {
    try neighbors(of: [word], options: SearchOptions(count: count))
  }

  /// The words nearest to the result of an expression such as `king - man + 0.5*woman`.
  ///
  /// Each word stands for its unit vector. The words of the expression are no answers unless the
  /// options say so.
  ///
  /// - Throws: `WordtoolError`: `usage` for an expression that cannot be read, `unavailable` for
  ///   a word that is not there.
  public func neighbors(
    ofExpression text: String, options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    try neighbors(of: try query(expression: text), options: options)
  }

  /// The words nearest to a vector.
  ///
  /// - Parameters:
  ///   - vector: [dimension], of any length; there is no answer to one of length zero.
  ///   - excluded: rows that are no answers.
  ///   - options: how many answers, and which words may be one.
  /// - Throws: `WordtoolError` of kind `usage` for another number of values.
  public func neighbors(
    ofVector vector: [Float], excluding excluded: [Int] = [],
    options: SearchOptions = SearchOptions()
  ) throws -> [Neighbor] {
    var options = options
    // Rows that are named are left out whatever the options say about words.
    options.includesInputs = false
    return try neighbors(of: try query(values: vector, excluding: excluded), options: options)
  }

  /// The index that answers; without an approximate one every row is looked at.
  package var neighborIndex: any NeighborIndex {
    approximation.map { GraphIndex(storage: storage, index: $0) } ?? ExactIndex(storage)
  }

  /// An answer, after its row was looked at more closely.
  func neighbor(_ match: IndexMatch, isCosine: Bool) throws -> Neighbor {
    try located { try storage.check(row: match.row) }
    return Neighbor(
      index: match.row, word: word(at: match.row),
      similarity: isCosine ? Swift.min(1, Swift.max(-1, match.score)) : match.score)
  }
}

extension WordVectors {
  /// The cosine similarity of two words, -1 ... 1; 0 where a vector has no length.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for a word that is not there.
  public func similarity(_ a: String, _ b: String) throws -> Float {
    Float(try similarity(try resolve(a), try resolve(b)))
  }

  /// The cosine of two words; the same bits in either order, so that a pair and its mirror image
  /// tie in a ranking.
  package func similarity(_ a: QueryWord, _ b: QueryWord) throws -> Double {
    // Of one row the values as stored: dividing first would only round.
    let a = try vector(of: a, isRaw: a.rows.count == 1).values
    let b = try vector(of: b, isRaw: b.rows.count == 1).values
    return Self.cosine(a, b)
  }

  /// The cosine of two rows, in double precision.
  package func similarity(_ a: Int, _ b: Int) -> Double {
    var (first, second) = ([Double](repeating: 0, count: dimension), [Double]())
    second = first
    storage.rows.add(row: a, times: 1, to: &first)
    storage.rows.add(row: b, times: 1, to: &second)
    return Self.cosine(first, second)
  }

  /// The cosine of two vectors, -1 ... 1; 0 where one has no length.
  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for column in a.indices {
      product += a[column] * b[column]
      first += a[column] * a[column]
      second += b[column] * b[column]
    }
    let lengths = first.squareRoot() * second.squareRoot()
    return lengths > 0 ? Swift.min(1, Swift.max(-1, product / lengths)) : 0
  }

  /// The place of `b` among the neighbours of `a`: 1 for the nearest.
  ///
  /// It is one more than the number of words that are strictly more similar to `a` than `b` is.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for a word that is not there, or `b` is not
  ///   one entry of the vocabulary.
  public func rank(
    of b: String, from a: String, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> Int {
    let query = try self.query([a])
    let target = try resolve(b)
    guard target.rows.count == 1 else {
      throw WordtoolError(
        .unavailable, found: "'\(b)' is not one word of the vocabulary",
        expected: "a word that has a place")
    }
    // One by one, for only the number matters.
    return try ExactIndex(storage).count(
      above: target.rows[0], query: query.values, excluded: query.excluded + target.rows,
      threads: threads, stop: stop) + 1
  }

  /// The words of a list, from the one that fits least to the one that fits best.
  ///
  /// - Returns: each word with the cosine similarity of its vector to the mean of all their unit
  ///   vectors; a word that the rule cuts has the row of its first part.
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, `usage` without words.
  public func oddOneOut(_ words: [String]) throws -> [Neighbor] {
    guard !words.isEmpty else {
      throw WordtoolError(.usage, found: "a question without words", expected: "one or more")
    }
    let found = try words.map { try resolve($0) }
    let vectors = try found.map { try vector(of: $0, isRaw: false).values }
    var mean = [Double](repeating: 0, count: dimension)
    for vector in vectors { for column in mean.indices { mean[column] += vector[column] } }
    let scored = zip(found, vectors).map { ($0, Self.cosine(mean, $1)) }
    return scored.enumerated()
      .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
      .map { _, element in
        let (word, score) = element
        let name = word.rows.count == 1 ? self.word(at: word.rows[0]) : word.text
        return Neighbor(index: word.rows.first ?? -1, word: name, similarity: Float(score))
      }
  }
}
