public import WordtoolCore

/// The words that are nearer to one word than another is.
public struct CloserAnswer: Codable, Hashable, Sendable {
  /// The word whose neighbours are meant, as it was asked.
  public var a: String
  /// The word that bounds them, as it was asked.
  public var b: String
  /// The place of `b` among the neighbours: one more than there are words.
  public var rank: Int
  /// The words, nearest first.
  public var words: [NearestAnswer.Neighbor]
}

/// Words on axes.
public struct AxesAnswer: Codable, Hashable, Sendable {
  /// A word and where it stands.
  public struct Place: Codable, Hashable, Sendable {
    /// The word, as it was asked.
    public var word: String
    /// The cosine with each axis, -1 ... 1.
    public var values: [Double]
  }

  /// What the axes are called.
  public var axes: [String]
  /// The words in the order in which they were asked.
  public var words: [Place]
}

extension WordVectors {
  /// Answers which words are strictly more similar to `a` than `b` is, as gensim's `closer_than`.
  ///
  /// - Parameters:
  ///   - a: the word whose neighbours are asked for.
  ///   - b: the word that they have to be nearer than.
  ///   - count: at most so many of them; nil for all.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `interrupted` once `stop` is raised, `badData` for a damaged file.
  public func answer(
    toWordsCloserTo a: String, than b: String, count: Int? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> Answered<CloserAnswer> {
    var answer = Answered<CloserAnswer>()
    guard let words = try answer.resolve([a, b], in: self) else { return answer }
    guard
      let rank = try answer.attempt({
        try self.rank(of: b, from: a, threads: threads, stop: stop)
      })
    else { return answer }
    let query = try self.query(terms: [(1, words[0])])
    // None of these is `b`: it comes behind all that are strictly more similar.
    let options = SearchOptions(count: Swift.min(rank - 1, count ?? .max), threads: threads)
    let found = try neighbors(of: [query], options: options, stop: stop)[0]
    answer.answer = CloserAnswer(
      a: a, b: b, rank: rank,
      words: found.map { .init(word: $0.word, similarity: $0.similarity) })
    try answer.noteZeros(among: words, in: self)
    if rank == 1 { answer.notes.append("no word is nearer to '\(a)' than '\(b)'") }
    return answer
  }

  /// Answers where words stand on axes: the cosine with the sum of the differences of each axis's pairs,
  /// of unit vectors. Words that are not there are left out.
  ///
  /// - Parameters:
  ///   - words: the words.
  ///   - axes: what each is called, and its pairs from one end to the other.
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(
    toPlacesOf words: [String], onAxes axes: [(name: String, pairs: [(String, String)])]
  ) throws -> Answered<AxesAnswer> {
    var answer = Answered<AxesAnswer>()
    var directions: [[Double]] = []
    for axis in axes {
      var sum = [Double](repeating: 0, count: dimension)
      for (first, second) in axis.pairs {
        guard let ends = try answer.resolve([first, second], in: self) else { return answer }
        let from = try vector(of: ends[0], isRaw: false).values
        let to = try vector(of: ends[1], isRaw: false).values
        for column in 0..<dimension { sum[column] += to[column] - from[column] }
      }
      guard sum.contains(where: { $0.magnitude > 1e-9 }) else {
        answer.problems.append(
          WordtoolError(
            .usage, found: "the ends of the axis '\(axis.name)' are the same",
            expected: "two words that differ"))
        return answer
      }
      directions.append(sum)
    }
    var places: [AxesAnswer.Place] = []
    for word in words {
      guard let found = try answer.resolve([word], in: self)?.first else { continue }
      let unit = try vector(of: found, isRaw: false).values
      places.append(
        .init(word: word, values: directions.map { Self.cosine(unit, $0) }))
    }
    if !places.isEmpty {
      answer.answer = AxesAnswer(axes: axes.map(\.name), words: places)
    }
    return answer
  }
}
