import Foundation
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Tables of NumPy, safetensors and gensim, see Scripts/golden/tables.py.
@Suite final class TableFileTests {
  struct Golden: Decodable {
    var words: [String]
    var plain: [String]
    var vectors: [[Double]]
    var float16: [[Double]]
    var bfloat16: [[Double]]
    var int8: [[Double]]
    var scaled: [[Double]]
    var neighbors: [String: [Fixtures.Golden.Answer]]
  }

  static func golden() throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Data(try Fixtures.bytes("tables.json")))
  }

  private static func rows(_ vectors: WordVectors) -> [[Double]] {
    (0..<vectors.count).map { vectors.vector(at: $0).map(Double.init) }
  }

  /// Which numbers a file holds.
  enum Values: Sendable {
    case vectors, float16, bfloat16, int8

    func of(_ golden: Golden) -> [[Double]] {
      switch self {
      case .vectors: golden.vectors
      case .float16: golden.float16
      case .bfloat16: golden.bfloat16
      case .int8: golden.int8
      }
    }
  }

  static let files: [(String, WordVectors.Format, Values)] = [
    ("float32.npy", .numpy, .vectors), ("float64.npy", .numpy, .vectors),
    ("fortran.npy", .numpy, .vectors), ("big-endian.npy", .numpy, .vectors),
    ("version2.npy", .numpy, .vectors), ("version3.npy", .numpy, .vectors),
    ("float16.npy", .numpy, .float16), ("int8.npy", .numpy, .int8),
    ("words.npz", .numpyArchive, .vectors), ("packed.npz", .numpyArchive, .vectors),
    ("F32.safetensors", .safetensorsTable, .vectors),
    ("F64.safetensors", .safetensorsTable, .vectors),
    ("F16.safetensors", .safetensorsTable, .float16),
    ("BF16.safetensors", .safetensorsTable, .bfloat16),
    ("columns/vectors.tsv", .projector, .vectors),
    ("headless/vectors.tsv", .projector, .vectors),
  ]

  @Test("words, values and neighbours are those of the tool", arguments: files)
  func equalsTool(
    name: String, format: WordVectors.Format, values: Values
  ) throws {
    let golden = try Self.golden()
    let vectors = try Fixtures.vectors("tables/" + name)
    #expect(vectors.format == format)
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == golden.words)
    #expect(Self.rows(vectors) == values.of(golden))
    #expect(vectors.warnings.isEmpty)
    guard values == .vectors else { return }
    for (word, answers) in golden.neighbors {
      let neighbors = try vectors.neighbors(of: [word])
      #expect(neighbors.map(\.word) == answers.map(\.word), "\(word)")
      for (mine, theirs) in zip(neighbors, answers) {
        #expect(abs(Double(mine.similarity) - theirs.score) < 1e-6)
      }
    }
  }

  @Test func `bytes are taken times the factor of their row`() throws {
    let golden = try Self.golden()
    let vectors = try Fixtures.vectors("tables/I8.safetensors")
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == golden.words)
    for (mine, theirs) in zip(Self.rows(vectors).joined(), golden.scaled.joined()) {
      #expect(abs(mine - theirs) <= 1e-7)
    }
  }

  @Test func `the Projector's files by gensim's script have its words`() throws {
    let golden = try Self.golden()
    let vectors = try Fixtures.vectors("tables/gensim_tensor.tsv")
    #expect(vectors.format == .projector)
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == golden.plain)
    #expect(Self.rows(vectors) == golden.vectors)
    #expect(vectors.counts == nil)
  }

  @Test func `columns of metadata give words and counts by their names`() throws {
    let vectors = try Fixtures.vectors("tables/columns/vectors.tsv")
    #expect(Array(try #require(vectors.counts)).prefix(3) == [100, 99, 98])
  }

  @Test func `floats of 16 bits round to the nearest and read back`() throws {
    let values: [Float] = [
      1, -2, 0, -0.0, 65_504, 65_519.99, 6e-8, 2.98e-8, 1 / 3, 0x1.002p0, 0x1.006p0, 6.1e-5, 3e-5,
    ]
    let vectors = try WordVectors(words: ["x"], dimension: values.count, values: values)
    let folder = ScratchFolder()
    try vectors.write(to: folder("h"), format: .safetensorsFloat16)
    let read = try WordVectors(contentsOf: folder("h"))
    #expect(read.format == .safetensorsFloat16)
    // What NumPy makes of them.
    let expected: [Float] = [
      1, -2, 0, -0.0, 65_504, 65_504, 5.9604645e-08, 0, 0.33325195, 1, 1.0019531, 6.0975552e-05,
      2.9981136e-05,
    ]
    #expect(read.vector(at: 0) == expected)
    let large = try WordVectors(words: ["x"], dimension: 1, values: [65_520])
    expectError("beyond 65,504") { try large.write(to: folder("l"), format: .safetensorsFloat16) }
    let small = try WordVectors(words: ["x"], dimension: 1, values: [1e-9])
    expectError("become 0") { try small.write(to: folder("s"), format: .safetensorsFloat16) }
    #expect(folder.names == ["h"])
  }

  // MARK: Writing

  private static let written: [(String, WordVectors.Format)] = [
    ("x.npy", .numpy), ("x.npz", .numpyArchive), ("vectors.tsv", .projector), ("x.tsv", .projector),
    ("x_tensor.tsv.gz", .projector),
  ]

  @Test("what is written is read again, words with blanks and counts too", arguments: written)
  func roundTrip(name: String, format: WordVectors.Format) throws {
    let folder = ScratchFolder()
    let words = ["new york", "", "the", "1984", "日本"]
    let values = (0..<10).map { Float($0) / 7 - 0.5 }
    let vectors = try WordVectors(
      words: words, counts: [5, 4, 3, 2, 1], dimension: 2, values: values)
    try vectors.write(to: folder(name))
    #expect(folder.names.count == (format == .numpyArchive ? 1 : 2))
    let read = try WordVectors(contentsOf: folder(name))
    #expect(read.format == format)
    #expect((0..<5).map { read.word(at: $0) } == words)
    #expect((0..<5).flatMap { read.vector(at: $0) } == values)
    #expect(read.counts.map { Array($0) } == (format == .projector ? [5, 4, 3, 2, 1] : nil))
  }

  @Test func `two files do not go into a stream, and hold no words that part a line`() throws {
    let folder = ScratchFolder()
    let vectors = try WordVectors(words: ["a\tb", "c\nd"], dimension: 1, values: [1, 2])
    expectError("into a stream") { try vectors.write(to: "-", format: .numpy) }
    expectError("holds a blank or a line end") { try vectors.write(to: folder("x.npy")) }
    expectError("holds a blank or a line end") { try vectors.write(to: folder("x.tsv")) }
    #expect(folder.names.isEmpty)
    try vectors.replacingBlanks(with: "_", for: .projector).write(to: folder("x.tsv"))
    let read = try WordVectors(contentsOf: folder("x.tsv"))
    #expect((0..<2).map { read.word(at: $0) } == ["a_b", "c_d"])
  }

  @Test func `blanks are replaced where the format needs it, and no word is lost by it`() throws {
    let vectors = try WordVectors(
      words: ["new york", "a\tb", "x", "new\u{A0}york"], dimension: 1, values: [1, 2, 3, 4])
    let text = try vectors.replacingBlanks(with: "_", for: .word2vecText)
    #expect((0..<4).map { text.word(at: $0) } == ["new_york", "a_b", "x", "new\u{A0}york"])
    // GloVe's words may have blanks.
    let glove = try vectors.replacingBlanks(with: "_", for: .glove)
    #expect(glove.word(at: 0) == "new york")
    expectError("which holds all words") {
      _ = try vectors.replacingBlanks(with: "_", for: .safetensors)
    }
    expectError("in the place of blanks") {
      _ = try vectors.replacingBlanks(with: " ", for: .word2vecText)
    }
    let both = try WordVectors(words: ["new york", "new_york"], dimension: 1, values: [1, 2])
    expectError("'new york' becomes a word that is there already") {
      _ = try both.replacingBlanks(with: "_", for: .word2vecText)
    }
  }

  // MARK: Lists of words

  /// An array of three rows of one value, and a list beside it.
  private func read(
    list: String, name: String = "v.words", lossy: Bool = false
  ) throws -> WordVectors {
    let folder = ScratchFolder()
    let vectors = try WordVectors(words: ["a", "b", "c"], dimension: 1, values: [1, 2, 3])
    try vectors.write(to: folder("v.npy"))
    try FileManager.default.removeItem(atPath: folder("v.words"))
    _ = try folder.write(Array(list.utf8), to: name)
    return try WordVectors(contentsOf: folder("v.npy"), options: .init(lossy: lossy))
  }

  private func words(_ vectors: WordVectors) -> [String] {
    (0..<vectors.count).map { vectors.word(at: $0) }
  }

  @Test(
    "lists are found beside the vectors under the names people give them",
    arguments: [
      "v.words", "v.vocab", "v.txt", "v.json", "words.txt", "vocab.txt", "vocab.json",
      "tokenizer.json",
    ])
  func listNames(name: String) throws {
    let list = name.hasSuffix("json") ? "{\"z\": 2, \"y\": 1, \"x y\": 0}" : "x y\r\ny\r\nz\r\n"
    #expect(words(try read(list: list, name: name)) == ["x y", "y", "z"])
  }

  @Test func `lists of every kind are understood`() throws {
    #expect(words(try read(list: "[PAD]\n[UNK]\nx")) == ["[PAD]", "[UNK]", "x"])
    #expect(words(try read(list: "[\"p q\", \"\", \"é\"]")) == ["p q", "", "é"])
    #expect(words(try read(list: "\n\nz\n")) == ["", "z"])
    let counted = try read(list: "</s> 9\nthe 7\na 1\n")
    #expect(words(counted) == ["</s>", "the", "a"])
    #expect(Array(try #require(counted.counts)) == [9, 7, 1])
    // Words that end in numbers, of which one does not.
    #expect(
      words(try read(list: "route 66\nroute 1\nroute\n")) == ["route 66", "route 1", "route"])
    #expect(words(try read(list: "kind\tword\nn\tx\nn\ty\nv\tz\n")) == ["x", "y", "z"])
    let model = """
      {"model": {"vocab": {"b": 1, "a": 0}}, "added_tokens": [{"id": 2, "content": "<s>"},
      {"id": 0, "content": "a"}]}
      """
    #expect(words(try read(list: model)) == ["a", "b", "<s>"])
    let unigram = "{\"model\": {\"vocab\": [[\"<unk>\", 0], [\"a\", -1.5], [\"b\", -2]]}}"
    #expect(words(try read(list: unigram)) == ["<unk>", "a", "b"])
    let repeated = try read(list: "x\nx\ny\n")
    #expect(words(repeated) == ["x", "y"])
    #expect(repeated.vector(at: 1) == [3])
    #expect(repeated.warnings == ["a repeated word was left out, the first in row 2"])
  }

  @Test func `lists that do not fit are refused in one line`() throws {
    expectError("v.words: 2 words, expected 3, one for each row of") {
      _ = try read(list: "x\ny\n")
    }
    expectError("4 words, expected 3") { _ = try read(list: "a\nb\nc\nd\n") }
    expectError("without words, expected a list of 3 words") {
      _ = try read(list: "a\nb\nc\n", name: "other.txt")
    }
    // Vectors as text under the same name are no list.
    expectError("without words") {
      _ = try read(list: "a 1 2 3\nb 1 2 3\nc 1 2 3\n", name: "v.txt")
    }
    expectError("where 1 should be") { _ = try read(list: "{\"a\": 0, \"b\": 2, \"c\": 3}") }
    expectError("element 2 is no string") { _ = try read(list: "[\"a\", 1, \"c\"]") }
    let folder = ScratchFolder()
    _ = try folder.write(Array("x\ny\nz\n".utf8), to: "l")
    for name in ["gensim.bin", "fasttext-words.bin", "tables/words.npz", "tables/F16.safetensors"] {
      expectError("which has words") {
        _ = try WordVectors(
          contentsOf: Fixtures.path(name), options: .init(wordList: folder("l")))
      }
    }
    expectError("3 words, expected 24") {
      _ = try WordVectors(
        contentsOf: Fixtures.path("tables/float32.npy"), options: .init(wordList: folder("l")))
    }
  }

  @Test func `a list that is not UTF-8 is refused with its line, or repaired`() throws {
    let folder = ScratchFolder()
    let vectors = try WordVectors(words: ["a", "b"], dimension: 1, values: [1, 2])
    try vectors.write(to: folder("v.npy"))
    _ = try folder.write([0x61, 0x0A, 0x62, 0xC3, 0x0A], to: "v.words")
    expectError("v.words:2: the word 'b\u{FFFD}' is not UTF-8") {
      _ = try WordVectors(contentsOf: folder("v.npy"))
    }
    let lossy = try WordVectors(contentsOf: folder("v.npy"), options: .init(lossy: true))
    #expect(words(lossy) == ["a", "b\u{FFFD}"])
  }

  @Test func `two whole numbers in a line are a row where metadata stand beside it`() throws {
    let folder = ScratchFolder()
    _ = try folder.write("2\t3\n4\t5\n", to: "vectors.tsv")
    _ = try folder.write("a\nb\n", to: "metadata.tsv")
    let vectors = try WordVectors(contentsOf: folder("vectors.tsv"))
    #expect(vectors.format == .projector && vectors.vector(at: 1) == [4, 5])
  }

  // MARK: Hostile files

  @Test func `headers of NumPy that lie are refused`() throws {
    let bytes = try Fixtures.bytes("tables/float32.npy")
    func expect(_ text: String, replacing old: String, with new: String) throws {
      let header = String(decoding: bytes[..<128], as: UTF8.self)
      precondition(old.utf8.count == new.utf8.count && bytes[1] == 0x4E && header.contains(old))
      let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array(old.utf8)) })
      var changed = bytes
      changed.replaceSubrange(place..<place + old.utf8.count, with: Array(new.utf8))
      expectError(text) { _ = try WordVectors(bytes: changed, path: "x.npy") }
    }
    try expect("bytes of elements", replacing: "(24, 6)", with: "(25, 6)")
    let wide = "(24, 6), }" + String(repeating: " ", count: 20)
    try expect(
      "expected 359999999999964 for", replacing: wide, with: "(9999999999999,9)}            ")
    try expect("fewer than the shape", replacing: wide, with: "(9999999999,9999999999)}      ")
    try expect("a pickle", replacing: "<f4", with: "|O4")
    try expect("elements of the type '<q4'", replacing: "<f4", with: "<q4")
    try expect("an array [24, 6] of the type 'i4'", replacing: "<f4", with: "<i4")
    try expect("[144]", replacing: "(24, 6)", with: "(144,) ")
    try expect("the header", replacing: "'shape'", with: "'shade'")
    for length in 0..<bytes.count where length % 7 == 0 {
      #expect(throws: WordtoolError.self) {
        _ = try WordVectors(
          bytes: Array(bytes[..<length]), path: "cut",
          options: .init(wordList: Fixtures.path("tables/float32.words")))
      }
    }
  }

  @Test func `archives that lie are refused, and no other archive is taken for NumPy's`() throws {
    for name in ["tables/words.npz", "tables/packed.npz"] {
      let bytes = try Fixtures.bytes(name)
      for length in stride(from: 4, to: bytes.count, by: 13) {
        #expect(throws: WordtoolError.self) {
          _ = try WordVectors(bytes: Array(bytes[..<length]), path: "cut")
        }
      }
      // A bit of the elements: the checksum tells.
      var changed = bytes
      changed[200] ^= 1
      #expect(throws: WordtoolError.self) { _ = try WordVectors(bytes: changed, path: "changed") }
    }
  }

  @Test func `pickles are refused with the line of Python that converts them`() throws {
    let gensim = [0x80, 4] + Array("\u{95}cgensim.models.keyedvectors".utf8)
    expectError("a Python pickle of gensim") { _ = try WordVectors(bytes: gensim, path: "x.kv") }
    expectError("SaveLoad.load('x.kv')") { _ = try WordVectors(bytes: gensim, path: "x.kv") }
    expectError("numpy.savez") { _ = try WordVectors(bytes: [0x80, 4, 0x95, 0], path: "x.pkl") }
  }
}
