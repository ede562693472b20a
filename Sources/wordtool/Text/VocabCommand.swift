import ArgumentParser
import Tokenize
import WordtoolCore

/// `wordtool vocab`: the words of a text and their counts.
struct VocabCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "vocab",
    abstract: "Print the words of text with their counts, the most frequent first.",
    discussion: """
      Words of equal count come in the order of their bytes, so one text has one vocabulary. The \
      lines are 'word count', which train-embeddings --vocab reads back. Of the text no more is held \
      than is being cut; with --memory the words that were counted go to $TMPDIR, sorted, when there are \
      too many, and are merged in the end. Those that are printed have to fit: --min-count makes them fewer.

      Example:
        wordtool vocab wiki.txt.gz --min-count 5 -o wiki.vocab
        wordtool vocab - --json < notes.txt
      """)

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input. (default: standard input)",
      valueName: "text"), completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the words go. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("Leave out words that occur less often.", valueName: "n"))
  var minCount = 1

  @Option(help: ArgumentHelp("Keep the n most frequent words. (default: all)", valueName: "n"))
  var maxVocab: Int?

  @Option(
    help: ArgumentHelp(
      "Count in memory up to this size, in temporary files above: 512M, 4G, 50%. (default: all words in "
        + "memory)", valueName: "limit"))
  var memory: MemorySize?

  @OptionGroup var text: TextOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var json: JSONOptions

  struct Entry: Encodable {
    var word: String
    var count: Int64
  }

  struct Answer: Encodable {
    var tokens: Int
    var vocabulary: Int
    var words: [Entry]
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--min-count", minCount, 1 ... .max), ("--max-vocab", maxVocab, 1 ... .max),
    ])
    if json.json && output != nil {
      throw ValidationError("--json and --output exclude each other")
    }
  }

  var optionRules: [OptionRule] { text.optionRules }

  func run() throws {
    let stop = Interrupts.stopFlag()
    // The vocabulary writes its own file; this only proves early that it will be able to.
    try OutputPaths.check([output], texts: texts)
    if let output { try OutputKind.text.attempt(output) }
    let progress = progress.makeProgress()
    defer { progress.finish() }
    let reader = CorpusReader(
      rule: try text.rule(),
      limits: VocabularyLimits(minimumCount: minCount, maximumSize: maxVocab),
      isStrict: text.strict, threads: threads.count, encoding: text.encoding,
      wordLimit: memory?.words)
    let (vocabulary, statistics) = try reader.count(
      try text.input.files(texts), stop: stop, progress: progress.ofReading)
    progress.finish()
    StandardError.warnOfReplacements(statistics.invalidSequenceCount)
    if json.json {
      try JSONOutput.write(
        Answer(
          tokens: statistics.tokensRead, vocabulary: vocabulary.count,
          words: (0..<vocabulary.count).map {
            Entry(word: vocabulary.word(at: $0), count: vocabulary.count(at: $0))
          }))
    } else {
      try vocabulary.write(to: output ?? "-")
    }
  }
}
