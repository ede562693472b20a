import SeqModels
import TestSupport
import Testing
import WordtoolCore

/// The search for the options of a fasttext classifier.
@Suite struct FastTextSearchTests {
  private static func options(keepsToFastText: Bool) -> FastTextOptions {
    var options = FastTextOptions(dimension: 8, epochs: 1)
    options.keepsToFastText = keepsToFastText
    return options
  }

  private static func search(
    _ trials: Int, kept: Set<FastTextSearchOptions.Parameter> = [.epochs, .dimension],
    seed: UInt64 = 1
  ) -> FastTextSearchOptions {
    var search = FastTextSearchOptions()
    search.trials = trials
    search.kept = kept
    search.seed = seed
    return search
  }

  private static func trained(
    _ options: FastTextOptions, _ search: FastTextSearchOptions, threads: Int = 1,
    valid: LabelledText = ToyReviews.make(60, labels: 3, seed: 2)
  ) throws -> TextClassifier {
    try TextClassifier.train(
      on: ToyReviews.make(90, labels: 3), valid: valid, options: options, search: search,
      threads: threads)
  }

  @Test(arguments: [false, true])
  func `the same number of trials gives the same trials and the same model`(
    keepsToFastText: Bool
  ) throws {
    let folder = ScratchFolder()
    let options = Self.options(keepsToFastText: keepsToFastText)
    let models = try [1, 2, 3].map {
      try Self.trained(options, Self.search(9), threads: $0)
    }
    let trials = try #require(models[0].training?.trials)
    #expect(trials.map(\.number) == Array(1...9) && trials[0].options == options)
    #expect(trials[0].isBest && Set(trials.map(\.options)).count > 5)
    for model in models.dropFirst() { #expect(model.training?.trials == trials) }
    // The best is the one that is given, and its options alone give it again.
    let best = try #require(trials.last { $0.isBest })
    #expect(trials.allSatisfy { $0.score ?? 0 <= best.score ?? 0 })
    try models[1].write(to: folder("searched"))
    try TextClassifier.train(on: ToyReviews.make(90, labels: 3), options: best.options)
      .write(to: folder("again"))
    #expect(try folder.bytes(of: "searched") == folder.bytes(of: "again"))
    let others = try Self.trained(options, Self.search(9, seed: 2)).training?.trials
    #expect(others != trials && others?[0] == trials[0])
  }

  @Test func `a limit of time leaves what is tried as it is, and the first trial whole`() throws {
    let options = Self.options(keepsToFastText: false)
    var search = Self.search(9)
    let all = try #require(Self.trained(options, search).training?.trials)
    search.time = .seconds(1e6)
    #expect(try Self.trained(options, search).training?.trials == all)
    search.time = .nanoseconds(1)
    #expect(try Self.trained(options, search).training?.trials == Array(all.prefix(1)))
    search.time = .zero
    #expect(throws: WordtoolError.self) { try Self.trained(options, search) }
  }

  @Test func `what is given stays, and each kind of model has what its file can hold`() throws {
    let kept: Set<FastTextSearchOptions.Parameter> = [
      .learningRate, .epochs, .orders, .dimension, .bucketCount,
    ]
    var options = Self.options(keepsToFastText: false)
    for trial in try #require(Self.trained(options, Self.search(12, kept: kept)).training?.trials) {
      var other = trial.options
      #expect(!other.loss.needsFastTextFile && other.subwords == nil)
      other.loss = options.loss
      #expect(other == options)
      try trial.options.validate()
    }
    options = Self.options(keepsToFastText: true)
    // Each the best until the next, as if every trial were better.
    let space = FastTextSpace(base: options, search: Self.search(60, kept: [.epochs]))
    var free = [space.options(ofTrial: 0, best: options)]
    for number in 1..<60 { free.append(space.options(ofTrial: number, best: free[number - 1])) }
    #expect(free.contains { $0.subwords != nil } && free.contains { $0.subwords == nil })
    #expect(Set(free.map(\.loss)).count == 4)
    #expect(Set(free.map(\.features.orders.upperBound)).count > 3)
    #expect(free.contains { $0.dimension > 100 } && free.allSatisfy { $0.epochs == 1 })
    for trial in free {
      try trial.validate()
      // Two digits, so that the printed rate is the rate.
      #expect("\(trial.learningRate)".filter(\.isNumber).drop { $0 == "0" }.count <= 3)
      // No more memory than fastText's usual model takes.
      #expect((trial.features.bucketCount ?? 0) * trial.dimension <= 200_000_000, "\(trial)")
    }
    options.classWeights = .balanced
    for trial in try #require(Self.trained(options, Self.search(9)).training?.trials) {
      #expect(!trial.options.loss.needsFastTextFile)
    }
  }

  @Test func `a trial that diverges is one without a score`() throws {
    var options = Self.options(keepsToFastText: false)
    options.learningRate = 1e30
    let trials = try #require(
      Self.trained(options, Self.search(5)).training?.trials)
    #expect(trials[0].score == nil && !trials[0].isBest && trials.contains { $0.isBest })
    let error = #expect(throws: WordtoolError.self) {
      try Self.trained(options, Self.search(3, kept: [.learningRate]))
    }
    #expect(error?.kind == .diverged)
  }

  @Test func `options of a search are checked`() throws {
    for (trials, metric, name) in [
      (0, ClassificationMetric.microF1, "`trials`"), (1, .precision(recall: 0), "`metric`"),
      (1, .precision(recall: 1.5), "`metric`"), (1, .f1(label: "nowhere"), "the label 'nowhere'"),
    ] {
      var search = Self.search(trials)
      search.metric = metric
      let error = #expect(throws: WordtoolError.self) {
        try Self.trained(Self.options(keepsToFastText: false), search)
      }
      #expect(error?.kind == .usage && error?.found.hasPrefix(name) == true)
    }
    var search = Self.search(3)
    search.metric = .precision(recall: 0.5)
    #expect(
      try StoredJSON.decode(FastTextSearchOptions.self, from: StoredJSON.text(search)) == search)
  }

  @Test func `a search in a task ends with it`() async throws {
    let progress = TrainingMoments()
    // However long it is until somebody listens, there are trials left.
    var options = Self.options(keepsToFastText: false)
    options.epochs = 100_000
    let long = options
    let task = Task {
      try await TextClassifier.train(
        on: ToyReviews.make(60), valid: ToyReviews.make(30, seed: 2), options: long,
        search: Self.search(100_000), progress: progress)
    }
    var last = 0.0
    for await moment in progress {
      #expect(moment.fraction >= last)
      last = moment.fraction
      task.cancel()
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }
}

