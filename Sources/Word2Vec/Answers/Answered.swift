public import WordtoolCore

/// What came of one question: an answer, or why there is none, and what is to be said besides.
///
/// A command, a server and a prompt show the same answers; how they tell of problems is theirs.
public struct Answered<Answer: Sendable>: Sendable {
  /// The answer; nil when there is none.
  public var answer: Answer?
  /// Words that are not there, a question that cannot be read. There may be an answer all the same:
  /// to the mean of the other words.
  public var problems: [WordtoolError] = []
  /// How words were understood that are no entries, and why an answer is empty.
  public var notes: [String] = []

  /// No answer yet.
  public init() {}

  /// Runs `body`; a question that cannot be answered becomes a problem, damaged data an error.
  mutating func attempt<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let error as WordtoolError where error.kind == .unavailable || error.kind == .usage {
      problems.append(error)
      return nil
    }
  }

  /// Notes how words were understood.
  mutating func note(_ words: [QueryWord]) {
    for word in words {
      if let note = word.note, !notes.contains(note) { notes.append(note) }
    }
  }
}

extension Answered {
  /// Notes the words whose vectors are zero: such a vector is similar to nothing, whatever a word means.
  mutating func noteZeros(among words: [QueryWord], in vectors: WordVectors) throws {
    for word in words where try !vectors.query(terms: [(1, word)]).hasDirection {
      let note = "the vector of '\(word.text)' is zero, so it is similar to none"
      if !notes.contains(note) { notes.append(note) }
    }
  }

  /// Looks all words up and tells about each that is not there; nil when one is missing.
  mutating func resolve(_ words: [String], in vectors: WordVectors) throws -> [QueryWord]? {
    let found = try words.compactMap { word in try attempt { try vectors.resolve(word) } }
    note(found)
    return found.count == words.count ? found : nil
  }

  /// Looks all words up and tells about each that is not there; nil, with a problem of its own, when
  /// too few are left to be compared.
  mutating func resolve(
    _ words: [String], in vectors: WordVectors, atLeast least: Int, expected: String
  ) throws -> [QueryWord]? {
    let found = try words.compactMap { word in try attempt { try vectors.resolve(word) } }
    note(found)
    if found.count >= least { return found }
    problems.append(
      WordtoolError(
        words.count < least ? .usage : .unavailable,
        found: "\(found.count) of \(words.count, "word") to compare", expected: expected))
    return nil
  }
}
