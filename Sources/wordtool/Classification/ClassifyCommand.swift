import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool classify`: the class of each line of text.
struct ClassifyCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Name the class of each line of text.",
    discussion: """
      MODEL is what train-classifier wrote, or a supervised model of fastText's, .bin or .ftz, for \
      which words are cut at white space alone. TEXT is files and folders, plain or .gz, or '-', one text a \
      line (with --html each block of a page); without any, standard input. Words that begin with __label__, \
      or --label-prefix, are not part of the text. \
      A line 'LABEL<TAB>PROBABILITY' is printed for each text, with -k or --threshold several of \
      them, the likeliest first, and a blank line after each text. A blank line gives a blank line.

      With --explain a table under each label has its words and n-grams, how often each occurs and what it \
      adds to the label's score; all of them, and the bias, add up to that score.

      With --style fasttext a line is what 'fasttext predict-prob' prints: '__label__x 0.99', with -k \
      more of them on the same line. Its probabilities are a little too large: 1e-5 is added to each.

      Example:
        wordtool classify reviews.model --text 'A wonderful film.'
        wordtool classify cooking.model questions.txt -k 3 --json
        wordtool classify reviews.model mails/ --include '*.txt' --json
        wordtool classify reviews.model --text 'A wonderful film.' --explain
        wordtool classify lid.176.ftz --text 'Wie spät ist es?' --style fasttext
      """)

  @OptionGroup var questions: TextQuestions
  @OptionGroup var prefix: LabelPrefixOption

  @Option(
    name: .customShort("k"),
    help: ArgumentHelp(
      "How many labels to print at most. (default: 1, with --threshold all)", valueName: "k"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Print only labels with this probability or more, 0 to below 1; where there are none, a text "
        + "has only its blank line.", valueName: "p"))
  var threshold: Double?

  @Flag(
    help: ArgumentHelp(
      "Show under each label which words and n-grams made it: what each adds to the label's score, "
        + "of bag-of-words and fasttext models."))
  var explain = false

  /// How answers are printed.
  enum Style: String, CaseIterable, ExpressibleByArgument {
    case wordtool, fasttext
  }

  @Option(
    help: ArgumentHelp(
      "How answers are printed: a line a label, or as fastText prints them.", valueName: "name"))
  var style: Style = .wordtool

  struct Answer: Encodable {
    struct Label: Encodable {
      var label: String
      var probability: Double
      var explanation: ExplanationAnswer?
    }
    /// Where texts of several files are classified.
    var file: String?
    /// The number of the text in its file, from 1.
    var line: Int
    var known: Int
    var labels: [Label]

    /// What a model says of a text.
    ///
    /// - Parameters:
    ///   - predictions: none of a blank text.
    ///   - explanations: one for each of these, where they were asked for.
    init(
      file: String? = nil, line: Int, known: Int, predictions: [TextClassifier.Prediction],
      explanations: [ExplanationAnswer]?
    ) {
      self.file = file
      self.line = line
      self.known = known
      labels = predictions.enumerated().map {
        Label(label: $1.label, probability: $1.probability, explanation: explanations?[$0])
      }
    }
  }

  func validate() throws {
    try OptionCheck.whole([("-k", count, 1 ... .max)])
    try OptionCheck.shares([("--threshold", threshold)])
  }

  var optionRules: [OptionRule] {
    questions.optionRules + [
      OptionRule(["--style"], need: "answers that are not --json", isMet: !questions.json),
      OptionRule(["--explain"], need: "--style wordtool", isMet: style == .wordtool),
    ]
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let classifier = try FileKind.reading(questions.model, as: .classifier) {
      try TextClassifier(contentsOf: questions.model, labelPrefix: prefix.labelPrefix)
    }
    StandardError.warn(of: classifier.rule, in: questions.model)
    var totals = Totals(labels: Set(classifier.labels))
    defer { totals.tell() }
    try questions.answerAll(labelPrefix: labelPrefix) {
      try answer($0, of: $1, classifier, &totals, stop)
    }
  }

  private var labelPrefix: String {
    prefix.labelPrefix ?? LabelledTextLayout.usualLabelPrefix
  }

  private struct Totals {
    /// The labels of the model.
    let labels: Set<String>
    var textCount = 0
    /// The file of the last text, where there are several, and how many texts it has had.
    var file: String?
    var line = 0
    var blankCount = 0
    var unknownCount = 0
    /// Of the first thousand texts those that hold a label beside a tab: rows of a table for training.
    var labelledCount = 0

    /// Takes note of a text.
    mutating func add(_ text: @autoclosure () -> String, of file: String?) {
      if file != self.file { (self.file, line) = (file, 0) }
      textCount += 1
      line += 1
      guard textCount <= 1000 else { return }
      let text = text()
      guard let first = text.firstIndex(of: "\t"), let last = text.lastIndex(of: "\t") else {
        return
      }
      let ends = [text[..<first], text[text.index(after: last)...]]
      if ends.contains(where: { labels.contains(String($0)) }) { labelledCount += 1 }
    }

    /// Warns of texts without an answer of their own, and of tables.
    func tell() {
      if 2 * labelledCount > min(textCount, 1000) {
        StandardError.warn(
          "lines hold a label beside a tab, and were classified with it; keep the text alone, as "
            + "'cut -f2' does, or use evaluate classification")
      }
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
    _ batch: LabelledText, of file: String?, _ classifier: TextClassifier, _ totals: inout Totals,
    _ stop: StopFlag
  ) throws -> Int {
    let threads = questions.threads.count
    let count = count ?? (threshold == nil ? 1 : .max)
    let answers =
      style == .fasttext
      ? try classifier.fastTextAnswers(
        for: batch, labelPrefix: labelPrefix, count: count, threshold: threshold ?? 0,
        threads: threads, stop: stop)
      : try classifier.answers(
        for: batch, count: count, threshold: threshold ?? 0, threads: threads, stop: stop)
    let out = StandardOutput.shared
    var answeredCount = 0
    for (place, answer) in answers.enumerated() {
      totals.add(batch.text(at: place), of: file)
      // fastText has an answer for a blank line too: the end of a line is a word.
      let isBlank = style == .wordtool && batch.isBlank(at: place)
      answeredCount += isBlank ? 0 : 1
      totals.blankCount += isBlank ? 1 : 0
      totals.unknownCount += !isBlank && answer.knownCount == 0 ? 1 : 0
      let predictions = isBlank ? [] : answer.predictions
      let explanations: [ExplanationAnswer] =
        explain
        ? try classifier.explanations(of: batch.text(at: place), labels: predictions.map(\.label))
          .map(ExplanationAnswer.init) : []
      if questions.json {
        try JSONOutput.write(
          Answer(
            file: file, line: totals.line, known: answer.knownCount, predictions: predictions,
            explanations: explain ? explanations : nil))
        continue
      }
      if style == .fasttext {
        try out.writeLine(
          answer.predictions.map {
            TerminalText.escaped($0.label) + " " + NumberFormat.general($0.probability)
          }.joined(separator: " "))
        continue
      }
      for (number, prediction) in predictions.enumerated() {
        try out.writeLine(
          TerminalText.escaped(prediction.label) + "\t" + NumberFormat.fixed(prediction.probability)
        )
        if explain { try out.write(explanations[number].table) }
      }
      if isBlank || count > 1 || threshold != nil || explain { try out.writeLine("") }
    }
    return answeredCount
  }
}
