import ArgumentParser
import SeqModels
import Tokenize
import Word2Vec
import WordtoolCore

/// A model and the texts it is asked about, one a line.
struct TextQuestions: ParsableArguments, ConditionalOptions {
  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input. (default: -)",
      valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Take this text instead of files; may be given again.", valueName: "words"))
  var text: [String] = []

  @Flag(help: "Print one JSON object a text.")
  var json = false

  @OptionGroup var input: TextInputOptions
  @OptionGroup var threads: ThreadsOptions

  var optionRules: [OptionRule] {
    [OptionRule(TextInputOptions.names, need: "text files, not to --text", isMet: text.isEmpty)]
  }

  func validate() throws {
    if !text.isEmpty && !texts.isEmpty {
      throw ValidationError("--text and text files exclude each other")
    }
  }

  /// Texts, and bytes of them, that are answered at once.
  private static let batchSize = (texts: 4096, bytes: 1 << 24)

  /// The next lines, none at the end: one at least, and as many more as are there.
  ///
  /// - Parameter waits: whether more may be waited for.
  private static func batch(
    _ lines: LineReader, mark: [UInt8], waits: Bool
  ) throws -> LabelledText {
    var batch = LabelledText()
    while batch.count == 0
      || (batch.count < batchSize.texts && batch.byteCount < batchSize.bytes
        && (waits || lines.hasLine))
    {
      let added: Void? = try unsafe lines.next {
        unsafe batch.append(lineWithoutLabels: $0, mark: mark)
      }
      guard added != nil else { break }
    }
    return batch
  }

  /// Calls `answer` with all texts in order, some at a time. A conversation over a pipe gets each
  /// answer as soon as its question came.
  ///
  /// - Parameters:
  ///   - labelPrefix: what words of files begin with that are labels and no part of a text.
  ///   - longestLine: the bytes a text of a file may have.
  ///   - answer: gets the file of the texts, where they are of more than one, and returns how many
  ///     have words.
  /// - Throws: ``WordtoolError`` of kind `badData` when no text has words.
  func answerAll(
    labelPrefix: String = LabelledTextLayout.usualLabelPrefix,
    longestLine: Int = LineReader.usualLimit,
    _ answer: (LabelledText, _ file: String?) throws -> Int
  ) throws {
    var textCount = 0
    var answeredCount = 0
    func take(_ batch: LabelledText, _ file: String? = nil) throws {
      try MappedFile.requireUnchanged()
      textCount += batch.count
      answeredCount += try answer(batch, file)
    }
    if !text.isEmpty {
      guard text.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else {
        throw WordtoolError(.badData, path: "--text", found: "empty text", expected: "words")
      }
      if let problem = text.lazy.compactMap({ WordtoolError.controlCharacter(in: $0) }).first {
        throw problem
      }
      var batch = LabelledText()
      for words in text { batch.append(text: words, labels: []) }
      try take(batch)
    }
    let files = text.isEmpty ? try files() : []
    for path in files {
      let lines = LineReader(
        try TextSource(path: path, encoding: input.encoding), invalid: .replaced,
        maximumLength: longestLine)
      while case let batch = try Self.batch(
        lines, mark: Array(labelPrefix.utf8), waits: path != "-"), batch.count > 0
      {
        try take(batch, files.count > 1 ? path : nil)
        if path == "-" { try StandardOutput.shared.flush() }
      }
      StandardError.warnOfReplacements(lines.replacedCount, isTold: false)
    }
    guard answeredCount > 0 else {
      throw WordtoolError(
        .badData, path: text.isEmpty ? texts.first ?? "-" : "--text",
        found: textCount == 0 ? "no text" : "empty text", expected: "words")
    }
  }

  /// The files of texts, or the remedy for words that were given as one.
  private func files() throws -> [String] {
    do {
      return try input.files(texts)
    } catch var error as WordtoolError
      where error.kind == .noSuchInput && error.path?.contains(where: \.isWhitespace) == true
      && error.remedy == nil
    {
      error.remedy = "text that is no file is given with --text"
      throw error
    }
  }
}
