public import WordtoolCore

/// Searches for callers that are asynchronous: the work runs on threads of its own, and cancelling
/// the task ends it with a `CancellationError`.
extension WordVectors {
  /// The words nearest to each of many queries.
  ///
  /// - Throws: as the synchronous form; `CancellationError` when the task is cancelled.
  public func neighbors(
    of queries: [QueryVector], options: SearchOptions = SearchOptions()
  ) async throws -> [[Neighbor]] {
    try await BlockingWork.run { stop in
      try self.neighbors(of: queries, options: options, stop: stop)
    }
  }

  /// The words nearest to a word, or to the mean of several.
  ///
  /// - Throws: as the synchronous form; `CancellationError` when the task is cancelled.
  public func neighbors(
    of words: [String], options: SearchOptions = SearchOptions()
  ) async throws -> [Neighbor] {
    try await BlockingWork.run { stop in
      try self.neighbors(of: [try self.query(words)], options: options, stop: stop)[0]
    }
  }

  /// Answers an analogy of any number of positive and negative words.
  ///
  /// - Throws: as the synchronous form; `CancellationError` when the task is cancelled.
  public func analogy(
    positive: [String], negative: [String], method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions()
  ) async throws -> [Neighbor] {
    try await BlockingWork.run { stop in
      let question = try AnalogyQuery(vectors: self, positive: positive, negative: negative)
      return try self.analogies([question], method: method, options: options, stop: stop)[0]
    }
  }

  /// Answers analogy questions and counts the right answers.
  ///
  /// - Throws: as the synchronous form; `CancellationError` when the task is cancelled.
  public func evaluateAnalogies(
    _ questions: AnalogyQuestions, method: AnalogyMethod = .add, limit: Int? = nil,
    matching: WordMatching = .query, threads: Int = Workers.defaultCount
  ) async throws -> AnalogyEvaluation {
    try await BlockingWork.run { stop in
      try self.evaluateAnalogies(
        questions, method: method, limit: limit, matching: matching, threads: threads, stop: stop)
    }
  }

  /// Reads a file of any of the formats in ``Format``, recognised by its content.
  ///
  /// - Throws: as the synchronous form.
  public init(contentsOf path: String, options: ReadOptions = ReadOptions()) async throws {
    self = try await BlockingWork.run { _ in try WordVectors(contentsOf: path, options: options) }
  }
}
