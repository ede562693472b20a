import Libc
import WordtoolCore

/// An HTTP/1.1 server: one thread has all sockets, and others answer.
///
/// It is ours because of what it must refuse. FlyingFox 0.27.1 answered 694 requests a second with a constant
/// where this answers 27,000, still waited for half a request after 20 seconds, and takes a header line of any
/// length; SwiftNIO 2.101.2 has the limits, and takes 107 seconds of a processor to build.
package final class HTTPServer: Sendable {
  /// The numeric address that it listens at.
  package let address: String
  /// Its port.
  package let port: Int

  private let listener: Int32
  private let socket: Locked<ListeningSocket?>
  private let wake: WakePipe
  private let isAskedToStop = StopFlag()
  private let limits: ServerLimits

  /// Listens; connections wait until ``run(_:threads:metrics:log:stop:)``.
  ///
  /// - Parameters:
  ///   - host: a numeric address, or `localhost`.
  ///   - port: 0 for one that is free.
  ///   - limits: what clients may take.
  /// - Throws: `WordtoolError`: `usage` for another host, `unavailable` for a port that is in use.
  package init(host: String, port: Int, limits: ServerLimits = ServerLimits()) throws {
    try limits.validate()
    let socket = try ListeningSocket(host: host, port: port)
    address = socket.address
    self.port = socket.port
    listener = socket.descriptor
    self.socket = Locked(socket)
    self.limits = limits
    wake = try WakePipe()
  }

  /// Where it answers, as a browser takes it.
  package var url: String {
    "http://" + (address.contains(":") ? "[\(address)]" : address) + ":\(port)/"
  }

  /// Asks for an orderly end, from any thread: no more connections are taken, and requests that are
  /// being answered have ``ServerLimits/stoppingSeconds``.
  package func stop() {
    isAskedToStop.raise()
    wake.wake()
  }

  /// Answers requests until ``stop()`` or until `descriptor` is readable. Once only.
  ///
  /// - Parameters:
  ///   - router: who answers what.
  ///   - threads: how many threads answer, at least 1; one more has what takes long.
  ///   - metrics: what is counted.
  ///   - log: gets a line of JSON for each answer; nil for none.
  ///   - descriptor: one that becomes readable when the process is to end.
  /// - Throws: `WordtoolError` of kind `unavailable` without memory for a thread.
  package func run(
    _ router: Router, threads: Int, metrics: ServerMetrics = ServerMetrics(),
    log: (@Sendable (String) -> Void)? = nil, until descriptor: Int32? = nil
  ) throws {
    try OptionCheck.requireThreads(threads)
    let queue = RequestQueue(limit: limits.waitingCount, threads: threads)
    let longQueue = RequestQueue(limit: limits.longWaitingCount, threads: 1)
    let workStop = StopFlag()
    // The first one has what takes long.
    let workers = HelperThreads(count: threads + 1) { number in
      (number == 0 ? longQueue : queue).run(stop: workStop)
    }
    defer {
      for queue in [queue, longQueue] { queue.close() }
      workers.join()
    }
    guard workers.count > 1 else {
      throw WordtoolError(.unavailable, found: "the system refuses a thread")
    }
    var loop = ServerLoop(
      listener: listener, limits: limits, router: router, queue: queue, longQueue: longQueue,
      wake: wake, metrics: metrics, log: log, workStop: workStop)
    loop.run(until: descriptor, isAskedToStop: isAskedToStop) {
      // Whoever connects from now on is refused by the system.
      socket.withLock { $0 = nil }
    }
  }
}
