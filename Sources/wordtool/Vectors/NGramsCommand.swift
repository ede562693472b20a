import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool ngrams`: what the vector of a word is made of.
struct NGramsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ngrams",
    abstract: "Print the n-grams of characters of a word, with their rows.",
    discussion: """
      For vectors that are made of n-grams: of fastText, floret, spaCy and finalfusion, and of \
      train-embeddings --subwords. A line for each n-gram: the n-gram with < and > for the ends of the \
      word, its bucket (of floret several), the length of its values and their cosine with the word's \
      vector. The row that a word of fastText has of its own comes first. --style fasttext prints the \
      values, as fastText's print-ngrams does; json has all of it, rows of the whole table too.

      With '-' for WORD the words of standard input are asked, one a line.

      Example:
        wordtool ngrams sweden -v wiki.bin
        wordtool ngrams unheardof -v wiki.bin --style fasttext
      """,
    aliases: ["print-ngrams"])

  @Argument(
    help: ArgumentHelp("Words.", valueName: "word"), completion: Completions.words)
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  func validate() throws {
    _ = try style.resolved(among: [.table, .tsv, .json, .fasttext], for: "ngrams")
  }

  func run() throws {
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    if words == ["-"] {
      try QuestionLines.forEach { lines in
        try lines.map { try vectors.answer(toNGramsOf: $0) }
      } show: {
        guard let answer = try lookup.tell($0, line: $2) else { return }
        if style.resolved == .json { try JSONOutput.write(answer) } else { try print(answer) }
      }
    } else {
      let answers = try words.compactMap {
        try lookup.tell(try vectors.answer(toNGramsOf: $0))
      }
      if style.resolved == .json {
        if !answers.isEmpty { try JSONOutput.write(answers) }
      } else {
        for answer in answers { try print(answer) }
      }
    }
    try lookup.finish()
  }

  /// A row an n-gram: its letters, its buckets, its length and its cosine with the word.
  static func rows(of answer: NGramsAnswer) -> [[String]] {
    answer.parts.map { part in
      [
        part.text, part.isWord ? "word" : part.buckets.map(String.init).joined(separator: ","),
        NumberFormat.fixed(part.norm), NumberFormat.fixed(part.cosine),
      ]
    }
  }

  private func print(_ answer: NGramsAnswer) throws {
    let out = StandardOutput.shared
    let rows = Self.rows(of: answer)
    switch style.resolved {
    case .table:
      let names = ["n-gram of \(answer.word)", "bucket", "norm", "cosine"]
      try out.writeStyled(TextTable.aligned([names] + rows))
    case .fasttext:
      for part in answer.parts {
        let values = part.vector.map { NumberFormat.general(Double($0), 5) + " " }.joined()
        try out.writeLine(TerminalText.shown(part.text + " " + values))
      }
    case .tsv, .json, .word2vec:
      // Of several words each line says whose it is.
      let first = words.count > 1 || words == ["-"] ? [answer.word] : []
      for row in rows {
        try out.writeLine(TerminalText.shown((first + row).joined(separator: "\t")))
      }
    }
  }
}
