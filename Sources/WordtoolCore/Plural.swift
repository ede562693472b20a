extension DefaultStringInterpolation {
  /// A number of things with their name: `\(rowCount, "row")` is `1 row` or `2 rows`.
  package mutating func appendInterpolation(_ count: some BinaryInteger, _ noun: String) {
    appendInterpolation("\(count) \(count == 1 ? noun : Self.plural(noun))")
  }

  private static func plural(_ noun: String) -> String {
    if noun.hasSuffix("ss") || noun.hasSuffix("ch") || noun.hasSuffix("x") { return noun + "es" }
    if noun.hasSuffix("ry") { return noun.dropLast() + "ies" }
    return noun + "s"
  }
}
