public import ArgumentParser
import Platform
public import SeqModels

extension GradientFlowCase: ExpressibleByArgument {}

/// `wordtool gradient-flow`: how far gradients come back through time.
struct GradientFlowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradient-flow",
    abstract: "Measure and draw how gradients vanish or explode back through time.",
    discussion: """
      The loss is that of the last token of a sequence alone; printed is the norm of its gradient for \
      the state at each step before, the mean over the sequences, and the largest singular value of \
      the recurrent matrix. Each cell is trained on TEXT for a short while first; with --model a \
      model of train-lm is measured instead. The last rows show a tanh network before training with \
      its recurrent matrix scaled up: there gradients explode. Clipping the norm of a sequence's \
      whole gradient scales all its steps alike. The gates of gru and lstm begin with a bias that \
      keeps the state; lstm has a row for its cell too.

      Example:
        wordtool gradient-flow ptb.train.txt -o flow.svg
        wordtool gradient-flow ptb.test.txt --model ptb.safetensors --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"))
  var texts: [String]

  @Option(
    help: ArgumentHelp("Measure this model of train-lm instead of training.", valueName: "path"))
  var model: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What is compared: rnn-tanh, rnn-relu, irnn (rnn-relu that begins as the identity), gru, "
        + "lstm. (default: all)",
      valueName: "name"))
  var cells: [GradientFlowCase] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Draw the norms to this SVG file.", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("Steps back in time.", valueName: "n"))
  var steps = 50

  @Option(help: ArgumentHelp("Sequences to measure.", valueName: "n"))
  var sequences = 100

  @Option(help: ArgumentHelp("Units of the recurrent layer.", valueName: "n"))
  var hidden = 128

  @Option(help: ArgumentHelp("Training steps of 20 sequences before measuring.", valueName: "n"))
  var trainSteps = 200

  @Option(help: ArgumentHelp("Keep the n most frequent tokens.", valueName: "n"))
  var maxVocab = 2000

  @Option(help: ArgumentHelp("The learning rate of Adam.", valueName: "x"))
  var lr = 0.001

  @Option(help: ArgumentHelp("The norm that gradients are clipped to.", valueName: "x"))
  var clip = 1.0

  @Option(
    help: ArgumentHelp(
      "Scale an untrained rnn-tanh's recurrent matrix to this largest singular value; 0 leaves "
        + "that out.",
      valueName: "x"))
  var explodingNorm = 5.0

  @Option(
    help: ArgumentHelp(
      "The bias of the gates that keep the state. (default: the logarithm of --steps)",
      valueName: "x"))
  var keepBias: Double?

  @Option(help: ArgumentHelp("What a token is: word or char.", valueName: "unit"))
  var unit: TextUnit = .word

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var progress: ProgressOptions

  struct Answer: Encodable {
    var steps: Int
    var sequences: Int
    var clip: Double
    var curves: [GradientFlowCurve]
  }

  func validate() throws {
    for (name, value, range) in [
      ("--steps", steps, 1...10_000), ("--sequences", sequences, 1...1_000_000),
      ("--hidden", hidden, 1...65_536), ("--train-steps", trainSteps, 0...1_000_000_000),
      ("--max-vocab", maxVocab, 1...10_000_000),
    ] where !range.contains(value) {
      throw ValidationError(
        "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
    for (name, value) in [("--lr", lr), ("--clip", clip)] where !(value > 0 && value.isFinite) {
      throw ValidationError("\(name) is \(value), expected a number above 0")
    }
    if !(explodingNorm >= 0 && explodingNorm.isFinite) {
      throw ValidationError("--exploding-norm is \(explodingNorm), expected at least 0")
    }
    if model != nil && !cells.isEmpty {
      throw ValidationError("--model and --cells exclude each other")
    }
  }

  private var options: GradientFlowOptions {
    var options = GradientFlowOptions()
    options.steps = steps
    options.sequences = sequences
    options.hidden = hidden
    options.trainingSteps = trainSteps
    options.maximumVocabulary = maxVocab
    options.rate = lr
    options.clipNorm = clip
    options.explodingNorm = explodingNorm > 0 ? explodingNorm : nil
    options.keepBias = keepBias
    options.seed = seed
    return options
  }

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let file = try output.map { try OutputFile(path: $0) }
    let curves = try measure(stop: stop)
    if let file {
      try file.write(picture(of: curves).svg())
      try file.commit()
    }
    if json.json {
      try JSONOutput.write(
        Answer(steps: steps, sequences: sequences, clip: clip, curves: curves))
    } else if output != "-" {
      try StandardOutput.shared.write(table(of: curves))
    }
  }

  private func measure(stop: StopFlag) throws -> [GradientFlowCurve] {
    if let path = model {
      let model = try NeuralLanguageModel(contentsOf: path)
      let text = try NeuralText(
        vocabulary: model.vocabulary, unit: model.options.unit, rule: model.options.rule)
      return try GradientFlow.curves(
        of: model, name: path, ids: text.ids(of: texts, stop: stop), options: options, stop: stop)
    }
    let text = try NeuralText(counting: texts, unit: unit, maximumCount: maxVocab, stop: stop)
    let ids = try text.ids(of: texts, stop: stop)
    StandardError.warnOfReplacements(text.replacedCount)
    let progress = progress.makeProgress()
    defer { progress.finish() }
    let cases = cells.isEmpty ? GradientFlowCase.allCases : cells
    return try GradientFlow.curves(
      of: cases, ids: ids, vocabulary: text.vocabulary, options: options, threads: threads.count,
      stop: stop
    ) { name, share in
      progress.update(
        Progress.Moment(
          phase: name, fraction: share, count: Int(share * Double(trainSteps)), unit: "steps"))
    }
  }

  // MARK: Output

  /// Rows of norms at six places.
  private func table(of curves: [GradientFlowCurve]) -> String {
    let places = (0...5).map { steps * $0 / 5 }
    var rows = [["", "singular value"] + places.map { "-\($0)" } + ["loss"]]
    for curve in curves {
      rows.append(
        [curve.name, NumberFormat.fixed(curve.largestSingularValue, 3)]
          + places.map { NumberFormat.general(curve.norms[$0], 3) }
          + [NumberFormat.fixed(curve.loss, 3)])
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

  private func picture(of curves: [GradientFlowCurve]) -> LineChart {
    var chart = LineChart(
      title: "How far the gradient comes back",
      xLabel: "steps back in time from the loss", yLabel: "norm of dL/dh")
    chart.subtitle =
      "Loss of one token; mean of \(sequences) sequences; σ: largest singular value of the "
      + "recurrent matrix"
    chart.isLogarithmic = true
    chart.level = (clip, "clipping norm \(NumberFormat.short(clip))")
    for (index, curve) in curves.enumerated() {
      let value = NumberFormat.fixed(curve.largestSingularValue, 2)
      let place = GradientFlowCase.allCases.firstIndex { $0.rawValue == curve.name }
      let color = place ?? (model == nil ? 5 : index)
      chart.lines.append(
        LineChart.Line(name: "\(curve.name), σ \(value)", values: curve.norms, color: color))
      if let cell = curve.cellNorms {
        chart.lines.append(
          LineChart.Line(
            name: "\(curve.name), its cell: dL/dc", values: [.nan] + cell, color: color,
            isDashed: true))
      }
      if curve.name == GradientFlow.explodingName, let clipped = curve.clippedNorms {
        chart.lines.append(
          LineChart.Line(
            name: "\(curve.name), clipped", values: clipped,
            color: color, isDashed: true))
      }
    }
    return chart
  }
}
