import Subword
import TestSupport
import Testing
import WordtoolCore

/// Encoding and decoding of lines on all threads, against one text at a time and the plain definition.
@Suite struct LineEncodingTests {
  private static func trained(
    specialTokens: [SpecialToken] = [], addsPrefixSpace: Bool = false
  ) throws -> BytePairEncoding {
    let text =
      PinnedText(sentences: 60, words: 40, seed: 3).lines + " the café's 東京 東京 12 123 éé éé\n"
    return try BytePairEncoding.train(
      on: [text, text],
      options: BytePairTrainingOptions(
        vocabularySize: 420, specialTokens: specialTokens, addsPrefixSpace: addsPrefixSpace))
  }

  private static func text(_ bytes: [UInt8], _ path: String = "text") -> () throws -> TextSource {
    { try TextSource(ByteSource(bytes: bytes, path: path)) }
  }

  private static func written(
    _ encoding: BytePairEncoding, _ texts: [[UInt8]],
    _ spelling: TokenSpelling = TokenSpelling(.numbers, isJSON: false), dropout: Double = 0,
    threads: Int = 1, blockSize: Int = 64
  ) throws -> [UInt8] {
    let result = Locked<[UInt8]>([])
    try encoding.writeTokens(
      ofLines: texts.map { text($0) }, as: spelling, dropout: dropout, seed: 7, threads: threads,
      blockSize: blockSize
    ) { bytes in result.withLock { $0 += bytes } }
    return result.withLock { $0 }
  }

  private static func decoded(
    _ encoding: BytePairEncoding, _ lines: [UInt8], threads: Int = 1, blockSize: Int = 64,
    skipsSpecialTokens: Bool = false
  ) throws -> [UInt8] {
    let result = Locked<[UInt8]>([])
    try encoding.writeText(
      ofLines: [text(lines)], skipsSpecialTokens: skipsSpecialTokens, threads: threads,
      blockSize: blockSize
    ) { bytes in result.withLock { $0 += bytes } }
    return result.withLock { $0 }
  }

