import Explorer
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Columns of values for words.
@Suite struct WordColumnTests {
  private func read(_ text: String) throws -> WordColumn {
    try TestFiles.withFolder { folder in
      try TestFiles.write(text, to: folder + "/kinds.of.words.tsv")
      return try WordColumn(contentsOf: folder + "/kinds.of.words.tsv")
    }
  }

  @Test func `a first line for 'word' names the column, or else the file does`() throws {
    #expect(
      try read("word\tkind\noslo\tcity\n\ncat\tanimal\n")
        == WordColumn(name: "kind", values: ["oslo": "city", "cat": "animal"]))
    #expect(try read("oslo\tcity") == WordColumn(name: "kinds", values: ["oslo": "city"]))
  }

  @Test(arguments: [
    ("oslo city\n", 1, "1 column"), ("a\t1\nb\t2\t3\n", 2, "3 columns"), ("a\t\n", 1, "2 columns"),
    ("a\t1\n\tb\n", 2, "2 columns"), ("a\t1\nb\t2\na\t3\n", 3, "second time"),
    ("a\t" + String(repeating: "x", count: 201), 1, "201 bytes"),
  ])
  func `a line that is none is told with its number`(_ text: String, _ line: Int, _ found: String) {
    let error = #expect(throws: WordtoolError.self) { try read(text) }
    #expect(
      error?.kind == .badData && error?.position == .line(line), "\(String(describing: error))")
    #expect(error?.found.contains(found) == true, "\(String(describing: error))")
  }

  @Test func `a file without values is refused`() {
    #expect(throws: WordtoolError.self) { try read("word\tkind\n") }
  }

  private func column(_ values: [String: String]) throws -> (PageParts, ExplorerPage) {
    let page = try ExplorerPage(
      of: WordVectors(words: ["a", "b", "c"], dimension: 2, values: [1, 0, 0, 1, 1, 1]),
      column: WordColumn(name: "size", values: values))
    return (try PageParts(page.html), page)
  }

  @Test func `numbers stay numbers, other values are labels, the most frequent first`() throws {
    let (numbers, page) = try column(["a": "1.5", "c": "-2e3", "z": "word"])
    #expect(numbers.html.contains(#""column":{"name":"size","numbers":[1.5,null,-2000.0]}"#))
    #expect(page.unusedColumnWords == 1)
    let (labels, _) = try column(["a": "x", "b": "2", "c": "2"])
    #expect(
      labels.html.contains(
        #""column":{"name":"size","labels":["2","x"],"indices":[1,0,0]}"#))
    let (infinite, _) = try column(["a": "inf", "b": "1"])
    #expect(infinite.html.contains(#""labels":["inf","1"]"#))
  }

  @Test func `a column without any word of the page is refused`() {
    let error = #expect(throws: WordtoolError.self) { try column(["z": "1"]) }
    #expect(error?.kind == .usage && error?.found.contains("`column`") == true)
  }
}
