import Networks
public import WordtoolCore

extension NeuralLanguageModel {
  /// Trains a model on the text of files.
  ///
  /// The same text, options and seed give the same model for any number of threads. To write
  /// checkpoints, or to see each epoch, use ``NeuralTrainer``.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - options: the shape of the model.
  ///   - training: how it is trained.
  ///   - valid: files with held-out text, for early stopping and the best weights; none without.
  ///   - minimumCount: rarer tokens become `<unk>`.
  ///   - maximumVocabulary: only the most frequent tokens are kept; nil for all.
  ///   - threads: how many threads work.
  ///   - stop: looked at after each step.
  ///   - progress: called after each step, on the caller's thread; examples are tokens.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `badData` for a text without
  ///   tokens, what reading throws, `unavailable`, `diverged`, `interrupted`.
  public static func train(
    on paths: [String], options: NeuralOptions = NeuralOptions(),
    training: NeuralTrainingOptions = NeuralTrainingOptions(), valid: [String] = [],
    minimumCount: Int = 1, maximumVocabulary: Int? = nil, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> NeuralLanguageModel {
    try options.validate()
    try training.validate()
    let text = try NeuralText(
      counting: paths, unit: options.unit, rule: options.rule, minimumCount: minimumCount,
      maximumVocabulary: maximumVocabulary, stop: stop)
    let trainer = try NeuralTrainer(
      options, training: training, vocabulary: text.vocabulary,
      ids: text.ids,
      validIDs: valid.isEmpty ? [] : text.ids(of: valid, stop: stop), threads: threads)
    return try trainer.train(stop: stop) { report in
      progress?(
        TrainingProgress(
          fraction: report.fraction, epoch: min(report.epoch, training.epochs),
          epochCount: training.epochs, examples: report.tokens, loss: report.loss,
          learningRate: report.learningRate))
    }
  }

  /// Trains a model on the text of files while the caller's task is suspended; cancelling the task
  /// ends the training after its step.
  ///
  /// `progress` told after each step; see `TrainingMoments`. The other parameters are those of the
  /// blocking call.
  /// - Throws: as the form that is not asynchronous, and `CancellationError`.
  public static func train(
    on paths: [String], options: NeuralOptions = NeuralOptions(),
    training: NeuralTrainingOptions = NeuralTrainingOptions(), valid: [String] = [],
    minimumCount: Int = 1, maximumVocabulary: Int? = nil, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> sending NeuralLanguageModel {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: paths, options: options, training: training, valid: valid,
        minimumCount: minimumCount, maximumVocabulary: maximumVocabulary, threads: threads,
        stop: stop,
        progress: { progress?.add($0) })
    }
  }
}
