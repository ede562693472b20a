import Testing
import TestSupport
import Tokenize
import WordtoolCore

/// The machine's boundaries and rule statuses are those of ICU's own iterator.
@Suite("Boundaries")
struct BoundaryTests {
  static let locales = ["en", "sv", "tr", "th", "ja", "zh", "ar", "hi"]

  /// The first difference between machine and ICU in a text, in words, or nil.
  static func difference(
    _ text: [UInt8], _ machine: BoundaryFinder, _ icu: BoundaryFinder
  ) -> String? {
    let (ends, statuses) = machine.segments(in: text)
    let (icuEnds, icuStatuses) = icu.segments(in: text)
    if ends == icuEnds && statuses == icuStatuses { return nil }
    var index = 0
    while index < min(ends.count, icuEnds.count), ends[index] == icuEnds[index],
      statuses[index] == icuStatuses[index]
    { index += 1 }
    let start = index == 0 ? 0 : Int(ends[index - 1])
    let near = String(decoding: text[start..<min(start + 60, text.count)], as: UTF8.self)
    return "segment \(index) at byte \(start): \(ends[index...].prefix(1)) with"
      + " \(statuses[index...].prefix(1)), ICU \(icuEnds[index...].prefix(1)) with"
      + " \(icuStatuses[index...].prefix(1)), before \(near.debugDescription)"
  }

  /// Ranges that random characters are drawn from, each as likely as the others.
  private static let ranges: [ClosedRange<UInt32>] = [
    0x20...0x7E, 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x00...0x1F, 0xA0...0xFF, 0x100...0x24F,
    0x300...0x36F, 0x370...0x3FF, 0x400...0x52F, 0x590...0x5FF, 0x600...0x6FF, 0x900...0x97F,
    0xE00...0xE7F, 0xE80...0xEFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF,
    0x2000...0x206F, 0x20A0...0x20CF, 0x2100...0x214F, 0x2600...0x27BF, 0x3000...0x303F,
    0x3041...0x309F, 0x30A0...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xD7B0...0xD7FF,
    0xFB00...0xFB4F, 0xFE00...0xFE6F, 0xFF00...0xFFEF, 0x1F1E6...0x1F1FF, 0x1F300...0x1F6FF,
    0x1F900...0x1F9FF, 0xE0020...0xE007F, 0x10000...0x1FFFF, 0x20000...0x2FFFF,
    0x80...0xD7FF, 0xE000...0x10FFFF,
  ]
  /// Characters the rules of Annex 29 single out.
  private static let signs: [UInt32] =
    Array("'.,;:_\"-@ \n\r\t…‘’··٫٬״׳־/&#*".unicodeScalars)
    .map(\.value) + [0x200D, 0x200B, 0xAD, 0x2028, 0x2029, 0x85, 0xFE0F, 0x20E3, 0x3000, 0x202F]

