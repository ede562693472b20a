import Libc
import Testing
import TestSupport
import Tokenize
import WordtoolCore

/// Our own word rule: the word boundary rules of Unicode Standard Annex 29 by their numbers, ICU's
/// boundaries wherever versions of ICU agree, and one answer under all of them.
@Suite("Word rule")
struct WordRuleTests {
  /// The segments of a text by our rule, by the machine and by ICU's iterator, which must agree.
  private func segments(_ text: String, locale: String = "en") throws -> [String] {
    let bytes = Array(text.utf8)
    let found = try [false, true].map {
      try BoundaryFinder(ownRuleOf: locale, plainICU: $0).segments(in: bytes)
    }
    #expect(found[0].ends == found[1].ends && found[0].statuses == found[1].statuses)
    var start = 0
    return found[0].ends.map { end in
      defer { start = Int(end) }
      return String(decoding: bytes[start..<Int(end)], as: UTF8.self)
    }
  }

  /// A text with a `÷` at each boundary.
  struct Case: Sendable, CustomStringConvertible {
    let rule: String
    let cut: String
    init(_ rule: String, _ cut: String) {
      self.rule = rule
      self.cut = cut
    }
    var description: String { "\(rule): \(cut.debugDescription)" }
  }

  static let cases = [
    Case("WB3", "a÷\r\n÷b"), Case("WB3", "\n÷\r÷\r\n÷\r"),
    Case("WB3a", "a÷\n÷\u{301}÷b"), Case("WB3a", "\r÷\u{AD}"), Case("WB3a", "\u{85}÷\u{200D}"),
    Case("WB3b", "a\u{301}÷\u{2028}÷a"), Case("WB3b", "a÷'÷\u{B}"),
    Case("WB3c", "👩\u{200D}👧\u{FE0F}\u{200D}❤"), Case("WB3c", "a\u{200D}❤÷a"),
    Case("WB3c", "👩÷👧"), Case("WB3c", "\u{200D}❤"), Case("WB3c", "a\u{200D}÷+"),
    // A picture that Unicode 17 takes for one no longer.
    Case("WB3c", "👩\u{200D}☿"),
    Case("WB3d", "a÷  \u{3000}\u{2003}÷b"), Case("WB3d", " \u{301}÷ "), Case("WB3d", " ÷\t÷ "),
    Case("WB4", "a\u{301}\u{AD}\u{200D}b\u{300}"), Case("WB4", "a\u{AD}'\u{301}\u{200D}b"),
    Case("WB4", "1\u{301},\u{AD}2"), Case("WB4", "\u{301}÷a"), Case("WB4", ".\u{301}÷a"),
    Case("WB4", "1\u{600}2÷ \u{6DD}÷5"),
    Case("WB5", "aéßжλא"), Case("WB5", "a÷+÷b"),
    Case("WB6", "can't÷ ÷e.g÷."), Case("WB6", "a·b’c‘d․e"), Case("WB6", "a÷'÷'÷b÷'"),
    Case("WB6", "a÷:÷b÷﹕÷c÷：÷d"), Case("WB6", "a÷,÷b"), Case("WB6", "'÷a"), Case("WB6", "ab÷.÷1"),
    Case("WB7a", "א'÷ ÷א'ב"), Case("WB7a", "a÷'÷ ÷א’ב"),
    Case("WB7b", "צה\"ל÷\"÷ ÷a÷\"÷א"), Case("WB7b", "א\u{301}\"\u{AD}ב"),
    Case("WB8", "1914٣"), Case("WB9", "A3B"), Case("WB10", "3a÷-÷3"),
    Case("WB11", "3.14÷ ÷1,000;5'6÷.÷ ÷3÷.÷.÷4"), Case("WB11", "1÷.÷a÷,÷1"), Case("WB11", "1÷:÷2"),
    Case("WB11", "1\u{FE10}2"),
    Case("WB13", "コーヒー"),
    Case("WB13a", "a_÷+÷1__b_c"), Case("WB13b", "_a÷ ÷_1÷ ÷__"), Case("WB13b", "_\u{301}a"),
    Case("WB13a", "カ_a_カ"),
    Case("WB15", "🇸🇪÷🇫🇮"), Case("WB15", "🇸🇪÷🇫"), Case("WB16", "a÷🇸\u{200D}🇪÷🇫🇮"),
    Case("WB999", "+÷=÷(÷$÷%÷)"), Case("WB999", "\u{B8}÷a"), Case("WB999", "a÷@÷b÷@"),
  ]