  private static func randomLines(_ random: inout SeededGenerator, _ count: Int) -> [[UInt8]] {
    let parts =
      ["the", " food", "w0w1", " café", "'s", "  ", "12", "東京", "x", "<|end|>", "\u{A0}"]
      .map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE6, 0x9D]]
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...9, using: &random)).flatMap { _ in
        parts.randomElement(using: &random) ?? []
      }
    }
  }

  @Test func `texts get the tokens of the definition, the first time and again`() throws {
    let encoding = try Self.trained()
    let plain = PlainBytePairs(encoding)
    var random = SeededGenerator(seed: 1)
    for line in Self.randomLines(&random, 400) {
      let expected = plain.encode(line)
      #expect(encoding.encode(line.span) == expected)
      #expect(encoding.encode(line.span) == expected)
      #expect(try encoding.encode(line.span, dropout: 1e-300, seed: 1) == expected)
    }
    // Words of every length, remembered under their bytes, under a hash, or not at all.
    for length in [1, 7, 8, 9, 14, 15, 16, 17, 47, 48, 49, 254, 255, 256, 1000] {
      let word = (0..<length).map { _ in UInt8.random(in: 0x61...0x64, using: &random) }
      let expected = plain.encode(word)
      for _ in 0..<3 { #expect(encoding.encode(word.span) == expected, "\(length) bytes") }
    }
  }

  @Test func `a piece that is a token goes before its merges where the file says so`() throws {
    let folder = ScratchFolder()
    let encoding = try Self.trained()
    try encoding.write(to: folder("plain.json"))
    let text = String(decoding: try folder.bytes(of: "plain.json"), as: UTF8.self)
    // Without the last merge, its result is made in no other way.
    let last = try #require(encoding.merges.last)
    let pieces = [last.left, last.right].map { ByteLevel.text(encoding.bytes(ofToken: $0) ?? []) }
    let merge = ",\n      " + JSONText.quoted(pieces.joined(separator: " "))
    #expect(text.contains(merge))
    let less = text.replacing(merge, with: "")
    let word = encoding.bytes(ofToken: last.result) ?? []
    for (isIgnored, expected) in [(false, [last.left, last.right]), (true, [last.result])] {
      let json = less.replacing("\"ignore_merges\": false", with: "\"ignore_merges\": \(isIgnored)")
      let copy = try BytePairEncoding(contentsOf: folder.write(json, to: "copy.json"))
      #expect(copy.encode(word.span) == expected)
      #expect(copy.encode(word.span) == expected)
      let lines = try Self.written(copy, [word + [0x0A]])
      #expect(
        String(decoding: lines, as: UTF8.self) == expected.map(String.init).joined(separator: " ")
          + "\n")
    }
  }

  @Test func `more words than are remembered get the same tokens`() throws {
    let encoding = try Self.trained()
    let plain = PlainBytePairs(encoding)
    let words = (0..<140_000).map { " w\(String($0, radix: 36))" }
    let ids = encoding.encode(words.joined())
    #expect(try encoding.decodedText(ids) == words.joined())
    let some = words.enumerated().filter { $0.offset % 1400 < 2 }.map(\.element).joined()
    #expect(encoding.encode(some) == plain.encode(Array(some.utf8)))
  }

  @Test(arguments: 1...4)
  func `lines come in order whatever the number of threads and the size of blocks`(threads: Int)
    throws
  {
    let special = [SpecialToken("<|end|>"), SpecialToken("<|")]
    var random = SeededGenerator(seed: 9)
    for prefix in [false, true] {
      let encoding = try Self.trained(specialTokens: special, addsPrefixSpace: prefix)
      let lines = [Array("begin".utf8)] + Self.randomLines(&random, 90)
      let more = [Array("b".utf8)] + Self.randomLines(&random, 5) + [Array("no end".utf8)]
      let feed = Array("\r\n".utf8)
      let texts = [lines.flatMap { $0 + feed }, [], Array(more.joined(separator: [0x0A]))]
      let all = lines + more
      let ids = all.map { encoding.encode($0.span) }
      let expected = ids.map { $0.map(String.init).joined(separator: " ") + "\n" }.joined()
      let json = ids.map { "[" + $0.map(String.init).joined(separator: ",") + "]\n" }.joined()
      let names = ids.map { $0.map { ByteLevel.text(encoding.bytes(ofToken: $0) ?? []) } }
      let spelled = names.map { $0.joined(separator: " ") + "\n" }.joined()
      let dropped = try all.enumerated().map { number, line in
        try encoding.encode(line.span, dropout: 0.3, seed: 7 + UInt64(number)).map(String.init)
          .joined(separator: " ") + "\n"
      }.joined()
      for blockSize in [1, 16, 200, 1 << 18] {
        func run(_ spelling: TokenSpelling, dropout: Double = 0) throws -> String {
          String(
            decoding: try Self.written(
              encoding, texts, spelling, dropout: dropout, threads: threads, blockSize: blockSize),
            as: UTF8.self)
        }
        #expect(try run(TokenSpelling(.numbers, isJSON: false)) == expected)
        #expect(try run(TokenSpelling(.numbers, isJSON: true)) == json)
        #expect(try run(TokenSpelling(.texts, isJSON: false)) == spelled)
        #expect(try run(TokenSpelling(.numbers, isJSON: false), dropout: 0.3) == dropped)
        for layout in [expected, json] {
          let back = try Self.decoded(
            encoding, Array(layout.utf8), threads: threads, blockSize: blockSize)
          var original: [UInt8] = []
          for line in ids { original += try encoding.decode(line) + [0x0A] }
          #expect(back == original)
        }
      }
    }
  }

  @Test func `blocks may end at any byte`() throws {
    let encoding = try Self.trained()
    let text = Array("the food\r\n\nwas 東京 good's   \n\r\n12 \u{A0}x\n end".utf8)
    let expected = try Self.written(encoding, [text], blockSize: 1 << 18)
    for blockSize in 1...text.count + 1 {
      for threads in [1, 3] {
        #expect(
          try Self.written(encoding, [text], threads: threads, blockSize: blockSize) == expected)
      }
    }
    // And texts may.
    for length in 1...text.count {
      let part = Array(text[..<length])
      #expect(
        try Self.written(encoding, [part], threads: 2, blockSize: 5)
          == Self.written(encoding, [part], blockSize: 1 << 18))
    }
  }

  @Test func `nothing gives nothing, and an empty line an empty one`() throws {
    let encoding = try Self.trained()
    #expect(try Self.written(encoding, []).isEmpty)
    #expect(try Self.written(encoding, [[], []], threads: 3).isEmpty)
    #expect(try Self.written(encoding, [[0x0A]], threads: 2) == [0x0A])
    let json = try Self.written(encoding, [[0x0A]], TokenSpelling(.texts, isJSON: true))
    #expect(json == Array("[]\n".utf8))
    #expect(try Self.decoded(encoding, []).isEmpty)
  }

  @Test func `special tokens are left out of decoded lines on request`() throws {
    let encoding = try Self.trained(specialTokens: [
      SpecialToken("<s>"), SpecialToken("x", isSpecial: false),
    ])
    let lines = try Self.written(encoding, [Array("a<s>bx\n".utf8)])
    #expect(try Self.decoded(encoding, lines) == Array("a<s>bx\n".utf8))
    #expect(try Self.decoded(encoding, lines, skipsSpecialTokens: true) == Array("abx\n".utf8))
  }

  @Test(arguments: 1...3)
  func `the first line that is wrong is told, and what is before its block is written`(threads: Int)
    throws
  {
    let encoding = try Self.trained()
    for (bad, found) in [
      ("1 x", "'x'"), ("420", "the token number 420"), ("-1", "the token number -1"),
      ("99999999999", "'99999999999'"), ("1.5", "'1.5'"),
    ] {
      let lines = String(repeating: "1 2\n", count: 100) + bad + "\n" + "y\n"
      let error = #expect(throws: WordtoolError.self) {
        try Self.decoded(encoding, Array(lines.utf8), threads: threads, blockSize: 16)
      }
      #expect(error?.found == found && error?.kind == .badData)
      #expect(error?.position == .line(101) && error?.path == "text")
    }
    #expect(try Self.decoded(encoding, Array("+1 -0\n".utf8)).count == 3)
  }

  @Test(arguments: 1...3)
  func `a line that is too long is told by its number`(threads: Int) throws {
    let lines =
      Array(String(repeating: "ab\n", count: 50).utf8) + [UInt8](repeating: 0x61, count: 41)
    for isEnded in [false, true] {
      for blockSize in [1, 7, 40, 41, 1000] {
        let count = Locked(0)
        let blocks = LineBlocks(
          [Self.text(lines + (isEnded ? [0x0A, 0x62, 0x0A] : []))], blockSize: blockSize,
          maximumLength: 40)
        let error = #expect(throws: WordtoolError.self) {
          try OrderedLines.write(
            blocks, threads: threads, stop: StopFlag(), makeWorker: {},
            work: { block, _ in UnsafeRawBufferPointer(block.bytes) },
            to: { bytes in count.withLock { $0 += bytes.count } })
        }
        #expect(error?.position == .line(51), "\(blockSize)")
        #expect(error?.found == "a line of more than 40 bytes")
        #expect(count.withLock { $0 } <= 150)
      }
    }
  }

  @Test func `an error of the output ends the work, and a raised flag does`() throws {
    let encoding = try Self.trained()
    let lines = Array(String(repeating: "the food\n", count: 2000).utf8)
    for threads in 1...3 {
      let error = #expect(throws: WordtoolError.self) {
        try encoding.writeTokens(
          ofLines: [Self.text(lines)], as: TokenSpelling(.numbers, isJSON: false),
          threads: threads, blockSize: 32
        ) { _ in throw WordtoolError(.inputOutput, found: "no room") }
      }
      #expect(error?.found == "no room")
      let stop = StopFlag()
      stop.raise()
      let stopped = #expect(throws: WordtoolError.self) {
        try encoding.writeTokens(
          ofLines: [Self.text(lines)], as: TokenSpelling(.numbers, isJSON: false),
          threads: threads, stop: stop
        ) { _ in }
      }
      #expect(stopped?.kind == .interrupted)
    }
  }
}
