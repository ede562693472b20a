import Word2Vec
import WordtoolCore

/// Lists of words with scores, in the layouts of `--style`.
enum WordListing {
  /// A word and its score.
  struct Row {
    var word: String
    var score: Float
    /// What the score is made of, in words; nil unless that was asked for.
    var explanation: String?

    init(word: String, score: Float, explanation: Explanation? = nil) {
      self.word = word
      self.score = score
      self.explanation = explanation.map(WordListing.text)
    }

    init(word: String, score: Float, text: String?) {
      self.word = word
      self.score = score
      explanation = text
    }
  }

  /// What a score is made of on one line: words, n-grams, then dimensions by number.
  static func text(_ explanation: Explanation) -> String {
    func sign(_ value: Double) -> String {
      // Without the sign of -0, which a word of zeros taken away adds.
      (value < 0 ? "" : "+") + NumberFormat.fixed(value == 0 ? 0 : value, 4)
    }
    return
      ((explanation.words + explanation.ngrams).map {
        "\(TerminalText.escaped($0.name)) \(sign($0.value))"
      } + explanation.dimensions.map { "#\($0.dimension) \(sign($0.value))" }).joined(
        separator: ", ")
  }

  /// Lines for a person: rank, word, score.
  static func table(_ rows: [Row], title: String, scoreName: String) -> String {
    // Beside the word stand its place and its score.
    let room = StandardOutput.columns.map { max(8, $0 - max(9, scoreName.count + 2) - 5) } ?? .max
    let rows = rows.map {
      Row(
        word: TerminalCells.shortened(TerminalText.escaped($0.word), to: room), score: $0.score,
        text: $0.explanation)
    }
    let title = TerminalText.escaped(title)
    let width = max(4, rows.map { TerminalText.cells(in: $0.word) }.max() ?? 0)
    let bold = StandardOutput.isTerminal && Environment.allowsColor
    var text = bold ? "\u{1B}[1m\(title)\u{1B}[0m\n" : title + "\n"
    text += "   # " + "word".padded(to: width) + "  \(scoreName)\n"
    for (place, row) in rows.enumerated() {
      text += String(place + 1).padded(to: 4, onLeft: true) + " " + row.word.padded(to: width)
      text += "  " + NumberFormat.fixed(Double(row.score), 4) + "\n"
      if let explanation = row.explanation {
        for line in TerminalText.wrapped(
          explanation, columns: StandardOutput.columns.map { max(20, $0 - 8) })
        { text += "        " + line + "\n" }
      }
    }
    return text
  }

  /// `word<TAB>score` lines; in a batch with the question before them.
  static func tsv(_ rows: [Row], question: String? = nil) -> String {
    let first = question.map { TerminalText.escaped($0) + "\t" } ?? ""
    return rows.map {
      first + "\(TerminalText.escaped($0.word))\t\(NumberFormat.fixed(Double($0.score)))"
        + ($0.explanation.map { "\t" + $0 } ?? "") + "\n"
    }.joined()
  }

  /// The rows that word2vec.c's `distance` and `word-analogy` print.
  static func word2vec(_ rows: [Row]) -> String {
    rows.map {
      // printf pads by bytes.
      let fill = String(repeating: " ", count: max(0, 50 - $0.word.utf8.count))
      return fill + $0.word + "\t\t" + NumberFormat.fixed(Double($0.score)) + "\n"
    }.joined()
  }

  /// The rows that `fasttext nn` and `fasttext analogies` print.
  static func fastText(_ rows: [Row]) -> String {
    rows.map { "\($0.word) \(NumberFormat.general(Double($0.score)))\n" }.joined()
  }

  /// 72 dashes, as word2vec.c draws them.
  static let word2vecRule = String(repeating: "-", count: 72)

  /// The lines in which word2vec.c's tools tell where the words of a question stand.
  ///
  /// - Returns: whether all are there; the tools print no answer otherwise.
  static func printPositions(of words: [String], in vectors: WordVectors) throws -> Bool {
    let out = StandardOutput.shared
    for word in words {
      let row = vectors.index(forQuery: word)
      try out.write("\nWord: \(word)  Position in vocabulary: \(row ?? -1)\n")
      if row == nil {
        try out.write("Out of dictionary word!\n")
        return false
      }
    }
    return true
  }
}
