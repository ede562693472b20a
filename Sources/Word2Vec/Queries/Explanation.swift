import WordtoolCore

/// What a score is made of: parts that add up to it, the largest first.
public struct Explanation: Codable, Hashable, Sendable {
  /// One part.
  public struct Part: Codable, Hashable, Sendable {
    /// A word of the question, or an n-gram of it.
    public var name: String
    /// What it adds to the cosine.
    public var value: Double
  }

  /// One dimension of both vectors.
  public struct Dimension: Codable, Hashable, Sendable {
    /// Which one, from 1.
    public var dimension: Int
    /// The product of both unit vectors there.
    public var value: Double
  }

  /// The words of the question, all of them, with what each adds to the cosine: factor times cosine over
  /// the length of the sum. None for a question of one word or of numbers.
  public var words: [Part]
  /// The n-grams of words that have no vector of their own, the largest parts.
  public var ngrams: [Part]
  /// The dimensions with the largest parts, of either sign.
  public var dimensions: [Dimension]

  /// How many n-grams and dimensions are told.
  public static let usualCount = 5
}

extension WordVectors {
  /// Explains the cosine between a query and a row.
  ///
  /// - Parameters:
  ///   - row: the row of an answer.
  ///   - query: the question.
  ///   - count: how many n-grams and dimensions are told.
  /// - Precondition: `row` is in `0 ..< count` of the vectors.
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func explanation(
    ofRow row: Int, for query: QueryVector, count: Int = Explanation.usualCount
  ) throws -> Explanation {
    try located { try storage.check(row: row) }
    return try explanation(
      of: query, with: storage.unitVector(row: row).map(Double.init), count: count)
  }

  /// Explains the cosine of two words.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a word that is not there, `badData` for a damaged file.
  public func explanation(
    of a: String, _ b: String, count: Int = Explanation.usualCount
  ) throws -> Explanation {
    try explanation(
      of: query([a]), with: vector(of: resolve(b), isRaw: false).values, count: count)
  }

  private func explanation(
    of query: QueryVector, with unit: [Double], count: Int
  ) throws -> Explanation {
    func sorted<Value>(_ parts: [Value], _ value: (Value) -> Double, _ count: Int) -> [Value] {
      let order = parts.indices.sorted {
        let (one, other) = (value(parts[$0]).magnitude, value(parts[$1]).magnitude)
        return one != other ? one > other : $0 < $1
      }
      return order.prefix(count).map { parts[$0] }
    }
    let products = query.values.enumerated().map {
      Explanation.Dimension(dimension: $0 + 1, value: Double($1) * unit[$0])
    }
    var words: [Explanation.Part] = []
    var ngrams: [Explanation.Part] = []
    for (word, weight) in zip(query.words, query.weights) {
      let own = try vector(of: word, isRaw: false).values
      let part = weight * zip(own, unit).reduce(0) { $0 + $1.0 * $1.1 }
      words.append(.init(name: word.text, value: part))
      guard case .composed(let made) = word.reading else { continue }
      let length = made.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      for ngram in parts(of: word.text) where length > 0 {
        let along = zip(ngram.vector, unit).reduce(0) { $0 + Double($1.0) * $1.1 }
        ngrams.append(.init(name: ngram.text, value: weight * along / length))
      }
    }
    return Explanation(
      words: words.count > 1 ? sorted(words, \.value, .max) : [],
      ngrams: sorted(ngrams, \.value, count), dimensions: sorted(products, \.value, count))
  }
}
