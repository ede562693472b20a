import Libc
import WordtoolCore

/// A small HTTP server on this machine, for tests of downloads: it answers from a table, a connection at a
/// time, and does what real servers do wrong when it is told to.
public final class LocalServer: Sendable {
  /// What a path answers with.
  public struct Answer: Sendable {
    /// The status code of a whole answer; 200 becomes 206 where a part was asked for.
    public var status = 200
    /// The body.
    public var body: [UInt8]
    /// Whether parts are given when they are asked for.
    public var knowsRanges = true
    /// Where the connection breaks, counted in the bytes that are sent of a body; nil: nowhere.
    public var breaksAfter: Int?
    /// Whether the length is said.
    public var saysLength = true
    /// The address of a redirection.
    public var location: String?
    /// Whether it waits for the other side to go instead of ending the body.
    public var stalls = false

    /// An answer without faults.
    public init(_ body: [UInt8] = [], status: Int = 200) {
      self.body = body
      self.status = status
    }

    /// The answer with something changed.
    public func with(_ change: (inout Answer) -> Void) -> Answer {
      var copy = self
      change(&copy)
      return copy
    }
  }

  private struct State {
    var answers: [String: Answer]
    var requests: [String] = []
    var hasEnded = false
  }

  private let state: Locked<State>
  private let descriptor: Int32
  /// The port it listens at.
  public let port: Int

  /// Starts a server.
  public init(_ answers: [String: Answer]) throws {
    // A client that goes early must not end the tests.
    _ = signal(SIGPIPE, SIG_IGN)
    state = Locked(State(answers: answers))
    #if canImport(Glibc)
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
    descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = descriptor
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 16) == 0
          && getsockname(socket, $0, &length) == 0
      }
    }
    guard isOpen else {
      throw WordtoolError(.unavailable, found: "no port: \(WordtoolError.systemMessage())")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    port = Int(UInt16(bigEndian: address.sin_port))
    try Workers.detach { [state, descriptor] in Self.serve(state, descriptor) }
  }

  /// The address of a path.
  public func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// What was asked so far: the path, and behind a blank the range where there was one.
  public var requests: [String] { state.withLock { $0.requests } }

  /// Changes what a path answers with.
  public func answer(_ path: String, with answer: Answer) {
    state.withLock { $0.answers[path] = answer }
  }

  /// Ends the server, once: its descriptor may be somebody else's by the second call.
  public func stop() {
    let hadEnded = state.withLock { state in
      defer { state.hasEnded = true }
      return state.hasEnded
    }
    guard !hadEnded else { return }
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private static func serve(_ state: Locked<State>, _ descriptor: Int32) {
    while !state.withLock({ $0.hasEnded }) {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else {
        if errno == EINTR { continue }
        return
      }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      reply(to: connection, state)
      close(connection)
    }
  }

  /// The lines of a request, up to the empty one.
  private static func request(from connection: Int32) -> [Substring] {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.suffix(4).elementsEqual("\r\n\r\n".utf8), text.count < 16_384 {
      guard recv(connection, &byte, 1, 0) == 1 else { break }
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  private static func reply(to connection: Int32, _ state: Locked<State>) {
    let lines = request(from: connection)
    guard let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) else {
      return
    }
    let range = lines.first { $0.lowercased().hasPrefix("range:") }
      .flatMap { $0.split(separator: "=").last }.map(String.init)
    let answer = state.withLock { state in
      state.requests.append(path + (range.map { " \($0)" } ?? ""))
      return state.answers[path]
    }
    guard let answer else {
      return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", connection)
    }
    var (head, start) = ("HTTP/1.1 \(answer.status) Status\r\n", 0)
    if answer.knowsRanges, answer.status == 200,
      let first = range?.split(separator: "-").first.flatMap({ Int($0) })
    {
      guard first < answer.body.count else {
        return send("HTTP/1.1 416 Range\r\nContent-Length: 0\r\n\r\n", connection)
      }
      start = first
      head = "HTTP/1.1 206 Part\r\n"
      head += "Content-Range: bytes \(first)-\(answer.body.count - 1)/\(answer.body.count)\r\n"
    }
    if let location = answer.location { head += "Location: \(location)\r\n" }
    if answer.saysLength { head += "Content-Length: \(answer.body.count - start)\r\n" }
    send(head + "Connection: close\r\n\r\n", connection)
    var body = answer.body[start...]
    if let limit = answer.breaksAfter { body = body.prefix(limit) }
    send(Array(body), connection)
    // Until the other side goes.
    var byte: UInt8 = 0
    if answer.stalls { _ = recv(connection, &byte, 1, 0) }
  }

  private static func send(_ text: String, _ connection: Int32) {
    send(Array(text.utf8), connection)
  }

  private static func send(_ bytes: [UInt8], _ connection: Int32) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Libc.send(connection, $0.baseAddress, $0.count, 0)
      }
      guard count > 0 else { return }
      done += count
    }
  }
}
