import WordtoolCore

extension AssociationSets {
  /// Reads the tests of a file, plain or gzip; `-` is standard input.
  ///
  /// Lines `name: word, word, …`, four for each test in the order X, Y, A, B; a line `# title` names the
  /// test behind it. Or JSON with the members `targ1`, `targ2`, `attr1` and `attr2`, each with a `category`
  /// and `examples`, as May et al. 2019 publish them (`.jsonl`).
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for a file of something else.
  public static func read(contentsOf path: String) throws -> [AssociationSets] {
    let lines = try LineReader.all(path)
    if lines.first(where: { !$0.trimmed.isEmpty })?.trimmed.hasPrefix("{") == true {
      return [try json(lines.joined(separator: "\n"), path)]
    }
    var tests: [AssociationSets] = []
    var title: String?
    var lists: [List] = []
    for (number, line) in lines.enumerated() {
      let text = line.trimmed
      if text.isEmpty { continue }
      func refuse(_ found: String, _ expected: String) -> WordtoolError {
        WordtoolError(
          .badData, path: path, at: .line(number + 1), found: found, expected: expected)
      }
      if text.hasPrefix("#") {
        guard lists.isEmpty else {
          throw refuse("a title behind \(lists.count) of four lists", "four lists a test")
        }
        title = String(text.dropFirst()).trimmed
        continue
      }
      guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
        throw refuse("'\(text.prefix(40))'", "'name: word, word, ...'")
      }
      let words = text[text.index(after: colon)...].split(separator: ",").map { String($0).trimmed }
        .filter { !$0.isEmpty }
      guard !words.isEmpty else { throw refuse("a list without words", "words apart by commas") }
      lists.append(List(name: String(text[..<colon]).trimmed, words: words))
      if lists.count == 4 {
        tests.append(try AssociationSets(name: title, lists: lists))
        (title, lists) = (nil, [])
      }
    }
    guard lists.isEmpty, !tests.isEmpty else {
      throw WordtoolError(
        .badData, path: path,
        found: tests.isEmpty && lists.isEmpty
          ? "no lists of words" : "\(lists.count) lists at the end",
        expected: "four a test: two of targets, two of attributes")
    }
    return tests
  }

  private static func json(_ text: String, _ path: String) throws -> AssociationSets {
    struct Document: Decodable {
      struct List: Decodable {
        var category: String
        var examples: [String]
      }
      var targ1: List
      var targ2: List
      var attr1: List
      var attr2: List
    }
    guard let found = try? StoredJSON.decode(Document.self, from: text) else {
      throw WordtoolError(
        .badData, path: path, found: "JSON without targ1, targ2, attr1 and attr2",
        expected: "each with category and examples")
    }
    let lists = [found.targ1, found.targ2, found.attr1, found.attr2]
    guard lists.allSatisfy({ !$0.examples.isEmpty }) else {
      throw WordtoolError(.badData, path: path, found: "a list without words", expected: "words")
    }
    return try AssociationSets(
      lists: lists.map { List(name: $0.category, words: $0.examples.map(\.trimmed)) })
  }
}
