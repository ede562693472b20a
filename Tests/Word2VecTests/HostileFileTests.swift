import Testing
import TestSupport
import Word2Vec
import WordtoolCore

@Suite struct HostileFileTests {
  let folder = ScratchFolder()

  struct Case: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var says: String
    var testDescription: String { says }

    init(_ text: String, _ says: String) { (bytes, self.says) = (Array(text.utf8), says) }
    init(_ bytes: [UInt8], _ says: String) { (self.bytes, self.says) = (bytes, says) }
  }

  static let cases: [Case] = [
    Case("", "an empty file"),
    Case("hello\n", "neither a known signature nor a line of a word and numbers"),
    Case([0x80, 4, 0x95, 1, 2, 3, 4, 5, 6, 7, 8], "numpy.savez"),
    Case("PK\u{3}\u{4}rest of it", "a whole zip archive"),
    Case("FiFu rest of it", "version 1936028192, expected 0"),
    Case([0xBA, 0x16, 0x4F, 0x2F, 12, 0, 0, 0], "the file is truncated"),
    Case([0x93] + Array("NUMPY".utf8), "no header of a NumPy array"),
    Case("SQLite format 3\0", "Magnitude"),
    Case("BZh9...", "bunzip2"),
    Case([0x28, 0xB5, 0x2F, 0xFD, 1], "unzstd"),
    Case("10 10 2 3 2 2166136261 < >\n0 1 2\n", "10 rows of 10 values"),
    Case("2 0\na\nb\n", "a dimension of 0"),
    Case("99999999999999999 3\na 1 2 3\n", "99999999999999999 words of 3 values"),
    Case("3 4611686018427387904\na 1 2 3\n", "a dimension of 4611686018427387904"),
    Case("3 2\na 1 2\nb 1 2\n", ":4: the end after 2 rows, expected 3 rows"),
    Case("1 2\na 1 2\nb 1 2\n", ":3: row 2, expected 1 row"),
    Case("2 3\na 1 2 3\nb 1 2\n", ":3: 2 values, expected 3"),
    Case("2 3\na 1 2 3\nb 1 2 3 4\n", ":3: 4 values, expected 3"),
    Case("3 3\na 1 2 3\n\nb 1 2 3\n", ":5: the end after 2 rows"),
    Case("2 2\na 1 2\nb 1 x\n", ":3: 'x' among the values"),
    Case("2 2\na 1 2\nb 1 nan\n", ":3: value 2 of row 2 is not a finite number"),
    Case("2 2\na 1 2\nb -inf 1\n", ":3: value 1 of row 2 is not a finite number"),
    Case("2 2\na 1 2\nb 1e39 1\n", ":3: value 1 of row 2 is not a finite number"),
    Case("a 1 2\nb 1 2 3\n", ":2: 3 values, expected 2"),
    Case("a 1 2\nb 1\n", ":1: 2 values, expected 1"),
    Case(Array("1 2\na ".utf8) + [0, 0, 0, 0, 0, 0, 0], "7 bytes for the vector of row 1"),
    Case(Array("1 1\na ".utf8) + [0, 0, 0x80, 0x3F, 1], "1 byte after the last of 1 word"),
    Case(Array("1 1\na ".utf8) + [0, 0, 0xC0, 0x7F], "value 1 of row 1 is not a finite number"),
    Case(Array("1 1\na".utf8) + [1, 2, 3, 4, 5, 6], "no blank after the word of row 1"),
    Case(
      Array("2 1\na ".utf8) + [0, 0, 0x80, 0x3F, 10, 10, 10, 10, 10, 10, 10],
      "the file ends after 1 of 2 words"),
    Case(Array("1 1\n".utf8) + [0xE6, 0x9D, 0x20, 0, 0, 0x80, 0x3F], "is not UTF-8"),
  ]

  @Test(arguments: cases) func `bad data is one clear error`(hostile: Case) throws {
    let path = try folder.write(hostile.bytes, to: "file")
    let error = try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
    #expect(error.kind == .badData)
    #expect(error.description.contains(hostile.says), "\(error)")
    #expect(error.description.contains(path) && !error.description.contains("\n"))
  }

  @Test func `a missing file and a folder are no inputs`() throws {
    for path in [folder("nothing"), folder.path] {
      let error = try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
      #expect(error.kind == .noSuchInput)
    }
  }

  /// A file of the project's own layout with one tensor changed.
  private func damaged(
    _ name: String, _ change: (inout [UInt8]) -> Void
  ) throws -> WordtoolError {
    try WordVectors(words: ["a", "ü"], counts: [2, 1], dimension: 2, values: [1, 2, 3, 4])
      .write(to: folder("v"), format: .safetensors)
    var bytes = try folder.bytes(of: "v")
    let begin = try Self.offset(of: name, in: bytes)
    var tensor = Array(bytes[begin...])
    change(&tensor)
    bytes.replaceSubrange(begin..., with: tensor)
    let path = try folder.write(bytes, to: "damaged")
    return try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
  }

  /// Where a tensor's data begins, found in the header's text.
  private static func offset(of name: String, in bytes: [UInt8]) throws -> Int {
    let length = Int(bytes[0]) + 256 * Int(bytes[1])
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let entry = try #require(header.split(separator: "\"\(name)\":{\"data_offsets\":[").last)
    return 8 + length + (try #require(Int(entry.prefix { $0.isNumber })))
  }

  @Test func `broken tensors of the project's own layout are errors`() throws {
    let cases: [(String, Int, UInt8, String)] = [
      ("vocabulary.offsets", 0, 1, "begins with 1, expected rising bounds"),
      ("vocabulary.offsets", 8, 200, "falls from 200 to 3, expected rising bounds"),
      ("vocabulary.offsets", 17, 1, "ends with 259 for 16 bytes"),
      ("vocabulary.bytes", 1, 0xFF, "word 2 is not UTF-8"),
      ("vocabulary.index", 0, 9, "names word 8"),
      ("norms", 3, 0xFF, "the norm of word 1"),
      ("counts", 7, 0x80, "the count of word 1 is negative"),
    ]
    for (name, place, value, says) in cases {
      let error = try damaged(name) { $0[place] = value }
      #expect(error.description.contains(says), "\(name): \(error)")
    }
  }

  @Test func `a table without a free slot does not hang`() throws {
    try WordVectors(words: ["a"], dimension: 1, values: [1]).write(to: folder("v"))
    var bytes = try folder.bytes(of: "v")
    let begin = try Self.offset(of: "vocabulary.index", in: bytes)
    for slot in 0..<16 { bytes[begin + 4 * slot] = 1 }
    let vectors = try WordVectors(contentsOf: folder.write(bytes, to: "full"))
    #expect(vectors.index(for: "b") == nil && vectors.index(for: "a") == 0)
  }

  @Test func `a newer version of the layout is refused by name`() throws {
    var vectors = try WordVectors(words: ["a"], dimension: 1, values: [1])
    vectors.metadata["zz"] = "x"
    try vectors.write(to: folder("v"))
    let text = String(decoding: try folder.bytes(of: "v"), as: UTF8.self)
    #expect(text.contains("\"format_version\":\"1\""))
    let changed = Array(try folder.bytes(of: "v"))
    let key = Array("\"format_version\":\"".utf8)
    let place = try #require(
      changed.indices.first { changed[$0...].starts(with: key) })
    var newer = changed
    newer[place + key.count] = UInt8(ascii: "2")
    let path = try folder.write(newer, to: "newer")
    let error = try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
    #expect(error.description.contains("version 2") && error.description.contains("newer wordtool"))
  }

  @Test("a vocabulary is no vectors of one value; vectors of one value are read")
  func vocabulary() throws {
    for text in ["king 3\nqueen 2\n", "x y 3\nz 1\n\n", "\u{FEFF}king 3\r\nqueen 2\r\n"] {
      let error = #expect(throws: WordtoolError.self) {
        try WordVectors(bytes: Array(text.utf8), name: "v")
      }
      #expect(error?.kind == .badData && error?.found.contains("a vocabulary") == true)
    }
    for text in [
      "2 1\nking 3\nqueen 2\n", "king 3.0\nqueen 2\n", "king 3\nqueen -2\n", "king 0.5\nqueen 1\n",
    ] {
      let vectors = try WordVectors(bytes: Array(text.utf8), name: "v")
      #expect(Array(vectors.words) == ["king", "queen"] && vectors.dimension == 1, "\(text)")
    }
  }
}
