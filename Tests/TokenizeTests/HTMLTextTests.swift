import TestSupport
import Testing
import Tokenize
import WordtoolCore

@Suite("HTML as text")
struct HTMLTextTests {
  /// The text of a file.
  private static func text(
    of bytes: [UInt8], named name: String = "page.html", encoding: TextEncoding = .html(.utf8)
  ) throws -> String {
    let folder = ScratchFolder()
    let path = try folder.write(bytes, to: name)
    return String(
      decoding: try TextSource(path: path, encoding: encoding).readAll(), as: UTF8.self)
  }

  @Test(
    "blocks are lines, what flows stays together, scripts are no text",
    arguments: [
      ("<p>One</p><p>two</p>", "One\ntwo\n"),
      ("<p>One <b>b</b>old w<i>or</i>d\n  and\tmore</p>", "One bold word and more\n"),
      ("a<br>b<br/>c<hr>d", "a\nb\nc\nd\n"),
      ("<title>T &amp; U</title><h1>caf&eacute; &#x4e2d;&nbsp;x</h1>", "T & U\ncafé 中\u{A0}x\n"),
      ("<ul><li>one<li>two</ul>", "one\ntwo\n"),
      ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc\n"),
      ("x<script>var p = '<p>no</p>';</script>y<style>p { }</style>z", "xyz\n"),
      ("<!-- no --><p>a<!-- <p>no --> b</p>", "a b\n"),
      ("<noscript>turn it on</noscript><svg><text>no</text></svg>yes", "yes\n"),
      ("<pre>  a\n    b  c\n</pre>d  e", "a\nb  c\nd e\n"),
      ("<p>never closed <em>at all", "never closed at all\n"),
      ("<unknown>word</unknown><p>5 &lt; 6 & 7 &bogus; &</p>", "word\n5 < 6 & 7 &bogus; &\n"),
      ("<article><section><div>a</div>b</section></article>", "a\nb\n"),
      ("", ""), ("   ", ""), ("plain text", "plain text\n"),
    ])
  func pages(markup: String, expected: String) throws {
    #expect(try Self.text(of: Array(markup.utf8)) == expected)
  }

  @Test("the text of a large page does not depend on where it is cut")
  func large() throws {
    let script = String(repeating: "x<", count: 40)
    let part = "<p>The caf&eacute; na\u{EF}ve <b>wo</b>rd</p>\n<script>\(script)</script>"
    let markup = "<html><body>" + String(repeating: part, count: 4000) + "</body></html>"
    let text = try Self.text(of: Array(markup.utf8))
    #expect(text == String(repeating: "The café naïve word\n", count: 4000))
  }

  @Test(
    "the encoding is what the page names, unless one is given or a mark tells",
    arguments: [
      ("<meta charset=iso-8859-1><p>caf\u{E9} \u{93}a\u{94}", "café “a”\n"),
      ("<META http-equiv=x content='text/html; charset=\"windows-1252\"'><p>\u{E9}", "é\n"),
      ("<?xml version='1.0' encoding='latin1'?><html><body>\u{E9}</body></html>", "é\n"),
      ("<meta charset=utf-16><p>plain", "plain\n"), ("<meta charset=klingon><p>plain", "plain\n"),
      ("<meta charset=\"\"><p>plain", "plain\n"), ("<p>\u{E9}</p>", "\u{FFFD}\n"),
    ])
  func charsets(markup: String, expected: String) throws {
    let bytes = markup.unicodeScalars.map { UInt8($0.value) }
    #expect(try Self.text(of: bytes) == expected)
    if expected == "\u{FFFD}\n" {
      #expect(try Self.text(of: bytes, encoding: .html(.named("latin-1"))) == "é\n")
    }
    let marked = [0xEF, 0xBB, 0xBF] + Array("<meta charset=latin1><p>é".utf8)
    #expect(try Self.text(of: marked) == "é\n")
    let wide: [UInt8] =
      [0xFF, 0xFE] + "<p>é中".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(try Self.text(of: wide) == "é中\n")
  }

  @Test("what is no HTML is taken as it is, and gzip is unpacked")
  func plain() throws {
    let text = "1 < 2, <3 & so on\n<b>"
    #expect(try Self.text(of: Array(text.utf8), named: "notes.txt") == text)
    #expect(try Self.text(of: Array("<p>x".utf8), named: "notes.txt") == "x\n")
    #expect(try Self.text(of: Array("<p>x".utf8), encoding: .utf8) == "<p>x")
    #expect(try Self.text(of: Gzip.stored(Array("a<br>b".utf8)), named: "p.htm.gz") == "a\nb\n")
  }

  @Test("invalid bytes are counted, or an error when strict")
  func invalid() throws {
    let folder = ScratchFolder()
    let path = try folder.write(Array("<p>a".utf8) + [0xFF], to: "p.html")
    let source = try TextSource(path: path, encoding: .html(.utf8))
    #expect(String(decoding: try source.readAll(), as: UTF8.self) == "a\u{FFFD}\n")
    #expect(source.replacedCount == 1)
    let strict = try TextSource(path: path, encoding: .html(.utf8), isStrict: true)
    let error = #expect(throws: WordtoolError.self) { _ = try strict.readAll() }
    #expect(error?.kind == .badData && error?.found.contains("HTML in utf-8") == true)
  }

  @Test("damage of any kind gives text, and no more than there was")
  func damaged() throws {
    let markup = Array(
      ("<!DOCTYPE html><html><head><title>T</title><style>a</style></head><body><p id='x'>"
        + "caf&eacute;<table><tr><td>a</table><pre>b\n</pre></body></html>").utf8)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var bytes = markup
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 1...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
        default: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
        }
        if bytes.isEmpty { bytes = [60] }
      }
      let text = try Self.text(of: bytes)
      #expect(text.utf8.count <= 3 * bytes.count + 1)
    }
  }

  @Test("an encoding of HTML is described and read back")
  func description() {
    for encoding in [TextEncoding.html(.utf8), .html(.automatic), .html(.named("latin-1"))] {
      #expect(TextEncoding(encoding.description) == encoding)
    }
  }
}
