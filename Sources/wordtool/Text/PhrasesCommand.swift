import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool phrases`: words that belong together, joined.
struct PhrasesCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "phrases",
    abstract: "Join words that belong together: new york becomes new_york.",
    discussion: """
      Words are joined that stand together more often than their counts let expect: word2phrase's \
      score (count(ab) - min-count) / (count(a) count(b)) * words, or npmi, from -1 to 1. Each pass \
      joins words, or phrases of the pass before, by twos; lines stay lines, and no phrase goes over \
      the end of one. The text is written as its words with single blanks, which train-embeddings \
      --tokenizer whitespace reads; --list prints the phrases instead: phrase, score, count and pass.

      Example:
        wordtool phrases wiki.txt --passes 2 -o wiki.phrases.txt
        wordtool phrases wiki.txt --connectors english --list | head
        wordtool phrases wiki.txt --list --save phrases.tsv > /dev/null
        wordtool phrases new.txt --load phrases.tsv
      """,
    aliases: ["word2phrase"])

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input. (default: standard input)",
      valueName: "text"), completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the text with joined phrases goes. (default: standard output, nowhere with --list)",
      valueName: "file"), completion: .file())
  var output: String?

  @Flag(help: "Print the phrases, the best of each pass first.")
  var list = false

  @Flag(help: "Print the list as one JSON document.")
  var json = false

  @Option(
    help: ArgumentHelp("Keep the phrases in this file.", valueName: "file"), completion: .file())
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Join the phrases of this file, which --save has written, and look for no others.",
      valueName: "file"), completion: .file())
  var load: String?

  @OptionGroup(title: "Phrases") var phrases: PhraseFindingOptions
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  struct Entry: Encodable {
    var phrase: String
    var words: [String]
    var score: Double
    var count: Int
    var pass: Int
  }

  var optionRules: [OptionRule] {
    let need = "phrases that are looked for, not to --load"
    return text.optionRules + [
      OptionRule(["--json"], need: "--list", isMet: list),
      OptionRule(allOf: PhraseFindingOptions.self, need: need, isMet: load == nil),
      OptionRule(["--save"], need: need, isMet: load == nil),
      text.tokenRule(need: need, isMet: load == nil),
    ]
  }

  func validate() throws {
    if list && output == "-" {
      throw ValidationError("--list and --output - exclude each other")
    }
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let target = list ? output : output ?? "-"
    try OutputPaths.check(
      [target, save], texts: texts, inputs: [load], printing: list ? "the list" : nil)
    if let save { try OutputKind.text.attempt(save) }
    let file = try target.map { try OutputKind.text.open($0) }
    let loaded = try load.map { path in
      try FileKind.reading(path, as: .phrases) { try PhraseModel(contentsOf: path) }
    }
    let rule = try loaded?.rule ?? text.rule()
    if let load { StandardError.warn(of: rule, in: load) }
    let options = try phrases.options(rule: rule)
    let progress = progress.makeProgress()
    defer { progress.finish() }
    var reader = CorpusReader(
      rule: rule, limits: VocabularyLimits(minimumCount: 1), isStrict: text.strict,
      threads: threads.count, encoding: text.encoding)
    reader.keepsEmptyLines = true
    let corpus = try reader.read(
      try text.input.files(texts), stop: stop, progress: progress.ofReading)
    progress.finish()
    StandardError.warnOfReplacements(corpus.statistics.invalidSequenceCount)
    let model: PhraseModel
    var joined = corpus
    if let loaded {
      model = loaded
      if file != nil { joined = try model.join(corpus, threads: threads.count, stop: stop) }
    } else if file != nil {
      (model, joined) = try PhraseModel.trainAndJoin(
        corpus, options: options, limits: VocabularyLimits(minimumCount: 1),
        threads: threads.count, stop: stop)
    } else {
      model = try PhraseModel.train(
        on: corpus, options: options, threads: threads.count, stop: stop)
    }
    if model.phrases.isEmpty {
      StandardError.note("no words belong together so much; a lower --threshold joins more")
    }
    if list { try print(model) }
    if let file {
      try joined.writeLines(to: file)
      try file.commit()
    }
    if let save { try model.write(to: save) }
  }

  private func print(_ model: PhraseModel) throws {
    let entries = model.passes.enumerated().flatMap { number, pass in
      pass.phrases.map {
        Entry(
          phrase: $0.text, words: $0.words, score: $0.score, count: $0.count, pass: number + 1)
      }
    }
    if json { return try JSONOutput.write(entries) }
    for entry in entries {
      let fields = [entry.phrase, "\(entry.score)", "\(entry.count)", "\(entry.pass)"]
      try StandardOutput.shared.writeLine(fields.joined(separator: "\t"))
    }
  }
}

/// How phrases are looked for.
struct PhraseFindingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Passes over the text, 1 to 10.", valueName: "n"))
  var passes = 1
  @Option(
    help: ArgumentHelp(
      "Join pairs whose score is above this. (default: 100, of npmi 0.5)", valueName: "x"))
  var threshold: Double?
  @Option(help: ArgumentHelp("How pairs are scored.", valueName: "name"))
  var score = PhraseOptions.Score.word2phrase
  @Option(
    help: ArgumentHelp(
      "How often a pair has to occur; word2phrase's discount.", valueName: "n"))
  var minCount = 5
  @Option(
    help: ArgumentHelp(
      "Words that phrases may hold, but neither begin nor end with: english, or a file with one a "
        + "line. (default: none)", valueName: "list"))
  var connectors: ConnectorList?

  /// What the options say.
  ///
  /// - Throws: ``WordtoolError``: `usage`, and what reading connectors throws.
  func options(rule: TokenizerRule) throws -> PhraseOptions {
    try PhraseOptions(
      passes: passes, threshold: threshold, score: score, minimumCount: minCount,
      connectors: connectors?.words(rule: rule))
  }
}