/// One number for a classifier.
@Suite struct ClassificationMetricTests {
  @Test func `metrics are read as they are written`() {
    let metrics: [ClassificationMetric] = [
      .microF1, .macroF1, .f1(label: "a:b"), .precision(recall: 0.25),
    ]
    for metric in metrics { #expect(ClassificationMetric("\(metric)") == metric) }
    for text in ["", "F1", "f1:", "precision@recall=0", "precision@recall=1.1", "recall"] {
      #expect(ClassificationMetric(text) == nil)
    }
  }

  @Test(arguments: [1, 3])
  func `they are what the report says, and precision at a recall what all thresholds give`(
    threads: Int
  ) throws {
    let model = try TextClassifier.train(
      on: ToyReviews.make(80, labels: 3), options: FastTextOptions(dimension: 8, epochs: 3))
    var text = ToyReviews.make(150, labels: 3, seed: 4)
    text.append(text: "good cold round", labels: ["class 0", "class 1"])
    text.append(text: "good", labels: ["unheard of"])
    let report = try model.evaluate(text)
    #expect(try model.measure(.microF1, on: text, threads: threads) == report.microF1)
    #expect(try model.measure(.macroF1, on: text, threads: threads) == report.macroF1)
    #expect(
      try model.measure(.f1(label: "class 1"), on: text, threads: threads)
        == report.labels.first { $0.name == "class 1" }?.f1)
    #expect(try model.measure(.f1(label: "unheard of"), on: text, threads: threads) == 0)
    let answers = try model.answers(for: text, count: 3)
    var pairs: [(probability: Double, isRight: Bool)] = []
    for (place, answer) in answers.enumerated() {
      let own = Set(text.labelIDs(of: place).map { text.labels[Int($0)] })
      pairs += answer.predictions.map { ($0.probability, own.contains($0.label)) }
    }
    let rightCount = (0..<text.count).reduce(0) { $0 + text.labelIDs(of: $1).count }
    for recall in [0.001, 0.3, 0.7, 0.95, 0.99] {
      var best = 0.0
      for threshold in Set(pairs.map(\.probability)) {
        let given = pairs.filter { $0.probability >= threshold }
        let right = given.count(where: \.isRight)
        guard Double(right) >= recall * Double(rightCount) else { continue }
        best = max(best, Double(right) / Double(given.count))
      }
      let measured = try model.measure(.precision(recall: recall), on: text, threads: threads)
      #expect(abs(measured - best) < 1e-12, "\(recall): \(measured), \(best)")
    }
    // One label is never found.
    #expect(try model.measure(.precision(recall: 1), on: text, threads: threads) == 0)
  }
}
