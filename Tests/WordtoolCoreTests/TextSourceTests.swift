import TestSupport
import Testing
import WordtoolCore

@Suite("TextSource and LineReader")
struct TextSourceTests {
  private func source(_ bytes: [UInt8], isStrict: Bool = false) throws -> TextSource {
    try TextSource(ByteSource(bytes: bytes, path: "t"), isStrict: isStrict)
  }

  private func read(_ source: TextSource, step: Int) throws -> String {
    var all: [UInt8] = []
    var room = [UInt8](repeating: 0, count: step)
    while case let count = try room.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0
    {
      all += room[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  @Test(
    "a CR alone becomes a line feed, for any size of the reads", arguments: [1, 2, 3, 8, 9, 100])
  func returns(step: Int) throws {
    let text = "a\rb\r\nc\r\r\nd\n\re\r"
    #expect(try read(source(Array(text.utf8)), step: step) == "a\nb\r\nc\n\r\nd\n\ne\n")
    #expect(
      try read(source([]), step: step) == "" && read(source([0xEF, 0xBB, 0xBF]), step: step) == "")
  }

  @Test("a text that is wanted as a whole has a limit that names itself")
  func wholeText() throws {
    let text = [UInt8](repeating: 0x61, count: 100)
    #expect(try source(text).readAll(limit: 100) == text)
    let error = #expect(throws: WordtoolError.self) { try source(text).readAll(limit: 99) }
    #expect(
      error?.description == "t: more than 99 bytes of text, expected at most so many; "
        + "the text is taken into memory as a whole")
    #expect(MemorySizes.wholeText >= 1 << 26 && MemorySizes.wholeText <= 1 << 32)
  }

  @Test("what is peeked at is read again")
  func peek() throws {
    let source = try source(Array("some text".utf8))
    #expect(try source.peek(4) == Array("some".utf8))
    #expect(try source.peek(100) == Array("some text".utf8))
    #expect(try read(source, step: 3) == "some text")
  }

  @Test("halves of UTF-16 are replaced and counted, or an error when strict")
  func halves() throws {
    let bytes: [UInt8] = [0xFF, 0xFE, 0x61, 0, 0x3D, 0xD8, 0x62, 0, 0x3D, 0xD8, 0x00, 0xDE, 0x63]
    let lenient = try source(bytes)
    #expect(try read(lenient, step: 10) == "a\u{FFFD}b\u{1F600}\u{FFFD}")
    #expect(lenient.replacedCount == 2)
    let error = #expect(throws: WordtoolError.self) {
      _ = try read(source(bytes, isStrict: true), step: 10)
    }
    #expect(error?.kind == .badData && error?.description.contains("UTF-16LE") == true)
  }

  @Test("lines have no end, a number, and a limit that names itself")
  func lines() throws {
    func lines(_ text: [UInt8], _ invalid: LineReader.InvalidText, limit: Int = 100) throws
      -> [String]
    {
      let reader = LineReader(try source(text), invalid: invalid, maximumLength: limit)
      var lines: [String] = []
      while let line = try reader.nextLine() { lines.append("\(reader.number) \(line)") }
      return lines + (reader.replacedCount > 0 ? ["\(reader.replacedCount)"] : [])
    }
    #expect(try lines(Array("a\n\r\nb\rc".utf8), .refused) == ["1 a", "2 ", "3 b", "4 c"])
    let broken = Array("ok\nb".utf8) + [0xC3, 0x0A]
    #expect(try lines(broken, .replaced) == ["1 ok", "2 b\u{FFFD}", "1"])
    let invalid = #expect(throws: WordtoolError.self) { _ = try lines(broken, .refused) }
    #expect(invalid?.position == .line(2))
    let long = Array(("x\n" + String(repeating: "y", count: 300_000)).utf8)
    let error = #expect(throws: WordtoolError.self) {
      _ = try lines(long, .refused, limit: 200_000)
    }
    #expect(error?.position == .line(2) && error?.description.contains("200000 bytes") == true)
    #expect(try lines(long, .refused, limit: 300_000).count == 2)
  }

  @Test func wholeLinesComeUpToAMark() throws {
    func take(_ reader: LineReader, size: Int = 1000) throws -> String {
      var lines: [UInt8] = []
      try reader.take(into: &lines, size: size, before: UInt8(ascii: "!"))
      return String(decoding: lines, as: UTF8.self)
    }
    let long = String(repeating: "x", count: 200_000)
    let text = "a!\r\n\n b\n!c\n!\n\(long)\nd\ne"
    for limit in [200_000, 1 << 20] {
      let reader = LineReader(
        try source(Array(text.utf8)), invalid: .kept, maximumLength: limit)
      #expect(try take(reader) == "a!\r\n\n b\n" && reader.number == 3)
      #expect(try take(reader) == "" && reader.number == 3)
      #expect(try reader.nextLine() == "!c" && reader.nextLine() == "!")
      #expect(try take(reader, size: 1).hasPrefix(long + "\n"))
      #expect(try take(reader).hasSuffix("e") || reader.number == 8)
      #expect(try take(reader) == "" && reader.number == 8 && reader.nextLine() == nil)
    }
    // Lines before one that is too long are there, and its number.
    let reader = LineReader(
      try source(Array("a\nb\n\(long)\n".utf8)), invalid: .kept, maximumLength: 100_000)
    var lines: [UInt8] = []
    let error = #expect(throws: WordtoolError.self) {
      while true { try reader.take(into: &lines, size: 1 << 20, before: UInt8(ascii: "!")) }
    }
    #expect(error?.position == .line(3) && lines == Array("a\nb\n".utf8))
  }

  @Test("lines that are there are told without waiting")
  func hasLine() throws {
    let reader = LineReader(try source(Array("a\nb\nc".utf8)))
    #expect(!reader.hasLine)
    #expect(try reader.nextLine() == "a")
    #expect(reader.hasLine)
    #expect(try reader.nextLine() == "b")
    #expect(!reader.hasLine)
    #expect(try reader.nextLine() == "c")
    #expect(try reader.nextLine() == nil)
  }
}
