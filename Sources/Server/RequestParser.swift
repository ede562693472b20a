/// Requests out of the bytes of a connection, by RFC 9112, as strictly as it allows.
///
/// What two programs could read differently is refused and not repaired: line feeds alone, blanks before
/// a colon, folded lines, a length beside chunks, a length given twice. A failure ends the connection,
/// since nobody knows where the next request would begin.
struct RequestParser {
  /// What came of the bytes so far.
  enum Progress {
    /// More are needed.
    case incomplete
    /// The head is there, and the client waits for a word before it sends the body.
    case awaitsContinue
    /// A request.
    case request(HTTPRequest)
  }

  private enum State {
    case head
    case body(HTTPRequest, length: Int)
    case chunks(HTTPRequest, ChunkedBody)
  }

  private let limits: ServerLimits
  private var state = State.head
  private var bytes: [UInt8] = []
  /// Where the next request begins in `bytes`.
  private var start = 0
  /// Up to where no end of a head was found.
  private var scanned = 0

  init(limits: ServerLimits) { self.limits = limits }

  /// Whether nothing of a request is there.
  var isEmpty: Bool {
    if case .head = state { return start == bytes.count }
    return false
  }

  /// Bytes that wait to be read.
  var waitingCount: Int { bytes.count - start }

  /// Takes more bytes.
  mutating func append(_ more: ArraySlice<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      scanned = max(0, scanned - start)
      start = 0
    }
    bytes += more
  }

  /// The next request, as far as the bytes go.
  mutating func next() throws(HTTPFailure) -> Progress {
    switch state {
    case .head:
      guard let request = try readHead() else { return .incomplete }
      return try begin(request)
    case .body(var request, let length):
      guard waitingCount >= length else { return .incomplete }
      request.body = Array(bytes[start..<start + length])
      return finish(request, at: start + length)
    case .chunks(var request, var chunks):
      let isWhole = try chunks.read(bytes, from: &start)
      guard isWhole else {
        state = .chunks(request, chunks)
        return .incomplete
      }
      request.body = chunks.content
      return finish(request, at: start)
    }
  }

  private mutating func finish(_ request: HTTPRequest, at end: Int) -> Progress {
    state = .head
    start = end
    scanned = end
    return .request(request)
  }

  /// The head up to its blank line; nil until that is there.
  private mutating func readHead() throws(HTTPFailure) -> HTTPRequest? {
    // A blank line before a request is passed over: some clients end bodies with one.
    while bytes.count - start >= 2, bytes[start] == 0x0D, bytes[start + 1] == 0x0A { start += 2 }
    scanned = max(scanned, start)
    var end: Int?
    while scanned < bytes.count {
      if bytes[scanned] == 0x0A {
        guard scanned > start, bytes[scanned - 1] == 0x0D else {
          throw HTTPFailure(400, found: "a line feed alone", expected: "lines that end with CR LF")
        }
        if scanned >= start + 3, bytes[scanned - 2] == 0x0A {
          end = scanned + 1
          break
        }
      }
      scanned += 1
    }
    guard let end else {
      try checkSize(of: bytes.count - start)
      return nil
    }
    try checkSize(of: end - start)
    // Without the blank line, which ends the last line's own end.
    let request = try RequestHead(bytes[start..<end - 2], limits: limits).request
    start = end
    scanned = end
    return request
  }

  /// Refuses a head that is longer than may be; a long target is told by its own status.
  private func checkSize(of count: Int) throws(HTTPFailure) {
    let line = bytes[start...].prefix(limits.targetBytes + 32)
    if line.count == limits.targetBytes + 32, !line.contains(0x0A) {
      throw HTTPFailure(
        414, found: "a target of more than \(limits.targetBytes) bytes",
        expected: "a shorter one", remedy: "long texts are asked about with POST")
    }
    guard count > limits.headBytes else { return }
    throw HTTPFailure(
      431, found: "a header of more than \(limits.headBytes) bytes", expected: "a shorter one")
  }

  /// Decides how the body comes.
  private mutating func begin(_ request: HTTPRequest) throws(HTTPFailure) -> Progress {
    let lengths = request.fields.filter { $0.name == "content-length" }
    let codings = request.fields.filter { $0.name == "transfer-encoding" }
    if !codings.isEmpty {
      guard lengths.isEmpty else {
        throw HTTPFailure(
          400, found: "Content-Length beside Transfer-Encoding", expected: "one of them")
      }
      guard codings.count == 1, codings[0].value.lowercased() == "chunked" else {
        throw HTTPFailure(501, found: "another transfer coding", expected: "chunked")
      }
      guard request.minorVersion > 0 else {
        throw HTTPFailure(400, found: "chunks in HTTP/1.0", expected: "HTTP/1.1")
      }
      state = .chunks(request, ChunkedBody(limits: limits))
    } else if let first = lengths.first {
      let digits = first.value.utf8
      guard lengths.count == 1, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) })
      else {
        throw HTTPFailure(400, found: "a Content-Length that is no number", expected: "one number")
      }
      guard let length = Int(first.value), length <= limits.bodyBytes else {
        throw HTTPFailure(
          413, found: "a body of \(first.value.prefix(20)) bytes",
          expected: "at most \(limits.bodyBytes)")
      }
      guard length > 0 else { return finish(request, at: start) }
      state = .body(request, length: length)
    } else {
      return finish(request, at: start)
    }
    if let expectation = request.field("expect") {
      guard expectation.lowercased() == "100-continue" else {
        throw HTTPFailure(417, found: "an expectation that is not known", expected: "100-continue")
      }
      if waitingCount == 0 { return .awaitsContinue }
    }
    return try next()
  }
}
