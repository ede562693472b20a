public import Tokenize
public import WordtoolCore

extension WordVectors {
  /// Trains GloVe's vectors for the words of a corpus.
  ///
  /// ```swift
  /// let vectors = try WordVectors.train(on: corpus, options: GloVeOptions())
  /// ```
  ///
  /// The bytes depend on the corpus and the options alone, not on `threads` or `memoryLimit`.
  ///
  /// - Parameters:
  ///   - corpus: a text that `CorpusReader` has read.
  ///   - options: how vectors are trained.
  ///   - memoryLimit: bytes for counting; above, temporary files take their place.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError` as the training of ``GloVeTrainer``.
  public static func train(
    on corpus: TokenizedCorpus, options: GloVeOptions,
    memoryLimit: Int = GloVeTrainer.usualMemoryLimit, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> WordVectors {
    let trainer = try GloVeTrainer(options: options, counts: corpus.vocabulary.counts)
    trainer.memoryLimit = memoryLimit
    try trainer.train(on: corpus.ids, threads: threads, stop: stop, progress: progress)
    return try trainer.wordVectors(vocabulary: corpus.vocabulary, rule: corpus.rule)
  }

  /// Trains GloVe's vectors while the caller's task is suspended.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on corpus: TokenizedCorpus, options: GloVeOptions,
    memoryLimit: Int = GloVeTrainer.usualMemoryLimit, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> WordVectors {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: corpus, options: options, memoryLimit: memoryLimit, threads: threads, stop: stop
      ) { progress?.add($0) }
    }
  }
}
