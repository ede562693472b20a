import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool document-vector`: the numbers of texts and documents, by a model of documents.
struct DocumentVectorCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "document-vector",
    abstract: "Print vectors of texts by a model of documents.",
    discussion: """
      The vector of a text is trained as that of one more document, while everything else in the model \
      stays as it is: gensim's infer_vector. The same text has the same vector each time. Words that the \
      model does not know are left out. A text is one argument; with '-' each line of standard input is \
      one. --document asks for a document of the training by its name.

      tsv: the values apart by tabs, 6 decimals, a line a text; a text without a known word gives a blank \
      line. json: {"text", "vector", "known", "unknown"} a text, {"document", "vector", "labels"} a \
      document.

      Example:
        wordtool document-vector reviews.docs 'a film one forgets'
        wordtool document-vector reviews.docs --document 17 --json
        wordtool document-vector reviews.docs - < new.txt > new.tsv
      """,
    aliases: ["infer-vector"])

  @OptionGroup var inference: InferenceOptions

  @Argument(help: ArgumentHelp("Texts.", valueName: "text"))
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "Print the vector of this document of the training; may be given again.", valueName: "name"))
  var document: [String] = []

  @Flag(help: "Print each vector at length 1.")
  var normalize = false

  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--epochs", "--lr", "--threads"], need: "texts, not to --document", isMet: document.isEmpty
      )
    ]
  }

  func validate() throws {
    guard document.isEmpty != texts.isEmpty else {
      throw ValidationError(
        "\(document.isEmpty ? "no text was given" : "texts and --document were given"), expected "
          + "texts, '-', or --document NAME")
    }
  }

  func run() throws {
    let model = try inference.open()
    let stop = Interrupts.stopFlag()
    var lookup = Lookup(lookup)
    for name in document {
      let answer = try lookup.tell(
        model.answer(toVectorOfDocument: name, normalizes: normalize))
      if json.json, let answer {
        try JSONOutput.write(answer)
      } else if !json.json {
        try print(answer?.vector)
      }
    }
    let answers = { (texts: [String]) in
      try model.answers(
        toVectorsOf: texts, epochs: inference.epochs, learningRate: inference.lr,
        normalizes: normalize, threads: inference.threads.count, stop: stop)
    }
    if texts == ["-"] {
      try QuestionLines.forEach(longest: 1 << 26, answers) {
        try show(try lookup.tell($0, line: $2), $1)
      }
    } else {
      for (text, answer) in zip(texts, try answers(texts)) {
        try show(try lookup.tell(answer), text)
      }
    }
    try lookup.finish()
  }

  private func show(_ answer: SentenceVectorAnswer?, _ text: String) throws {
    if json.json { return try JSONOutput.write(answer ?? SentenceVectorAnswer(text: text)) }
    try print(answer?.vector)
  }

  private func print(_ vector: [Float]?) throws {
    let values = vector?.map { NumberFormat.fixed(Double($0)) } ?? []
    try StandardOutput.shared.writeLine(values.joined(separator: "\t"))
  }
}
