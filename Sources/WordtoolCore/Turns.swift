/// Lets threads that work on the pieces of one input each do something in the order of the pieces.
///
/// Every piece takes its turn once, or says that it cannot; until then those behind it wait. Whoever
/// holds a piece is at work on it, so nobody waits for ever.
package final class Turns<State: Sendable>: @unchecked Sendable {
  // Sendable: everything that changes is touched with the monitor's lock held.

  private let monitor = Monitor()
  private var next = 0
  private var hasFailed = false
  private var state: State

  /// Piece 0 is first.
  package init(_ state: State) { self.state = state }

  /// What the turns have come to, when no thread takes one any more.
  package var value: State { monitor.whileLocked { state } }

  /// Waits for the turn of a piece, calls `body`, and lets the next piece go on.
  ///
  /// - Returns: what `body` returns; nil when a piece before this one has failed.
  /// - Throws: what `body` throws: then this piece has failed.
  package func take<Result>(
    _ piece: Int, _ body: (inout State) throws -> Result
  ) rethrows -> Result? {
    try monitor.whileLocked {
      while next < piece && !hasFailed { monitor.wait() }
      if hasFailed { return nil }
      defer { monitor.notify() }
      do {
        let result = try body(&state)
        next = piece + 1
        return result
      } catch {
        hasFailed = true
        throw error
      }
    }
  }

  /// Waits for the turn of a piece, unless it had it, and ends all turns.
  package func fail(_ piece: Int) {
    monitor.whileLocked {
      while next < piece && !hasFailed { monitor.wait() }
      hasFailed = true
      monitor.notify()
    }
  }
}
