/// A word as somebody typed it, and what of the vectors it stands for.
public struct QueryWord: Hashable, Sendable {
  /// How a word was understood.
  public enum Reading: Hashable, Sendable {
    /// As an entry of the vocabulary, spelled so or in the form the stored rule gives it.
    case entry
    /// As one entry that its words make with `_` between them: `new york` is new_york.
    case phrase(String)
    /// As several entries, because the rule cuts it: `well-known` is well and known.
    case parts([String])
    /// As a word without a row whose vector a ``WordComposer`` made.
    case composed([Float])
    /// As a sum of words with factors: `king - man + woman`.
    case expression([Term])
  }

  /// A word of a sum.
  public struct Term: Hashable, Sendable {
    /// What the word's vector is times.
    public let factor: Double
    /// The word.
    public let word: QueryWord
  }

  /// What was typed.
  public let text: String
  /// The rows it stands for: one for an entry, several for parts and sums, none for a composed vector.
  public let rows: [Int]
  /// How it was understood.
  public let reading: Reading

  /// Whether it is a sum of words with factors.
  var isSum: Bool { if case .expression = reading { true } else { false } }

  /// A sentence for whoever asked when the word was not simply looked up; nil when it was.
  public var note: String? {
    switch reading {
    case .entry, .expression: nil
    case .phrase(let phrase): "'\(text)' is taken as the phrase \(phrase)"
    case .parts(let parts):
      "'\(text)' is no entry of its own and is taken as the mean of \(parts.joined(separator: ", "))"
    case .composed: "'\(text)' is not in the vocabulary; its vector is made of its parts"
    }
  }
}

/// Makes vectors of words that have no row: of their n-grams, for instance.
public protocol WordComposer: Sendable {
  /// The vector of a word in the form the vocabulary would have it, [dimension]; nil when there is
  /// nothing to make it of.
  func vector(for word: String) -> [Float]?

  /// What a vector is the sum of: n-grams with their shares of it, [dimension] each; none where that
  /// cannot be told.
  func parts(of word: String) -> [(text: String, vector: [Float])]

  /// The n-grams of a word as they are stored: all that have a row, whether the word has one of its own
  /// or not; none where vectors are not made of n-grams.
  func storedNGrams(of word: String) -> [StoredNGram]
}

/// An n-gram of characters and its row.
public struct StoredNGram: Hashable, Sendable {
  /// The n-gram, with `<` and `>` for the ends of the word.
  public var text: String
  /// Where its values stand in the model's table; several rows, whose sum they are, with floret.
  public var rows: [Int]
  /// The rows counted from the first n-gram: the hash modulo the number of buckets.
  public var buckets: [Int]
  /// The values, [dimension].
  public var vector: [Float]
}

extension WordComposer {
  /// None.
  public func parts(of word: String) -> [(text: String, vector: [Float])] { [] }

  /// None.
  public func storedNGrams(of word: String) -> [StoredNGram] { [] }
}
