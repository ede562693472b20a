import WordtoolCore

/// A request that is being answered: what the thread that answers and the one that sends share.
final class Exchange: @unchecked Sendable {
  // Sendable: what changes is touched with the lock held.

  /// The request.
  let request: HTTPRequest
  /// Its route.
  let route: Route
  /// Raised when nobody waits for the answer any longer.
  let stop = StopFlag()

  private let connection: Int
  private let wake: WakePipe
  private let pendingLimit: Int
  private let monitor = Monitor()
  private var pending: [UInt8] = []
  private var isEnded = false
  private var isGone = false
  private var status = 0
  private var keepsConnection: Bool

  init(
    _ request: HTTPRequest, route: Route, connection: Int, keepsConnection: Bool, wake: WakePipe,
    limits: ServerLimits
  ) {
    self.request = request
    self.route = route
    self.connection = connection
    self.keepsConnection = keepsConnection
    self.wake = wake
    pendingLimit = limits.pendingBytes
  }

  /// Whether nobody waits for the answer any longer.
  var isAbandoned: Bool { monitor.whileLocked { isGone } }

  // MARK: The thread that answers

  /// Answers with a failure or an answer, all of it.
  func answer(_ result: Result<HTTPResponse, any Error>) {
    let response: HTTPResponse
    switch result {
    case .success(let found): response = found
    case .failure(let error): response = HTTPFailure(error).response
    }
    switch response.body {
    case .bytes:
      send(response.encoded(for: request, keepsConnection: keepsConnection), response.status)
    case .parts(let make): sendParts(response, make)
    }
    end()
  }

  private func sendParts(
    _ response: HTTPResponse, _ make: @Sendable (BodyWriter, StopFlag) throws -> Void
  ) {
    let isChunked = request.minorVersion > 0
    if !isChunked { monitor.whileLocked { keepsConnection = false } }
    let head = ResponseHead.text(
      of: response, length: isChunked ? .chunks : .untilEnd, keepsConnection: keepsConnection,
      date: Clock.httpDate())
    send(Array(head.utf8), response.status)
    guard request.knownMethod != .head else { return }
    do {
      try make(BodyWriter(exchange: self, isChunked: isChunked), stop)
      if isChunked { send(Array("0\r\n\r\n".utf8)) }
    } catch {
      // The status has been sent; an end that is missing tells that the body is not whole.
      monitor.whileLocked { keepsConnection = false }
    }
  }

  /// Appends bytes of the answer, and waits while the client takes none.
  fileprivate func send(_ bytes: [UInt8], _ status: Int? = nil) {
    let isOpen = monitor.whileLocked {
      if let status { self.status = status }
      while pending.count >= pendingLimit && !isGone { monitor.wait() }
      if !isGone { pending += bytes }
      return !isGone
    }
    if isOpen { wake.call(for: connection) }
  }

  private func end() {
    monitor.whileLocked { isEnded = true }
    wake.call(for: connection)
  }

  // MARK: The thread that sends

  /// What is to be sent now, whether that is all, and whether the connection goes on then.
  func take() -> (bytes: [UInt8], isEnded: Bool, keepsConnection: Bool, status: Int) {
    defer { monitor.notify() }
    return monitor.whileLocked {
      defer { pending = [] }
      return (pending, isEnded, keepsConnection, status)
    }
  }

  /// Nobody waits for the answer any longer.
  func abandon() {
    stop.raise()
    monitor.whileLocked {
      isGone = true
      pending = []
    }
    monitor.notify()
  }
}

/// Writes the parts of a body.
package struct BodyWriter: Sendable {
  let exchange: Exchange
  let isChunked: Bool

  /// Sends a part, which is not empty; waits while the client does not take what was sent before.
  ///
  /// - Throws: `WordtoolError` of kind `interrupted` once the client is gone.
  package func write(_ text: String) throws {
    guard !exchange.isAbandoned else {
      throw WordtoolError(.interrupted, found: "the client is gone")
    }
    guard !text.isEmpty else { return }
    let size = isChunked ? String(text.utf8.count, radix: 16) + "\r\n" : ""
    exchange.send(Array((size + text + (isChunked ? "\r\n" : "")).utf8))
  }
}

extension HTTPResponse {
  /// The bytes of an answer whose body is at hand.
  func encoded(for request: HTTPRequest?, keepsConnection: Bool) -> [UInt8] {
    guard case .bytes(let body) = body else { return [] }
    let head = ResponseHead.text(
      of: self, length: status == 204 ? .none : .bytes(body.count),
      keepsConnection: keepsConnection,
      date: Clock.httpDate())
    return request?.knownMethod == .head ? Array(head.utf8) : Array(head.utf8) + body
  }
}
