import Word2Vec
import WordtoolCore

/// What the prompt understands.
struct Repl {
  let vectors: WordVectors
  var search: SearchOptions
  let style: StyleOptions.Style
  private(set) var askedCount = 0
  private(set) var answeredCount = 0

  init(vectors: WordVectors, search: SearchOptions, style: StyleOptions.Style) {
    self.vectors = vectors
    self.search = search
    self.style = style
  }

  /// The words that may stand at the end of a line.
  func completions(of line: String) -> (replaced: Int, words: [String]) {
    if line.hasPrefix(":"), !line.contains(" ") {
      return (line.unicodeScalars.count, ReplQuestion.names.filter { $0.hasPrefix(line) })
    }
    let typed = line.reversed().prefix { !$0.isWhitespace && !"+*():|".contains($0) }.reversed()
    let prefix = String(typed)
    guard !prefix.isEmpty else { return (0, []) }
    let found = vectors.answer(toWordsBeginningWith: prefix, count: 50).words
    return (prefix.unicodeScalars.count, found)
  }

  /// Answers a line; false for one that ends the conversation. What is wrong with it is told.
  mutating func answer(_ line: String) throws -> Bool {
    guard let first = line.split(whereSeparator: \.isWhitespace).first else { return true }
    let question = ReplQuestion(String(first))
    if question == .quit { return false }
    if question == .help {
      try StandardOutput.shared.write(ReplQuestion.overview + "\n")
      return true
    }
    askedCount += 1
    do {
      if let question {
        try answer(question, String(line[first.endIndex...].trimmed))
      } else if first.hasPrefix(":") {
        throw usage("'\(first)'", ReplQuestion.names.joined(separator: " "))
      } else if let parts = Self.proportion(line) {
        try analogy(parts)
      } else {
        try nearest(line, isLeast: false)
      }
    } catch let error as WordtoolError where [.usage, .unavailable].contains(error.kind) {
      StandardError.note(error.description)
    }
    return true
  }

  /// Answers what stands behind a name.
  private mutating func answer(_ question: ReplQuestion, _ text: String) throws {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    func require(_ count: Int, _ expected: String) throws {
      if words.count != count { throw usage("\(words.count, "word")", expected) }
    }
    switch question {
    case .nearest, .least: try nearest(text, isLeast: question == .least)
    case .analogy: try analogy(words)
    case .similarity: try similarity(words)
    case .explain:
      try require(2, "two: A B")
      try tell(
        try vectors.answer(toSimilarityOf: words[0], and: words[1], explains: true),
        SimilarityCommand.line)
    case .rank:
      try require(2, "two: A B")
      let found = try vectors.answer(toRankOf: words[1], from: words[0], threads: search.threads)
      try tell(found) { "\($0.rank)\t\(NumberFormat.fixed(Double($0.similarity)))\n" }
    case .closer:
      try require(2, "two: A B")
      let found = try vectors.answer(
        toWordsCloserTo: words[0], than: words[1], count: search.count, threads: search.threads)
      try tell(found) { [style] answer in
        Self.listing(
          style, answer.words.map { .init(word: $0.word, score: $0.similarity) },
          "nearer to \(words[0]) than \(words[1]), \(answer.rank - 1) words", "similarity")
      }
    case .odd: try tell(try vectors.answer(toOddOneOutOf: words)) { $0.odd + "\n" }
    case .axes: try axes(words)
    case .vector:
      try require(1, "one")
      try tell(try vectors.answer(toVectorOf: words[0])) { Self.line($0.vector) }
    case .ngrams:
      try require(1, "one")
      try tell(try vectors.answer(toNGramsOf: words[0])) { Self.lines(NGramsCommand.rows(of: $0)) }
    case .texts: try nearestTexts(Self.texts(in: text))
    case .wmd:
      let texts = Self.texts(in: text)
      guard texts.count == 2 else { throw usage("\(texts.count, "text")", "two: TEXT | TEXT") }
      try tell(
        try vectors.answer(toWordMoversDistanceOf: texts[0], and: texts[1]), WordMoversCommand.lines
      )
    case .sentence:
      let encoder = try SentenceEncoder(vectors, weighting: .uniform)
      try tell(try encoder.answer(toVectorOf: text)) { Self.line($0.vector) }
    case .k: search.count = try setting(words, ":k and a number above 0", from: 1)
    case .restrict:
      let limit = try setting(words, ":restrict and a number, 0 for all words", from: 0)
      search.limit = limit == 0 ? nil : limit
    case .help, .quit: break
    }
  }

  /// The number that a setting becomes.
  private mutating func setting(
    _ words: [String], _ expected: String, from least: Int
  ) throws -> Int {
    guard words.count == 1, let number = Int(words[0]), number >= least else {
      throw usage("'\(words.joined(separator: " "))'", expected)
    }
    answeredCount += 1
    return number
  }

