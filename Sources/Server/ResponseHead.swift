/// The status line and the fields of an answer, RFC 9112.
enum ResponseHead {
  /// How long a body is.
  enum Length {
    case bytes(Int)
    case chunks
    /// Until the connection ends, for clients of HTTP/1.0.
    case untilEnd
    /// Of a status that has no body.
    case none
  }

  /// Sent with every answer: nothing is guessed from content, nothing is embedded by other origins,
  /// nothing is kept, and a page may not stand in the frame of another.
  private static let always = [
    "X-Content-Type-Options: nosniff", "Cross-Origin-Resource-Policy: same-origin",
    "Cache-Control: no-store",
  ]
  private static let ofPages = [
    "Content-Security-Policy: frame-ancestors 'none'", "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: same-origin",
  ]

  static func text(
    of response: HTTPResponse, length: Length, keepsConnection: Bool, date: String
  ) -> String {
    var lines = [
      "HTTP/1.1 \(response.status) \(StatusPhrase.of(response.status))", "Date: \(date)",
    ]
    switch length {
    case .bytes(let count):
      lines += ["Content-Type: \(response.mediaType)", "Content-Length: \(count)"]
    case .chunks: lines += ["Content-Type: \(response.mediaType)", "Transfer-Encoding: chunked"]
    case .untilEnd: lines.append("Content-Type: \(response.mediaType)")
    case .none: break
    }
    lines.append("Connection: \(keepsConnection ? "keep-alive" : "close")")
    lines += always
    if response.mediaType == MediaType.html { lines += ofPages }
    lines += response.fields.map { "\($0.name): \($0.value)" }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }
}
