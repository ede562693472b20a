import Tokenize
package import WordtoolCore

extension PhraseModel {
  /// What the first line of a file begins with; the version of the form and a JSON object follow.
  package static let mark = "# wordtool phrases "
  private static let version = 1
  private static let passMark = "# pass "

  private struct Header: Codable {
    var options: PhraseOptions
    var tokenizer: TokenizerRule
  }

  /// Writes the phrases as text: a line with the options, and for each pass a heading and a line
  /// `score count word word …` for each phrase, apart by tabs.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`; `badData` for a word that does not
  ///   fit on a line.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { try write(to: $0) }
  }

  /// Writes the phrases into an open file.
  package func write(to file: OutputFile) throws {
    let header = Header(options: options, tokenizer: rule)
    try file.write("\(Self.mark)\(Self.version) \(try StoredJSON.text(header))\n")
    for (number, pass) in passes.enumerated() {
      try file.write("\(Self.passMark)\(number + 1) of \(pass.wordCount) words\n")
      for phrase in pass.phrases {
        for word in phrase.words where word.isEmpty || word.utf8.contains(where: { $0 < 0x20 }) {
          throw WordtoolError(
            .badData, path: file.path, found: "the word '\(word)' in a phrase",
            expected: "words that fit on a line")
        }
        let fields = ["\(phrase.score)", "\(phrase.count)"] + phrase.words
        try file.write(fields.joined(separator: "\t") + "\n")
      }
    }
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` with the line for what is no phrase.
  public init(contentsOf path: String) throws {
    let lines = try LineReader(path: path)
    func problem(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .line(max(1, lines.number)), found: found, expected: expected)
    }
    guard let first = try lines.nextLine(), first.hasPrefix(Self.mark) else {
      throw problem(
        "no phrases", "a file that 'phrases' wrote, which begins with '\(Self.mark)'")
    }
    let parts = first.dropFirst(Self.mark.count).split(separator: " ", maxSplits: 1)
    guard let version = parts.first.flatMap({ Int($0) }), version == Self.version else {
      throw problem(
        "phrases of version '\(parts.first ?? "")'", "version \(Self.version)")
    }
    guard parts.count == 2, let header = try? StoredJSON.decode(Header.self, from: parts[1]) else {
      throw problem("options that cannot be read", "a JSON object")
    }
    do {
      try header.options.validate()
    } catch let error as WordtoolError {
      throw problem(error.found, error.expected ?? "options of phrases")
    }
    self.init(options: header.options, passes: [], rule: header.tokenizer)
    let connectors = Set(options.connectors)
    var seen: Set<[String]> = []
    while let line = try lines.nextLine() {
      if line.allSatisfy(\.isWhitespace) { continue }
      if line.hasPrefix(Self.passMark) {
        let words = line.dropFirst(Self.passMark.count).split(separator: " ")
        guard words.count == 4, Int(words[0]) == passes.count + 1, passes.count < options.passes,
          let count = Int(words[2]), count >= 0
        else { throw problem("'\(line)'", "pass \(passes.count + 1) of \(options.passes)") }
        passes.append(Pass(wordCount: count, phrases: []))
        seen = []
        continue
      }
      guard !passes.isEmpty else { throw problem("a phrase before the first pass", "a pass") }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 4, let score = Double(fields[0]), score.isFinite,
        let count = Int(fields[1]), count >= 1, !fields.contains("")
      else { throw problem("'\(line.prefix(60))'", "a score, a count and words, apart by tabs") }
      let words = Array(fields[2...])
      let between = words.dropFirst().dropLast()
      guard between.count <= PhraseRole.mostBetween, between.allSatisfy(connectors.contains),
        !connectors.contains(words[0]), !connectors.contains(words[words.count - 1])
      else {
        throw problem(
          "the phrase '\(words.joined(separator: " "))'",
          "two words, and only connectors between them")
      }
      guard seen.insert(words).inserted else {
        throw problem("'\(words.joined(separator: " "))' for the second time", "phrases once")
      }
      passes[passes.count - 1].phrases.append(Phrase(words: words, count: count, score: score))
    }
    guard passes.count == options.passes else {
      throw problem(
        "\(passes.count, "pass")", "the \(options.passes) that the options say")
    }
  }
}
