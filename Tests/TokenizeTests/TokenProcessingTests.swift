import Testing
import TestSupport
import Tokenize
import WordtoolCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("TokenProcessing")
struct TokenProcessingTests {
  private func tokens(
    _ text: String, locale: String = "en", form: TokenizerRule.Normalization = .nfc,
    lowercase: Bool = true, unit: TokenUnit? = nil, kinds: TokenKinds = .words,
    _ change: (inout TokenProcessing) -> Void = { _ in }
  ) throws -> [String] {
    var processing = TokenProcessing()
    change(&processing)
    let rule = TokenizerRule(
      locale: locale, normalization: form, lowercase: lowercase, kinds: kinds, unit: unit,
      processing: processing)
    return try WordTokenizer(rule: rule).tokens(in: text)
  }

  private func codes(_ words: [String]) -> [[UInt32]] {
    words.map { $0.unicodeScalars.map(\.value) }
  }

  @Test("all normal forms")
  func forms() throws {
    let text = "\u{E9}\u{FB01} \u{FF21}"
    #expect(codes(try tokens(text, form: .nfc)) == [[0xE9, 0xFB01], [0xFF41]])
    #expect(codes(try tokens(text, form: .nfd)) == [[0x65, 0x301, 0xFB01], [0xFF41]])
    #expect(codes(try tokens(text, form: .nfkc)) == [[0xE9, 0x66, 0x69], [0x61]])
    #expect(codes(try tokens(text, form: .nfkd)) == [[0x65, 0x301, 0x66, 0x69], [0x61]])
    #expect(
      try tokens("Straße ASCII Kü\u{AD}che", form: .nfkcCaseFold, lowercase: false)
        == ["strasse", "ascii", "küche"])
  }

  @Test("lower case of Turkish, Lithuanian and Greek")
  func locales() throws {
    #expect(try tokens("IĞDIR İZMİR", locale: "tr") == ["ığdır", "izmir"])
    #expect(
      codes(try tokens("\u{CC}", locale: "lt", form: .none)) == [[0x69, 0x307, 0x300]])
    #expect(try tokens("ΟΔΟΣ ΣΟΦΟΣ", locale: "el") == ["οδος", "σοφος"])
  }

  @Test(
    "folding by tables gives what ICU gives for whole words",
    arguments: TokenizerRule.Normalization.allCases)
  func tables(form: TokenizerRule.Normalization) throws {
    // A table is used for words of some letters and ICU for others: beside a letter that needs ICU
    // (U+0130), behind a space that keeps them apart, the same letters must come out alike.
    let tokenizer = try WordTokenizer(rule: TokenizerRule(normalization: form))
    let front = tokenizer.normalize("\u{130} ")
    var generator = SeededGenerator(seed: 5)
    var wrong: [String] = []
    for _ in 0..<5_000 {
      var word = ""
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let value =
          Int.random(in: 0..<4, using: &generator) == 0
          ? UInt32.random(in: 0x41...0x7A, using: &generator)
          : UInt32.random(in: 0xC0...0x2FFF, using: &generator)
        if let scalar = Unicode.Scalar(value) { word.unicodeScalars.append(scalar) }
      }
      let alone = tokenizer.normalize(word)
      let beside = tokenizer.normalize("\u{130} " + word)
      if !beside.unicodeScalars.elementsEqual((front + alone).unicodeScalars) {
        wrong.append(word)
      }
    }
    #expect(wrong == [])
  }

  @Test("transliteration, accents, width, punctuation, digits")
  func letters() throws {
    #expect(
      try tokens("Привет Γειά") { $0.transliteration = "Any-Latin; Latin-ASCII" } == [
        "privet", "geia",
      ])
    #expect(try tokens("北京") { $0.transliteration = "Any-Latin; Latin-ASCII" } == ["bei jing"])
    #expect(
      try tokens("Crème BRÛLÉE Ångström") { $0.stripsAccents = true } == [
        "creme", "brulee", "angstrom",
      ])
    #expect(try tokens("ＡＢＣ１２３ ｶﾞｷﾞ") { $0.foldsWidth = true }.joined() == "abc123ガギ")
    #expect(try tokens("don't 3.14") { $0.punctuation = .remove } == ["dont", "314"])
    #expect(try tokens("in 1914 ٣٤ a1b") { $0.digits = .zero } == ["in", "0000", "00", "a0b"])
    #expect(try tokens("in 1914 a1b") { $0.digits = .remove } == ["in", "ab"])
    let error = #expect(throws: WordtoolError.self) {
      _ = try tokens("x") { $0.transliteration = "No-Such" }
    }
    #expect(error?.kind == .usage && error?.description.contains("No-Such") == true)
  }

  @Test("an @ is in no word, whatever this ICU thinks of it")
  func atSigns() throws {
    #expect(
      try tokens("user@example.com @x @ a@b @日本語 ไทย@ภาษา x@") { _ in }
        == tokens("user#example.com #x # a#b #日本語 ไทย#ภาษา x#") { _ in })
    #expect(try tokens("user@example.com @x @") { _ in } == ["user", "example.com", "x"])
    let all = try WordTokenizer(rule: TokenizerRule(kinds: .all))
    #expect(all.tokens(in: "a@b") == ["a", "@", "b"])
    var ranges: [Range<Int>] = []
    all.enumerateTokens(in: "日@本 ก@ข") {
      ranges.append($0.byteRange)
      return true
    }
    #expect(ranges == [0..<3, 3..<4, 4..<7, 8..<11, 11..<12, 12..<15])
  }

  @Test("a rule of another ICU's boundaries says what that means")
  func versions() {
    var rule = TokenizerRule(boundaries: .icu)
    #expect(rule.versionWarning == nil)
    rule.unicodeVersion = "14.0"
    #expect(rule.versionWarning?.contains("Unicode 14.0, this is ICU") == true)
    rule = TokenizerRule(boundaries: .icu)
    rule.icuVersion = "9.1"
    #expect(rule.versionWarning?.hasPrefix("made with ICU 9.1") == true)
    rule.segmentation = .whitespace
    #expect(rule.versionWarning == nil)
  }

  @Test("URLs, addresses, mentions and numbers: whole, replaced or left out")
  func entities() throws {
    let text = """
      See https://en.wikipedia.org/wiki/Tea_(drink), (www.x.org/a?b=1&c=d). Mail Jo.Doe+x@mail.example.com, \
      ask @jo_doe: 3.14 a@b or http:// ftp://f.org. a:b@c xhttp://no www.
      """
    let whole = try tokens(text) {
      $0.urls = .whole
      $0.emailAddresses = .whole
      $0.mentions = .whole
    }
    #expect(
      whole == [
        "see", "https://en.wikipedia.org/wiki/tea_(drink)", "www.x.org/a?b=1&c=d", "mail",
        "jo.doe+x@mail.example.com", "ask", "@jo_doe", "3.14", "a", "b", "or", "http",
        "ftp://f.org", "a", "b", "c", "xhttp", "no", "www",
      ])
    let replaced = try tokens(text) {
      $0.urls = .replaced(by: "<URL>")
      $0.emailAddresses = .removed
      $0.mentions = .replaced(by: "<user>")
      $0.numbers = .replaced(by: "<num>")
    }
    #expect(
      replaced.prefix(9) == ["see", "<URL>", "<URL>", "mail", "ask", "<user>", "<num>", "a", "b"])
    #expect(try tokens("1 a 2") { $0.numbers = .removed } == ["a"])
    // Places are those of the text.
    var processing = TokenProcessing()
    processing.urls = .whole
    let tokenizer = try WordTokenizer(rule: TokenizerRule(processing: processing))
    var ranges: [Range<Int>] = []
    tokenizer.enumerateTokens(in: "é http://a.b c") { token in
      ranges.append(token.byteRange)
      return true
    }
    #expect(ranges == [0..<2, 3..<13, 14..<15])
  }

  @Test("stop words and lengths")
  func filters() throws {
    let folder = ScratchFolder()
    let path = try folder.write("\u{FEFF}The\r\n\n  of \nI\u{307}\n", to: "stop")
    let words = try TokenProcessing.stopWords(contentsOf: path)
    #expect(words == ["The", "of", "I\u{307}"])
    #expect(
      try tokens("the THE cup of tea") { $0.stopWords = words } == ["cup", "tea"])
    #expect(
      try tokens("a ab abc äöüß abcde") {
        $0.minimumLength = 2
        $0.maximumLength = 4
      } == ["ab", "abc", "äöüß"])
  }

  @Test("sentences, paragraphs and graphemes come without white space at their ends")
  func units() throws {
    #expect(
      try tokens(" One  two.  Three!\n\nFour", unit: .sentence) { $0.collapsesWhitespace = true }
        == ["one two.", "three!", "four"])
    #expect(try tokens("A b.\r\n \nC", unit: .paragraph) == ["a b.", "c"])
    #expect(try tokens("A \u{E9}\n", unit: .grapheme) == ["a", "\u{E9}"])
  }

  @Test("cutting a stream moves no boundary of any unit")
  func pieces() throws {
    let folder = ScratchFolder()
    let text = String(
      repeating: "Dr. Who paid $3.14 to x@y.org. 東京に行きました。本当? ภาษาไทย ำ e\u{301} 👩‍👩‍👧 etc. and so on! ",
      count: 20)
    for text in [text, text.replacing("on! ", with: "on!\r\n")] {
      let path = try folder.write(text, to: "t")
      for unit in TokenUnit.allCases {
        var processing = TokenProcessing()
        processing.emailAddresses = .whole
        let rule = TokenizerRule(kinds: .all, unit: unit, processing: processing)
        let expected = try WordTokenizer(rule: rule).tokens(in: text)
        for size in [1, 2, 3, 5, 17, 100, 1000] {
          var reader = CorpusReader(
            rule: rule, limits: VocabularyLimits(minimumCount: 1), threads: 2)
          reader.pieceSize = size
          let corpus = try reader.read([path])
          let words = corpus.ids.array.filter { $0 >= 0 }.map {
            corpus.vocabulary.word(at: Int($0))
          }
          #expect(words == expected, "\(unit), pieces of \(size) bytes")
        }
      }
    }
  }

  @Test("a rule with everything goes through JSON, and rules written before are read")
  func json() throws {
    var processing = TokenProcessing()
    processing.transliteration = "Any-Latin"
    processing.urls = .replaced(by: "<url>")
    processing.numbers = .removed
    processing.stopWords = ["b", "a"]
    processing.maximumLength = 9
    processing.digits = .zero
    let rule = TokenizerRule(normalization: .nfkcCaseFold, unit: .sentence, processing: processing)
    let data = try JSONEncoder().encode(rule)
    #expect(try JSONDecoder().decode(TokenizerRule.self, from: data) == rule)
    let old = """
      {"segmentation":"words","locale":"tr","normalization":"nfkc","lowercase":true,
      "kinds":["letter"],"icuVersion":"72.1","unicodeVersion":"15.0"}
      """
    let read = try JSONDecoder().decode(TokenizerRule.self, from: Data(old.utf8))
    #expect(read.locale == "tr" && read.processing == nil && read.unit == nil)
    let partial = #"{"urls":"replace:U"}"#
    let some = try JSONDecoder().decode(TokenProcessing.self, from: Data(partial.utf8))
    #expect(some.urls == .replaced(by: "U") && some.minimumLength == 1)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(TokenProcessing.self, from: Data(#"{"urls":"perhaps"}"#.utf8))
    }
  }
}
