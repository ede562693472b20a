import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool repl`: a prompt for questions to vectors.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Ask vectors question after question at a prompt.",
    discussion: """
      The vectors are opened once. A line is what nearest takes, words or an expression such as \
      king - man + woman; man:king::woman asks what is to woman as king is to man. Commands:

      \(Repl.help)

      At a terminal the arrows go through the line and the lines before, and Tab completes words. \
      Elsewhere each line of standard input is a question, answered when it comes.

      Example:
        wordtool repl
        echo 'king - man + woman' | wordtool repl -k 1
      """,
    aliases: ["console"])

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var threads: ThreadsOptions

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "repl")
    let set = try VectorSet(vectors, threads: threads.count).vectors
    var repl = Repl(
      vectors: set,
      search: SearchOptions(
        count: count.count, limit: restrict.restrict, threads: threads.count), style: style)
    guard LineEditor.isPossible else { return try runLines(&repl) }
    try StandardOutput.shared.writeLine(
      "\(set.name ?? "vectors"); :help tells what can be asked, :quit ends")
    var editor = LineEditor(prompt: "> ") { repl.completions(of: $0) }
    while true {
      switch try editor.next() {
      case .end: return
      case .dropped: continue
      case .line(let line): if !(try repl.answer(line)) { return }
      }
    }
  }

  private func runLines(_ repl: inout Repl) throws {
    struct Ended: Error {}
    do {
      try QuestionLines.forEach {
        $0
      } show: { line, _, _ in
        if !(try repl.answer(line)) { throw Ended() }
        try StandardOutput.shared.flush()
      }
    } catch is Ended {}
    // As with the other commands: nothing that was asked had an answer.
    if repl.askedCount > 0 && repl.answeredCount == 0 { throw ExitCode(1) }
  }
}

/// What the prompt understands.
struct Repl {
  /// The commands, a line each.
  static let help = """
      :nearest WORD...       the nearest words; the same without :nearest
      :least WORD...         the least similar ones
      :analogy A B C         A - B + C
      :similarity A B...     the cosine of two words, or of each with each
      :rank A B              the place of B among the neighbours of A
      :odd WORD...           the word that fits the others least
      :vector WORD           its numbers
      :k N                   how many words are printed
      :help  :quit
    """

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

  private static let commands = [
    ":analogy", ":help", ":k", ":least", ":nearest", ":odd", ":quit", ":rank", ":similarity",
    ":vector",
  ]

  /// The words that may stand at the end of a line.
  func completions(of line: String) -> (replaced: Int, words: [String]) {
    if line.hasPrefix(":"), !line.contains(" ") {
      return (line.unicodeScalars.count, Self.commands.filter { $0.hasPrefix(line) })
    }
    let typed = line.reversed().prefix { !$0.isWhitespace && !"+*():".contains($0) }.reversed()
    let prefix = String(typed)
    guard !prefix.isEmpty else { return (0, []) }
    var found: [String] = []
    for word in vectors.words where word.utf8.starts(with: prefix.utf8) {
      found.append(word)
      if found.count == 50 { break }
    }
    return (prefix.unicodeScalars.count, found)
  }

  /// Answers a line; false for one that ends the conversation. What is wrong with it is told.
  mutating func answer(_ line: String) throws -> Bool {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first else { return true }
    if [":quit", ":q", ":exit"].contains(first) { return false }
    if first == ":help" || first == ":h" {
      try StandardOutput.shared.write(Self.help + "\n")
      return true
    }
    askedCount += 1
    do {
      try answer(first, Array(words.dropFirst()), line)
    } catch let error as WordtoolError where [.usage, .unavailable].contains(error.kind) {
      StandardError.note(error.description)
    }
    return true
  }

  private mutating func answer(_ command: String, _ words: [String], _ line: String) throws {
    switch command {
    case ":k":
      guard words.count == 1, let number = Int(words[0]), number > 0 else {
        throw usage("':k \(words.joined(separator: " "))'", ":k and a number above 0")
      }
      search.count = number
      answeredCount += 1
    case ":analogy": try analogy(words)
    case ":similarity": try similarity(words)
    case ":rank":
      guard words.count == 2 else { throw usage("\(words.count) words", "two: A B") }
      let found = try vectors.answer(toRankOf: words[1], from: words[0], threads: search.threads)
      try tell(found, { "\($0.rank)\t\(NumberFormat.fixed(Double($0.similarity)))\n" })
    case ":odd":
      try tell(try vectors.answer(toOddOneOutOf: words)) { $0.odd + "\n" }
    case ":vector":
      guard words.count == 1 else { throw usage("\(words.count) words", "one") }
      try tell(try vectors.answer(toVectorOf: words[0])) {
        $0.vector.map { NumberFormat.fixed(Double($0)) }.joined(separator: " ") + "\n"
      }
    case ":nearest", ":least":
      try nearest(words.joined(separator: " "), isLeast: command == ":least")
    case _ where command.hasPrefix(":"):
      throw usage("'\(command)'", Self.commands.joined(separator: " "))
    default:
      if let parts = Self.proportion(line) { return try analogy(parts) }
      try nearest(line, isLeast: false)
    }
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
    guard words.count == 3 else { throw usage("\(words.count) words", "three: A B C") }
    let found = try vectors.answers(toAnalogies: [words], options: search)[0]
    try tell(found) { [style] answer in
      Self.listing(
        style,
        answer.answers.map { .init(word: $0.word, score: $0.score) },
        "\(words[0]) - \(words[1]) + \(words[2])", "score")
    }
  }

  private mutating func similarity(_ words: [String]) throws {
    guard words.count >= 2 else { throw usage("\(words.count) words", "two or more") }
    if words.count == 2 {
      return try tell(try vectors.answer(toSimilarityOf: words[0], and: words[1])) {
        NumberFormat.fixed(Double($0.similarity)) + "\n"
      }
    }
    try tell(try vectors.answer(toSimilaritiesOf: words)) { answer in
      ([["word"] + answer.words]
        + zip(answer.words, answer.similarities).map { word, line in
          [word] + line.map { NumberFormat.fixed(Double($0)) }
        }).map { $0.map { TerminalText.escaped($0) }.joined(separator: "\t") + "\n" }.joined()
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
