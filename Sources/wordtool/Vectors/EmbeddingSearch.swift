import ArgumentParser
import Word2Vec
import WordtoolCore

/// `--autotune` of word vectors and what belongs to it.
struct EmbeddingSearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Search for those of --dim, --window, --epochs and --subwords that are not given: train one model "
        + "after another, measure each by this file of analogy questions or of pairs with scores, and "
        + "write the best. N-grams are searched for with safetensors alone.", valueName: "file"),
    completion: .file())
  var autotune: String?

  @Option(
    help: ArgumentHelp(
      "The work of all trials of --autotune, 2 to 10000 times that of one training with the options as "
        + "they are; the same work and --seed give the same vectors. (default: 20)", valueName: "n")
  )
  var autotuneWork: Double?

  func validate() throws {
    if let autotuneWork, !(2...10_000).contains(autotuneWork) {
      throw ValidationError("--autotune-work is \(autotuneWork), expected 2 to 10000")
    }
  }

  /// The questions of a file, as a measure of vectors.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a file of neither kind, as their readers do.
  func measure(threads: Int, stop: StopFlag) throws -> Measure? {
    guard let autotune else { return nil }
    if FileRecognizer.kind(of: autotune) == .similarityPairs {
      let pairs = try SimilarityPairs(contentsOf: autotune)
      return Measure(name: "spearman") { try $0.evaluateSimilarity(pairs).spearman }
    }
    let questions = try FileKind.reading(autotune, as: .analogyQuestions) {
      try AnalogyQuestions(contentsOf: autotune)
    }
    return Measure(name: "analogies") { vectors in
      let total = try vectors.evaluateAnalogies(questions, threads: threads, stop: stop).total
      // Unknown words count as wrong, so that trials differ in nothing but their vectors.
      return total.asked > 0 ? total.accuracyAll : nil
    }
  }

  /// What trials are to be good at.
  struct Measure {
    /// In answers: `analogies`, the share of right ones, or `spearman`.
    var name: String
    var score: (WordVectors) throws -> Double?
  }
}

extension TrainEmbeddingsCommand {
  /// What is searched for: all that is not given.
  var searchOptions: WordVectorSearchOptions {
    var options = WordVectorSearchOptions()
    options.work = search.autotuneWork ?? options.work
    options.seed = common.seed
    let given = GivenOptions(Array(CommandLine.arguments.dropFirst()))
    let spellings: [WordVectorSearchOptions.Parameter: String] = [
      .dimension: "--dim", .windowRadius: "--window", .epochs: "--epochs", .subwords: "--subwords",
    ]
    options.kept = Set(spellings.filter { given.contains($0.value) }.keys)
    let format = (try? self.format(of: output ?? "")) ?? .safetensors
    if format != .safetensors { options.kept.insert(.subwords) }
    return options
  }

  /// Refuses a search that has nothing to search for.
  ///
  /// - Throws: `WordtoolError` of kind `usage`.
  func requireFreeOptions() throws {
    guard search.autotune != nil,
      searchOptions.kept.count == WordVectorSearchOptions.Parameter.allCases.count
    else { return }
    let given = GivenOptions(Array(CommandLine.arguments.dropFirst())).contains("--subwords")
    throw WordtoolError(
      .usage, found: "--autotune with --dim, --window, --epochs" + (given ? " and --subwords" : ""),
      expected: "one of them to be searched for",
      remedy: given
        ? "leave one of them out"
        : "leave one of them out; n-grams are searched for where the output is .safetensors")
  }

  /// The options of a trial as they are written: `--dim 120`.
  func arguments(of trial: WordVectorOptions) -> [String] {
    [
      "--dim", "\(trial.dimension)", "--window", "\(trial.windowRadius)", "--epochs",
      "\(trial.epochs)",
    ] + (trial.subwords.map { ["--subwords", "\($0.shortest)-\($0.longest)"] } ?? [])
  }
}

extension EmbeddingTraining {
  /// Trains with other options again and again, where that is asked for.
  ///
  /// - Returns: whether it was; the trainer is that of the best trial then.
  func search(_ trainer: Trainer, _ session: TrainingSession) throws -> Bool {
    guard case .predicting(let options) = trainer.options,
      let measure = try command.search.measure(threads: common.threads.count, stop: session.stop)
    else { return false }
    let found = try WordVectorTrainer.search(
      on: trainer.corpus, options: options, search: command.searchOptions,
      threads: common.threads.count, stop: session.stop, measure: measure.score,
      progress: {
        trainer.wordsOfTrials = $0.examples
        session.show($0)
      },
      trial: {
        session.tell(
          $0.number, score: $0.score, isBest: $0.isBest, options: command.arguments(of: $0.options))
      })
    trainer.model = found.trainer
    trainer.options = .predicting(found.trainer.options)
    trainer.search = EmbeddingSearchAnswer(found.trials, metric: measure.name, command)
    return true
  }
}

/// What a search came to; the names are a contract.
struct EmbeddingSearchAnswer: Encodable {
  /// `analogies`, the share of right answers to all questions, or `spearman`.
  var metric: String
  var score: Double
  /// Trials that were made, and which of them was the best.
  var trials: Int
  var trial: Int
  /// What they cost, in trainings with the options as they are.
  var work: Double
  /// The command that trains the same vectors without a search.
  var command: String

  init?(_ trials: [WordVectorTrial], metric: String, _ command: TrainEmbeddingsCommand) {
    guard let best = trials.last(where: \.isBest), let score = best.score else { return nil }
    self.metric = metric
    self.score = score
    self.trials = trials.count
    trial = best.number
    work = trials.reduce(0) { $0 + $1.work }
    self.command = RepeatedCommand.line(
      CommandLine.arguments, without: ["--autotune", "--autotune-work"],
      options: command.arguments(of: best.options))
  }

  var lines: [(String, String)] {
    [
      (metric, NumberFormat.fixed(score, 4)), ("best trial", "\(trial) of \(trials)"),
      ("again by", command),
    ]
  }
}
