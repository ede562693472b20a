import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite("UTF8Text and TextCut")
struct UTF8TextTests {
  /// Bytes that are often near the limits of what UTF-8 allows.
  private func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
    let near: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF,
      0xF0, 0xF1, 0xF4, 0xF5, 0xFF, 0x20,
    ]
    return (0..<Int.random(in: 0...24, using: &generator)).map { _ in
      near[Int.random(in: 0..<near.count, using: &generator)]
    }
  }

  @Test("validity and repair agree with the standard library on 50,000 random byte strings")
  func repair() {
    var generator = SeededGenerator(seed: 11)
    var wrong: [[UInt8]] = []
    for _ in 0..<50_000 {
      let text = bytes(&generator)
      let expected = Array(String(decoding: text, as: UTF8.self).utf8)
      let (isValid, repaired, count) = text.withUnsafeBufferPointer {
        let (repaired, count) = UTF8Text.repaired($0)
        return (UTF8Text.firstProblem(in: $0) == nil, repaired, count)
      }
      let isSame = repaired == expected && isValid == (expected == text)
      if !isSame || (count == 0) != isValid { wrong.append(text) }
    }
    #expect(wrong.isEmpty, "first: \(wrong.first ?? [])")
  }

  @Test("cutting wherever a cut is allowed changes no token, in any script")
  func cuts() throws {
    let parts = [
      " ", " ", "  ", "\n", "\r\n", "a", "Bc", "don't", "3.14", ",", ".", ":", "_", "\u{3000}",
      "。", "、", "，", "東京", "に", "カタ", "ภาษาไทย", "ខ្មែរ", "\u{301}", "\u{200D}", "\u{FE0F}",
      "\u{200B}", "\u{AD}", "👩", "🇸🇪", "א", "\"", "'", "ᄒ", "ᅡ", "\u{A0}", "\u{2028}", "\u{FF9E}",
      "@", "foo@bar.com", "\u{1F3FB}", "\t", "\u{202F}",
    ]
    var generator = SeededGenerator(seed: 5)
    var wrong: [String] = []
    for locale in ["en", "sv", "ja", "th"] {
      let tokenizer = try WordTokenizer(rule: TokenizerRule(locale: locale, kinds: .all))
      for _ in 0..<400 {
        let text = (0..<12).map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }
          .joined()
        let whole = tokenizer.tokens(in: text)
        let bytes = Array(text.utf8)
        var at = 0
        while let cut = bytes.withUnsafeBufferPointer({ TextCut.first(in: $0, from: at + 1) }) {
          let front = String(decoding: bytes[..<cut], as: UTF8.self)
          let back = String(decoding: bytes[cut...], as: UTF8.self)
          if tokenizer.tokens(in: front) + tokenizer.tokens(in: back) != whole {
            wrong.append(text)
          }
          at = cut
        }
      }
    }
    #expect(wrong.isEmpty, "first: \((wrong.first ?? "").debugDescription)")
  }

  @Test("the last cut is behind a line feed, else inside the line, else nowhere")
  func last() {
    func last(_ text: String) -> TextCut? {
      Array(text.utf8).withUnsafeBufferPointer { TextCut.last(in: $0) }
    }
    #expect(last("a b\nc d") == TextCut(offset: 4, endsLine: true))
    #expect(last("a b c ") == TextCut(offset: 4, endsLine: false))
    #expect(last("a \u{301}b  ") == nil)
    #expect(last("東京。東") == TextCut(offset: 9, endsLine: false))
    #expect(last("") == nil)
  }
}
