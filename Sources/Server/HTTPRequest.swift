/// A request as it came, whole.
package struct HTTPRequest: Sendable {
  /// The method: a token, in the case that it came in.
  package var method: String
  /// The path, as it came, with its percent signs.
  package var path: String
  /// What stands behind the question mark; nil without one.
  package var query: String?
  /// The host of the target, or of the field `Host`; nil of HTTP/1.0 without one.
  package var host: String?
  /// The minor version: 0 or 1 of HTTP/1.
  package var minorVersion: Int
  /// Names in lower case, values without white space around them, in their order.
  package var fields: [(name: String, value: String)]
  /// The body, out of its chunks.
  package var body: [UInt8] = []
  /// Whether the client keeps the connection for more requests.
  package var keepsConnection: Bool

  /// The value of a field; nil without it. Of several the first.
  package func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Which of ours the method is.
  package var knownMethod: HTTPMethod? { HTTPMethod(rawValue: method) }
}
