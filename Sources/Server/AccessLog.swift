import WordtoolCore

/// A line of the log of requests: JSON, keys in alphabetical order. What is asked for stands in queries and
/// bodies, which are nobody's business: only the path is named.
enum AccessLog {
  static func line(
    peer: String, method: String?, path: String?, status: Int, seconds: Double
  ) -> String {
    let milliseconds = (seconds * 1e5).rounded() / 100
    let fields = [
      ("client", JSONText.quoted(peer)), ("method", method.map(JSONText.quoted) ?? "null"),
      ("milliseconds", "\(milliseconds)"),
      ("path", path.map { JSONText.quoted(String($0.prefix(200))) } ?? "null"),
      ("status", "\(status)"), ("time", JSONText.quoted(Clock.isoDate())),
    ]
    return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}
