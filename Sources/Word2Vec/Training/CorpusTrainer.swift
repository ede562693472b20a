public import Embedding
public import Tokenize
public import WordtoolCore

/// A trainer of word vectors that goes over one text: `WordVectorTrainer` and `GloVeTrainer`.
///
/// Who conforms trains on numbers; the calls on a tokenized corpus, blocking and as part of a task, are
/// here once for all.
public protocol CorpusTrainer: AnyObject {
  /// The mean loss of an example in each completed epoch.
  var epochLosses: [Double] { get }
  /// The loss of an example while nothing is known.
  var guessingLoss: Double { get }

  /// How many passes over the corpus are done, a part of one as a fraction.
  func epochsDone(on corpus: TokenizedCorpus) -> Double

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - text: the text as word IDs; -1 ends a line, and no window crosses it.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the training at the next place where it can be resumed.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`, as each trainer says.
  func train(
    on text: Span<Int32>, threads: Int, stop: StopFlag, pausing: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?
  ) throws

  /// Trains to the end of the last epoch on the numbers of a tokenized text, of which no more is held
  /// than is worked on where they are in a file.
  ///
  /// Parameters and errors are those of the call on a span of IDs, and `inputOutput` when the file fails.
  func train(
    on text: TokenIDs, threads: Int, stop: StopFlag, pausing: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?
  ) throws

  /// The words with their vectors, ready to be queried and written.
  ///
  /// - Parameters:
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - rule: the tokenizer's rule; query words are treated by it.
  ///   - metadata: more facts to keep with the vectors: the corpus and its licence.
  /// - Throws: `WordtoolError`, as each trainer says.
  func wordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String]
  ) throws -> WordVectors

  /// The words with the vectors that they have near others, as `wordVectors`.
  func contextWordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String]
  ) throws -> WordVectors

  /// Writes everything that is needed to go on with the very bytes of an unbroken run.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  func writeCheckpoint(to path: String, corpus: TokenizedCorpus) throws

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text. The trainer is then as it was.
  func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws
}

extension CorpusTrainer {
  /// Trains to the end of the last epoch while the caller's task is suspended; the work is done by
  /// threads outside of the cooperative pool.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled, with the position and the vectors as they
  ///   are after the last whole chunk; else as the synchronous call.
  public func train(
    on text: TokenIDs, threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws {
    try await BlockingWork.run(moments: progress) { stop in
      try self.train(on: text, threads: threads, stop: stop, pausing: nil) { progress?.add($0) }
    }
  }
}
