import Testing
import TestSupport
import Tokenize
import WordtoolCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("WordTokenizer")
struct WordTokenizerTests {
  private func tokens(_ text: String, _ rule: TokenizerRule = .words) throws -> [String] {
    try WordTokenizer(rule: rule).tokens(in: text)
  }

  @Test("English: words and numbers, lower-cased, without punctuation")
  func english() throws {
    let text = "The food was GOOD, not bad at all: don't pay $3.14 (or 1,000)!"
    #expect(
      try tokens(text) == [
        "the", "food", "was", "good", "not", "bad", "at", "all", "don't", "pay", "3.14", "or",
        "1,000",
      ])
    #expect(try tokens("") == [])
    #expect(try tokens(" \n\t--- ") == [])
  }

  @Test("languages without spaces are cut into words by ICU's dictionaries")
  func dictionaries() throws {
    #expect(
      try tokens("ภาษาไทยไม่ยาก", TokenizerRule(locale: "th")) == ["ภาษา", "ไทย", "ไม่", "ยาก"])
    #expect(try tokens("我喜欢北京。", TokenizerRule(locale: "zh")) == ["我", "喜欢", "北京"])
    // Where the last words end depends on the dictionary's version; the first are certain.
    let japanese = try tokens("東京に行きました。", TokenizerRule(locale: "ja"))
    #expect(japanese.prefix(2) == ["東京", "に"])
    #expect(japanese.joined() == "東京に行きました")
    #expect(
      try tokens("ខ្ញុំរៀនភាសាខ្មែរនៅសាលា", TokenizerRule(locale: "km"))
        == ["ខ្ញុំ", "រៀន", "ភាសាខ្មែរ", "នៅ", "សាលា"])
    #expect(try tokens("ພາສາລາວບໍ່ຍາກ", TokenizerRule(locale: "lo")) == ["ພາສາ", "ລາວ", "ບໍ່", "ຍາກ"])
    #expect(try tokens("မြန်မာဘာသာစကား", TokenizerRule(locale: "my")).last == "စကား")
  }

  @Test("lower-casing follows the locale")
  func lowercase() throws {
    #expect(
      try tokens("IĞDIR İzmir TITLE", TokenizerRule(locale: "tr")) == ["ığdır", "izmir", "tıtle"])
    #expect(try tokens("IĞDIR TITLE") == ["iğdir", "title"])
    #expect(try tokens("ΟΔΟΣ Σ") == ["οδος", "σ"])
    #expect(try tokens("STRASSE Straße") == ["strasse", "straße"])
    #expect(try tokens("The", TokenizerRule(lowercase: false)) == ["The"])
  }

  @Test("combining accents are composed by NFC, compatibility forms by NFKC only")
  func normalization() throws {
    let decomposed = "cafe\u{301}"
    func utf8(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }
    #expect(utf8(try tokens(decomposed)) == utf8(["caf\u{E9}"]))
    #expect(
      utf8(try tokens(decomposed, TokenizerRule(normalization: TokenizerRule.Normalization.none)))
        == utf8([decomposed]))
    #expect(utf8(try tokens("\u{FB01}n")) == utf8(["\u{FB01}n"]))
    #expect(utf8(try tokens("\u{FB01}n", TokenizerRule(normalization: .nfkc))) == utf8(["fin"]))
    // The capital I with dot becomes i and a combining dot, in normal form at once.
    #expect(utf8(try tokens("\u{130}")) == utf8(["i\u{307}"]))
  }

  @Test("the kinds decide what is kept; white space never is")
  func kinds() throws {
    let text = "I ❤️ 2 apples 👩‍👩‍👧, ok?"
    #expect(try tokens(text) == ["i", "2", "apples", "ok"])
    #expect(try tokens(text, TokenizerRule(kinds: .letters)) == ["i", "apples", "ok"])
    #expect(
      try tokens(text, TokenizerRule(kinds: .all))
        == ["i", "❤️", "2", "apples", "👩‍👩‍👧", ",", "ok", "?"])
  }

  @Test("white-space splitting changes nothing by default")
  func whitespace() throws {
    let text = " The food,\twas\r\nGOOD \u{B}caf\u{E9}\u{A0}x "
    #expect(try tokens(text, .whitespace) == ["The", "food,", "was", "GOOD", "caf\u{E9}\u{A0}x"])
    let rule = TokenizerRule(segmentation: .whitespace, normalization: .nfc, lowercase: true)
    #expect(try tokens("The FOOD,", rule) == ["the", "food,"])
  }

  @Test("tokens come with their place in the text and their kind, until the body has enough")
  func enumerate() throws {
    let text = "Zoë åt 3 äpplen"
    let tokenizer = try WordTokenizer(rule: TokenizerRule(locale: "sv"))
    var found: [Token] = []
    tokenizer.enumerateTokens(in: text) { token in
      found.append(token)
      return found.count < 3
    }
    #expect(found.map(\.text) == ["zoë", "åt", "3"])
    #expect(found.map(\.kind) == [.letter, .letter, .number])
    let sources = found.map { String(decoding: Array(text.utf8)[$0.byteRange], as: UTF8.self) }
    #expect(sources == ["Zoë", "åt", "3"])
  }

  @Test("bytes that are not UTF-8 become U+FFFD and are counted")
  func bytes() throws {
    let tokenizer = try WordTokenizer()
    var words: [String] = []
    let text: [UInt8] = Array("good ".utf8) + [0xFF, 0xE2, 0x82] + Array(" BAD".utf8) + [0xC3]
    let invalid = text.withUnsafeBufferPointer { buffer in
      tokenizer.forEachToken(inUTF8: buffer) { words.append(String(decoding: $0, as: UTF8.self)) }
    }
    #expect(words == ["good", "bad"])
    #expect(invalid == 3)
  }

  @Test("a query word gets the form of its vocabulary entry and is not cut")
  func normalize() throws {
    let tokenizer = try WordTokenizer()
    #expect(tokenizer.normalize("Sweden") == "sweden")
    #expect(tokenizer.normalize("New York") == "new york")
    #expect(Array(tokenizer.normalize("CAFE\u{301}").utf8) == Array("caf\u{E9}".utf8))
    #expect(tokenizer.normalize("") == "")
    let long = String(repeating: "Å", count: 1000)
    #expect(tokenizer.normalize(long) == String(repeating: "å", count: 1000))
    #expect(try WordTokenizer(rule: .whitespace).normalize("Sweden") == "Sweden")
  }

  @Test("a locale ICU does not know is an error", arguments: ["xx", "klingon", "english", "", "C"])
  func locale(name: String) {
    let error = #expect(throws: WordtoolError.self) {
      _ = try WordTokenizer(rule: TokenizerRule(locale: name))
    }
    #expect(error?.kind == .usage)
  }

  @Test("locales in every usual spelling are known", arguments: ["en-US", "zh_Hant", "root", "sv"])
  func locales(name: String) throws {
    #expect(try WordTokenizer(rule: TokenizerRule(locale: name)).tokens(in: "a b") == ["a", "b"])
  }

  @Test("one tokenizer serves several threads")
  func threads() throws {
    let tokenizer = try WordTokenizer()
    let text = String(repeating: "The food was GOOD. ", count: 200)
    let expected = tokenizer.tokens(in: text)
    try Workers.run(count: 4) { _ in
      for _ in 0..<5 where tokenizer.tokens(in: text) != expected {
        throw WordtoolError(.badData, found: "other tokens")
      }
    }
    #expect(expected.count == 800)
  }

  @Test("the rule goes through JSON with its names and the versions of ICU and Unicode")
  func json() throws {
    let rule = TokenizerRule(segmentation: .words, locale: "tr", normalization: .nfkc)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(rule)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""kinds":["number","letter","kana","ideograph"]"#))
    #expect(text.contains(#""normalization":"nfkc""#))
    #expect(rule.icuVersion.contains(".") && rule.unicodeVersion.contains("."))
    #expect(try JSONDecoder().decode(TokenizerRule.self, from: data) == rule)
  }
}
