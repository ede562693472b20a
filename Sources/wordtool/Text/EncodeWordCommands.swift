import ArgumentParser
import Encoders
import Tokenize
import WordtoolCore

/// `wordtool encode one-hot`.
struct EncodeOneHotCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "one-hot",
    abstract: "A row of zeros with a single one for each word.",
    discussion: """
      Every word of the text is a row. With --table every line is: its tab-separated fields are \
      categories, each with a block of columns.

      Example:
        echo "the food was good" | wordtool encode one-hot --names words.txt
      """)

  @OptionGroup var input: EncodeOptions
  @OptionGroup var text: TextOptions

  @Flag(help: "Take each line as a row of tab-separated categories.")
  var table = false

  @Option(
    help: ArgumentHelp(
      "What a category that was not learnt becomes: error, ignore, infrequent. (default: error, or "
        + "what was saved)", valueName: "name"))
  var unknown: OneHotOptions.Unknown?

  @Option(
    help: ArgumentHelp(
      "One column for all categories rarer than this number, or this share if it has a point. "
        + "(default: none)", valueName: "n|share"))
  var minFrequency: DocumentLimit?

  @Option(
    help: ArgumentHelp("The most columns of a field. (default: no limit)", valueName: "n"))
  var maxCategories: Int?

  @Option(
    help: ArgumentHelp("Take the categories that --save wrote, and learn none.", valueName: "path"),
    completion: .file())
  var load: String?

  @Option(help: ArgumentHelp("Write the categories here.", valueName: "path"), completion: .file())
  var save: String?

  func validate() throws {
    if table, input.textColumn != nil {
      throw ValidationError("--table and --text-column exclude each other")
    }
  }

  var optionRules: [OptionRule] {
    [
      text.tokenRule(need: "rows of words, not to those of --table", isMet: !table),
      OptionRule(
        ["--min-frequency", "--max-categories"], need: "categories that are learnt, not loaded",
        isMet: load == nil),
      OptionRule(
        ["--unknown"], need: "categories that --save writes or --load reads",
        isMet: load != nil || save != nil),
    ] + text.optionRules
  }

  func run() throws {
    let output = try input.openOutputs(saving: [save], loading: [load])
    let documents = try input.documents(text)
    var rows: [[String]] = []
    if table {
      for index in 0..<documents.count {
        rows.append(
          documents[index].split(separator: "\t", omittingEmptySubsequences: false)
            .map(String.init))
        guard rows[index].count == rows[0].count else {
          throw WordtoolError(
            .badData, path: input.texts.count == 1 ? input.texts[0] : "line by line, the texts",
            at: .line(index + 1), found: "\(rows[index].count, "field")",
            expected: "\(rows[0].count), as the first line has")
        }
      }
    } else {
      let tokenizer = try WordTokenizer(rule: text.rule())
      for index in 0..<documents.count {
        rows += tokenizer.tokens(in: documents[index]).map { [$0] }
      }
    }
    var encoder: OneHotEncoder
    if let load {
      encoder = try FileKind.reading(load, as: .oneHot) {
        try OneHotEncoder(contentsOf: load)
      }
      if let unknown { encoder.unknown = unknown }
    } else {
      encoder = try input.learning {
        try OneHotEncoder.fit(
          rows,
          options: OneHotOptions(
            unknown: unknown ?? .error, minimumFrequency: minFrequency,
            maximumCategories: maxCategories))
      }
    }
    if let save { try encoder.write(to: save) }
    try input.write(
      try encoder.transform(rows), to: output, columnNames: encoder.featureNames())
  }
}

/// `wordtool encode window`.
struct EncodeWindowCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "window",
    abstract: "The last words before each word, side by side.",
    discussion: """
      A row for every word: the words before it, each as zeros and a one in a block of its own. \
      With --big a row for every line: its last words. The words come from --vocab, or from the \
      text, most frequent first.

      Example:
        wordtool encode window story.txt --size 2 -o windows.npz
      """)

  @OptionGroup var input: EncodeOptions
  @OptionGroup var text: TextOptions

  @Option(help: ArgumentHelp("How many words a window holds.", valueName: "n"))
  var size = 2

  @Flag(help: "One window a line, over its last words.")
  var big = false

  @Flag(help: "Predict the first words of a line too, from windows that begin before it.")
  var pad = false

  @Option(
    help: ArgumentHelp("The words with columns, as 'word count' lines.", valueName: "path"),
    completion: .file())
  var vocab: String?

  func validate() throws { try OptionCheck.whole([("--size", size, 1 ... .max)]) }

  var optionRules: [OptionRule] {
    text.optionRules + [OptionRule(["--pad"], need: "windows without --big", isMet: !big)]
  }

  func run() throws {
    let output = try input.openOutputs(loading: [vocab])
    let documents = try input.documents(text)
    let tokenizer = try WordTokenizer(rule: text.rule())
    let lines = (0..<documents.count).map { tokenizer.tokens(in: documents[$0]) }
    guard vocab != nil || lines.contains(where: { !$0.isEmpty }) else {
      throw WordtoolError(
        .badData, path: input.name, found: "a text without words", expected: "one at least")
    }
    let vocabulary =
      try vocab.map { path in
        try FileKind.reading(path, as: .vocabulary) { try Vocabulary(contentsOf: path) }
      } ?? Self.vocabulary(of: lines)
    if big {
      let window = try BigWindow(vocabulary: vocabulary, size: size)
      try input.write(window.transform(lines), to: output, columnNames: window.featureNames)
    } else {
      let window = try FixedWindow(vocabulary: vocabulary, size: size, padsStart: pad)
      try input.write(
        window.transform(texts: lines).windows, to: output, columnNames: window.featureNames)
    }
  }

  /// The words by falling count, then by their bytes.
  private static func vocabulary(of lines: [[String]]) throws -> Vocabulary {
    var counts: [[UInt8]: Int64] = [:]
    for line in lines { for word in line { counts[Array(word.utf8), default: 0] += 1 } }
    let order = counts.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
    }
    return try Vocabulary(
      order.map { (word: String(decoding: $0.key, as: UTF8.self), count: $0.value) })
  }
}
