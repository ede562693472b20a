import Libc
import WordtoolCore

/// What the thread with the sockets does, again and again: it waits for any of them, takes what has come,
/// hands requests to those that answer, and sends what these have made.
struct ServerLoop {
  let listener: Int32
  let limits: ServerLimits
  let router: Router
  let queue: RequestQueue
  let longQueue: RequestQueue
  let wake: WakePipe
  let metrics: ServerMetrics
  let log: (@Sendable (String) -> Void)?
  let workStop: StopFlag

  private var connections: [Int: Connection] = [:]
  private var nextID = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  /// While the system has no descriptors left, nobody is taken.
  private var acceptsAgain = 0.0
  /// The end: nil while it runs, then until when requests may still be answered.
  private var stopDeadline: Double?

  init(
    listener: Int32, limits: ServerLimits, router: Router, queue: RequestQueue,
    longQueue: RequestQueue, wake: WakePipe, metrics: ServerMetrics,
    log: (@Sendable (String) -> Void)?, workStop: StopFlag
  ) {
    self.listener = listener
    self.limits = limits
    self.router = router
    self.queue = queue
    self.longQueue = longQueue
    self.wake = wake
    self.metrics = metrics
    self.log = log
    self.workStop = workStop
  }

  /// Runs until the end is asked for and all connections are over.
  mutating func run(until descriptor: Int32?, isAskedToStop: StopFlag, closeListener: () -> Void) {
    while true {
      let now = Clock.seconds()
      if stopDeadline == nil, isAskedToStop.isRaised {
        beginStop(now)
        closeListener()
      }
      if let stopDeadline {
        if connections.isEmpty { return }
        if now >= stopDeadline { hurry(now) }
      }
      let list = Array(connections.values)
      var polled = [pollfd(fd: wake.output, events: Int16(POLLIN), revents: 0)]
      // A descriptor of -1 is passed over.
      let isRunning = stopDeadline == nil
      polled.append(
        pollfd(fd: isRunning ? descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0))
      polled.append(
        pollfd(
          fd: isRunning && now >= acceptsAgain ? listener : -1, events: Int16(POLLIN), revents: 0))
      polled += list.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
      let count = unsafe poll(&polled, nfds_t(polled.count), timeout(of: list, now))
      guard count >= 0 || errno == EINTR else { return }
      step(polled, list, isStopAsked: polled[1].revents != 0) { isAskedToStop.raise() }
    }
  }

  private mutating func step(
    _ polled: [pollfd], _ list: [Connection], isStopAsked: Bool, askToStop: () -> Void
  ) {
    let now = Clock.seconds()
    if isStopAsked { askToStop() }
    if polled[0].revents != 0 {
      for id in wake.take() {
        if let connection = connections[id] { collect(connection, now) }
      }
    }
    if polled[2].revents != 0 { accept(now) }
    for (connection, found) in zip(list, polled.dropFirst(3)) where found.revents != 0 {
      let events = Int32(found.revents)
      if events & (POLLOUT | POLLERR | POLLHUP) != 0, !connection.isFlushed {
        sendMore(connection, now)
      } else if events & POLLIN != 0 {
        receive(connection, now)
      } else if events & (POLLERR | POLLHUP | POLLNVAL) != 0 {
        end(connection)
      }
    }
    for connection in list where connection.deadline <= now { expire(connection, now) }
    var traffic = (received: 0, sent: 0)
    for connection in connections.values {
      let (received, sent) = connection.takeTraffic()
      traffic = (traffic.received + received, traffic.sent + sent)
    }
    metrics.count(received: traffic.received, sent: traffic.sent)
    for connection in list where connection.isClosed { connections[connection.id] = nil }
    metrics.set(connections: connections.count, waiting: queue.count + longQueue.count)
  }

