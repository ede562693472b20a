import WordtoolCore

extension AnalogyQuestions {
  /// Reads a file of questions, plain or gzip (`-` is standard input), or all files of a folder and those
  /// inside it.
  ///
  /// Of a folder the files are taken whose names end in `.txt`, `.tsv` or `.questions`, also packed; those
  /// that begin with README or LICENSE are passed over.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for a line that is no question.
  public init(contentsOf path: String) throws {
    let files = try InputFiles.expand([path])
    // A file stands for itself, a folder for what is in it.
    if files == [path] {
      self.init(sections: try Self.sections(of: path))
      return
    }
    var sections: [Section] = []
    for file in files where EvaluationSet.isTaken(file, ["txt", "tsv", "questions"]) {
      let set = EvaluationSet.name(of: file)
      sections += try Self.sections(of: file).map {
        Section(name: $0.name, set: set, isSyntactic: $0.isSyntactic, questions: $0.questions)
      }
    }
    guard !sections.isEmpty else {
      throw WordtoolError(
        .badData, path: path, found: "no files of questions",
        expected: "files that end in .txt, .tsv or .questions")
    }
    self.init(sections: sections)
  }

  private static func sections(of path: String) throws -> [Section] {
    var builder = AnalogySectionBuilder(path: path)
    let lines = try LineReader(path: path)
    if path.hasSuffix(".questions") {
      try builder.readAnswers(String(path.dropLast(10)) + ".answers")
    }
    while let line = try lines.nextLine() { try builder.add(line, number: lines.number) }
    return try builder.finish()
  }
}

/// The files of a folder of evaluation sets.
package enum EvaluationSet {
  /// Whether a file of a folder is one of the sets.
  package static func isTaken(_ path: String, _ suffixes: Set<String>) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let upper = name.uppercased()
    return suffixes.contains(FileSuffix(of: path).name) && !upper.hasPrefix("README")
      && !upper.hasPrefix("LICENSE") && !upper.hasPrefix("LICENCE")
  }

  /// The name of a file without its suffix.
  package static func name(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    guard let dot = plain.lastIndex(of: "."), dot > plain.startIndex else { return plain }
    return String(plain[..<dot])
  }
}

/// Makes sections out of the lines of one file; the first line says which layout it has.
private struct AnalogySectionBuilder {
  private enum Layout {
    case google, kinds, answersBeside, pairs
  }

  private let path: String
  private var layout: Layout?
  private var answers: [(kind: String, word: String)] = []
  private var names: [String] = []
  private var questions: [String: [AnalogyQuestions.Question]] = [:]
  private var pairs: [(word: String, answers: [String])] = []
  private var count = 0
  /// Whether a blank line stands behind pairs: sentences have them, BATS has not.
  private var hasGap = false

  init(path: String) { self.path = path }

  /// The second file of the layout with two.
  mutating func readAnswers(_ path: String) throws {
    let lines = try LineReader(path: path)
    while let line = try lines.nextLine() {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      if words.isEmpty { continue }
      guard words.count == 2 else {
        throw WordtoolError(
          .badData, path: path, at: .line(lines.number), found: "\(words.count, "word")",
          expected: "two: the kind and the answer")
      }
      answers.append((words[0], words[1]))
    }
    layout = .answersBeside
  }

  mutating func add(_ line: String, number: Int) throws {
    let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
    guard let first = words.first else {
      hasGap = !pairs.isEmpty
      return
    }
    let layout = layout ?? Self.layout(of: line, words)
    self.layout = layout
    func refuse(_ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .line(number),
        found: "\(words.count, "word")", expected: expected)
    }
    switch layout {
    case .google:
      if first.hasPrefix(":") {
        let title = [String(first.dropFirst())] + words.dropFirst()
        open(title.filter { !$0.isEmpty }.joined(separator: " "))
      } else {
        guard words.count == 4 else { throw refuse("four words, or ': name' for a section") }
        add(.init(words), to: names.last ?? "all")
      }
    case .kinds:
      guard words.count == 5 else { throw refuse("five, as before: A B C KIND D") }
      add(.init(words.prefix(3) + [words[4]]), to: words[3])
    case .answersBeside:
      guard words.count == 3 else { throw refuse("three: A B C") }
      guard count < answers.count else {
        throw WordtoolError(
          .badData, path: path, at: .line(number), found: "question \(count + 1)",
          expected: "\(answers.count), as the file of answers has")
      }
      add(.init(words + [answers[count].word]), to: answers[count].kind)
    case .pairs:
      let columns = line.contains("\t") ? line.split(separator: "\t").map(String.init) : words
      let answers = columns.last?.split(separator: "/").map(\.trimmed).filter { !$0.isEmpty } ?? []
      guard columns.count == 2, !answers.isEmpty else {
        throw refuse("a word and its answers, apart by a tab")
      }
      // Counts, sentences and texts with their labels have two columns as well.
      guard !hasGap, words.count == 2, answers.allSatisfy({ Double($0) == nil }) else {
        throw WordtoolError(
          .badData, path: path, at: .line(number),
          found: hasGap ? "a pair behind a blank line" : "'\(line.prefix(40))'",
          expected: "a word and its answers, which are words, apart by a tab, on every line")
      }
      pairs.append((columns[0].trimmed, answers))
    }
  }

  private static func layout(of line: String, _ words: [String]) -> Layout {
    if words[0].hasPrefix(":") { return .google }
    if words.count == 5 { return .kinds }
    let columns = line.contains("\t") ? line.split(separator: "\t").count : words.count
    return columns == 2 ? .pairs : .google
  }

  /// Begins a section; one of the same name that was there before goes on.
  private mutating func open(_ name: String) {
    if questions[name] == nil {
      questions[name] = []
      names.append(name)
    } else if names.last != name {
      names.removeAll { $0 == name }
      names.append(name)
    }
  }

  private mutating func add(_ question: AnalogyQuestions.Question, to name: String) {
    if questions[name] == nil { open(name) }
    questions[name, default: []].append(question)
    count += 1
  }

  mutating func finish() throws -> [AnalogyQuestions.Section] {
    if layout == .answersBeside, count < answers.count {
      throw WordtoolError(
        .badData, path: path, found: "\(count) questions",
        expected: "\(answers.count), as the file of answers has")
    }
    let name = EvaluationSet.name(of: path)
    if layout == .pairs { addPairs(name) }
    guard count > 0 else {
      throw WordtoolError(
        .badData, path: path, found: "no questions", expected: "lines of four words")
    }
    let layout = layout
    return names.map {
      AnalogyQuestions.Section(
        name: $0,
        isSyntactic: layout == .kinds || layout == .answersBeside || $0.hasPrefix("gram")
          || (layout == .pairs && Self.isGrammar($0)),
        questions: questions[$0] ?? [])
    }
  }

  /// BATS: each line asks every other one.
  private mutating func addPairs(_ name: String) {
    for (number, pair) in pairs.enumerated() {
      for (other, asked) in pairs.enumerated() where other != number && asked.word != pair.word {
        add(
          .init(
            [pair.word, pair.answers[0], asked.word, asked.answers[0]],
            otherB: Array(pair.answers.dropFirst()), otherAnswers: Array(asked.answers.dropFirst())),
          to: name)
      }
    }
  }

  /// `I01 [noun - plural_reg]`, `D05 [adj+ly_reg]`: inflection and derivation.
  private static func isGrammar(_ name: String) -> Bool {
    guard let first = name.first, "ID".contains(first) else { return false }
    return name.dropFirst().prefix(2).count(where: \.isNumber) == 2
  }
}
