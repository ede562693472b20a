/// What a message shows of a text that may be long: a whole review where the name of a column was expected.
package enum Excerpt {
  /// The text if it has at most `limit` characters, else its beginning and its end with `…` between them.
  ///
  /// - Parameter limit: at least 8.
  package static func of(_ text: String, limit: Int = 60) -> String {
    // Characters have at least one byte: most texts need not be counted.
    guard text.utf8.count > limit, text.count > limit else { return text }
    let end = limit / 4
    return "\(text.prefix(limit - end - 1))…\(text.suffix(end))"
  }
}
