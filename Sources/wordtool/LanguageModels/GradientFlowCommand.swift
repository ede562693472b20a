import ArgumentParser
import Charts
import SeqModels
import WordtoolCore

/// `wordtool gradient-flow`: how far gradients come back through time.
struct GradientFlowCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "gradient-flow",
    abstract: "Measure and draw how gradients vanish or explode back through time.",
    discussion: """
      The loss is that of the last token of a sequence alone; printed is the norm of its gradient for \
      the state at each step before, the mean over the sequences, and the largest singular value of \
      the recurrent matrix. Each cell is trained on TEXT for a short while first; with --model a \
      model of train-lm is measured instead. The last rows show a network of rectifiers that is \
      trained twice from the same start by stochastic gradient descent: without clipping its gradient \
      explodes, and it is measured before the loss has doubled; with clipping it learns. Clipping the \
      norm of a sequence's whole gradient scales all its steps alike. The gates of gru and lstm begin \
      with a bias that keeps the state; lstm has a row for its cell too.

      Example:
        wordtool gradient-flow ptb.train.txt -o flow.svg
        wordtool gradient-flow ptb.test.txt --model ptb.safetensors --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String]

  @Option(
    help: ArgumentHelp("Measure this model of train-lm instead of training.", valueName: "path"),
    completion: .file())
  var model: String?

  @Option(help: ArgumentHelp("Steps back in time.", valueName: "n"))
  var steps = 50

  @Option(help: ArgumentHelp("Sequences to measure.", valueName: "n"))
  var sequences = 100

  @Option(help: ArgumentHelp("Keep the n most frequent tokens.", valueName: "n"))
  var maxVocab = 2000

  @Option(help: ArgumentHelp("The norm that gradients are clipped to.", valueName: "x"))
  var clip = 1.0

  @Option(
    help: ArgumentHelp(
      "The learning rate of the network that is trained with and without clipping; 0 leaves that "
        + "out.",
      valueName: "x"))
  var explodingLr = 0.5

  @Option(help: ArgumentHelp("What a token is: word or char.", valueName: "unit"))
  var unit: TextUnit = .word

  @OptionGroup var comparison: CellComparisonOptions<GradientFlowDefaults>
  @OptionGroup var input: TextFileOptions

  struct Answer: Encodable {
    var steps: Int
    var sequences: Int
    var clip: Double
    var curves: [GradientFlowCurve]
    /// Left out with --model, --cells or --exploding-lr 0.
    var explosion: GradientFlowExplosion?
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--steps", steps, 1...10_000), ("--sequences", sequences, 1...1_000_000),
      ("--max-vocab", maxVocab, 1...10_000_000),
    ])
    try OptionCheck.positive([("--clip", clip)])
    try OptionCheck.notNegative([("--exploding-lr", explodingLr)])
    if model != nil && !comparison.cells.isEmpty {
      throw ValidationError("--model and --cells exclude each other")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        [
          "--hidden", "--train-steps", "--lr", "--max-vocab", "--unit", "--keep-bias",
          "--exploding-lr",
        ], need: "networks that are trained here, not to --model", isMet: model == nil),
      OptionRule(
        ["--exploding-lr"], need: "a comparison of all cells, not to --cells",
        isMet: comparison.cells.isEmpty),
    ]
  }

  private var options: GradientFlowOptions {
    var options = GradientFlowOptions()
    options.steps = steps
    options.sequences = sequences
    options.hidden = comparison.hidden
    options.trainingSteps = comparison.trainSteps
    options.maximumVocabulary = maxVocab
    options.learningRate = comparison.lr
    options.clipNorm = clip
    options.keepBias = comparison.keepBias
    options.seed = comparison.seed
    return options
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let file = try comparison.openOutput(texts: texts, model: model)
    let answer = try measure(stop: stop)
    let explosion = answer.explosion.map { [$0.unclipped.curve, $0.clipped.curve] } ?? []
    let curves = answer.curves + explosion
    if let file {
      try file.write(picture(of: curves).svg())
    }
    if comparison.json.json {
      try JSONOutput.write(answer)
    } else if file?.isStandardOutput != true {
      let out = StandardOutput.shared
      try out.write(table(of: curves))
      if let explosion = answer.explosion {
        try out.write("\n")
        for line in lines(of: explosion) { try out.writeProse(line) }
      }
    }
  }

  private func measure(stop: StopFlag) throws -> Answer {
    var answer = Answer(steps: steps, sequences: sequences, clip: clip, curves: [])
    let texts = try input.files(texts)
    if let path = model {
      let model = try FileKind.reading(path, as: .languageModel) {
        try NeuralLanguageModel(contentsOf: path)
      }
      let text = try NeuralText(
        vocabulary: model.vocabulary, unit: model.options.unit, rule: model.options.rule,
        isStrict: input.strict, encoding: input.encoding)
      answer.curves = try GradientFlow.curves(
        of: model, name: path, ids: text.ids(of: texts, stop: stop), options: options, stop: stop)
      return answer
    }
    let text = try NeuralText(
      counting: texts, unit: unit, maximumVocabulary: maxVocab, isStrict: input.strict,
      encoding: input.encoding, stop: stop)
    StandardError.warnOfReplacements(text.replacedCount)
    let progress = comparison.progress.makeProgress()
    defer { progress.finish() }
    func tell(_ name: String, _ share: Double) {
      progress.update(
        Progress.Moment(
          phase: name, fraction: share, count: Int(share * Double(comparison.trainSteps)),
          unit: "steps"))
    }
    let threads = comparison.threads.count
    answer.curves = try GradientFlow.curves(
      of: comparison.cases, ids: text.ids, vocabulary: text.vocabulary, options: options,
      threads: threads, stop: stop, progress: tell)
    if explodingLr > 0, comparison.cells.isEmpty {
      answer.explosion = try GradientFlow.explosion(
        ids: text.ids, vocabulary: text.vocabulary, options: options, learningRate: explodingLr,
        threads: threads, stop: stop
      ) { tell("exploding", $0) }
    }
    return answer
  }

  // MARK: Output

  /// Rows of norms at six places.
  private func table(of curves: [GradientFlowCurve]) -> String {
    let places = (0...5).map { steps * $0 / 5 }
    // The largest singular value of the recurrent weights; a terminal has no room for its name.
    let value = StandardOutput.isTerminal ? "σ max" : "singular value"
    var rows = [["", value] + places.map { "-\($0)" } + ["loss"]]
    for curve in curves {
      rows.append(
        [curve.name, NumberFormat.fixed(curve.largestSingularValue, 3)]
          + places.map { NumberFormat.general(curve.norms[$0], 3) }
          + [
            curve.loss < 1000
              ? NumberFormat.fixed(curve.loss, 3) : NumberFormat.general(curve.loss, 3)
          ])
      if let cell = curve.cellNorms {
        rows.append(
          ["  dL/dc", "", ""]
            + places.dropFirst().map { NumberFormat.general(cell[max(0, $0 - 1)], 3) } + [""])
      }
      if let clipped = curve.clippedNorms, curve.clippedShare > 0 {
        rows.append(
          ["  clipped", ""] + places.map { NumberFormat.general(clipped[$0], 3) } + [""])
      }
    }
    return TextTable.aligned(rows)
  }

  /// What became of the trainings with and without clipping.
  private func lines(of explosion: GradientFlowExplosion) -> [String] {
    func line(_ name: String, _ course: GradientFlowExplosion.Course) -> String {
      guard let first = course.steps.first, let last = course.steps.last else {
        return "  \(name): no step with a finite loss"
      }
      let largest = course.steps.map(\.gradientNorm).max() ?? 0
      return "  \(name): loss \(NumberFormat.general(first.loss, 3)) in step 1, "
        + "\(NumberFormat.general(last.loss, 3)) in step \(course.steps.count), "
        + (course.hasDiverged ? "then none; " : "")
        + "largest gradient \(NumberFormat.general(largest, 3)); "
        + "measured after \(course.measuredSteps)"
    }
    return [
      "rnn-relu by gradient descent, rate \(NumberFormat.short(explosion.learningRate))",
      line("without clipping", explosion.unclipped),
      line("clipped to \(NumberFormat.short(clip))", explosion.clipped),
    ]
  }

  private func picture(of curves: [GradientFlowCurve]) -> LineChart {
    var chart = LineChart(
      title: "How far the gradient comes back",
      xLabel: "steps back in time from the loss", yLabel: "norm of dL/dh")
    chart.subtitle =
      "Loss of one token; mean of \(sequences) sequences; σ: largest singular value of the "
      + "recurrent matrix"
    chart.scale = .logarithmic
    chart.level = (clip, "clipping norm \(NumberFormat.short(clip))")
    for (index, curve) in curves.enumerated() {
      let value = NumberFormat.fixed(curve.largestSingularValue, 2)
      let place = GradientFlowCase.allCases.firstIndex { $0.rawValue == curve.name }
      // Names without `rnn-` fit beside the lines.
      let label = place == nil && model == nil ? String(curve.name.dropFirst(4)) : curve.name
      let extra = curve.name == GradientFlow.explodingName ? 5 : 6
      let color = place ?? (model == nil ? extra : index)
      chart.lines.append(
        LineChart.Line(name: "\(label), σ \(value)", values: curve.norms, color: color))
      if let cell = curve.cellNorms {
        chart.lines.append(
          LineChart.Line(
            name: "\(curve.name), its cell: dL/dc", values: [.nan] + cell, color: color,
            isDashed: true))
      }
      if curve.name == GradientFlow.explodingName, let clipped = curve.clippedNorms {
        chart.lines.append(
          LineChart.Line(
            name: "its gradient, clipped", values: clipped,
            color: color, isDashed: true))
      }
    }
    return chart
  }
}

/// What `gradient-flow` has of its own in the options of comparisons.
enum GradientFlowDefaults: CellComparisonDefaults {
  static let hidden = 128
  static let trainSteps = 200
  static let trainStepsHelp = "Training steps of 20 sequences before measuring."
  static let lr = 0.001
}
