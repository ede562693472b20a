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

  /// What ``TokenReader/write(_:as:threads:stop:to:)`` writes.
  private func written(
    _ reader: TokenReader, _ paths: [String], _ layout: TokenLayout, threads: Int
  ) throws -> (text: String, statistics: CorpusStatistics) {
    let bytes = Locked<[UInt8]>([])
    let statistics = try reader.write(paths, as: layout, threads: threads) { part in
      bytes.withLock { $0.append(contentsOf: part) }
    }
    return (String(decoding: bytes.withLock { $0 }, as: UTF8.self), statistics)
  }

  /// A token as JSON, its keys in order.
  private struct TokenObject: Encodable {
    var text: String
    var line: Int
    var start: Int
    var end: Int
    var kind: TokenKind?
    var status: Int32
  }

  /// The three texts of what ``TokenReader/read(_:stop:lineEnd:token:)`` hands out.
  private func expected(_ reader: TokenReader, _ paths: [String]) throws -> [String] {
    var (lines, spaces, objects) = ("", "", "")
    var (line, number) = ([String](), 1)
    try reader.read(paths) {
      spaces += line.joined(separator: " ") + "\n"
      line = []
      number += 1
    } token: { token, _ in
      lines += token.text + "\n"
      line.append(token.text)
      let isWord = reader.rule.unit ?? .word == .word
      objects +=
        try StoredJSON.text(
          TokenObject(
            text: token.text, line: number, start: token.byteRange.lowerBound,
            end: token.byteRange.upperBound, kind: isWord ? token.kind : nil,
            status: token.ruleStatus)) + "\n"
      return true
    }
    return [lines, spaces, objects]
  }

  @Test(arguments: TokenUnit.allCases)
  func `what is written is what is read, for any threads and pieces`(unit: TokenUnit) throws {
    let folder = ScratchFolder()
    var text = Array("\u{FEFF}Ett två\n\ntre \"東京\"に。 e\u{301}n! 3.14 \\ Dr. X\r\n  \n".utf8)
    text += [0x61, 0x20, 0xFF, 0x20, 0x62, 0x0A] + Array("カナ at\tthe end\n and more".utf8)
    let paths = [
      try folder.write(text, to: "t"), try folder.write("x y\n", to: "u"),
      try folder.write(text, to: "v"),
    ]
    for kinds in [TokenKinds.words, .all] {
      var reader = TokenReader(rule: TokenizerRule(kinds: kinds, unit: unit))
      let texts = try expected(reader, paths)
      for size in [1 << 20, 1, 3, 8, 20] {
        reader.pieceSize = size
        for threads in [1, 2, 5] {
          let layouts: [TokenLayout] = [.lines, .spaces, .json(withKinds: unit == .word)]
          for (layout, text) in zip(layouts, texts) {
            let (result, statistics) = try written(reader, paths, layout, threads: threads)
            #expect(result == text, "\(layout), \(size) bytes, \(threads) threads")
            #expect(statistics == (try reader.count(paths, threads: 1)))
          }
        }
      }
    }
  }

  @Test func `every character is escaped as JSONEncoder escapes it`() throws {
    let folder = ScratchFolder()
    let ends: Set<UInt32> = [0, 0x0A, 0x0D, 0x2029]
    let text = (UInt32(0)..<0x3000).filter { !ends.contains($0) }.compactMap(Unicode.Scalar.init)
      .map { "a\($0)b\n" }.joined()
    let path = try folder.write(text, to: "t")
    let reader = TokenReader(
      rule: TokenizerRule(
        normalization: TokenizerRule.Normalization.none, lowercase: false, unit: .paragraph))
    let (result, _) = try written(reader, [path], .json(withKinds: false), threads: 2)
    #expect(result == (try expected(reader, [path])[2]))
  }

  @Test func `what was before a fault has been written, and a failing output ends the work`() throws
  {
    let folder = ScratchFolder()
    let good = String(repeating: "some words in a line\n", count: 50)
    let path = try folder.write(Array(good.utf8) + [0xFF, 0x0A] + Array(good.utf8), to: "t")
    for threads in [1, 2, 4] {
      var reader = TokenReader()
      (reader.isStrict, reader.pieceSize) = (true, 64)
      let bytes = Locked<[UInt8]>([])
      let error = #expect(throws: WordtoolError.self) {
        try reader.write([path], as: .lines, threads: threads) { part in
          bytes.withLock { $0.append(contentsOf: part) }
        }
      }
      #expect(error?.position == .byte(good.utf8.count))
      let lines = bytes.withLock { $0 }.split(separator: 0x0A).count
      // The piece with the fault is no longer than 64 bytes and a line.
      #expect((225...250).contains(lines), "\(lines)")

      reader.isStrict = false
      struct Full: Error {}
      let calls = Locked(0)
      #expect(throws: Full.self) {
        try reader.write([path], as: .spaces, threads: threads) { _ in
          if calls.withLock({ calls in
            calls += 1; return calls
          }) == 3 {
            throw Full()
          }
        }
      }
      #expect(calls.withLock { $0 } == 3)
    }
  }
}
