public import Tokenize
public import WordtoolCore

extension WordVectors {
  /// Trains vectors for the words of a corpus: skip-gram with negative sampling, or what the options say.
  ///
  /// The bytes depend on the corpus and the options alone, not on `threads`.
  ///
  /// - Parameters:
  ///   - corpus: a text that `CorpusReader` has read.
  ///   - options: how vectors are trained.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `badData` for fewer than two
  ///   words, `diverged`, `interrupted`, `unavailable` for lack of memory or threads.
  public static func train(
    on corpus: TokenizedCorpus, options: WordVectorOptions = WordVectorOptions(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> WordVectors {
    let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    try trainer.train(on: corpus.ids, threads: threads, stop: stop, progress: progress)
    return try trainer.wordVectors(vocabulary: corpus.vocabulary, rule: corpus.rule)
  }

  /// Trains vectors while the caller's task is suspended; the work is done by threads outside of the
  /// cooperative pool.
  ///
  /// ```swift
  /// let corpus = try CorpusReader().read(["notes/"])
  /// let vectors = try await WordVectors.train(on: corpus)
  /// ```
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on corpus: TokenizedCorpus, options: WordVectorOptions = WordVectorOptions(),
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> WordVectors {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: corpus, options: options, threads: threads, stop: stop) { progress?.add($0) }
    }
  }

  /// Reads texts and trains vectors for their words.
  ///
  /// - Parameters:
  ///   - paths: files, folders, or `-` for standard input, as `CorpusReader` reads them.
  ///   - reader: how text becomes words, and which words are kept.
  ///   - options: how vectors are trained.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then on the caller's thread.
  /// - Throws: as `CorpusReader.read` and the training of a corpus.
  public static func train(
    on paths: [String], reader: CorpusReader = CorpusReader(),
    options: WordVectorOptions = WordVectorOptions(), threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> WordVectors {
    try options.validate()
    return try train(
      on: reader.read(paths, stop: stop), options: options, threads: threads, stop: stop,
      progress: progress)
  }

  /// Reads texts and trains vectors for their words while the caller's task is suspended.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on paths: [String], reader: CorpusReader = CorpusReader(),
    options: WordVectorOptions = WordVectorOptions(), threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> WordVectors {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: paths, reader: reader, options: options, threads: threads, stop: stop) {
        progress?.add($0)
      }
    }
  }
}
