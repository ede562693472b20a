package import WordtoolCore

/// An answer.
package struct HTTPResponse: Sendable {
  /// What follows the header.
  package enum Body: Sendable {
    /// All of it.
    case bytes([UInt8])
    /// Parts that are sent as they are made. `make` runs on the thread that answers; it looks at the
    /// flag, which is raised when nobody waits any longer.
    case parts(make: @Sendable (BodyWriter, StopFlag) throws -> Void)
  }

  /// The status code.
  package var status: Int
  /// The media type.
  package var mediaType: String
  /// More header fields: ASCII without control characters.
  package var fields: [(name: String, value: String)]
  /// The body.
  package var body: Body

  /// An answer.
  package init(
    status: Int = 200, mediaType: String, fields: [(name: String, value: String)] = [], body: Body
  ) {
    self.status = status
    self.mediaType = mediaType
    self.fields = fields
    self.body = body
  }

  /// A value as commands print it under `--json`: one line, keys sorted.
  package init(
    status: Int = 200, json value: some Encodable, fields: [(name: String, value: String)] = []
  ) {
    // What is encoded are plain values of ours, none of which refuses.
    let text = (try? StoredJSON.text(value, notFinite: .asText)) ?? "null"
    self.init(
      status: status, mediaType: MediaType.json, fields: fields,
      body: .bytes(Array((text + "\n").utf8)))
  }

  /// Adds notes about the answer, which are no part of it: a field with a list of JSON in ASCII.
  package mutating func add(notes: [String]) {
    guard !notes.isEmpty else { return }
    let texts = notes.prefix(Self.noteCount).map {
      Self.asciiJSON(String($0.prefix(Self.noteLength)))
    }
    fields.append((Self.noteField, "[" + texts.joined(separator: ",") + "]"))
  }

  /// The field of notes.
  package static let noteField = "Wordtool-Notes"
  /// A field stays short: clients take some kilobytes.
  private static let noteCount = 8
  private static let noteLength = 300

  private static func asciiJSON(_ text: String) -> String {
    var result = ""
    for unit in JSONText.quoted(text).utf16 {
      if unit >= 0x20 && unit < 0x7F {
        result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }
}

/// Media types of answers.
package enum MediaType {
  /// One document of JSON.
  package static let json = "application/json"
  /// A document of JSON a line.
  package static let jsonLines = "application/x-ndjson"
  /// A page.
  package static let html = "text/html; charset=utf-8"
  /// Prometheus' text format.
  package static let metrics = "text/plain; version=0.0.4; charset=utf-8"
}

/// The phrases of status codes, RFC 9110, section 15.
enum StatusPhrase {
  static func of(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 204: "No Content"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}
