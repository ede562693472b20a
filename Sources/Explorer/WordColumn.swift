import WordtoolCore

/// A value for each of some words, by which a page colours them.
public struct WordColumn: Sendable, Hashable {
  /// What the values are called.
  public var name: String
  /// The values, by word; as text, whether they are numbers or not.
  public var values: [String: String]

  /// Names and values of a file may be as long as this, in bytes.
  static let longestName = 200

  /// A column from values at hand.
  public init(name: String, values: [String: String]) {
    self.name = name
    self.values = values
  }

  /// Reads a file of lines `word<TAB>value`. A first line whose word is `word` names the column; without
  /// one the file does. Lines without a word or a value are refused, blank ones are passed over.
  ///
  /// - Throws: `WordtoolError`: `badData` with the line for one without a tab, a value of more than 200
  ///   bytes, and a word that is there twice; `noSuchInput` and what reading throws.
  public init(contentsOf path: String) throws {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    name = file.split(separator: ".").first.map(String.init) ?? file
    values = [:]
    let reader = try LineReader(path: path)
    var isFirst = true
    while let line = try reader.nextLine() {
      if line.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      func refuse(_ found: String, expected: String) -> WordtoolError {
        WordtoolError(
          .badData, path: path, at: .line(reader.number), found: found, expected: expected)
      }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw refuse(
          "\(parts.count, "column")", expected: "a word, a tab and a value")
      }
      guard parts[1].utf8.count <= Self.longestName else {
        throw refuse(
          "a value of \(parts[1].utf8.count) bytes", expected: "at most \(Self.longestName)")
      }
      let (word, value) = (String(parts[0]), String(parts[1]))
      defer { isFirst = false }
      if isFirst, word == "word" {
        name = value
        continue
      }
      guard values.updateValue(value, forKey: word) == nil else {
        throw refuse("'\(word)' for the second time", expected: "each word once")
      }
    }
    guard !values.isEmpty else {
      throw WordtoolError(
        .badData, path: path, found: "no values", expected: "lines of a word, a tab and a value")
    }
  }
}
