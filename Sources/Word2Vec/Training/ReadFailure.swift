import WordtoolCore

/// What went wrong while threads that train read their examples from a file: they cannot throw, so
/// what they prepare is empty, the run is stopped, and its caller throws the error.
final class ReadFailure: Sendable {
  private let first = Locked<WordtoolError?>(nil)
  private let stop: StopFlag

  /// - Parameter stop: the flag that ends the run.
  init(stop: StopFlag) { self.stop = stop }

  /// Keeps the first error and asks for the end.
  func record(_ error: any Error) {
    let known =
      (error as? WordtoolError)
      ?? WordtoolError(.inputOutput, found: "examples that failed: \(error)")
    first.withLock { $0 = $0 ?? known }
    stop.raise()
  }

  /// Runs the training; its end by such an error is that error.
  func rethrowing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      throw first.withLock { $0 } ?? error
    }
    if let error = first.withLock({ $0 }) { throw error }
  }
}
