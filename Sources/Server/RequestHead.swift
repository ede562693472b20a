/// The request line and the fields of a request, RFC 9112, sections 3 and 5.
struct RequestHead {
  let request: HTTPRequest

  /// Reads a head.
  ///
  /// - Parameter bytes: its lines, each with its CR LF.
  init(_ bytes: ArraySlice<UInt8>, limits: ServerLimits) throws(HTTPFailure) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
      .map { $0.dropLast() }[...]
    guard let first = lines.popFirst() else { throw HTTPFailure(400, found: "no request line") }
    let parts = first.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw HTTPFailure(
        400, found: "a request line of \(parts.count) parts", expected: "METHOD TARGET HTTP/1.1")
    }
    guard !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(Self.isTokenByte) else {
      throw HTTPFailure(400, found: "a method that is none", expected: "GET, HEAD, POST or OPTIONS")
    }
    let minorVersion: Int
    switch String(decoding: parts[2], as: UTF8.self) {
    case "HTTP/1.1": minorVersion = 1
    case "HTTP/1.0": minorVersion = 0
    case let text where text.hasPrefix("HTTP/"):
      throw HTTPFailure(505, found: "another version of HTTP", expected: "HTTP/1.1")
    default: throw HTTPFailure(400, found: "no version of HTTP", expected: "HTTP/1.1")
    }
    guard parts[1].count <= limits.targetBytes else {
      throw HTTPFailure(
        414, found: "a target of \(parts[1].count) bytes",
        expected: "at most \(limits.targetBytes)",
        remedy: "long texts are asked about with POST")
    }
    let target = try RequestTarget(parts[1])
    guard lines.count <= limits.fieldCount else {
      throw HTTPFailure(
        431, found: "\(lines.count) header fields", expected: "at most \(limits.fieldCount)")
    }
    var fields: [(name: String, value: String)] = []
    for line in lines { fields.append(try Self.field(line)) }
    let hosts = fields.filter { $0.name == "host" }
    guard hosts.count == 1 || (hosts.isEmpty && minorVersion == 0) else {
      throw HTTPFailure(400, found: "\(hosts.count) fields Host", expected: "one")
    }
    let connection = fields.filter { $0.name == "connection" }
      .flatMap { $0.value.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) }
    request = HTTPRequest(
      method: String(decoding: parts[0], as: UTF8.self), path: target.path, query: target.query,
      host: target.host ?? hosts.first?.value, minorVersion: minorVersion, fields: fields,
      keepsConnection: minorVersion == 1
        ? !connection.contains("close") : connection.contains("keep-alive"))
  }

  /// `name: value`.
  private static func field(
    _ line: ArraySlice<UInt8>
  ) throws(HTTPFailure) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else {
      throw HTTPFailure(400, found: "a header line that is no field", expected: "NAME: VALUE")
    }
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    var value = line[(colon + 1)...].drop(while: isBlank)
    while let last = value.last, isBlank(last) { value.removeLast() }
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw HTTPFailure(400, found: "a control character in a header field", expected: "text")
    }
    return (
      String(decoding: line[..<colon], as: UTF8.self).lowercased(),
      String(decoding: value, as: UTF8.self)
    )
  }

  /// The characters of a token, RFC 9110, section 5.6.2.
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"),
      UInt8(ascii: "$"),
      UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
      UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}

/// What a request line asks for: `/path?query`, `http://host/path?query` or `*`, RFC 9112, section 3.2.
struct RequestTarget {
  var host: String?
  var path: String
  var query: String?

  init(_ bytes: ArraySlice<UInt8>) throws(HTTPFailure) {
    // Visible ASCII; a fragment never leaves a client.
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
      throw HTTPFailure(
        400, found: "a target with other characters than visible ASCII",
        expected: "UTF-8 with percent signs: %C3%A9")
    }
    var text = String(decoding: bytes, as: UTF8.self)[...]
    if text == "*" {
      (host, path, query) = (nil, "*", nil)
      return
    }
    if text.lowercased().hasPrefix("http://") {
      text = text.dropFirst("http://".count)
      let end = text.firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
      host = String(text[..<end])
      text = text[end...]
      if text.first != "/" { text = "/" + text }
    } else {
      host = nil
    }
    guard text.first == "/" else {
      throw HTTPFailure(400, found: "a target that is no path", expected: "one that begins with /")
    }
    let mark = text.firstIndex(of: "?")
    path = String(text[..<(mark ?? text.endIndex)])
    query = mark.map { String(text[text.index(after: $0)...]) }
  }
}
