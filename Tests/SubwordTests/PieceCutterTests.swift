import Subword
import TestSupport
import Testing

/// The places that `PieceCutter` finds are those of the plain definition, `PreTokenizer`.
@Suite struct PieceCutterTests {
  private static func defined(_ bytes: [UInt8]) -> [Int] {
    bytes.withUnsafeBufferPointer { text in
      var cutter = PreTokenizer(text)
      var ends: [Int] = []
      while let piece = cutter.next() { ends.append(piece.upperBound) }
      return ends
    }
  }

  /// - Parameter tail: bytes behind the text that may be read, and mean nothing.
  private static func found(
    _ bytes: [UInt8], tail: [UInt8] = [], _ kinds: CharacterKinds = CharacterKinds()
  ) -> [Int] {
    (bytes + tail).withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return [] }
      let cutter = PieceCutter(base, end: bytes.count, readable: text.count, kinds: kinds)
      var ends: [Int] = []
      while (ends.last ?? 0) < bytes.count { ends.append(cutter.end(from: ends.last ?? 0)) }
      return ends
    }
  }

  @Test func `every code point is what the definition says it is`() {
    let kinds = CharacterKinds()
    for page in 0..<0x1100 {
      // Between letters each shows whether it is one; behind a digit and a sign, whether it is one.
      let text = (0..<256).compactMap { Unicode.Scalar(UInt32(page << 8 | $0)) }
        .map { "a\($0)b1\($0).\($0) \($0)" }.joined()
      let bytes = Array(text.utf8)
      #expect(Self.found(bytes, kinds) == Self.defined(bytes), "page \(page)")
    }
  }

  @Test func `texts of all sorts of bytes are cut as defined, wherever they end`() {
    let parts =
      [
        "a", "Zebra", " the", "internationalisation", "'s", "'ll", "'re", "'", "''", "12", " 3",
        "٣", "é",
        "ß", "東京", " ", "  ", "\t", "\n", "\r\n", "\u{A0}", "\u{3000}", "\u{85}", ".", "<br />",
        "😀", "e\u{301}",
      ].map { Array($0.utf8) } + [
        [0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F], [0], [0x80],
      ]
    var random = SeededGenerator(seed: 5)
    let kinds = CharacterKinds()
    for _ in 0..<4000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
        parts.randomElement(using: &random) ?? []
      }
      let expected = Self.defined(text)
      // What lies behind the text is never part of it.
      for tail in [[], Array("letters and so on".utf8), [0x20, 0x20], Array("éééééééé".utf8)] {
        #expect(Self.found(text, tail: tail, kinds) == expected, "\(text)")
      }
    }
  }

  @Test func `letters are counted eight at a time up to any length`() {
    for length in 0...40 {
      for end in [[], [0x20], [0x5B], [0x40], [0x7B], [0x60], [0xC3, 0xA9, 0x61], [0xC3]]
        as [[UInt8]]
      {
        let text = [0x20] + [UInt8](repeating: 0x7A, count: length) + end + [0x41]
        #expect(Self.found(text) == Self.defined(text), "\(length), \(end)")
      }
    }
  }
}
