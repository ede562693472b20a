import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool vector`: the numbers themselves.
struct VectorCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "vector",
    abstract: "Print the vectors of words, or of texts.",
    discussion: """
      tsv: the word and its values apart by tabs, 6 decimals. word2vec and fasttext: the lines of \
      those tools' text files. json: [{"word", "vector"}]. With '-' for WORD the words of standard \
      input are asked, one a line, and json prints one object a line.

      With --text-lines each line is a text, and the vectors must come with a tokenizer: a folder of \
      model2vec or of sentence-transformers with a StaticEmbedding. A text's vector is then that of \
      these libraries, zeros for a text without known tokens. One vector a line, in the order of the \
      lines: the values alone, apart by tabs; json: {"text", "vector"}.

      Example:
        wordtool vector sweden
        wordtool vector sweden norway --json
        wordtool vector -v potion-base-8M --text-lines sentences.txt
      """,
    aliases: ["print-word-vectors"])

  @Argument(
    help: ArgumentHelp("Words.", valueName: "word"), completion: Completions.words)
  var words: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with a text a line, or a folder of such files, instead of words; '-' is standard input.",
      valueName: "file"),
    completion: .file())
  var textLines: String?

  @Flag(help: "Print each vector at length 1.")
  var normalize = false

  @OptionGroup var input: TextInputOptions
  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  var optionRules: [OptionRule] {
    [
      OptionRule(["--strict"], need: "words, not to --text-lines", isMet: textLines == nil),
      OptionRule(TextInputOptions.names, need: "--text-lines", isMet: textLines != nil),
    ]
  }

  func validate() throws {
    if textLines == nil && words.isEmpty {
      throw ValidationError("no words were given, expected some, or --text-lines FILE")
    }
    if textLines != nil && !words.isEmpty {
      throw ValidationError("words and --text-lines were given, expected one of them")
    }
  }

  func run() throws {
    let vectors = try VectorSet(vectors).vectors
    if let textLines {
      guard vectors.makesTextVectors else {
        throw WordtoolError(
          .usage, path: vectors.name, found: "--text-lines with vectors of words",
          expected: "a folder of model2vec or of sentence-transformers with a StaticEmbedding",
          remedy: "name one with --vectors")
      }
      for file in try input.files([textLines]) { try printTexts(of: file, vectors) }
      return
    }
    var lookup = Lookup(lookup)
    if words == ["-"] {
      try QuestionLines.forEach { lines in
        try lines.map {
          try vectors.answer(toVectorOf: NearestQuestions.text($0), normalizes: normalize)
        }
      } show: {
        guard let answer = try lookup.tell($0, line: $2) else { return }
        if style.resolved == .json { try JSONOutput.write(answer) } else { try print(answer) }
      }
    } else {
      let answers = try words.compactMap {
        try lookup.tell(try vectors.answer(toVectorOf: $0, normalizes: normalize))
      }
      if style.resolved == .json {
        if !answers.isEmpty { try JSONOutput.write(answers) }
      } else {
        for answer in answers { try print(answer) }
      }
    }
    try lookup.finish()
  }

  /// Prints the vectors of the lines of a file.
  private func printTexts(of path: String, _ vectors: WordVectors) throws {
    let lines = LineReader(
      try TextSource(path: path, encoding: input.encoding), invalid: .replaced,
      maximumLength: 1 << 28)
    var number = 0
    while let text = try lines.nextLine() {
      number += 1
      let answer: TextVectorAnswer
      do {
        answer = try vectors.answer(toVectorOfText: text, normalizes: normalize)
      } catch var error as WordtoolError where error.path == nil {
        error.path = path
        error.position = .line(number)
        throw error
      }
      try print(answer)
      // Whoever waits for an answer before the next question gets it.
      if !lines.hasLine { try StandardOutput.shared.flush() }
    }
  }

  private func print(_ answer: TextVectorAnswer) throws {
    if style.resolved == .json { return try JSONOutput.write(answer) }
    let values = answer.vector.map { Double($0) }
    try StandardOutput.shared.writeLine(
      style.resolved == .fasttext
        ? values.map { NumberFormat.general($0, 5) + " " }.joined()
        : values.map { NumberFormat.fixed($0) }
          .joined(separator: style.resolved == .word2vec ? " " : "\t"))
  }

  private func print(_ answer: VectorAnswer) throws {
    let values = answer.vector.map { Double($0) }
    let line =
      switch style.resolved {
      case .tsv, .json:
        ([answer.word] + values.map { NumberFormat.fixed($0) }).joined(separator: "\t")
      case .table:
        TerminalText.wrapped(
          ([TerminalText.shown(answer.word)] + values.map { NumberFormat.fixed($0) })
            .joined(separator: " "), columns: StandardOutput.columns.map { max(20, $0 - 2) }
        ).joined(separator: "\n  ")
      case .word2vec:
        answer.word + " " + values.map { NumberFormat.fixed($0) + " " }.joined()
      case .fasttext:
        answer.word + " " + values.map { NumberFormat.general($0, 5) + " " }.joined()
      }
    try StandardOutput.shared.writeLine(style.resolved == .table ? line : TerminalText.shown(line))
  }
}
