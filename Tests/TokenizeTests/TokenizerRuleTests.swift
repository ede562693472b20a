import Foundation
import Testing
import Tokenize

/// What rules store about whose boundaries they mean, and what follows from it.
@Suite("Tokenizer rule")
struct TokenizerRuleTests {
  @Test("new rules store the boundaries and their version; stored rules without mean ICU's")
  func stored() throws {
    func stored(_ rule: TokenizerRule) throws -> String {
      String(decoding: try JSONEncoder().encode(rule), as: UTF8.self)
    }
    func read(_ json: String) throws -> TokenizerRule {
      try JSONDecoder().decode(TokenizerRule.self, from: Data(json.utf8))
    }
    let new = TokenizerRule.words
    #expect(new.boundaries == .annex29)
    #expect(try stored(new).contains(#""boundaries":"annex29-1""#))
    #expect(try read(stored(new)) == new)
    let json = """
      {"segmentation":"words","locale":"en","normalization":"nfc","lowercase":true,
      "kinds":["number","letter","kana","ideograph"],"icuVersion":"72.1","unicodeVersion":"15.0"}
      """
    let old = try read(json)
    #expect(old.boundaries == .icu)
    #expect(try read(stored(old)) == old)
    #expect(throws: DecodingError.self) {
      try read(json.replacing("{", with: #"{"boundaries":"annex29-2","#))
    }
    // ICU's rule, in which an @ cuts too.
    let tokenizer = try WordTokenizer(rule: old)
    #expect(tokenizer.rule.boundaries == .icu)
    #expect(tokenizer.tokens(in: "a@b c.d, don't") == ["a", "b", "c.d", "don't"])
  }

  @Test("rules are told apart by their boundaries where words are looked for")
  func sameTokens() {
    var old = TokenizerRule(boundaries: .icu)
    old.icuVersion = "60.1"
    #expect(old.givesTokens(of: TokenizerRule(boundaries: .icu)))
    #expect(!old.givesTokens(of: .words))
    for (segmentation, unit) in [
      (TokenizerRule.Segmentation.whitespace, nil), (.words, TokenUnit.sentence),
    ] {
      let rules = TokenizerRule.Boundaries.allCases.map {
        TokenizerRule(segmentation: segmentation, boundaries: $0, unit: unit)
      }
      #expect(rules[0].givesTokens(of: rules[1]))
      #expect(!rules[0].givesTokens(of: .words))
    }
  }

  @Test("a rule of our own warns of another Unicode, and of another ICU where dictionaries matter")
  func warnings() {
    var rule = TokenizerRule.words
    #expect(rule.versionWarning == nil)
    rule.icuVersion = "9.1"
    #expect(rule.versionWarning == nil)
    rule.locale = "zh-Hant"
    #expect(rule.versionWarning?.contains("dictionary") == true)
    rule.unicodeVersion = "14.0"
    for locale in ["en", "th"] {
      rule.locale = locale
      #expect(rule.versionWarning?.contains("Unicode 14.0, this is ICU") == true)
      #expect(rule.versionWarning?.contains("letters that are new") == true)
      #expect(rule.versionWarning?.contains("k:a") == false)
    }
    rule.boundaries = .icu
    #expect(rule.versionWarning?.contains("k:a") == true)
    rule.segmentation = .whitespace
    #expect(rule.versionWarning == nil)
  }
}
