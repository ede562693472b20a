import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool tag`: a tag for every word of a text.
struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Give every word of a text a tag.",
    discussion: """
      MODEL is what train-tagger wrote. TEXT is files, plain or .gz, or '-', one sentence a line, its \
      words between spaces; without any, standard input. A line 'WORD<TAB>TAG' is printed for each \
      word, and a blank line after each sentence: what train-tagger reads. With --json the tags have \
      their probabilities.

      Example:
        wordtool tag pos.model --text 'the food was good'
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files, plain or .gz; '-' is standard input. (default: -)", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Tag this sentence instead; may be given again.", valueName: "words"))
  var text: [String] = []

  @Flag(help: "Print one JSON object a sentence.")
  var json = false

  @OptionGroup var threads: ThreadsOptions

  struct Answer: Encodable {
    var words: [String]
    var tags: [String]
    var probabilities: [Double]
  }

  func validate() throws {
    if !text.isEmpty && !texts.isEmpty {
      throw ValidationError("--text and text files exclude each other")
    }
  }

  func run() throws {
    let tagger = try SequenceTagger(contentsOf: model)
    var wordCount = try answer(text, tagger)
    for path in text.isEmpty ? (texts.isEmpty ? ["-"] : texts) : [] {
      let size = path == "-" ? 1 : 1024
      let lines = try TextLineSource(path: path)
      while let batch = try lines.next(size) {
        wordCount += try answer((0..<batch.count).map { batch.text(at: $0) }, tagger)
        if size == 1 { try StandardOutput.shared.flush() }
      }
    }
    guard wordCount > 0 else {
      throw WordtoolError(
        .badData, path: text.isEmpty ? texts.first ?? "-" : "--text", found: "empty text",
        expected: "words")
    }
  }

  /// Prints the tags of some sentences and returns how many words they have.
  private func answer(_ lines: [String], _ tagger: SequenceTagger) throws -> Int {
    let sentences = lines.map { tagger.words(in: $0) }.filter { !$0.isEmpty }
    let out = StandardOutput.shared
    let found = try tagger.answers(for: sentences, threads: threads.count)
    for (words, answers) in zip(sentences, found) {
      if json {
        try out.writeLine(
          try JSONOutput.line(
            Answer(
              words: words, tags: answers.map(\.label), probabilities: answers.map(\.probability))))
        continue
      }
      for (word, answer) in zip(words, answers) { try out.writeLine("\(word)\t\(answer.label)") }
      try out.writeLine("")
    }
    return sentences.reduce(0) { $0 + $1.count }
  }
}
