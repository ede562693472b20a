import WordtoolCore

/// Requests that wait for a thread to answer them.
final class RequestQueue: @unchecked Sendable {
  // Sendable: what changes is touched with the lock held.

  private let monitor = Monitor()
  private let limit: Int
  private let threads: Int
  private var waiting: [Exchange] = []
  private var isClosed = false

  /// - Parameters:
  ///   - limit: how many may wait.
  ///   - threads: how many threads take requests.
  init(limit: Int, threads: Int) {
    self.limit = limit
    self.threads = threads
  }

  /// How many wait.
  var count: Int { monitor.whileLocked { waiting.count } }

  /// Appends a request; false when too many wait.
  func append(_ exchange: Exchange) -> Bool {
    let isTaken = monitor.whileLocked {
      guard waiting.count < limit, !isClosed else { return false }
      waiting.append(exchange)
      return true
    }
    monitor.notify()
    return isTaken
  }

  /// The next requests of one route, at most as many as it takes at once and as is this thread's share
  /// of all that wait; waits for one. Nil when there will be none.
  func take() -> [Exchange]? {
    monitor.whileLocked {
      while waiting.isEmpty && !isClosed { monitor.wait() }
      guard let first = waiting.first else { return nil }
      let most = min(first.route.most, (waiting.count + threads - 1) / threads)
      guard most > 1 else { return [waiting.removeFirst()] }
      var (taken, left): ([Exchange], [Exchange]) = ([], [])
      for exchange in waiting {
        if taken.count < most, exchange.route.path == first.route.path {
          taken.append(exchange)
        } else {
          left.append(exchange)
        }
      }
      waiting = left
      return taken
    }
  }

  /// Takes no more requests; those that take are told that there will be none.
  func close() {
    monitor.whileLocked {
      isClosed = true
      waiting = []
    }
    monitor.notify()
  }

  /// Answers requests until there are no more.
  ///
  /// - Parameter stop: raised when all work is to end.
  func run(stop: StopFlag) {
    while let taken = take() {
      let asked = taken.filter { !$0.isAbandoned }
      guard let route = asked.first?.route else { continue }
      route.answer(asked.map { ($0.request, $0.stop) }, stop) { asked[$0].answer($1) }
    }
  }
}
