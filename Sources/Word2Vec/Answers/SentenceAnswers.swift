package import WordtoolCore

/// The vector of a text.
public struct SentenceVectorAnswer: Codable, Hashable, Sendable {
  /// The text, as it was asked.
  public var text: String
  /// [dimension]
  public var vector: [Float]
  /// How many of its words are known.
  public var known: Int
  /// The words that are not there, each once.
  public var unknown: [String]

  /// An answer; without values the one to a text that has none.
  package init(text: String, vector: [Float] = [], known: Int = 0, unknown: [String] = []) {
    self.text = text
    self.vector = vector
    self.known = known
    self.unknown = unknown
  }
}

/// The texts nearest to a question.
public struct NearestTextsAnswer: Codable, Hashable, Sendable {
  /// A text of a file.
  public struct Text: Codable, Hashable, Sendable {
    /// The file it stands in, where more than one is searched.
    public var file: String?
    /// The line it stands on, from 1.
    public var line: Int
    /// The text.
    public var text: String
    /// The cosine similarity, -1 ... 1; nil where distances are asked for.
    public var similarity: Double?
    /// The Word Mover's Distance, 0 ... 2; nil where similarities are asked for.
    public var distance: Double?

    /// One answer.
    package init(
      file: String? = nil, line: Int, text: String, similarity: Double? = nil,
      distance: Double? = nil
    ) {
      self.file = file
      self.line = line
      self.text = text
      self.similarity = similarity
      self.distance = distance
    }
  }

  /// What was asked.
  public var query: String
  /// The answers, nearest first.
  public var neighbors: [Text]

  /// An answer; without texts the one to a question that has none.
  public init(query: String, neighbors: [Text] = []) {
    self.query = query
    self.neighbors = neighbors
  }
}

/// The Word Mover's Distance of two texts.
public struct WordMoversAnswer: Codable, Hashable, Sendable {
  /// A part of a word's mass that becomes another word.
  public struct Move: Codable, Hashable, Sendable {
    /// The word of the first text.
    public var from: String
    /// The word of the second text.
    public var to: String
    /// The share of all mass, at most 1.
    public var mass: Double
    /// The distance between both words.
    public var distance: Double
  }

  /// The first text, as it was asked.
  public var a: String
  /// The second text, as it was asked.
  public var b: String
  /// The distance, 0 ... 2.
  public var distance: Double
  /// The relaxed bound, at most the distance.
  public var relaxed: Double
  /// What becomes of what; nil unless that was asked for.
  public var moves: [Move]?
}

extension SentenceEncoder {
  /// Answers with the vector of a text; a text without a known word has none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(
    toVectorOf text: String, normalizes: Bool = false
  ) throws -> Answered<SentenceVectorAnswer> {
    var answer = Answered<SentenceVectorAnswer>()
    guard try answer.attempt({ try QueryText.check(text) }) != nil else { return answer }
    let found = try vector(of: text)
    guard found.knownCount > 0 else {
      answer.problems.append(.noKnownWord(in: text, of: vectors))
      return answer
    }
    var values = found.values
    if normalizes {
      let length = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      if length > 0 { values = values.map { Float(Double($0) / length) } }
    }
    answer.note(unknown: found.unknown)
    answer.answer = SentenceVectorAnswer(
      text: text, vector: values, known: found.knownCount, unknown: found.unknown)
    return answer
  }
}

extension WordVectors {
  /// Answers with the Word Mover's Distance of two texts; both must have a word that is known.
  ///
  /// - Parameters:
  ///   - a: a text.
  ///   - b: the other text.
  ///   - explains: whether the answer says what becomes of what.
  /// - Throws: `WordtoolError`: `badData` for a damaged file, `unavailable` when ICU cannot be opened.
  public func answer(
    toWordMoversDistanceOf a: String, and b: String, explains: Bool = false
  ) throws -> Answered<WordMoversAnswer> {
    var answer = Answered<WordMoversAnswer>()
    let finder = try TextTermFinder(self)
    let bags = try [a, b].map { text in
      try answer.attempt {
        try QueryText.check(text)
        return try WordBag(text, finder)
      }
    }
    guard let first = bags[0], let second = bags[1] else { return answer }
    for (bag, text) in [(first, a), (second, b)] {
      if bag.total == 0 {
        answer.problems.append(.noKnownWord(in: text, of: self))
      } else {
        answer.note(unknown: bag.unknown)
      }
    }
    guard answer.problems.isEmpty else { return answer }
    let found = WordMoversDistance(first, second)
    answer.answer = WordMoversAnswer(
      a: a, b: b, distance: found.distance, relaxed: found.relaxed,
      moves: explains
        ? found.moves.map {
          .init(from: $0.source, to: $0.target, mass: $0.mass, distance: $0.distance)
        } : nil)
    return answer
  }
}

extension Answered {
  /// Notes the words of a text that are left out.
  mutating func note(unknown words: [String]) {
    guard !words.isEmpty else { return }
    let shown = words.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    notes.append(
      (words.count == 1 ? "left out, as it is not there: " : "left out, as they are not there: ")
        + shown + (words.count > 5 ? " and \(words.count - 5) more" : ""))
  }
}

extension WordtoolError {
  /// The error for a text that has nothing to be compared by.
  package static func noKnownWord(in text: String, of vectors: WordVectors) -> WordtoolError {
    WordtoolError(
      .unavailable,
      found: "'\(text.count > 60 ? text.prefix(60) + "…" : text)' has no word of "
        + (vectors.name ?? "the vocabulary"), expected: "one at least")
  }
}
