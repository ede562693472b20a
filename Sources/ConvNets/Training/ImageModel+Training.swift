import Networks
public import WordtoolCore

extension ImageModel {
  /// Trains a classifier on images.
  ///
  /// The same images, options and seed give the same model for any number of threads. To write
  /// checkpoints, or to see each epoch, use ``ImageTrainer``.
  ///
  /// - Parameters:
  ///   - set: the images.
  ///   - description: what is trained; its classes are those of the set.
  ///   - training: how it is trained.
  ///   - valid: images to validate on; with none, `training.validShare` of the set.
  ///   - whitening: what images go through last.
  ///   - threads: how many threads work.
  ///   - stop: looked at after each step.
  ///   - progress: called after each step, on the caller's thread; examples are images.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `badData` for sets that do not fit
  ///   the description, what reading images throws, `unavailable`, `diverged`, `interrupted`.
  public static func train(
    on set: ImageDataset, description: ImageModelDescription,
    training: ImageTrainingOptions = ImageTrainingOptions(), valid: ImageDataset? = nil,
    whitening: ZCAWhitening? = nil, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> ImageModel {
    let trainer = try ImageTrainer(
      description, training: training, set: set, valid: valid, whitening: whitening,
      threads: threads)
    return try trainer.train(
      stop: stop,
      progress: { report in
        progress?(
          TrainingProgress(
            fraction: report.fraction, epoch: report.epoch, epochCount: training.epochs,
            examples: report.images, loss: report.loss, learningRate: report.learningRate))
      })
  }

  /// Trains a classifier on images while the caller's task is suspended; cancelling the task ends
  /// the training after its step.
  ///
  /// `progress` is told after each step; see `TrainingMoments`. The other parameters are those of the
  /// blocking call.
  /// - Throws: as the form that is not asynchronous, and `CancellationError`.
  public static func train(
    on set: ImageDataset, description: ImageModelDescription,
    training: ImageTrainingOptions = ImageTrainingOptions(), valid: ImageDataset? = nil,
    whitening: ZCAWhitening? = nil, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> sending ImageModel {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: set, description: description, training: training, valid: valid,
        whitening: whitening, threads: threads, stop: stop, progress: { progress?.add($0) })
    }
  }
}
