import Libc
import WordtoolCore

/// A connection to a server of this machine, over which anything can be sent.
///
/// Nothing here waits for a time to pass; a server that says nothing for ``PipeReader/patience`` seconds is
/// taken for stuck, and then there is no answer.
public final class HTTPClient {
  /// An answer.
  public struct Response {
    /// Its status.
    public var status: Int
    /// Its header fields, names in lower case.
    public var fields: [String: String]
    /// Its body, out of its chunks.
    public var body: String
    /// Whether all of the body came.
    public var isWhole = true
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// Connects.
  public init(port: Int) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    #if canImport(Glibc)
    let kind = Int32(SOCK_STREAM.rawValue)
    #else
    let kind = SOCK_STREAM
    #endif
    signal(SIGPIPE, SIG_IGN)
    // Programs that other tests start at the same time must not inherit it.
    descriptor = Subprocess.spawning.withLock { _ in
      let descriptor = socket(AF_INET, kind, 0)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      return descriptor
    }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let message = WordtoolError.systemMessage()
      close(descriptor)
      throw WordtoolError(.unavailable, found: "no connection to port \(port): \(message)")
    }
  }

  deinit { close(descriptor) }

  /// Sends text as it is; false when the server takes no more.
  @discardableResult
  public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Sends bytes as they are; false when the server takes no more.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      rest.removeFirst(count)
    }
    return true
  }

  /// Says that nothing more will be sent.
  public func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Sends a request without a body, with the field `Host`, and reads the answer.
  public func get(_ target: String, method: String = "GET", fields: String = "") -> Response? {
    send("\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
    return response(hasBody: method != "HEAD")
  }

  /// Sends an object of JSON and reads the answer.
  public func post(_ target: String, _ json: String) -> Response? {
    send(
      "POST \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(json.utf8.count)\r\n\r\n\(json)")
    return response()
  }

  /// The next answer; nil when the connection ends before its body.
  public func response(hasBody: Bool = true) -> Response? {
    var lines: [String] = []
    while let line = line(), !line.isEmpty { lines.append(line) }
    guard let first = lines.first, case let parts = first.split(separator: " "), parts.count >= 2,
      let status = Int(parts[1])
    else { return nil }
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      fields[line[..<colon].lowercased()] = String(
        line[line.index(after: colon)...].drop { $0 == " " })
    }
    var response = Response(status: status, fields: fields, body: "")
    guard hasBody, status != 204, status != 100 else { return response }
    if fields["transfer-encoding"] == "chunked" {
      var bytes: [UInt8] = []
      while true {
        guard let size = line().flatMap({ Int($0, radix: 16) }), let chunk = take(size),
          line() != nil
        else {
          response.isWhole = false
          break
        }
        if size == 0 { break }
        bytes += chunk
      }
      response.body = String(decoding: bytes, as: UTF8.self)
    } else if let length = fields["content-length"].flatMap({ Int($0) }) {
      let bytes = take(length)
      response.isWhole = bytes != nil
      response.body = String(decoding: bytes ?? [], as: UTF8.self)
    } else {
      response.body = rest()
    }
    return response
  }

  /// The next line without its end; nil when there is none any more.
  public func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        defer { buffer.removeFirst(end + 1) }
        return String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
      }
      guard fill() else { return nil }
    }
  }

  /// Everything up to the end of the connection.
  public func rest() -> String {
    while fill() {}
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  private func take(_ count: Int) -> [UInt8]? {
    while buffer.count < count { guard fill() else { return nil } }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func fill() -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var ready: Int32
    repeat {
      ready = poll(&waiting, 1, PipeReader.patience * 1000)
    } while ready < 0 && errno == EINTR
    guard ready > 0 else { return false }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    guard count > 0 else { return false }
    buffer += piece[..<count]
    return true
  }
}
