import ArgumentParser
import Charts
import SeqModels
import WordtoolCore

/// `wordtool recall`: how far recurrent cells remember.
struct RecallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recall",
    abstract: "Test how far back recurrent cells can recall a word.",
    discussion: """
      As in "France is where I grew up ... I speak fluent ___": after a few words comes a mark, then \
      one of --words words, then others at random, then a question, to be answered with the word. A \
      network of each cell is trained for each distance, on sequences that are drawn anew each time, \
      and tested on others. Printed is the share of right answers. The gates of gru and lstm begin \
      with a bias that keeps the state.

      Example:
        wordtool recall --distances 10,30,100 -o recall.svg
        wordtool recall --cells rnn-tanh,lstm --distances 50 --json
      """)

  @Option(
    help: ArgumentHelp(
      "Words between the one to recall and the question, apart by commas or blanks.",
      valueName: "n,n"))
  var distances = "5,10,30,100"

  @Option(help: ArgumentHelp("Words that may be asked for.", valueName: "n"))
  var words = 8

  @OptionGroup var comparison: CellComparisonOptions<RecallDefaults>

  struct Answer: Encodable {
    var chance: Double
    var results: [RecallResult]
  }

  private var places: [Int] {
    distances.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
  }

  func validate() throws {
    let parts = distances.split(separator: ",", omittingEmptySubsequences: false)
    guard places.count == parts.count, places.allSatisfy({ (1...10_000).contains($0) }),
      zip(places, places.dropFirst()).allSatisfy(<)
    else {
      throw ValidationError(
        "--distances is \(distances), expected rising numbers from 1 to 10000: 10,30,100")
    }
    try OptionCheck.whole([
      ("--words", words, 2...10_000), ("--train-steps", comparison.trainSteps, 1 ... .max),
    ])
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let file = try comparison.openOutput()
    var options = RecallOptions()
    options.words = words
    options.hidden = comparison.hidden
    options.trainingSteps = comparison.trainSteps
    options.learningRate = comparison.lr
    options.keepBias = comparison.keepBias
    options.seed = comparison.seed
    let cases = comparison.cases
    let results = try measure(cases, options: options, stop: stop)
    if let file {
      try file.write(picture(of: results, cases: cases, chance: options.chance).svg())
    }
    if comparison.json.json {
      try JSONOutput.write(
        Answer(chance: options.chance, results: results.flatMap { $0 }))
    } else if file?.isStandardOutput != true {
      let rows =
        [["distance"] + places.map { "\($0)" }]
        + zip(cases, results).map { flowCase, row in
          [flowCase.rawValue] + row.map { NumberFormat.fixed($0.accuracy, 3) }
        }
      try StandardOutput.shared.write(TextTable.aligned(rows))
    }
  }

  private func measure(
    _ cases: [GradientFlowCase], options: RecallOptions, stop: StopFlag
  ) throws -> [[RecallResult]] {
    let progress = comparison.progress.makeProgress()
    defer { progress.finish() }
    return try cases.map { flowCase in
      try places.map { distance in
        try RecallTask.run(
          flowCase, distance: distance, options: options, threads: comparison.threads.count,
          stop: stop
        ) { share in
          progress.update(
            Progress.Moment(
              phase: "\(flowCase.rawValue) over \(distance)", fraction: share,
              count: Int(share * Double(comparison.trainSteps)), unit: "steps"))
        }
      }
    }
  }

  private func picture(
    of results: [[RecallResult]], cases: [GradientFlowCase], chance: Double
  ) -> LineChart {
    var chart = LineChart(
      title: "How far back a word is recalled", xLabel: "words between the word and the question",
      yLabel: "right answers")
    chart.subtitle = "One of \(words) words, marked early in the text; \(comparison.hidden) units"
    chart.places = places.map(Double.init)
    chart.level = (chance, "chance")
    chart.lines = zip(cases, results).map { flowCase, row in
      LineChart.Line(
        name: flowCase.rawValue, values: row.map(\.accuracy),
        color: GradientFlowCase.allCases.firstIndex(of: flowCase) ?? 0)
    }
    return chart
  }
}

/// What `recall` has of its own in the options of comparisons.
enum RecallDefaults: CellComparisonDefaults {
  static let hidden = 64
  static let trainSteps = 1000
  static let trainStepsHelp = "Training steps of 32 sequences at most."
  static let lr = 0.002
}
