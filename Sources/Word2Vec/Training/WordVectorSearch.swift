import BLASCore
public import Tokenize
public import WordtoolCore

/// How the options of a training of word vectors are searched for, within a budget of work, so that the
/// same search gives the same vectors on every machine.
public struct WordVectorSearchOptions: TrainingOptions {
  /// An option that is searched for: a property of ``WordVectorOptions``.
  public enum Parameter: String, Codable, Hashable, Sendable, CaseIterable {
    /// The properties of these names.
    case dimension, windowRadius, epochs, subwords
  }

  /// What all trainings may cost together, in trainings with the options as they are given, 2 ... 10,000.
  /// See ``WordVectorOptions/work(against:)``.
  public var work = 20.0
  /// Options that stay as they are given.
  public var kept: Set<Parameter> = []
  /// Decides what is tried.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require(
      (2...10_000).contains(work), found: "`work` is \(work)", expected: "2 to 10,000")
    try OptionCheck.require(
      kept.count < Parameter.allCases.count, found: "every option in `kept`",
      expected: "one that can be searched for")
  }
}

/// A training of a search.
public struct WordVectorTrial: Codable, Hashable, Sendable {
  /// From 1 on.
  public var number: Int
  /// What it was trained with.
  public var options: WordVectorOptions
  /// What was measured; nil where the training diverged or nothing could be measured.
  public var score: Double?
  /// What it cost, in trainings with the options as they are given.
  public var work: Double
  /// Whether no trial before it was as good.
  public var isBest: Bool
}

extension WordVectorOptions {
  /// The nodes of a word's path and the n-grams of a word, roughly: they only weigh trainings against each
  /// other.
  private static let (pathLength, nGramCount) = (14.0, 15.0)

  /// The multiplications of one word of the text, in all passes.
  private var multiplications: Double {
    let reach = isWindowFixed ? 2 * Double(windowRadius) : Double(windowRadius + 1)
    let choices = choices(pathLength: Self.pathLength)
    let rows = subwords == nil ? 1 : 1 + Self.nGramCount
    // A product, the change of a row and that of the other; rows are added up and changed.
    let perPass =
      switch model {
      case .skipGram, .structuredSkipGram: reach * choices * 3 + rows * 2
      case .cbow: choices * 3 + reach * rows * 2
      }
    return Double(epochs) * Double(dimension) * perPass
  }

  /// What a training costs against one with other options on the same text, by its multiplications.
  public func work(against others: WordVectorOptions) -> Double {
    multiplications / others.multiplications
  }
}

/// What trials try, each drawn from a random stream of its own number: the first third of the work from
/// everywhere, what comes after it near the best so far.
struct WordVectorSpace {
  /// The options that are given.
  let base: WordVectorOptions
  let search: WordVectorSearchOptions

  private static let dimensions = 50.0...400.0
  private static let windows = 2.0...15.0
  /// Against the passes that are given.
  private static let passes = 1.0 / 3...3.0
  private static let widest = (dimension: 10...1024, window: 1...40)
  private static let subwords: [ClosedRange<Int>?] = [nil, nil, nil, 3...6, 3...5, 2...5, 4...6]
  /// The share of all work that is drawn from everywhere, and the most that one trial takes.
  private static let (explored, largest) = (1.0 / 3, 0.25)

  /// The options of a trial.
  ///
  /// - Parameters:
  ///   - number: from 0.
  ///   - best: those of the best trial before it.
  ///   - done: the share of the work that is done.
  func options(
    ofTrial number: Int, best: WordVectorOptions, done: Double
  ) -> WordVectorOptions {
    guard number > 0 else { return base }
    var random = RandomSource(seed: search.seed, WordVectorStream.search, UInt64(number))
    var options = anywhere(&random)
    if done >= Self.explored {
      options = near(best, options, reach: 1 - 0.8 * done, &random)
    }
    for parameter in search.kept {
      switch parameter {
      case .dimension: options.dimension = base.dimension
      case .windowRadius: options.windowRadius = base.windowRadius
      case .epochs: options.epochs = base.epochs
      case .subwords: options.subwords = base.subwords
      }
    }
    return fitted(options)
  }

  /// The options with fewer passes, values or words where one trial would take too much of the work.
  private func fitted(_ options: WordVectorOptions) -> WordVectorOptions {
    var options = options
    for parameter in [WordVectorSearchOptions.Parameter.epochs, .dimension, .windowRadius] {
      let share = options.work(against: base) / (search.work * Self.largest)
      guard share > 1, !search.kept.contains(parameter) else { continue }
      func less(_ value: Int, least: Int) -> Int {
        max(min(value, least), Int(Double(value) / share))
      }
      switch parameter {
      case .epochs: options.epochs = less(options.epochs, least: 1)
      case .dimension:
        options.dimension = less(options.dimension, least: Self.widest.dimension.lowerBound)
      case .windowRadius:
        options.windowRadius = less(options.windowRadius, least: Self.widest.window.lowerBound)
      case .subwords: break
      }
    }
    return options
  }

