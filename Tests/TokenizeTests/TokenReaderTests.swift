import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite("TokenReader")
struct TokenReaderTests {
  @Test("tokens come in order with their places, whatever the size of the pieces")
  func places() throws {
    let folder = ScratchFolder()
    let text = "\u{FEFF}Ett två\n\ntre 東京に。 e\u{301}n! Dr. X\r\nslut"
    let path = try folder.write(text, to: "t")
    let other = try folder.write("x\n", to: "u")
    let bytes = Array(text.utf8)
    for unit in TokenUnit.allCases {
      var expected: [String]?
      for size in [1 << 20, 1, 2, 5, 9] {
        var reader = TokenReader(
          rule: TokenizerRule(
            normalization: TokenizerRule.Normalization.none, lowercase: false, unit: unit))
        reader.pieceSize = size
        var found: [String] = []
        var lines = 0
        let statistics = try reader.read([path, other], lineEnd: { lines += 1 }) { token, file in
          found.append("\(token.byteRange) \(token.text) \(file == path)")
          if file == path {
            #expect(Array(token.text.utf8) == Array(bytes[token.byteRange]))
          }
          return true
        }
        #expect(lines == 5 && statistics.lineCount == 5)
        #expect(statistics.tokensRead == found.count)
        #expect(found == expected ?? found, "\(unit) \(size)")
        expected = expected ?? found
      }
    }
  }

  @Test("places count the text as it became by repairs, and the body ends the reading")
  func repairs() throws {
    let folder = ScratchFolder()
    let path = try folder.write([0x61, 0x20, 0xFF, 0x20, 0x62, 0x20, 0x63], to: "t")
    for size in [1, 3, 100] {
      var reader = TokenReader()
      reader.pieceSize = size
      var ranges: [Range<Int>] = []
      let statistics = try reader.read([path]) { token, _ in
        ranges.append(token.byteRange)
        return ranges.count < 2
      }
      #expect(ranges == [0..<1, 6..<7] && statistics.invalidSequenceCount == 1)
    }
    var reader = TokenReader()
    reader.isStrict = true
    let error = #expect(throws: WordtoolError.self) { try reader.read([path]) { _, _ in true } }
    #expect(error?.position == .byte(2) && error?.path == path)
    #expect(throws: WordtoolError.self) {
      try TokenReader().read([folder("none")]) { _, _ in true }
    }
  }

  @Test("long lines without a line end go through in pieces, sentences too")
  func longLine() throws {
    let folder = ScratchFolder()
    let sentence = "This is one of very many sentences in one line, isn't it? "
    let path = try folder.write(String(repeating: sentence, count: 20_000), to: "t")
    for unit in [TokenUnit.sentence, .word, .grapheme] {
      var reader = TokenReader(rule: TokenizerRule(unit: unit))
      reader.pieceSize = 1 << 14
      // Far less than the line: what is not cut is an error.
      reader.pieceLimit = 1 << 16
      var count = 0
      try reader.read([path]) { _, _ in
        count += 1
        return true
      }
      #expect(count == 20_000 * (unit == .sentence ? 1 : unit == .word ? 12 : 46), "\(unit)")
    }
  }
}
