import Embedding
public import WordtoolCore

extension TextClassifier {
  /// Trains classifiers of averaged embeddings with one set of options after another, and gives the one
  /// that is best on other text. ``TextClassifier/training`` has all trials. The same texts, options and
  /// seeds give the same model, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - text: at least two labels.
  ///   - valid: what the models are measured on.
  ///   - options: what the first trial takes; of those that are searched for the others take others.
  ///   - search: how many trials, of what, and what they are to be good at.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: looked at about every thousand texts.
  ///   - progress: called now and then on the caller's thread; its fraction is that of the search, its
  ///     examples are texts of all trials.
  ///   - trial: called after each trial.
  /// - Throws: as the training of one model, but that a trial may diverge, if not all
  ///   do; `usage` for a metric of a label that no text of `valid` has.
  public static func train(
    on text: LabelledText, valid: LabelledText, options: FastTextOptions,
    search: FastTextSearchOptions, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil,
    trial: ((FastTextTrial) -> Void)? = nil
  ) throws -> TextClassifier {
    try options.validate()
    try search.validate()
    let space = FastTextSpace(base: options, search: search)
    var best: (classifier: TextClassifier, trial: FastTextTrial)?
    var trials: [FastTextTrial] = []
    var examples = 0
    var firstError: WordtoolError?
    let end = search.time.map { ContinuousClock.now + $0 }
    func isLate() -> Bool { best != nil && end.map { ContinuousClock.now >= $0 } ?? false }
    for number in 0..<search.trials where !isLate() {
      let own = space.options(ofTrial: number, best: best?.trial.options ?? options)
      var made = FastTextTrial(number: number + 1, options: own, score: nil, isBest: false)
      if let known = trials.first(where: { $0.options == own }) {
        // Two draws may be the same; so is what they come to.
        made.score = known.score
      } else {
        var classifier: TextClassifier?
        // Under a limit of time a trial can be broken off without the search.
        let ending = end == nil ? stop : StopFlag()
        do {
          let before = examples
          classifier = try train(on: text, options: own, threads: threads, stop: ending) { moment in
            if isLate() || stop.isRaised { ending.raise() }
            var moment = moment
            examples = before + moment.examples
            moment.examples = examples
            moment.fraction = (Double(number) + moment.fraction) / Double(search.trials)
            progress?(moment)
          }
        } catch let error as WordtoolError
          where error.kind == .diverged || own.quantization?.size != nil && error.kind == .usage
        {
          // Without room in the size for a model of these options there may be some for another.
          firstError = firstError ?? error
        } catch let error as WordtoolError where error.kind == .interrupted {
          if stop.isRaised || !isLate() { throw error }
          break
        }
        if let classifier {
          let score = try classifier.measure(
            search.metric, on: valid, threads: threads, stop: stop)
          made.score = score
          made.isBest = best?.trial.score.map { score > $0 } ?? true
          if made.isBest { best = (classifier, made) }
        }
      }
      trials.append(made)
      trial?(made)
    }
    guard let best, var training = best.classifier.training else {
      throw firstError ?? WordtoolError.diverged("no trial came to a model")
    }
    training.trials = trials
    return TextClassifier(core: best.classifier.core, training: training)
  }

  /// Searches while the caller's task is suspended; the work is done by threads outside of the
  /// cooperative pool.
  ///
  /// `progress` receives the moments of the trainings; it ends with the last. The other parameters
  /// are those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on text: LabelledText, valid: LabelledText, options: FastTextOptions,
    search: FastTextSearchOptions, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> TextClassifier {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: text, valid: valid, options: options, search: search, threads: threads, stop: stop,
        progress: { progress?.add($0) })
    }
  }
}
