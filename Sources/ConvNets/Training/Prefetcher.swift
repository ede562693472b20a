import WordtoolCore

/// Things made ahead of their use, in order, on a thread of their own.
///
/// Each is made from its number alone, so what comes out does not depend on how far ahead the
/// thread is.
package final class Prefetcher<Element: Sendable> {
  private let shared: Shared
  private let helper: HelperThreads
  /// Where the system refused the thread: things are made when they are asked for.
  private var made: (() throws -> Element?)?

  /// Begins to make things.
  ///
  /// - Parameters:
  ///   - range: their numbers.
  ///   - depth: how many wait to be used, at most.
  ///   - make: makes one; not called again after it threw.
  package init(
    _ range: Range<Int>, depth: Int = 2, make: @escaping @Sendable (Int) throws -> Element
  ) {
    let shared = Shared(left: range.count)
    self.shared = shared
    helper = HelperThreads(count: 1) { _ in
      for number in range {
        let made = Result { try make(number) }
        guard shared.put(made, depth: depth) else { return }
        if case .failure = made { return }
      }
    }
    if helper.count == 0 {
      var numbers = range.makeIterator()
      made = { try numbers.next().map(make) }
    }
  }

  deinit {
    shared.cancel()
    helper.join()
  }

  /// The next one, or nil behind the last.
  ///
  /// - Throws: what making it threw.
  package func next() throws -> Element? {
    if let made { return try made() }
    return try shared.take()?.get()
  }

  private final class Shared: @unchecked Sendable {
    // Sendable: what changes is touched with the lock held.

    private var ready: [Result<Element, any Error>] = []
    private var left: Int
    private var isCancelled = false
    private let monitor = Monitor()

    init(left: Int) { self.left = left }

    /// Waits for room.
    ///
    /// - Returns: whether to go on.
    func put(_ made: Result<Element, any Error>, depth: Int) -> Bool {
      monitor.whileLocked {
        while ready.count >= depth && !isCancelled { monitor.wait() }
        if isCancelled { return false }
        ready.append(made)
        monitor.notify()
        return true
      }
    }

    func take() -> Result<Element, any Error>? {
      monitor.whileLocked {
        if left == 0 { return nil }
        while ready.isEmpty { monitor.wait() }
        let first = ready.removeFirst()
        left -= 1
        // Nothing comes behind a failure.
        if case .failure = first { left = 0 }
        monitor.notify()
        return first
      }
    }

    func cancel() {
      monitor.whileLocked {
        isCancelled = true
        monitor.notify()
      }
    }
  }
}
