import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool nearest-documents`: the documents of a training that are nearest to a text or a document.
struct NearestDocumentsCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "nearest-documents",
    abstract: "Print the documents that are nearest to a text or a document.",
    discussion: """
      A question is a text, whose vector is made as by document-vector, or with --document a document of \
      the training by its name, which is then no answer. The similarity is the cosine between both \
      vectors; all documents are compared.

      A question is one argument; with '-' each line of standard input is one. tsv: the name of the \
      document, the similarity, its labels, where the model has any; of several questions the question \
      first, and a blank line ends each answer.

      Example:
        wordtool nearest-documents reviews.docs 'a film one forgets' -k 3
        wordtool nearest-documents reviews.docs --document 17
        wordtool nearest-documents reviews.docs - --json < new.txt
      """)

  @OptionGroup var inference: InferenceOptions

  @Argument(help: ArgumentHelp("Texts to look for.", valueName: "query"))
  var queries: [String] = []

  @Option(
    help: ArgumentHelp(
      "Look for what is near this document of the training; may be given again.", valueName: "name")
  )
  var document: [String] = []

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many documents to print.", valueName: "k"))
  var count = 10

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  var optionRules: [OptionRule] {
    [
      OptionRule(["--epochs", "--lr"], need: "texts, not to --document", isMet: document.isEmpty)
    ]
  }

  func validate() throws {
    try OptionCheck.whole([("-k", count, 1 ... .max)])
    guard document.isEmpty != queries.isEmpty else {
      throw ValidationError(
        "\(document.isEmpty ? "no question was given" : "texts and --document were given"), expected "
          + "texts, '-', or --document NAME")
    }
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "nearest-documents")
    let model = try inference.open()
    let stop = Interrupts.stopFlag()
    let threads = inference.threads.count
    var lookup = Lookup(lookup)
    let answers = { (texts: [String]) in
      try model.answers(
        toNearestOf: texts, count: count, epochs: inference.epochs, learningRate: inference.lr,
        threads: threads, stop: stop)
    }
    let isBatch = document.count + queries.count > 1 || queries == ["-"]
    for name in document {
      let answer = try model.answer(
        toNearestOfDocument: name, count: count, threads: threads, stop: stop)
      try print(try lookup.tell(answer), name, style, isBatch: isBatch)
    }
    if queries == ["-"] {
      try QuestionLines.forEach(longest: 1 << 26, answers) {
        try print(try lookup.tell($0, line: $2), $1, style, isBatch: isBatch)
      }
    } else if !queries.isEmpty {
      for (query, answer) in zip(queries, try answers(queries)) {
        try print(try lookup.tell(answer), query, style, isBatch: isBatch)
      }
    }
    try lookup.finish()
  }

  private func print(
    _ answer: NearestDocumentsAnswer?, _ query: String, _ style: StyleOptions.Style, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    func labels(_ document: NearestDocumentsAnswer.Document) -> [String] {
      document.labels.map { [TerminalText.escaped($0.joined(separator: ", "))] } ?? []
    }
    switch style {
    case .json: try JSONOutput.write(answer ?? NearestDocumentsAnswer(query: query))
    case .table:
      guard let answer else { return }
      try out.writeStyled(
        TerminalCells.shortened(
          TerminalText.escaped(query), to: StandardOutput.columns ?? .max) + "\n")
      try out.write("similarity".padded(to: 10, onLeft: true) + "  document\n")
      for found in answer.neighbors {
        let name = TerminalText.escaped(found.document)
        try out.writeLine(
          NumberFormat.fixed(found.similarity, 4).padded(to: 10, onLeft: true) + "  "
            + ([name] + labels(found)).joined(separator: "  "))
      }
      if isBatch { try out.write("\n") }
    default:
      let first = isBatch ? [TerminalText.escaped(query)] : []
      for found in answer?.neighbors ?? [] {
        let name = TerminalText.escaped(found.document)
        let fields = [name, NumberFormat.fixed(found.similarity)] + labels(found)
        try out.writeLine((first + fields).joined(separator: "\t"))
      }
      if isBatch { try out.write("\n") }
    }
  }
}
