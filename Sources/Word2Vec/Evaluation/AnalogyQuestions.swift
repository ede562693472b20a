import WordtoolCore

/// Analogy questions in sections, as in Google's questions-words.txt.
///
/// A line `: name` starts a section; every other line has four words a b c d that ask
/// `a : b = c : ?` with the answer d.
public struct AnalogyQuestions: Hashable, Sendable {
  /// One question.
  public struct Question: Hashable, Sendable {
    /// The words a, b, c and the answer d, as they stand in the file.
    public let words: [String]
  }

  /// Questions about one relation.
  public struct Section: Hashable, Sendable {
    /// The name, such as `capital-common-countries`.
    public let name: String
    /// The questions in the order of the file.
    public let questions: [Question]

    /// Whether the section asks about grammar: by custom its name then starts with `gram`.
    public var isSyntactic: Bool { name.hasPrefix("gram") }
  }

  /// The sections in the order of the file.
  public let sections: [Section]

  /// Reads a file of questions, plain or gzip; `-` is standard input.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for a line that has not four words.
  public init(contentsOf path: String) throws {
    let lines = try LineReader(path: path)
    var sections: [Section] = []
    var name: String?
    var questions: [Question] = []
    func close() {
      if name != nil || !questions.isEmpty {
        sections.append(Section(name: name ?? "all", questions: questions))
      }
      questions = []
    }
    while let line = try lines.nextLine() {
      let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let first = words.first else { continue }
      if first.hasPrefix(":") {
        close()
        let title = [String(first.dropFirst())] + words.dropFirst()
        name = title.filter { !$0.isEmpty }.joined(separator: " ")
      } else {
        guard words.count == 4 else {
          throw WordtoolError(
            .badData, path: path, at: .line(lines.number), found: "\(words.count, "word")",
            expected: "four words, or ': name' for a section")
        }
        questions.append(Question(words: words))
      }
    }
    close()
    guard sections.contains(where: { !$0.questions.isEmpty }) else {
      throw WordtoolError(
        .badData, path: path, found: "no questions", expected: "lines of four words")
    }
    self.sections = sections
  }
}
