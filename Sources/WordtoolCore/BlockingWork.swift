/// Long CPU-bound work for callers that are asynchronous.
package enum BlockingWork {
  /// Runs `work` on a thread of its own while the caller's task is suspended, so that nothing
  /// occupies the cooperative pool.
  ///
  /// Cancelling the task raises the flag that `work` is given; `work` then ends in an orderly way.
  ///
  /// - Parameter moments: ended when the work has ended, whatever became of it.
  /// - Throws: `CancellationError` when the task was cancelled and `work` threw
  ///   ``WordtoolError/Kind/interrupted``; else what `work` throws.
  package static func run<Value>(
    moments: TrainingMoments? = nil, _ work: @escaping (StopFlag) throws -> sending Value
  ) async throws -> sending Value {
    let stop = StopFlag()
    // The caller is suspended until the work has ended, so one thread at a time holds what `work`
    // captures and what it returns.
    let job = Job(work)
    defer { moments?.finish() }
    let result: Outcome<Value> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do {
          try Workers.detach { continuation.resume(returning: job.outcome(stop)) }
        } catch {
          continuation.resume(returning: Outcome(.failure(error)))
        }
      }
    } onCancel: {
      stop.raise()
    }
    do {
      return try result.result.get()
    } catch let error as WordtoolError where error.kind == .interrupted && stop.isRaised {
      throw CancellationError()
    }
  }

  private struct Outcome<Value>: @unchecked Sendable {
    let result: Result<Value, any Error>
    init(_ result: Result<Value, any Error>) { self.result = result }
  }

  private struct Job<Value>: @unchecked Sendable {
    let work: (StopFlag) throws -> sending Value
    init(_ work: @escaping (StopFlag) throws -> sending Value) { self.work = work }
    func outcome(_ stop: StopFlag) -> Outcome<Value> { Outcome(Result { try work(stop) }) }
  }
}
