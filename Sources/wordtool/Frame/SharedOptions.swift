import ArgumentParser
import Word2Vec
import WordtoolCore

/// `-v, --vectors`.
struct VectorsOptions: ParsableArguments {
  @Option(
    name: [.customShort("v"), .long],
    help: ArgumentHelp(
      "The vectors to ask, in any format the tool reads; the content decides, not the name. "
        + "(default: $WORDTOOL_VECTORS, then what train-embeddings last made the default, then the "
        + "set that ships)",
      valueName: "path"), completion: .file())
  var vectors: String?

  @OptionGroup var reading: VectorReadingOptions
}

/// `--lossy` and `--word-list`.
struct VectorReadingOptions: ParsableArguments {
  @Flag(
    help: """
      Keep words that are not UTF-8, with U+FFFD in place of bad bytes. word2vec.c cuts long words \
      inside of a character.
      """)
  var lossy = false

  @Option(
    help: ArgumentHelp(
      "The words of vectors that have none, such as NumPy's: a word a line, columns parted by tabs, "
        + "JSON or tokenizer.json. (default: the list beside the vectors)", valueName: "path"),
    completion: .file())
  var wordList: String?

  /// How files of vectors are read.
  func options(threads: Int = Workers.defaultCount) -> WordVectors.ReadOptions {
    WordVectors.ReadOptions(
      lossy: lossy, threads: threads, wordList: wordList, notesFolder: Environment.cacheFolder)
  }
}

/// `--json` and `--style` of the commands that print tables of words.
struct StyleOptions: ParsableArguments {
  /// How a table of words is laid out.
  enum Style: String, CaseIterable, ExpressibleByArgument {
    case table, tsv, json, word2vec, fasttext
  }

  @Flag(help: "Print one JSON document; with words from standard input one object a line.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "How to print. (default: table on a terminal, tsv elsewhere)", valueName: "style"))
  var style: Style?

  func validate() throws {
    if json, let style, style != .json {
      throw ValidationError("--json and --style \(style.rawValue) exclude each other")
    }
  }

  /// The style that counts.
  var resolved: Style {
    if json { return .json }
    return style ?? (StandardOutput.isTerminal ? .table : .tsv)
  }

  /// The style, refused with a usage error unless it is one of `supported`.
  func resolved(among supported: Set<Style>, for command: String) throws -> Style {
    let choice = resolved
    guard supported.contains(choice) else {
      let names = Style.allCases.filter { supported.contains($0) }.map(\.rawValue)
      throw ValidationError(
        "\(command) has no style '\(choice.rawValue)'; it has \(names.joined(separator: ", "))")
    }
    return choice
  }
}

/// `--json` alone.
struct JSONOptions: ParsableArguments {
  @Flag(help: "Print one JSON document instead of the table.")
  var json = false
}

/// `--strict` of the commands that look words up.
struct LookupOptions: ParsableArguments {
  @Flag(help: "End with exit code 1 at the first word that is not in the vocabulary.")
  var strict = false
}

/// `--progress` and `-q`.
struct ProgressOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How progress is shown on standard error: auto draws a line on a terminal and prints one "
        + "every few seconds elsewhere.",
      valueName: "mode"))
  var progress: Progress.Mode = .auto

  @Flag(name: .shortAndLong, help: "Show no progress, like --progress none.")
  var quiet = false

  /// A reporter as the options ask for.
  func makeProgress() -> Progress { Progress(quiet ? .none : progress) }
}

/// `--threads`.
struct ThreadsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads to work with. The result is the same whatever their number. (default: all cores)",
      valueName: "n"))
  var threads: Int?

  func validate() throws {
    try OptionCheck.whole([("--threads", threads, 1...1024)])
  }

  /// How many threads to use.
  var count: Int { threads ?? Workers.defaultCount }
}

/// `-k`.
struct CountOptions: ParsableArguments {
  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many words to print.", valueName: "k"))
  var count = 10

  func validate() throws { try OptionCheck.whole([("-k", count, 1 ... .max)]) }
}

/// `--restrict`.
struct RestrictOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take the first n words of the vectors only. (default: all)", valueName: "n"))
  var restrict: Int?

  func validate() throws { try OptionCheck.whole([("--restrict", restrict, 1 ... .max)]) }
}