  /// A text that changes between scripts every few characters.
  static func mixture(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    var text: [UInt8] = []
    var left = count
    while left > 0 {
      let range = Self.ranges[Int.random(in: 0..<Self.ranges.count, using: &generator)]
      let other = Self.ranges[Int.random(in: 0..<Self.ranges.count, using: &generator)]
      let dense = Int.random(in: 0..<3, using: &generator)
      for _ in 0..<min(left, Int.random(in: 1...24, using: &generator)) {
        left -= 1
        let value: UInt32
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: value = UInt32.random(in: other, using: &generator)
        case 1...(1 + dense):
          value = Self.signs[Int.random(in: 0..<Self.signs.count, using: &generator)]
        default: value = UInt32.random(in: range, using: &generator)
        }
        if let scalar = Unicode.Scalar(value) { text += Array(String(scalar).utf8) }
      }
    }
    return text
  }

  @Test(
    "random mixtures of scripts are cut as ICU cuts them (10 million characters with WT_SLOW_TESTS)",
    arguments: locales)
  func random(locale: String) throws {
    var generator = SeededGenerator(seed: UInt64(locale.utf8.reduce(7) { $0 * 31 + Int($1) }))
    let total = (RealData.slowTestsAreWanted ? 10_000_000 : 200_000) / Self.locales.count
    for (unit, part) in [(TokenUnit.word, total), (.grapheme, total / 8), (.sentence, total / 8)] {
      let machine = try BoundaryFinder(unit: unit, locale: locale, plainICU: false)
      let icu = try BoundaryFinder(unit: unit, locale: locale, plainICU: true)
      var done = 0
      while done < part {
        let count = min(Int.random(in: 1...2000, using: &generator), part - done)
        let text = Self.mixture(count, &generator)
        if let difference = Self.difference(text, machine, icu) {
          Issue.record("\(locale) \(unit): \(difference)")
          return
        }
        done += count
      }
    }
  }

  @Test(
    "tokens are the segments that ICU gives a status of 100 or more where an @ is no letter",
    arguments: locales)
  func tokens(locale: String) throws {
    let rule = TokenizerRule(
      boundaries: .icu, locale: locale, normalization: TokenizerRule.Normalization.none,
      lowercase: false)
    let tokenizer = try WordTokenizer(rule: rule)
    let icu = try BoundaryFinder(unit: .word, locale: locale, plainICU: true)
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<20 {
      let text = Self.mixture(1000, &generator)
      let withoutAtSigns = text.map { $0 == UInt8(ascii: "@") ? UInt8(ascii: "#") : $0 }
      let (ends, statuses) = icu.segments(in: withoutAtSigns)
      var expected: [Range<Int>] = []
      for (index, status) in statuses.enumerated() where status >= 100 {
        expected.append((index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]))
      }
      var found: [Range<Int>] = []
      tokenizer.enumerateTokens(in: String(decoding: text, as: UTF8.self)) { token in
        found.append(token.byteRange)
        return true
      }
      #expect(found == expected)
    }
  }

  @Test("all texts of up to three characters over one of each kind are cut as ICU cuts them")
  func short() throws {
    let kinds: [String] = [
      "a", "1", "_", "'", ".", ",", ":", "\"", " ", "\u{301}", "\u{AD}", "\u{200D}", "א", "か", "カ",
      "漢", "ไ", "한", "\n", "\r", "🇸", "👩", "ª", "-", "@",
    ]
    for locale in ["en", "sv", "fi", "ja"] {
      let machine = try BoundaryFinder(unit: .word, locale: locale, plainICU: false)
      let icu = try BoundaryFinder(unit: .word, locale: locale, plainICU: true)
      var texts = kinds
      for first in kinds {
        for second in kinds {
          texts.append(first + second)
          for third in kinds { texts.append(first + second + third) }
        }
      }
      for text in texts {
        // Behind some letters too, so that the machine's ways for long texts are taken.
        for text in [text, text + " and much more text"] {
          if let difference = Self.difference(Array(text.utf8), machine, icu) {
            Issue.record("\(locale): \(difference)")
          }
        }
      }
    }
  }

  @Test("the machine is in use for words with the ICU this is developed on")
  func machineIsUsed() throws {
    guard TokenizerRule.currentICUVersion.hasPrefix("72.") else { return }
    for locale in Self.locales {
      #expect(try BoundaryFinder(unit: .word, locale: locale, plainICU: false).usesMachine)
    }
  }

  @Test(
    "real texts are cut as ICU cuts them",
    .enabled(if: RealData.folder != nil, "WORDTOOL_CORPORA is not set"), arguments: locales)
  func realTexts(locale: String) throws {
    let folder = try #require(RealData.folder)
    var paths = try InputFiles.expand([folder + "/multilingual"])
    paths += [folder + "/tinyshakespeare/input.txt", folder + "/wikipedia-2015/wiki-1.txt.gz"]
    let machine = try BoundaryFinder(unit: .word, locale: locale, plainICU: false)
    let icu = try BoundaryFinder(unit: .word, locale: locale, plainICU: true)
    for path in paths {
      let source = try ByteSource(path: path)
      var text = [UInt8](repeating: 0, count: RealData.slowTestsAreWanted ? 40 << 20 : 1 << 20)
      var count = 0
      try text.withUnsafeMutableBytes { room in
        while count < room.count {
          let read = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
          if read == 0 { break }
          count += read
        }
      }
      let whole = Array(String(decoding: text[..<count], as: UTF8.self).utf8)
      if let difference = Self.difference(whole, machine, icu) {
        Issue.record("\(locale) \(path): \(difference)")
      }
    }
  }
}
