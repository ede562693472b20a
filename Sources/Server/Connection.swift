import Libc

/// One connection: what has come, what is to be sent, and until when. Belongs to the thread of the server.
final class Connection {
  /// What a connection is at.
  enum Phase {
    /// A request is awaited, or comes.
    case reading
    /// A request is being answered.
    case answering(Exchange)
    /// The last answer is sent; what still comes is dropped, so that the answer is not lost to a client
    /// that was not done with sending.
    case draining
    /// It is over.
    case closed
  }

  let id: Int
  let descriptor: Int32
  let peer: String
  var phase = Phase.reading
  var parser: RequestParser
  /// Whether it ends with the answer to the present request.
  var endsAfterAnswer = false
  /// Whether the last answer has been made.
  var hasLastAnswer = false
  /// Whether the client has said that it sends no more; it may still wait for answers.
  var hasEnded = false
  /// Whether something of the present answer is being sent.
  var hasAnswered = false
  /// Until when the next request must be there.
  var readDeadline: Double
  /// Until when the present request must be answered; its work is asked to stop then.
  var answerDeadline = Double.infinity
  /// Until when the client must have taken some of what is sent.
  var writeDeadline = Double.infinity
  /// When the present request was there, and how many bytes had been sent then.
  var began = (seconds: 0.0, bytes: 0)
  /// Bytes that were received and sent, in all.
  private var received = 0
  private(set) var sent = 0

  private let limits: ServerLimits
  private var output: [UInt8] = []
  private var start = 0
  private var progress = 0
  private var drained = 0
  private var counted = (received: 0, sent: 0)

  init(id: Int, descriptor: Int32, peer: String, limits: ServerLimits, now: Double) {
    self.id = id
    self.descriptor = descriptor
    self.peer = peer
    self.limits = limits
    parser = RequestParser(limits: limits)
    readDeadline = now + limits.idleSeconds
  }

  deinit { close(descriptor) }

  /// Whether everything has been sent.
  var isFlushed: Bool { start == output.count }

  /// Whether it waits for a request of which nothing has come.
  var isIdle: Bool {
    if case .reading = phase { return parser.isEmpty && isFlushed }
    return false
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }

  /// What the system is to watch.
  var events: Int16 {
    var events: Int32 = 0
    switch phase {
    // A client that sends request after request and takes no answer is not read from.
    case .reading: if isFlushed && !hasEnded { events |= Int32(POLLIN) }
    case .draining: events |= Int32(POLLIN)
    case .answering, .closed: break
    }
    if !isFlushed { events |= Int32(POLLOUT) }
    return Int16(truncatingIfNeeded: events)
  }

  /// The first moment at which something is overdue.
  var deadline: Double {
    switch phase {
    case .reading: isFlushed ? readDeadline : writeDeadline
    case .answering: min(answerDeadline, writeDeadline)
    case .draining: readDeadline
    case .closed: .infinity
    }
  }

  /// Takes what has come.
  ///
  /// - Parameter buffer: room for it.
  /// - Returns: false when nothing more will come.
  func receive(_ buffer: inout [UInt8]) -> Bool {
    // Bounded, so that one busy client does not keep the others waiting.
    for _ in 0..<4 {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      if count == 0 { return false }
      received += count
      if case .draining = phase {
        drained += count
        if drained > limits.bodyBytes { return false }
      } else {
        parser.append(buffer[..<count])
      }
      if count < buffer.count { return true }
    }
    return true
  }

  /// How many bytes were received and sent since this was asked for the last time.
  func takeTraffic() -> (received: Int, sent: Int) {
    defer { counted = (received, sent) }
    return (received - counted.received, sent - counted.sent)
  }

  /// Appends bytes to what is sent.
  func append(_ bytes: [UInt8], now: Double) {
    if isFlushed { (output, start) = ([], 0) }
    if isFlushed, !bytes.isEmpty { expectProgress(now) }
    output += bytes
  }

  private func expectProgress(_ now: Double) {
    writeDeadline = now + limits.writingSeconds
    progress = 0
  }

  /// Sends what the system takes; false when the client is gone.
  func flush(now: Double) -> Bool {
    while start < output.count {
      let count = unsafe output.withUnsafeBytes { bytes in
        // SAFETY: the place lies inside of the bytes.
        unsafe send(
          descriptor, bytes.baseAddress.unsafelyUnwrapped + start, output.count - start,
          Self.sendFlags)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      start += count
      sent += count
      progress += count
      // Who takes a byte now and then has not taken anything.
      if progress >= limits.progressBytes { expectProgress(now) }
    }
    (output, start) = ([], 0)
    writeDeadline = .infinity
    return true
  }

  /// The end of a client must not be the end of the process.
  #if os(Linux)
  private static let sendFlags = Int32(MSG_NOSIGNAL)
  #else
  private static let sendFlags: Int32 = 0
  #endif

  /// Sends no more, and waits a little for the client's end.
  func drain(now: Double) {
    shutdown(descriptor, Int32(SHUT_WR))
    phase = .draining
    readDeadline = now + limits.graceSeconds
  }
}
