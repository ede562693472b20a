import WordtoolCore

/// Pairs of words with a score that people gave their similarity.
///
/// A line is `word word score`, parted by tabs or blanks; lines that begin with `#` are remarks.
public struct SimilarityPairs: Hashable, Sendable {
  /// One pair.
  public struct Pair: Hashable, Sendable {
    /// The first word.
    public let first: String
    /// The second word.
    public let second: String
    /// The score; higher is more similar.
    public let score: Double
  }

  /// The pairs in the order of the file.
  public let pairs: [Pair]

  /// Reads a file of pairs.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for a line that is no pair.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path: path)
    defer { withExtendedLifetime(file) {} }
    try self.init(text: file.bytes, path: path)
  }

  init(text bytes: UnsafeRawBufferPointer, path: String) throws {
    let lines = TextLines(bytes)
    var pairs: [Pair] = []
    var offset = lines.start
    var number = 0
    while offset < lines.end {
      let (line, next) = lines.line(from: offset)
      number += 1
      offset = next
      let words = lines.fields(of: line).map { String(decoding: bytes[$0], as: UTF8.self) }
      if words.isEmpty || words[0].hasPrefix("#") { continue }
      guard words.count == 3, let score = Double(words[2]), score.isFinite else {
        throw WordtoolError(
          .badData, path: path, at: .line(number), found: lines.quoted(line),
          expected: "two words and a score, parted by tabs or blanks")
      }
      pairs.append(Pair(first: words[0], second: words[1], score: score))
    }
    guard !pairs.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no pairs", expected: "word, word, score")
    }
    self.pairs = pairs
  }
}

/// How well the similarities of vectors agree with people's.
public struct SimilarityEvaluation: Hashable, Sendable {
  /// Spearman's rank correlation, ties sharing the mean rank; nil when it is undefined.
  public let spearman: Double?
  /// Pearson's correlation; nil when it is undefined.
  public let pearson: Double?
  /// Pairs whose words were both known.
  public let pairs: Int
  /// Pairs with an unknown word; they are left out.
  public let missing: Int

  /// The 95 % interval of ``spearman`` by Fisher's transformation.
  public var spearmanInterval: ClosedRange<Double>? {
    spearman.flatMap { Statistics.fisherInterval($0, pairs: pairs) }
  }

  /// The 95 % interval of ``pearson`` by Fisher's transformation.
  public var pearsonInterval: ClosedRange<Double>? {
    pearson.flatMap { Statistics.fisherInterval($0, pairs: pairs) }
  }
}

extension WordVectors {
  /// Compares the cosine similarities of pairs with the scores that people gave.
  ///
  /// - Parameter limit: words from this row on count as unknown; nil for none.
  public func evaluateSimilarity(
    _ questions: SimilarityPairs, matching: WordMatching = .query, limit: Int? = nil
  ) -> SimilarityEvaluation {
    let matcher = WordMatcher(vectors: self, matching: matching, limit: limit)
    var human: [Double] = []
    var ours: [Double] = []
    for pair in questions.pairs {
      guard let first = matcher.row(pair.first), let second = matcher.row(pair.second) else {
        continue
      }
      human.append(pair.score)
      ours.append(similarity(first, second))
    }
    return SimilarityEvaluation(
      spearman: Statistics.spearman(human, ours), pearson: Statistics.pearson(human, ours),
      pairs: human.count, missing: questions.pairs.count - human.count)
  }
}

/// Finds the rows for the words of an evaluation file.
struct WordMatcher {
  private let vectors: WordVectors
  private let matching: WordMatching
  private let limit: Int
  private let caseless: [String: Int]

  init(vectors: WordVectors, matching: WordMatching, limit: Int?) {
    self.vectors = vectors
    self.matching = matching
    self.limit = min(vectors.count, limit ?? vectors.count)
    var caseless: [String: Int] = [:]
    if matching == .caseless {
      for row in 0..<self.limit {
        let word = vectors.word(at: row).uppercased()
        if caseless[word] == nil { caseless[word] = row }
      }
    }
    self.caseless = caseless
  }

  /// The row of a word, or nil.
  func row(_ word: String) -> Int? {
    switch matching {
    case .exact: within(vectors.index(for: word))
    case .query: within(vectors.index(for: word)) ?? within(vectors.index(forQuery: word))
    case .caseless: caseless[word.uppercased()]
    }
  }

  private func within(_ row: Int?) -> Int? { row.flatMap { $0 < limit ? $0 : nil } }
}