  private func anywhere(_ random: inout RandomSource) -> WordVectorOptions {
    var options = base
    options.dimension = Int((random.nextByLogarithm(in: Self.dimensions) / 10).rounded()) * 10
    options.windowRadius = Int(random.nextByLogarithm(in: Self.windows).rounded())
    options.epochs = Self.passes(Double(base.epochs) * random.nextByLogarithm(in: Self.passes))
    options.subwords = Self.subwords.randomElement(using: &random).flatMap { lengths in
      lengths.map {
        var subwords = SubwordOptions()
        (subwords.shortest, subwords.longest) = ($0.lowerBound, $0.upperBound)
        return subwords
      }
    }
    // Which has rows of words alone.
    if base.model == .structuredSkipGram { options.subwords = nil }
    return options
  }

  /// The best options with about half of them changed: numbers by a factor, n-grams to others.
  private func near(
    _ best: WordVectorOptions, _ anew: WordVectorOptions, reach: Double,
    _ random: inout RandomSource
  ) -> WordVectorOptions {
    var options = best
    for parameter in WordVectorSearchOptions.Parameter.allCases {
      let isChanged = Bool.random(using: &random)
      let factor = PortableMath.exp(reach * (random.nextUnit() + random.nextUnit() - 1))
      guard isChanged else { continue }
      switch parameter {
      case .dimension:
        let dimension = Int((Double(best.dimension) * factor / 10).rounded()) * 10
        options.dimension = min(
          max(dimension, Self.widest.dimension.lowerBound), Self.widest.dimension.upperBound)
      case .windowRadius:
        let window = (Double(best.windowRadius) * factor).rounded(factor < 1 ? .down : .up)
        options.windowRadius = min(
          max(Int(window), Self.widest.window.lowerBound), Self.widest.window.upperBound)
      case .epochs: options.epochs = Self.passes(Double(best.epochs) * factor)
      case .subwords: options.subwords = anew.subwords
      }
    }
    return options
  }

  private static func passes(_ count: Double) -> Int {
    min(max(1, Int(min(count, 1e6).rounded())), 1_000_000)
  }
}

extension WordVectorTrainer {
  /// The most trials: those that are equal to an earlier one cost nothing.
  private static let mostTrials = 1000

  /// Trains vectors with one set of options after another and gives the trainer whose vectors are best by
  /// a measure. The same corpus, options and seeds give the same vectors, whatever the number of threads
  /// and the time it takes.
  ///
  /// The search ends before the first trial that would cost more than what is left of the work. Two
  /// trainers are in memory at a time.
  ///
  /// - Parameters:
  ///   - corpus: a text that `CorpusReader` has read.
  ///   - options: what the first trial takes; of those that are searched for the others take others.
  ///   - search: what may change, and how much work all trials may cost.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - measure: how good vectors are, larger for better ones; nil where it cannot be said.
  ///   - progress: called now and then on the caller's thread; its fraction is that of the work.
  ///   - trial: called after each trial.
  /// - Returns: the trainer of the best trial, at its end, and all trials.
  /// - Throws: as a training; but a trial may diverge, if not all do, and `badData` where nothing could be
  ///   measured.
  public static func search(
    on corpus: TokenizedCorpus, options: WordVectorOptions, search: WordVectorSearchOptions,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    measure: (WordVectors) throws -> Double?, progress: ((TrainingProgress) -> Void)? = nil,
    trial: ((WordVectorTrial) -> Void)? = nil
  ) throws -> (trainer: WordVectorTrainer, trials: [WordVectorTrial]) {
    try options.validate()
    try search.validate()
    let space = WordVectorSpace(base: options, search: search)
    var best: (trainer: WordVectorTrainer, trial: WordVectorTrial)?
    var trials: [WordVectorTrial] = []
    var (spent, examples) = (0.0, 0)
    var firstError: WordtoolError?
    while trials.count < mostTrials {
      let own = space.options(
        ofTrial: trials.count, best: best?.trial.options ?? options, done: spent / search.work)
      var made = WordVectorTrial(
        number: trials.count + 1, options: own, work: own.work(against: options), isBest: false)
      if let known = trials.first(where: { $0.options == own }) {
        // What it comes to is known.
        (made.score, made.work) = (known.score, 0)
      } else {
        if spent + made.work > search.work { break }
        let (before, seen) = (spent, examples)
        do {
          let trainer = try WordVectorTrainer(options: own, vocabulary: corpus.vocabulary)
          try trainer.train(on: corpus.ids, threads: threads, stop: stop) { moment in
            var moment = moment
            moment.fraction = (before + moment.fraction * made.work) / search.work
            examples = seen + moment.examples
            moment.examples = examples
            progress?(moment)
          }
          made.score = try measure(
            trainer.wordVectors(vocabulary: corpus.vocabulary, rule: corpus.rule, metadata: [:]))
          made.isBest =
            made.score.map { score in best?.trial.score.map { score > $0 } ?? true } ?? false
          if made.isBest { best = (trainer, made) }
        } catch let error as WordtoolError where error.kind == .diverged {
          firstError = firstError ?? error
        }
        spent += made.work
      }
      trials.append(made)
      trial?(made)
      if trials.count == 1, made.score == nil, firstError == nil { break }
    }
    guard let best else {
      throw firstError
        ?? WordtoolError(
          .badData, found: "nothing that the vectors could be measured by",
          expected: "questions whose words are in the text")
    }
    return (best.trainer, trials)
  }
}
