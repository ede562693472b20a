import Testing

import wordtool

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("sweden", 6), ("日本", 4), ("e\u{301}", 1), ("é", 1), ("한국", 4), ("👍🏽", 2), ("", 0),
    ("a\u{200D}b", 2), ("ｆｕｌｌ", 8), ("กำ", 2), ("\u{1112}\u{1161}\u{11AB}", 2),
  ])
  func widthIsCountedInCells(text: String, cells: Int) {
    #expect(TerminalText.cells(in: text) == cells)
  }

  @Test func controlCharactersAreShownAndDoNothing() {
    #expect(TerminalText.escaped("\u{1B}]0;evil\u{07}") == "\\u{1B}]0;evil\\u{7}")
    #expect(TerminalText.escaped("a\nb\tc\u{9B}d") == "a\\u{A}b\\u{9}c\\u{9B}d")
    #expect(TerminalText.escaped("日本 plain 'text'") == "日本 plain 'text'")
  }
}