  @Test("each rule of the annex, by hand", arguments: cases)
  func byHand(_ example: Case) throws {
    // By code points: a Character can hold a ÷ and a mark behind it.
    let text = String.UnicodeScalarView(example.cut.unicodeScalars.filter { $0 != "÷" })
    let found = try segments(String(text)).joined(separator: "÷")
    #expect(Array(found.utf8) == Array(example.cut.utf8))
  }

  @Test("a colon joins letters in Finnish and Swedish, whatever way the locale is written")
  func colon() throws {
    for locale in ["fi", "sv", "sv_FI", "fi-FI", "swe"] {
      #expect(
        try segments("EU:n k﹕a a：b 1:2", locale: locale).filter { $0 != " " }
          == ["EU:n", "k﹕a", "a：b", "1", ":", "2"])
    }
    for locale in ["en", "nb", "fr", "smn", "root", "sw"] {
      #expect(try segments("EU:n", locale: locale) == ["EU", ":", "n"])
    }
    #expect(throws: WordtoolError.self) { try segments("a", locale: "qqx") }
  }

  @Test("words of dictionary scripts are those of ICU's dictionaries")
  func dictionaries() throws {
    let text = "ภาษาไทยไม่ยาก我喜欢北京東京に行きましたខ្ញុំរៀនភាសាខ្មែរພາສາລາວບໍ່ຍາກမြန်မာဘာသာစကား한국어 コーヒー_a"
    let icu = try BoundaryFinder(unit: .word, locale: "en", plainICU: true)
    let ours = try BoundaryFinder(ownRuleOf: "en", plainICU: false)
    let bytes = Array(text.utf8)
    #expect(ours.segments(in: bytes) == icu.segments(in: bytes))
    #expect(try segments(text).prefix(4) == ["ภาษา", "ไทย", "ไม่", "ยาก"])
  }

  /// Characters that have the class they had in Unicode 15.0 whatever the ICU in use says.
  private static let kept: Set<UInt32> = Set(
    [0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, 0x19DA, 0xB8, 0xFE10, 0xFE14])
    .union(0x600...0x605)

  /// A text that no version of ICU cuts otherwise than our rule does.
  private static func undisputed(_ text: [UInt8], colonJoins: Bool) -> [UInt8] {
    let isSameUnicode = TokenizerRule.currentUnicodeVersion == "15.0"
    // From ICU 77 on, a colon joins letters in all languages.
    let isNewer = TokenizerRule.currentICUVersion.prefix { $0 != "." } >= "75"
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "@": scalars.append("#")
      case ":", "﹕", "：": scalars.append(isNewer && !colonJoins ? ";" : scalar)
      // Unicode 17 takes fewer characters for pictures.
      case "\u{200D}" where !isSameUnicode: scalars.append("\u{AD}")
      default:
        if isSameUnicode || !kept.contains(scalar.value) { scalars.append(scalar) }
      }
    }
    return Array(String(scalars).utf8)
  }

  @Test(
    "random mixtures of scripts are cut as ICU's own rule cuts them, but for signs it changed",
    arguments: BoundaryTests.locales + ["fi", "ko", "km"])
  func random(locale: String) throws {
    var generator = SeededGenerator(seed: UInt64(locale.utf8.reduce(11) { $0 * 31 + Int($1) }))
    let ours = try BoundaryFinder(ownRuleOf: locale, plainICU: false)
    let icu = try BoundaryFinder(unit: .word, locale: locale, plainICU: true)
    var left = RealData.slowTestsAreWanted ? 1_000_000 : 20_000
    while left > 0 {
      let count = Int.random(in: 1...2000, using: &generator)
      let text = Self.undisputed(
        BoundaryTests.mixture(count, &generator), colonJoins: ["fi", "sv"].contains(locale))
      if let difference = BoundaryTests.difference(text, ours, icu) {
        Issue.record("\(locale): \(difference)")
        return
      }
      left -= count
    }
  }

  @Test("the machine is in use, and gives what ICU's iterator gives for the rule")
  func machine() throws {
    for locale in ["en", "sv", "th", "ja"] {
      let machine = try BoundaryFinder(ownRuleOf: locale, plainICU: false)
      let icu = try BoundaryFinder(ownRuleOf: locale, plainICU: true)
      #expect(machine.usesMachine && !icu.usesMachine)
      var generator = SeededGenerator(seed: 5)
      for _ in 0..<20 {
        let text = BoundaryTests.mixture(1000, &generator)
        if let difference = BoundaryTests.difference(text, machine, icu) {
          Issue.record("\(locale): \(difference)")
        }
      }
    }
  }

  /// The files in Rules are what ICU 72 compiles the rules to; `WORDTOOL_UPDATE_RULES=1` writes them anew.
  @Test(
    "the machines that are kept are those that ICU compiles",
    .enabled(
      if: TokenizerRule.currentICUVersion == StoredMachine.icuVersion,
      "other versions number states and categories in their own ways"),
    arguments: [("en", "words"), ("sv", "words-colon")])
  func storedMachine(locale: String, name: String) throws {
    let compiled = try #require(try StoredMachine.compiled(locale: locale))
    if getenv("WORDTOOL_UPDATE_RULES") != nil {
      let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
      try TestFiles.write(compiled, to: "\(path)/Sources/Tokenize/Rules/\(name).machine")
    } else {
      #expect(StoredMachine.kept(locale: locale) == compiled)
    }
  }

  /// A text of all characters that were in Unicode 14, but for scripts that a dictionary cuts, with
  /// the signs that the rules single out between them.
  private static func mixture14() -> String {
    let dictionaries: [ClosedRange<UInt32>] = [
      0xE00...0xEFF, 0x1000...0x109F, 0x1780...0x17FF, 0x1950...0x19DF, 0x1A20...0x1AAF,
      0x2E80...0xA4CF, 0xA9E0...0xA9FF, 0xAA60...0xAADF, 0xAC00...0xD7FF, 0xF900...0xFAFF,
      0xFF65...0xFF9F, 0x11700...0x1174F, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF,
      0x20000...0x3FFFF, 0xE000...0xF8FF, 0xF0000...0x10FFFF,
    ]
    let characters = (UInt32(0)...0x10FFFF).compactMap { value -> Unicode.Scalar? in
      guard let scalar = Unicode.Scalar(value), !dictionaries.contains(where: { $0 ~= value }),
        let age = scalar.properties.age, age.major <= 14
      else { return nil }
      return scalar
    }
    let signs = Array("'.,;:_\"@ \n\r…’·״־#a1אé\u{200D}\u{AD}\u{301}\u{FE0F}🇸👩".unicodeScalars)
    var generator = SeededGenerator(seed: 29)
    var text = String.UnicodeScalarView()
    for _ in 0..<3 {
      for scalar in characters {
        text.append(scalar)
        for _ in 0..<generator.next() % 3 {
          text.append(signs[Int(generator.next() % UInt64(signs.count))])
        }
        if generator.next() % 2 == 0 {
          text.append(characters[Int(generator.next() % UInt64(characters.count))])
        }
      }
    }
    return String(text)
  }

  @Test(
    "every version of ICU gives the same boundaries and kinds for characters of Unicode 14",
    arguments: [
      ("en", "b0f403c836e1c58b404994d391595ec150ebf7d8a553f66b31a281f506ae3845"),
      ("sv", "e577fcbf597619199df73e5b4b29137290b96cef906ab6f30f06059ede165077"),
    ])
  func pinned(locale: String, digest: String) throws {
    let bytes = Array(Self.mixture14().utf8)
    let (ends, statuses) = try BoundaryFinder(ownRuleOf: locale, plainICU: false)
      .segments(in: bytes)
    let values = zip(ends, statuses).flatMap { [$0, $1] }
    let found = SHA256(
      of: values.flatMap { value in (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    ).hexadecimal
    #expect(found == digest, "\(bytes.count) bytes, \(ends.count) segments")
  }
}
