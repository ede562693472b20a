public import WordtoolCore

/// Which of the words that were counted make up a ``Vocabulary``.
public struct VocabularyLimits: TrainingOptions {
  /// The least count a word must have, at least 0.
  public var minimumCount: Int
  /// The most words kept, at least 1; nil for all. Where the limit cuts through words of equal
  /// count, those with the lower bytes stay.
  public var maximumSize: Int?

  /// Sets the limits.
  public init(minimumCount: Int = 5, maximumSize: Int? = nil) {
    self.minimumCount = minimumCount
    self.maximumSize = maximumSize
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("minimumCount", minimumCount, in: 0...Int.max)
    try OptionCheck.require("maximumSize", maximumSize ?? 1, in: 1...Int.max)
  }
}
