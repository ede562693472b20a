import ArgumentParser
import Word2Vec

/// `wordtool vector`: the numbers themselves.
struct VectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vector",
    abstract: "Print the vectors of words.",
    discussion: """
      tsv: the word and its values apart by tabs, 6 decimals. word2vec and fasttext: the lines of \
      those tools' text files. json: [{"word", "vector"}]. With '-' for WORD the words of standard \
      input are asked, one a line, and json prints one object a line.

      Example:
        wordtool vector sweden
        wordtool vector sweden norway --json
      """,
    aliases: ["print-word-vectors"])

  @Argument(help: ArgumentHelp("Words.", valueName: "word"))
  var words: [String]

  @Flag(help: "Print each vector at length 1.")
  var normalize = false

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  struct Answer: Encodable {
    var word: String
    var vector: [Float]
  }

  func run() throws {
    var lookup = Lookup(try VectorSet(vectors), lookup)
    if words == ["-"] {
      try StandardInput.forEachQuestion { line in
        let word = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard let answer = try answer(word, &lookup) else { return true }
        if style.resolved == .json { try JSONOutput.write(answer) } else { try print(answer) }
        return true
      }
    } else {
      let answers = try words.compactMap { try answer($0, &lookup) }
      if style.resolved == .json {
        if !answers.isEmpty { try JSONOutput.write(answers) }
      } else {
        for answer in answers { try print(answer) }
      }
    }
    try lookup.finish()
  }

  private func answer(_ word: String, _ lookup: inout Lookup) throws -> Answer? {
    guard let known = try lookup.known(word), var vector = lookup.set.vectors.vector(for: known)
    else { return nil }
    lookup.countAnswer()
    if normalize {
      let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
      if squares > 0 { vector = vector.map { Float(Double($0) / squares.squareRoot()) } }
    }
    return Answer(word: known, vector: vector)
  }

  private func print(_ answer: Answer) throws {
    let values = answer.vector.map { Double($0) }
    let line =
      switch style.resolved {
      case .tsv, .json:
        ([answer.word] + values.map { NumberFormat.fixed($0) }).joined(separator: "\t")
      case .table:
        ([answer.word] + values.map { NumberFormat.fixed($0) }).joined(separator: " ")
      case .word2vec:
        answer.word + " " + values.map { NumberFormat.fixed($0) + " " }.joined()
      case .fasttext:
        answer.word + " " + values.map { NumberFormat.general($0, 5) + " " }.joined()
      }
    try StandardOutput.shared.writeLine(line)
  }
}
