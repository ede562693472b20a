import Explorer
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// A page holds what vectors of strangers say, and none of it is more than text.
@Suite struct PageSafetyTests {
  /// Words that would be something else than text if a page took them as they are.
  static let hostile = [
    "</script><script>alert(1)</script>", "<!--<script>", "\"'`", "\\", "a\u{0}b", "\u{1b}[31m",
    "\u{202E}gnp.exe", "\u{2028}\u{2029}", "&lt;", "{{script}}", "]]>", "\u{FEFF}mark", "é", "🦉",
    "<img src=x onerror=alert(1)>", "${1}", "new\nline", "tab\there",
  ]

  private func parts(
    title: String? = nil, column: WordColumn? = nil
  ) throws -> PageParts {
    let words = Self.hostile
    let values = words.indices.flatMap { [Float($0 + 1), Float(words.count - $0)] }
    var options = ExplorerOptions()
    options.title = title
    return try PageParts(
      ExplorerPage(
        of: WordVectors(words: words, dimension: 2, values: values), options: options,
        column: column
      ).html)
  }

  @Test func `words of any kind come back as they were and end no element`() throws {
    let plain = try parts(title: "x")
    let worst = Self.hostile.joined(separator: " ")
    var column = WordColumn(name: worst, values: [:])
    for word in Self.hostile { column.values[word] = word }
    let page = try parts(title: worst, column: column)
    #expect(page.texts("words") == Self.hostile)
    #expect(page.facts["title"]?.text == worst)
    #expect(page.facts["column"]?["name"]?.text == worst)
    // The page has the elements that every page has.
    for tag in ["<script", "</script", "<style", "</style", "<!--", "<img"] {
      #expect(page.html.ranges(of: tag).count == plain.html.ranges(of: tag).count, "\(tag)")
    }
    let name = try page.element("title")
    #expect(!name.contains("<"))
    let controls = page.html.unicodeScalars.filter { $0.value < 32 && $0 != "\n" && $0 != "\t" }
    #expect(controls.isEmpty)
  }

  @Test func `the policy forbids all of the network and names the one script and the one style`()
    throws
  {
    let page = try parts()
    let start = try #require(page.html.firstRange(of: "Policy\" content=\"")).upperBound
    let policy = String(page.html[start...].prefix { $0 != "\"" })
    #expect(policy.hasPrefix("default-src 'none'; "))
    let unwanted = ["http", "*", "unsafe", "'self'", "connect-src", "blob:"]
    #expect(unwanted.filter { policy.contains($0) } == [])
    for name in ["script", "style"] {
      let text = try page.element(name, last: true)
      let hash = try #require(policy.firstRange(of: "\(name)-src 'sha256-")).upperBound
      let bytes = PageParts.bytes(of: policy[hash...].prefix { $0 != "'" }.utf8)
      #expect(bytes == SHA256(of: text.utf8).bytes, "\(name)")
    }
  }

  @Test func `nothing in a page points elsewhere or makes code of text`() throws {
    let page = try PageParts(ExplorerPage(of: PageTests.vectors()).html)
    #expect(unwanted(in: page.html) == [])
  }

  @Test func `a page that may ask its server asks for that server's answers alone`() throws {
    var options = ExplorerOptions()
    options.asksServer = true
    let page = try PageParts(ExplorerPage(of: PageTests.vectors(), options: options).html)
    #expect(page.html.contains("default-src 'none'; connect-src 'self'; script-src 'sha256-"))
    #expect(unwanted(in: page.html) == ["fetch("])
    #expect(page.html.ranges(of: "fetch(").count == 1 && page.html.contains("fetch(`api/${route}?"))
    let script = try page.element("script", last: true)
    let hash = try #require(page.html.firstRange(of: "script-src 'sha256-")).upperBound
    let bytes = PageParts.bytes(of: page.html[hash...].prefix { $0 != "'" }.utf8)
    #expect(bytes == SHA256(of: script.utf8).bytes)
  }

  /// What could reach elsewhere, or make code of text, that a page has.
  private func unwanted(in html: String) -> [String] {
    let text = html.replacing("http://www.w3.org/2000/svg", with: "")
    return [
      "http:", "https:", "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket",
      "sendBeacon", "import(", "eval(", "new Function", "innerHTML", "outerHTML", "document.write",
      "insertAdjacentHTML", "style=", "onclick=",
    ].filter { text.contains($0) }
  }
}
