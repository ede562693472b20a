import Tokenize
import Word2Vec
import WordtoolCore

/// The lines of a file, or of the files of a folder, ready to be asked.
struct TextSearch: Sendable {
  private enum Index: Sendable {
    case cosine(SentenceIndex)
    case wordMovers(WordMoversIndex)
  }

  private let vectors: WordVectors
  private let texts: [String]
  /// The files, where a folder is searched, and the place in `texts` that each begins at.
  private let files: [(path: String, start: Int)]
  private let index: Index
  private let threads: Int

  /// Reads texts and makes what a search needs.
  ///
  /// - Parameters:
  ///   - path: a file of a text a line, or a folder of them.
  ///   - paths: the files that this stands for.
  ///   - encoding: that of the files.
  ///   - method: how texts are compared.
  ///   - weighting: how words count in sums.
  /// - Throws: ``WordtoolError``: as reading does; `badData` for a file in which no line has a known
  ///   word.
  init(
    path: String, files paths: [String], encoding: TextEncoding, vectors: WordVectors,
    method: SentenceWeightingOptions.Method, weighting: SentenceWeighting, threads: Int
  ) throws {
    var texts: [String] = []
    var files: [(path: String, start: Int)] = []
    var replacedCount = 0
    for file in paths {
      let lines = LineReader(try TextSource(path: file, encoding: encoding), invalid: .replaced)
      files.append((file, texts.count))
      while let line = try lines.nextLine() { texts.append(line) }
      replacedCount += lines.replacedCount
    }
    StandardError.warnOfReplacements(replacedCount, isTold: false)
    try self.init(
      texts: texts, named: path, files: files.map(\.path) == [path] ? [] : files,
      vectors: vectors, method: method, weighting: weighting, threads: threads)
  }

  /// Makes what a search among texts needs.
  ///
  /// - Parameter name: what messages call them.
  init(
    texts: [String], named name: String, files: [(path: String, start: Int)] = [],
    vectors: WordVectors, method: SentenceWeightingOptions.Method = .mean,
    weighting: SentenceWeighting = .uniform, threads: Int
  ) throws {
    self.vectors = vectors
    self.threads = threads
    self.texts = texts
    self.files = files
    let stop = Interrupts.stopFlag()
    let known: Int
    if method == .wmd {
      let found = try WordMoversIndex(of: texts, vectors: vectors, threads: threads, stop: stop)
      index = .wordMovers(found)
      known = found.count
    } else {
      let encoder = try SentenceEncoder(vectors, weighting: weighting)
      let found = try SentenceIndex(
        of: texts, encoder: encoder, removesCommonDirection: method == .sif,
        threads: threads, stop: stop)
      index = .cosine(found)
      known = found.count
    }
    guard known > 0 else {
      throw WordtoolError(
        .badData, path: name,
        found: texts.isEmpty
          ? "no text" : "\(NumberFormat.counted(texts.count, "line")) without a known word",
        expected: "texts with words of \(vectors.name ?? "the vectors")")
    }
    let missing = texts.count(where: { !$0.allSatisfy(\.isWhitespace) }) - known
    if missing > 0 {
      StandardError.note(
        "\(name): \(NumberFormat.counted(missing, "line")) without a known word left out")
    }
  }

  /// Answers questions, together where the method allows it.
  ///
  /// - Parameters:
  ///   - threads: how many threads search; nil for those that the index was made by.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  func answers(
    to queries: [String], count: Int, threads: Int? = nil, stop: StopFlag = Interrupts.stopFlag()
  ) throws -> [Answered<NearestTextsAnswer>] {
    let threads = threads ?? self.threads
    let found: [[TextMatch]]
    switch index {
    case .cosine(let index):
      found = try index.nearest(to: queries, count: count, threads: threads, stop: stop)
    case .wordMovers(let index):
      found = try queries.map {
        try index.nearest(to: $0, count: count, threads: threads, stop: stop).matches
      }
    }
    return zip(queries, found).map { query, matches in
      var answer = Answered<NearestTextsAnswer>()
      if let problem = WordtoolError.controlCharacter(in: query) {
        answer.problems.append(problem)
      } else if matches.isEmpty {
        answer.problems.append(.noKnownWord(in: query, of: vectors))
      } else {
        answer.answer = NearestTextsAnswer(
          query: query, neighbors: matches.map { self.text($0) })
      }
      return answer
    }
  }

  private func text(_ match: TextMatch) -> NearestTextsAnswer.Text {
    var isDistance = false
    if case .wordMovers = index { isDistance = true }
    let file = files.last { $0.start <= match.index }
    return .init(
      file: file?.path, line: match.index - (file?.start ?? 0) + 1, text: texts[match.index],
      similarity: isDistance ? nil : match.score, distance: isDistance ? match.score : nil)
  }
}
