import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool classify`: the class of each line of text.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Name the class of each line of text.",
    discussion: """
      MODEL is what train-classifier wrote. TEXT is files, plain or .gz, or '-', one text a line; \
      without any, standard input. Words that begin with __label__ are not part of the text. \
      A line 'LABEL<TAB>PROBABILITY' is printed for each text, with -k so many of them, the \
      likeliest first, and a blank line after each text. A blank line gives a blank line.

      Example:
        wordtool classify reviews.model --text 'A wonderful film.'
        wordtool classify cooking.model questions.txt -k 3 --json
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files, plain or .gz; '-' is standard input. (default: -)", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Classify this text instead; may be given again.", valueName: "words"))
  var text: [String] = []

  @Option(
    name: .customShort("k"), help: ArgumentHelp("How many labels to print.", valueName: "k"))
  var count = 1

  @Flag(help: "Print one JSON object a text.")
  var json = false

  @OptionGroup var threads: ThreadsOptions

  struct Answer: Encodable {
    struct Label: Encodable {
      var label: String
      var probability: Double
    }
    var line: Int
    var known: Int
    var labels: [Label]
  }

  func validate() throws {
    if count < 1 { throw ValidationError("-k is \(count), expected at least 1") }
    if !text.isEmpty && !texts.isEmpty {
      throw ValidationError("--text and text files exclude each other")
    }
  }

  /// Lines that are classified at once when they come from files.
  private static let batchSize = 1024

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let classifier = try TextClassifier(contentsOf: model)
    var state = Totals()
    if !text.isEmpty {
      guard text.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else {
        throw WordtoolError(.badData, path: "--text", found: "empty text", expected: "words")
      }
      var batch = LabelledText()
      for words in text { batch.append(text: words, labels: []) }
      try answer(batch, classifier, &state, stop)
    }
    for path in text.isEmpty ? (texts.isEmpty ? ["-"] : texts) : [] {
      // A conversation over a pipe gets each answer as soon as its question came.
      let size = path == "-" ? 1 : Self.batchSize
      let lines = try TextLineSource(path: path)
      while let batch = try lines.next(size) {
        try answer(batch, classifier, &state, stop)
        if size == 1 { try StandardOutput.shared.flush() }
      }
    }
    if state.blankCount > 0 {
      StandardError.warn("\(state.blankCount) of \(state.textCount) texts are blank: no answer")
    }
    if state.unknownCount > 0 {
      StandardError.warn(
        "\(state.unknownCount) of \(state.textCount) texts have no word that the model knows; they "
          + "are answered by the frequency of the labels")
    }
    guard state.textCount > 0 else {
      throw WordtoolError(
        .badData, path: texts.first ?? "-", found: "no text", expected: "at least one line")
    }
    guard state.blankCount < state.textCount else {
      throw WordtoolError(
        .badData, path: texts.first ?? "-", found: "empty text", expected: "words")
    }
  }

  private struct Totals {
    var textCount = 0
    var blankCount = 0
    var unknownCount = 0
  }

  private func answer(
    _ batch: LabelledText, _ classifier: TextClassifier, _ state: inout Totals, _ stop: StopFlag
  ) throws {
    let answers = try classifier.answers(
      for: batch, count: count, threads: threads.count, stop: stop)
    let out = StandardOutput.shared
    for (place, answer) in answers.enumerated() {
      state.textCount += 1
      let isBlank = batch.text(at: place).allSatisfy(\.isWhitespace)
      if isBlank { state.blankCount += 1 }
      if !isBlank && answer.knownCount == 0 { state.unknownCount += 1 }
      let predictions = isBlank ? [] : answer.predictions
      if json {
        try out.writeLine(
          try JSONOutput.line(
            Answer(
              line: state.textCount, known: answer.knownCount,
              labels: predictions.map { .init(label: $0.label, probability: $0.probability) })))
        continue
      }
      for prediction in predictions {
        try out.writeLine(prediction.label + "\t" + NumberFormat.fixed(prediction.probability))
      }
      if isBlank || count > 1 { try out.writeLine("") }
    }
  }
}
