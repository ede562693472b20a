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

  @OptionGroup var questions: TextQuestions

  @Option(
    name: .customShort("k"), help: ArgumentHelp("How many labels to print.", valueName: "k"))
  var count = 1

  struct Answer: Encodable {
    struct Label: Encodable {
      var label: String
      var probability: Double
    }
    var line: Int
    var known: Int
    var labels: [Label]
  }

  func validate() throws { try OptionCheck.whole([("-k", count, 1 ... .max)]) }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let classifier = try FileKind.reading(questions.model, as: .classifier) {
      try TextClassifier(contentsOf: questions.model)
    }
    StandardError.warn(of: classifier.rule, in: questions.model)
    var totals = Totals()
    defer { totals.tell() }
    try questions.answerAll { try answer($0, classifier, &totals, stop) }
  }

  private struct Totals {
    var textCount = 0
    var blankCount = 0
    var unknownCount = 0

    /// Warns of texts without an answer of their own.
    func tell() {
      guard blankCount < textCount else { return }
      if blankCount > 0 {
        StandardError.warn(
          "\(blankCount) of \(NumberFormat.counted(textCount, "text")) \(blankCount == 1 ? "is" : "are") "
            + "blank: no answer")
      }
      if unknownCount > 0 {
        StandardError.warn(
          "\(unknownCount) of \(NumberFormat.counted(textCount, "text")) "
            + (unknownCount == 1
              ? "has no word that the model knows: its answer says nothing about it"
              : "have no word that the model knows: their answers say nothing about them"))
      }
    }
  }

  /// Prints the classes of some texts and returns how many are not blank.
  private func answer(
    _ batch: LabelledText, _ classifier: TextClassifier, _ totals: inout Totals, _ stop: StopFlag
  ) throws -> Int {
    let answers = try classifier.answers(
      for: batch, count: count, threads: questions.threads.count, stop: stop)
    let out = StandardOutput.shared
    var answeredCount = 0
    for (place, answer) in answers.enumerated() {
      totals.textCount += 1
      let isBlank = batch.text(at: place).allSatisfy(\.isWhitespace)
      answeredCount += isBlank ? 0 : 1
      totals.blankCount += isBlank ? 1 : 0
      totals.unknownCount += !isBlank && answer.knownCount == 0 ? 1 : 0
      let predictions = isBlank ? [] : answer.predictions
      if questions.json {
        try JSONOutput.write(
          Answer(
            line: totals.textCount, known: answer.knownCount,
            labels: predictions.map { .init(label: $0.label, probability: $0.probability) }))
        continue
      }
      for prediction in predictions {
        try out.writeLine(
          TerminalText.escaped(prediction.label) + "\t" + NumberFormat.fixed(prediction.probability)
        )
      }
      if isBlank || count > 1 { try out.writeLine("") }
    }
    return answeredCount
  }
}
