import Foundation
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Files of finalfusion, floret and spaCy, see Scripts/golden/subword_files.py.
@Suite final class SubwordFileTests {
  private struct Model: Decodable {
    var words: [String]
    var vectors: [String: [Double]]
    var neighbors: [String: [Fixtures.Golden.Answer]]?
  }

  private static func golden(_ name: String) throws -> Model {
    let data = Data(try Fixtures.bytes("subwords.json"))
    return try #require(try JSONDecoder().decode([String: Model].self, from: data)[name])
  }

  static let files: [(String, WordVectors.Format)] = [
    ("finalfusion/simple.fifu", .finalfusion), ("finalfusion/bucket.fifu", .finalfusion),
    ("finalfusion/fasttext.fifu", .finalfusion), ("finalfusion/explicit.fifu", .finalfusion),
    ("finalfusion/pq.fifu", .finalfusion), ("finalfusion/opq.fifu", .finalfusion),
    ("floret/floret.bin", .floretModel), ("floret/fasttext-mode.bin", .fastTextModel),
    ("floret/table.floret", .floret), ("floret/table.fifu", .finalfusion),
    ("floret/spacy", .spacy), ("spacy", .spacy), ("spacy/vocab", .spacy),
  ]

  @Test("words, vectors and those of unknown words are the tool's", arguments: files)
  func equalsTool(name: String, format: WordVectors.Format) throws {
    let model = try Self.golden(name == "spacy/vocab" ? "spacy" : name)
    let vectors = try Fixtures.vectors(name)
    #expect(vectors.format == format)
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == model.words)
    #expect(vectors.warnings.count == (model.words.isEmpty ? 1 : 0), "\(vectors.warnings)")
    let known = Set(model.words)
    var unknown = 0
    for (word, expected) in model.vectors {
      let values: [Float]
      if let row = vectors.index(for: word) {
        values = vectors.vector(at: row)
      } else {
        unknown += 1
        guard expected.contains(where: { $0 != 0 }) else {
          // No n-gram of it has a row.
          #expect(throws: WordtoolError.self) { try vectors.resolve(word) }
          continue
        }
        guard case .composed(let made) = try vectors.resolve(word).reading else {
          Issue.record("\(word) is not made of n-grams")
          continue
        }
        values = made
      }
      #expect(values.count == expected.count)
      // The text of a table has five digits of each value, and so has what it is compared with.
      for (mine, theirs) in zip(values, expected) {
        #expect(abs(Double(mine) - theirs) <= 1e-6, "\(word)")
      }
    }
    let isWithoutNGrams = !vectors.makesUnknownWords
    #expect((unknown > 3) == !isWithoutNGrams)
    // What the tool makes no vector of, none is made of here.
    for word in ["x", "é", "a b"] where model.vectors[word] == nil && !known.contains(word) {
      #expect(throws: WordtoolError.self, "\(word)") { try vectors.resolve(word) }
    }
    for (word, answers) in model.neighbors ?? [:] {
      let neighbors = try vectors.neighbors(of: [word])
      #expect(neighbors.map(\.word) == answers.map(\.word), "\(word)")
      for (mine, theirs) in zip(neighbors, answers) {
        #expect(abs(Double(mine.similarity) - theirs.score) < 1e-6)
      }
    }
  }

  @Test(
    "a list gives a table of n-grams its words",
    arguments: [
      "floret/table.floret", "floret/table.fifu", "floret/spacy",
    ])
  func listOfWords(name: String) throws {
    let folder = ScratchFolder()
    let model = try Self.golden(name)
    let words = model.vectors.keys.sorted()
    _ = try folder.write(words.map { $0 + "\n" }.joined(), to: "list")
    let vectors = try WordVectors(
      contentsOf: Fixtures.path(name), options: .init(wordList: folder("list")))
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == words)
    #expect(vectors.warnings.isEmpty && vectors.makesUnknownWords)
    for (word, expected) in model.vectors {
      let mine = try #require(vectors.vector(for: word))
      #expect(zip(mine, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 }, "\(word)")
    }
    #expect(try vectors.neighbors(of: ["river"]).count == 10)
  }

  @Test func `a file of words alone is written as finalfusion writes it, and read again`() throws {
    let folder = ScratchFolder()
    let vectors = try Fixtures.vectors("gensim.bin")
    try vectors.write(to: folder("x.fifu"))
    let read = try WordVectors(contentsOf: folder("x.fifu"))
    #expect(read.format == .finalfusion && read.count == vectors.count)
    for row in 0..<read.count {
      #expect(read.word(at: row) == vectors.word(at: row))
      let length = Double(vectors.norms[row])
      for (mine, theirs) in zip(read.vector(at: row), vectors.vector(at: row)) {
        #expect(abs(Double(mine) - Double(theirs) / length) <= 1e-7)
      }
    }
    // What is read from finalfusion's own file and written again is the same file but for its lengths.
    let simple = try Fixtures.vectors("finalfusion/simple.fifu")
    try simple.write(to: folder("y.fifu"))
    let theirs = try Fixtures.bytes("finalfusion/simple.fifu")
    let mine = try folder.bytes(of: "y.fifu")
    #expect(mine.count == theirs.count)
    #expect(mine[..<300] == theirs[..<300])
    expectError("which its readers do not unpack") { try vectors.write(to: folder("z.fifu.gz")) }
  }

  @Test func `what is only read is not written`() throws {
    let folder = ScratchFolder()
    let vectors = try Fixtures.vectors("gensim.bin")
    for format in [
      WordVectors.Format.spacy, .safetensorsTable, .model2vec, .staticEmbedding,
    ] {
      expectError("one that is written") { try vectors.write(to: folder("x"), format: format) }
    }
    for format in [WordVectors.Format.floret, .floretModel] {
      expectError("floret's table") { try vectors.write(to: folder("x"), format: format) }
    }
    #expect(folder.names.isEmpty)
  }

  private static let flat = files.map(\.0).filter { !$0.hasPrefix("spacy") && $0 != "floret/spacy" }

  @Test("cut anywhere, a file is bad data", arguments: flat)
  func cutAnywhere(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    // The output matrix of a model is not read.
    let end = name.hasSuffix(".bin") ? bytes.count * 3 / 5 : bytes.count
    for length in stride(from: 4, to: end, by: 23) {
      do {
        _ = try WordVectors(bytes: Array(bytes[..<length]), path: "cut")
        Issue.record("\(name), \(length) of \(bytes.count)")
      } catch let error as WordtoolError {
        #expect(error.kind == .badData, "\(error)")
      }
    }
  }

  @Test("hostile numbers in any field are bad data, or change nothing that is believed")
  func hostileNumbers() throws {
    for name in Self.flat where !name.hasSuffix(".floret") {
      let bytes = try Fixtures.bytes(name)
      let places = Array(stride(from: 4, to: min(bytes.count - 4, 110), by: 2))
      // A hash that nobody has computed yet is no damage.
      try HostileNumbers.check(name, at: places, refusals: [.badData, .unavailable])
    }
  }

  // MARK: spaCy

  /// A copy of the folder of the fixture, with one file replaced.
  private func spacy(_ name: String, _ file: String, _ bytes: [UInt8]?) throws -> ScratchFolder {
    let folder = ScratchFolder()
    for part in ["key2row", "strings.json", "vectors", "vectors.cfg"] {
      let path = "\(name)/vocab/\(part)"
      guard let whole = try? Fixtures.bytes(path) else { continue }
      if part != file { _ = try folder.write(whole, to: part) }
    }
    if let bytes { _ = try folder.write(bytes, to: file) }
    return folder
  }

  @Test func `parts of spaCy's folder that contradict each other are refused`() throws {
    func read(_ name: String, _ file: String, _ bytes: [UInt8]?) throws -> WordVectors {
      let folder = try spacy(name, file, bytes)
      return try withExtendedLifetime(folder) { try WordVectors(contentsOf: folder.path) }
    }
    expectError("no map") { _ = try read("spacy", "key2row", [0x93, 1, 2, 3]) }
    expectError("row 127, expected less than") { _ = try read("spacy", "key2row", [0x81, 1, 127]) }
    expectError("65535 entries in 2 bytes") {
      _ = try read("spacy", "key2row", [0xDE, 0xFF, 0xFF, 1, 2])
    }
    expectError("no whole number but the mark 192") {
      _ = try read("spacy", "key2row", [0x81, 1, 0xC0])
    }
    expectError("strings.json") { _ = try read("spacy", "strings.json", nil) }
    expectError("a JSON list of strings") {
      _ = try read("spacy", "strings.json", Array("[1]".utf8))
    }
    expectError("a JSON list of strings") {
      _ = try read("spacy", "strings.json", Array("{".utf8))
    }
    expectError("vectors of the mode 'other'") {
      _ = try read("floret/spacy", "vectors.cfg", Array("{\"mode\": \"other\"}".utf8))
    }
    expectError("no maxn") {
      _ = try read("floret/spacy", "vectors.cfg", Array("{\"mode\":\"floret\",\"minn\":2}".utf8))
    }
    // Strings that are gone are told, and what is left is read. "prep", "X" and "_" have numbers.
    let few = try read("spacy", "strings.json", Array("[\"the\"]".utf8))
    #expect((0..<few.count).map { few.word(at: $0) } == ["the", "prep", "X", "_"])
    #expect(few.warnings == ["27 keys have no string in strings.json and were left out"])
  }

  @Test func `a folder that has no vectors says what is wanted`() throws {
    let folder = ScratchFolder()
    _ = try folder.write("[]", to: "strings.json")
    expectError("or a folder of spaCy, model2vec or StaticEmbedding") {
      _ = try WordVectors(contentsOf: folder.path)
    }
  }
}