  /// Milliseconds until the next deadline.
  private func timeout(of list: [Connection], _ now: Double) -> Int32 {
    var next = stopDeadline ?? .infinity
    if acceptsAgain > now { next = min(next, acceptsAgain) }
    for connection in list { next = min(next, connection.deadline) }
    guard next < .infinity else { return -1 }
    return Int32(min(max(0, (next - now) * 1000 + 1), 60_000))
  }

  // MARK: Beginning and end

  private mutating func accept(_ now: Double) {
    for _ in 0..<64 {
      guard let socket = ListeningSocket.accept(from: listener) else {
        if [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(errno) { acceptsAgain = now + 0.1 }
        return
      }
      nextID += 1
      let connection = Connection(
        id: nextID, descriptor: socket.descriptor, peer: socket.peer, limits: limits, now: now)
      connections[nextID] = connection
      metrics.countConnection()
      if connections.count > limits.connectionCount {
        fail(
          connection, nil,
          HTTPFailure(
            503, found: "\(limits.connectionCount) connections", expected: "room for one more",
            remedy: "ask again later"), now)
        advance(connection, now)
        // Of very many no client's end is waited for.
        if connections.count > 2 * limits.connectionCount { end(connection) }
      }
      if connection.isClosed { connections[nextID] = nil }
    }
  }

  private mutating func beginStop(_ now: Double) {
    stopDeadline = now + limits.stoppingSeconds
    for connection in connections.values {
      connection.endsAfterAnswer = true
      if connection.isIdle { end(connection) }
    }
    for (id, connection) in connections where connection.isClosed { connections[id] = nil }
  }

  /// The time for an orderly end is over: all work is asked to stop.
  private mutating func hurry(_ now: Double) {
    stopDeadline = .infinity
    workStop.raise()
    for connection in connections.values {
      connection.writeDeadline = min(connection.writeDeadline, now + limits.graceSeconds)
      switch connection.phase {
      case .answering(let exchange):
        exchange.stop.raise()
        connection.answerDeadline = min(connection.answerDeadline, now + limits.graceSeconds)
      case .reading where connection.isFlushed: end(connection)
      case .reading, .draining, .closed: break
      }
    }
    for (id, connection) in connections where connection.isClosed { connections[id] = nil }
  }

  private func end(_ connection: Connection) {
    guard !connection.isClosed else { return }
    if case .answering(let exchange) = connection.phase { exchange.abandon() }
    let (received, sent) = connection.takeTraffic()
    metrics.count(received: received, sent: sent)
    connection.phase = .closed
  }

  /// Something took too long.
  private func expire(_ connection: Connection, _ now: Double) {
    switch connection.phase {
    case .reading where connection.isFlushed && !connection.parser.isEmpty:
      fail(
        connection, nil,
        HTTPFailure(
          408, found: "half a request in \(limits.readingSeconds) seconds", expected: "all of it"),
        now)
      advance(connection, now)
    case .answering(let exchange) where connection.writeDeadline > now && !exchange.stop.isRaised:
      // What it makes of that may still be sent.
      exchange.stop.raise()
      connection.answerDeadline = now + limits.graceSeconds
    case .answering(let exchange) where connection.writeDeadline > now && !connection.hasAnswered:
      exchange.abandon()
      fail(
        connection, exchange.request,
        HTTPFailure(WordtoolError(.interrupted, found: "it took too long")), now)
      advance(connection, now)
    case .reading, .answering, .draining, .closed: end(connection)
    }
  }

  // MARK: Receiving

  private mutating func receive(_ connection: Connection, _ now: Double) {
    let isOpen = connection.receive(&buffer)
    guard case .reading = connection.phase else {
      if !isOpen { end(connection) }
      return
    }
    if !isOpen { connection.hasEnded = true }
    advance(connection, now)
  }

  /// Goes on with what has come, as long as there is nothing to be waited for.
  private func advance(_ connection: Connection, _ now: Double) {
    while case .reading = connection.phase, connection.isFlushed {
      if connection.hasLastAnswer {
        return connection.hasEnded ? end(connection) : connection.drain(now: now)
      }
      do {
        switch try connection.parser.next() {
        case .incomplete:
          let isOver = stopDeadline != nil && connection.parser.isEmpty
          if connection.hasEnded || isOver { return end(connection) }
          connection.readDeadline =
            connection.parser.isEmpty
            ? now + limits.idleSeconds : min(connection.readDeadline, now + limits.readingSeconds)
          return
        case .awaitsContinue:
          connection.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), now: now)
          if !connection.flush(now: now) { return end(connection) }
        case .request(let request):
          connection.readDeadline = now + limits.idleSeconds
          begin(request, connection, now)
        }
      } catch {
        fail(connection, nil, error, now)
      }
    }
  }

  private func begin(_ request: HTTPRequest, _ connection: Connection, _ now: Double) {
    connection.began = (now, connection.sent)
    if !request.keepsConnection { connection.endsAfterAnswer = true }
    do {
      switch try router.decide(request) {
      case .answer(let response): send(response, request, connection, now)
      case .route(let route):
        let exchange = Exchange(
          request, route: route, connection: connection.id,
          keepsConnection: !connection.endsAfterAnswer, wake: wake, limits: limits)
        connection.phase = .answering(exchange)
        connection.answerDeadline = now + limits.answeringSeconds
        connection.hasAnswered = false
        guard (route.isLong ? longQueue : queue).append(exchange) else {
          var failure = HTTPFailure(
            503, found: "too many requests wait", expected: "room for one more",
            remedy: "ask again later")
          failure.fields = [("Retry-After", "1")]
          return send(failure.response, request, connection, now)
        }
      }
    } catch {
      send(error.response, request, connection, now)
    }
  }

  // MARK: Sending

  /// Answers with a failure that ends the connection.
  private func fail(
    _ connection: Connection, _ request: HTTPRequest?, _ failure: HTTPFailure, _ now: Double
  ) {
    connection.endsAfterAnswer = true
    if request == nil { connection.began = (now, connection.sent) }
    send(failure.response, request, connection, now)
  }

  /// Sends an answer that is at hand.
  private func send(
    _ response: HTTPResponse, _ request: HTTPRequest?, _ connection: Connection, _ now: Double
  ) {
    connection.phase = .reading
    connection.append(
      response.encoded(for: request, keepsConnection: !connection.endsAfterAnswer), now: now)
    // Counted before it is sent: who has the answer finds it in the numbers.
    finish(request, response.status, connection, now)
    if !connection.flush(now: now) { end(connection) }
  }

  /// Takes what the answering thread has made.
  private func collect(_ connection: Connection, _ now: Double) {
    guard case .answering(let exchange) = connection.phase, connection.isFlushed else { return }
    let (bytes, isEnded, keepsConnection, status) = exchange.take()
    if !bytes.isEmpty {
      connection.hasAnswered = true
      connection.append(bytes, now: now)
    }
    if isEnded {
      if !keepsConnection { connection.endsAfterAnswer = true }
      connection.phase = .reading
      finish(exchange.request, status, connection, Clock.seconds())
    }
    guard connection.flush(now: now) else { return end(connection) }
    if isEnded { advance(connection, now) }
  }

  private func sendMore(_ connection: Connection, _ now: Double) {
    guard connection.flush(now: now) else { return end(connection) }
    guard connection.isFlushed else { return }
    switch connection.phase {
    case .reading: advance(connection, now)
    case .answering: collect(connection, now)
    case .draining, .closed: break
    }
  }

  /// An answer is made: counts and logs it.
  private func finish(
    _ request: HTTPRequest?, _ status: Int, _ connection: Connection, _ now: Double
  ) {
    connection.hasLastAnswer = connection.endsAfterAnswer
    let seconds = now - connection.began.seconds
    let route = router.label(of: request)
    metrics.countRequest(route: route, status: status, seconds: seconds)
    guard let log else { return }
    log(
      AccessLog.line(
        peer: connection.peer, method: request?.method, path: request?.path, status: status,
        seconds: seconds))
  }
}
