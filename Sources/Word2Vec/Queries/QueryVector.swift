/// What is asked for: a direction, wherever it came from (a word, a mean, an expression, numbers),
/// and the rows that are no answers.
public struct QueryVector: Sendable {
  /// The row, where the query is one word that has one.
  public let row: Int?
  /// [dimension], of length 1; zeros where the query has no direction.
  public let values: [Float]
  /// Rows of the words of the query: no answers unless the options include inputs.
  public let excluded: [Int]
  /// The words of the query, as they were understood.
  public let words: [QueryWord]
  /// By word, what its unit vector is times in ``values``; none where that is not known.
  let weights: [Double]

  /// Whether there is a direction: a word may have a vector of zeros, and terms may cancel out.
  public var hasDirection: Bool { values.contains { $0 != 0 } }

  /// - Parameters:
  ///   - sum: [dimension], of any length.
  ///   - scale: the lengths of all that was added up: what is left of less than a millionth of it
  ///     is only the rounding of floats.
  ///   - factors: by word, what its unit vector is times in `sum`.
  init(
    sum: [Double], scale: Double, row: Int? = nil, excluded: [Int], words: [QueryWord],
    factors: [Double] = []
  ) {
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let isDirection = length > 1e-6 * scale && length > 0 && length.isFinite
    values = sum.map { isDirection ? Float($0 / length) : 0 }
    self.row = row
    self.excluded = excluded
    self.words = words
    weights = factors.map { isDirection ? $0 / length : 0 }
  }

  /// The opposite direction.
  public var reversed: QueryVector { QueryVector(values.map { -$0 }, self) }

  private init(_ values: [Float], _ other: QueryVector) {
    self.values = values
    row = nil
    excluded = other.excluded
    words = other.words
    weights = other.weights.map { -$0 }
  }
}
