import WordtoolCore

/// Results as JSON. Keys are in alphabetical order, so equal results are equal bytes.
enum JSONOutput {
  /// Prints `value` on one line.
  static func write(_ value: some Encodable) throws {
    try StandardOutput.shared.writeLine(try line(value))
  }

  /// `value` on one line.
  static func line(_ value: some Encodable) throws -> String {
    try StoredJSON.text(value, notFinite: .asText)
  }
}
