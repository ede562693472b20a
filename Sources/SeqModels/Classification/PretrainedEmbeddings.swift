import WordtoolCore

/// Words and their vectors, for the embeddings of a network to begin with.
public struct PretrainedEmbeddings: Sendable {
  /// The words, all different.
  public let words: [String]
  /// Values in a vector.
  public let dimension: Int
  /// [words, dimension], row-major.
  public let values: [Float]
  /// What the vectors were read from, to be noted in the model.
  public let name: String

  /// Takes words and vectors.
  ///
  /// - Throws: `WordtoolError` of kind `usage` unless `values` holds `dimension` values, at least one,
  ///   for every word; `badData` for values that are not finite.
  public init(words: [String], dimension: Int, values: [Float], name: String = "") throws {
    try OptionCheck.require(
      dimension >= 1 && values.count == words.count * dimension,
      found: "\(values.count, "value") for \(words.count, "word")",
      expected: "\(dimension) for each, at least 1")
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw WordtoolError(
        .badData, path: name.isEmpty ? nil : name,
        found: "\(values[place]) in the vector of '\(words[place / dimension])'",
        expected: "finite numbers")
    }
    self.words = words
    self.dimension = dimension
    self.values = values
    self.name = name
  }

  /// The vector of a word, by its place.
  func vector(_ index: Int) -> ArraySlice<Float> {
    values[index * dimension..<(index + 1) * dimension]
  }
}