  /// The texts between bars.
  private static func texts(in text: String) -> [String] {
    text.split(separator: "|").map(\.trimmed).filter { !$0.isEmpty }
  }

  private static func line(_ vector: [Float]) -> String {
    vector.map { NumberFormat.fixed(Double($0)) }.joined(separator: " ") + "\n"
  }

  /// Rows with tabs between their fields.
  private static func lines(_ rows: [[String]]) -> String {
    rows.map { $0.map { TerminalText.escaped($0) }.joined(separator: "\t") + "\n" }.joined()
  }

  private func usage(_ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(.usage, found: found, expected: expected)
  }

  /// `a:b::c` as the words of `b - a + c`.
  private static func proportion(_ line: String) -> [String]? {
    guard let middle = line.firstRange(of: "::") else { return nil }
    let left = line[..<middle.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
    let words = (left.map(String.init) + [String(line[middle.upperBound...])]).map { word in
      word.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else { return nil }
    return [words[1], words[0], words[2]]
  }

  private mutating func nearest(_ text: String, isLeast: Bool) throws {
    var questions = NearestQuestions(search: search)
    questions.asksForLeast = isLeast
    let found = try vectors.answers(to: [text], questions)[0]
    try tell(found) { [style] answer in
      Self.listing(
        style,
        answer.neighbors.map { .init(word: $0.word, score: $0.similarity) }, answer.query,
        "similarity")
    }
  }

  private mutating func analogy(_ words: [String]) throws {
    guard words.count == 3 else { throw usage("\(words.count, "word")", "three: A B C") }
    let found = try vectors.answers(toAnalogies: [words], options: search)[0]
    try tell(found) { [style] answer in
      Self.listing(
        style,
        answer.answers.map { .init(word: $0.word, score: $0.score) },
        "\(words[0]) - \(words[1]) + \(words[2])", "score")
    }
  }

  /// The words among some arguments on the axes that the pairs among them give.
  private mutating func axes(_ arguments: [String]) throws {
    let pairs = arguments.filter { $0.contains(":") }
    let words = arguments.filter { !$0.contains(":") }
    guard !pairs.isEmpty, !words.isEmpty else {
      throw usage(
        "\(pairs.count, "pair") and \(words.count, "word")", "one of each or more: man:woman king")
    }
    let axes = try pairs.map { ($0, try AxesCommand.pairs($0, in: ":axes")) }
    try tell(try vectors.answer(toPlacesOf: words, onAxes: axes)) {
      Self.lines(AxesCommand.rows(of: $0, decimals: 6))
    }
  }

  /// The texts behind the first, by their similarity with it.
  private mutating func nearestTexts(_ texts: [String]) throws {
    guard texts.count >= 2 else {
      throw usage("\(texts.count, "text")", "two or more: TEXT | TEXT")
    }
    let search = try TextSearch(
      texts: Array(texts.dropFirst()), named: "the texts", vectors: vectors, threads: search.threads
    )
    let found = try search.answers(to: [texts[0]], count: self.search.count)[0]
    try tell(found) { answer in
      Self.lines(
        answer.neighbors.map { [NumberFormat.fixed($0.similarity ?? 0), $0.text] })
    }
  }

  private mutating func similarity(_ words: [String]) throws {
    guard words.count >= 2 else { throw usage("\(words.count, "word")", "two or more") }
    if words.count == 2 {
      return try tell(
        try vectors.answer(toSimilarityOf: words[0], and: words[1]), SimilarityCommand.line)
    }
    try tell(try vectors.answer(toSimilaritiesOf: words)) { answer in
      Self.lines(
        [["word"] + answer.words]
          + zip(answer.words, answer.similarities).map { word, line in
            [word] + line.map { NumberFormat.fixed(Double($0)) }
          })
    }
  }

  private static func listing(
    _ style: StyleOptions.Style, _ rows: [WordListing.Row], _ title: String, _ scoreName: String
  ) -> String {
    style == .table
      ? WordListing.table(rows, title: title, scoreName: scoreName) : WordListing.tsv(rows) + "\n"
  }

  /// Prints an answer, and what is to be said besides.
  private mutating func tell<Answer: Encodable>(
    _ found: Answered<Answer>, _ text: (Answer) -> String
  ) throws {
    for problem in found.problems { StandardError.note(problem.description) }
    for note in found.notes { StandardError.note(note) }
    guard let answer = found.answer else { return }
    answeredCount += 1
    if style == .json { return try JSONOutput.write(answer) }
    try StandardOutput.shared.writeStyled(text(answer))
  }
}
