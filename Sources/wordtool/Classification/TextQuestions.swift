import ArgumentParser
import SeqModels
import WordtoolCore

/// A model and the texts it is asked about, one a line.
struct TextQuestions: ParsableArguments {
  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files, plain or .gz; '-' is standard input. (default: -)", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Take this text instead of files; may be given again.", valueName: "words"))
  var text: [String] = []

  @Flag(help: "Print one JSON object a text.")
  var json = false

  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    if !text.isEmpty && !texts.isEmpty {
      throw ValidationError("--text and text files exclude each other")
    }
  }

  /// Texts that are answered at once when they come from files.
  private static let batchSize = 1024

  /// Calls `answer` with all texts in order, some at a time. A conversation over a pipe gets each
  /// answer as soon as its question came.
  ///
  /// - Parameter answer: returns how many of the texts have words.
  /// - Throws: ``WordtoolError`` of kind `badData` when no text has words.
  func answerAll(_ answer: (LabelledText) throws -> Int) throws {
    var textCount = 0
    var answeredCount = 0
    func take(_ batch: LabelledText) throws {
      textCount += batch.count
      answeredCount += try answer(batch)
    }
    if !text.isEmpty {
      guard text.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else {
        throw WordtoolError(.badData, path: "--text", found: "empty text", expected: "words")
      }
      var batch = LabelledText()
      for words in text { batch.append(text: words, labels: []) }
      try take(batch)
    }
    for path in text.isEmpty ? (texts.isEmpty ? ["-"] : texts) : [] {
      let size = path == "-" ? 1 : Self.batchSize
      let lines = try TextLineSource(path: path)
      while let batch = try lines.next(size) {
        try take(batch)
        if size == 1 { try StandardOutput.shared.flush() }
      }
    }
    guard answeredCount > 0 else {
      throw WordtoolError(
        .badData, path: text.isEmpty ? texts.first ?? "-" : "--text",
        found: textCount == 0 ? "no text" : "empty text", expected: "words")
    }
  }
}
