public import WordtoolCore

extension TextClassifier {
  /// Trains a recurrent network while the caller's task is suspended; cancelling the task ends the
  /// training after its step.
  ///
  /// - Parameters:
  ///   - text: texts with labels.
  ///   - options: how it is trained.
  ///   - valid: held-out text, measured after each pass: the weights of the best pass are kept.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - progress: told after each step; see ``TrainingMoments``. Examples are texts.
  /// - Throws: as the form that is not asynchronous, and `CancellationError`.
  public static func train(
    on text: LabelledText, options: SequenceTrainingOptions, valid: LabelledText? = nil,
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> ClassifierTraining {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: text, options: options, valid: valid, threads: threads, stop: stop,
        progress: { progress?.add(TrainingProgress($0, options)) })
    }
  }

  /// Writes the model to a file that appears when it is complete; see ``init(contentsOf:)``.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try write(to: OutputFile(path: path)) }
}

extension SequenceTagger {
  /// Trains a tagger while the caller's task is suspended; cancelling the task ends the training
  /// after its step.
  ///
  /// - Parameters:
  ///   - text: sentences with a tag for each word.
  ///   - options: how it is trained.
  ///   - valid: held-out text, measured after each pass: the weights of the best pass are kept.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - progress: told after each step; see ``TrainingMoments``. Examples are sentences.
  /// - Throws: as the form that is not asynchronous, and `CancellationError`.
  public static func train(
    on text: TaggedText, options: SequenceTrainingOptions, valid: TaggedText? = nil,
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> sending Training {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: text, options: options, valid: valid, threads: threads, stop: stop,
        progress: { progress?.add(TrainingProgress($0, options)) })
    }
  }

  /// Writes the model to a file that appears when it is complete; see ``init(contentsOf:)``.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try write(to: OutputFile(path: path)) }
}

extension TrainingProgress {
  /// What all trainers report, of what one of classifiers does.
  fileprivate init(_ progress: ClassifierProgress, _ options: SequenceTrainingOptions) {
    self.init(
      fraction: progress.fraction, epoch: min(options.epochs, progress.epochs + 1),
      epochCount: options.epochs, examples: progress.exampleCount, loss: progress.loss,
      learningRate: progress.learningRate ?? options.learningRate)
  }
}
