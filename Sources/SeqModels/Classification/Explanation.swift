import WordtoolCore

extension TextClassifier {
  /// What made the score of a label: the score is `bias` and the contributions of all parts added up.
  ///
  /// Scores are what softmax or a logistic function makes probabilities of. In a bag of words a part
  /// contributes its weight times its value; with averaged embeddings its row times the label's row, its
  /// share of the mean. With hierarchical softmax a score is that of all branches on the way to the
  /// label added up. A ``Calibration`` changes probabilities, not scores.
  public struct Explanation: Hashable, Sendable {
    /// A word or an n-gram of the text.
    public struct Part: Codable, Hashable, Sendable {
      /// What parts are.
      public enum Kind: String, Codable, Hashable, Sendable {
        /// One word.
        case word
        /// Several words in a row.
        case wordNGram = "n-gram of words"
        /// Several characters of a word, its ends among them.
        case characterNGram = "n-gram of characters"
      }
      /// A word, words apart by spaces, or characters of a word between `<` and `>`.
      public var text: String
      /// What it is.
      public var kind: Kind
      /// How often it occurs.
      public var count: Int
      /// What it adds to the score, all occurrences together.
      public var contribution: Double
    }
    /// The label.
    public var label: String
    /// What the label's score is without any part.
    public var bias: Double
    /// `bias` and all contributions added up.
    public var score: Double
    /// The parts that the model knows, those first that contribute most, to the score or against it;
    /// equal ones by their text.
    public var parts: [Part]
  }

  /// Says which words and n-grams of a text made the scores of some labels.
  ///
  /// - Throws: `WordtoolError`: `usage` for a label that the model does not have, `unavailable` for
  ///   models whose scores are no sums over parts of the text: recurrent networks.
  public func explanations(
    of text: String, labels chosen: [String]
  ) throws -> [Explanation] {
    let parts = try core.explainedParts(of: text)
    return try chosen.map { name in
      guard let label = labels.firstIndex(of: name) else {
        throw WordtoolError(
          .usage, found: "the label '\(name)'", expected: "a label of the model")
      }
      return parts.explanation(of: label, named: name)
    }
  }
}

/// The parts of a text, and what each adds to the score of a label.
struct ExplainedParts {
  typealias Kind = TextClassifier.Explanation.Part.Kind

  private struct Key: Hashable {
    var text: String
    var kind: Kind
    var feature: Int
  }

  private var places: [Key: Int] = [:]
  private var found: [(key: Key, count: Int)] = []
  /// What a feature that occurs so often adds to the score of a label.
  private let contribution: (_ feature: Int, _ count: Int, _ label: Int) -> Double
  private let bias: (_ label: Int) -> Double

  /// No parts yet.
  init(
    bias: @escaping (_ label: Int) -> Double,
    contribution: @escaping (_ feature: Int, _ count: Int, _ label: Int) -> Double
  ) {
    self.bias = bias
    self.contribution = contribution
  }

  /// Adds an occurrence.
  mutating func add(_ text: String, _ kind: Kind, feature: Int) {
    let key = Key(text: text, kind: kind, feature: feature)
    if let place = places[key] {
      found[place].count += 1
    } else {
      places[key] = found.count
      found.append((key, 1))
    }
  }

  /// The parts of a label's score.
  func explanation(of label: Int, named name: String) -> TextClassifier.Explanation {
    let parts = found.map { part in
      TextClassifier.Explanation.Part(
        text: part.key.text, kind: part.key.kind, count: part.count,
        contribution: contribution(part.key.feature, part.count, label))
    }
    let bias = bias(label)
    return TextClassifier.Explanation(
      label: name, bias: bias, score: parts.reduce(bias) { $0 + $1.contribution },
      parts: parts.sorted {
        (-abs($0.contribution), $0.text, $0.kind.rawValue)
          < (-abs($1.contribution), $1.text, $1.kind.rawValue)
      })
  }
}
