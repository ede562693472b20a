import Foundation
import Subword
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Folders of model2vec and of sentence-transformers, see Scripts/golden/static_models.py.
@Suite struct StaticModelTests {
  private struct Model: Decodable {
    var ids: [[Int32]]?
    var vectors: [[Double]]
  }

  private static func golden(_ name: String) throws -> (texts: [String], model: Model) {
    struct Texts: Decodable { var texts: [String] }
    let data = Data(try Fixtures.bytes("static.json"))
    let texts = try JSONDecoder().decode(Texts.self, from: data).texts
    var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    object["texts"] = nil
    let rest = try JSONSerialization.data(withJSONObject: object)
    let model = try #require(try JSONDecoder().decode([String: Model].self, from: rest)[name])
    return (texts, model)
  }

  static let folders = ["wordpiece", "unigram", "bytes", "fallback", "ends", "words"]

  @Test("tokens are those of the library", arguments: folders)
  func tokens(name: String) throws {
    let (texts, model) = try Self.golden(name)
    let tokenizer = try PieceTokenizer(
      contentsOf: Fixtures.path("static/\(name)/tokenizer.json"))
    let ids = try #require(model.ids)
    #expect(texts.count == 25 && ids.count == 25)
    for (text, expected) in zip(texts, ids) {
      let made = try tokenizer.encode(text.unicodeScalars)
      #expect(made == expected, "\(text.debugDescription)")
      // Again, from what was remembered.
      #expect(try tokenizer.encode(text.unicodeScalars) == expected)
    }
  }

  @Test("vectors of texts are those of the library", arguments: folders + ["static", "nested"])
  func texts(name: String) throws {
    let (texts, model) = try Self.golden(name)
    let vectors = try Fixtures.vectors("static/\(name)")
    let isStatic = name == "static" || name == "nested"
    #expect(vectors.format == (isStatic ? .staticEmbedding : .model2vec))
    #expect(vectors.makesTextVectors && vectors.warnings.isEmpty, "\(vectors.warnings)")
    for (text, expected) in zip(texts, model.vectors) {
      let made = try vectors.vector(ofText: text)
      #expect(made.count == expected.count)
      for (mine, theirs) in zip(made, expected) {
        // Means of half floats ("ends") are half floats, and the same ones.
        #expect(abs(Double(mine) - theirs) <= 1e-6, "\(text.prefix(60).debugDescription)")
      }
    }
    #expect(Set(model.vectors.map { $0.description }).count > 8)
  }

  @Test func `a word is its token or made of its tokens`() throws {
    let vectors = try Fixtures.vectors("static/wordpiece")
    let the = try #require(vectors.index(for: "the"))
    #expect(try vectors.resolve("THE").rows == [the])
    #expect(vectors.vector(for: "The") == vectors.vector(at: the))
    // A token of the inside of words is asked by its spelling; the letter alone is another.
    let inside = try #require(vectors.index(for: "##s"))
    #expect(try vectors.resolve("##s").rows == [inside])
    #expect(try vectors.resolve("s").rows == [try #require(vectors.index(for: "s"))])
    guard case .composed(let made) = try vectors.resolve("the the s").reading else {
      Issue.record("not made of tokens")
      return
    }
    #expect(made == (try vectors.vector(ofText: "the the s")))
    // A known and an unknown part are no entry.
    guard case .composed = try vectors.resolve("the \u{1F0A1}").reading else {
      Issue.record("an unknown part is passed over")
      return
    }
    // Nothing but unknown characters is no word.
    #expect(throws: WordtoolError.self) { try vectors.resolve("\u{1F0A1}") }
    #expect(try vectors.vector(ofText: "\u{1F0A1}").allSatisfy { $0 == 0 })
    #expect(try vectors.neighbors(of: ["thes"]).count == 10)
  }

  @Test func `a word of a model with blanks in tokens is the token that begins words`() throws {
    let vectors = try Fixtures.vectors("static/unigram")
    let marked = try #require(vectors.index(for: "▁the"))
    #expect(try vectors.resolve("the").rows == [marked])
    #expect(try vectors.resolve("▁the").rows == [marked])
  }

  @Test func `a prompt stands before texts and not before words`() throws {
    let vectors = try Fixtures.vectors("static/static")
    let plain = try Fixtures.vectors("static/nested")
    let the = try #require(vectors.index(for: "the"))
    #expect(vectors.vector(for: "the") == vectors.vector(at: the))
    let asked = try vectors.vector(ofText: "the")
    let expected = try plain.vector(ofText: "query: the")
    let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for (mine, theirs) in zip(asked, expected) { #expect(abs(mine - theirs / length) < 1e-6) }
  }

  @Test func `vectors of words make none of texts`() throws {
    let vectors = try Fixtures.vectors()
    #expect(!vectors.makesTextVectors)
    expectError("expected a folder of model2vec or of StaticEmbedding") {
      _ = try vectors.vector(ofText: "the cat")
    }
  }

  @Test func `rows have factors in them, and tokens may share one`() throws {
    let vectors = try Fixtures.vectors("static/bytes")
    let parts = try #require(SafetensorsParts(try Fixtures.bytes("static/bytes/model.safetensors")))
    let table = try #require(parts.tensors.first { $0.name == "embeddings" })
    #expect(table.shape == [20, 4] && vectors.count == 360)
    #expect(Set((0..<360).map { vectors.vector(at: $0)[0].sign }).count == 2)
    let path = ScratchFolder()
    try vectors.write(to: path("out.txt"), format: .word2vecText)
    #expect(try WordVectors(contentsOf: path("out.txt")).count == 360)
  }

  // MARK: What does not fit

  /// A copy of a folder with one file replaced, or gone.
  private func read(_ name: String, _ file: String, _ bytes: [UInt8]?) throws -> WordVectors {
    let folder = ScratchFolder()
    for part in [
      "tokenizer.json", "model.safetensors", "config.json", "modules.json",
      "config_sentence_transformers.json",
    ] where part != file {
      guard let whole = try? Fixtures.bytes("static/\(name)/\(part)") else { continue }
      try folder.write(whole, to: part)
    }
    if let bytes { try folder.write(bytes, to: file) }
    return try withExtendedLifetime(folder) { try WordVectors(contentsOf: folder.path) }
  }

  /// A copy of a folder with a change in its tensors.
  private func read(
    _ name: String, changing change: (inout SafetensorsParts) -> Void
  ) throws -> WordVectors {
    let file = try Fixtures.bytes("static/\(name)/model.safetensors")
    var parts = try #require(SafetensorsParts(file))
    change(&parts)
    return try read(name, "model.safetensors", parts.file)
  }

  @Test func `tables that do not fit the tokenizer are refused`() throws {
    func place(_ name: String, in parts: SafetensorsParts) -> Int {
      parts.tensors.firstIndex { $0.name == name } ?? 0
    }
    func shorten(_ name: String, _ parts: inout SafetensorsParts, by bytes: Int) {
      let tensor = place(name, in: parts)
      parts.tensors[tensor].shape[0] -= 1
      parts.tensors[tensor].bytes.removeLast(bytes)
    }
    expectError("\"mapping\" [359], expected 360, one for each token") {
      _ = try read("bytes") { shorten("mapping", &$0, by: 8) }
    }
    expectError("\"weights\" F32 [359], expected 360 factors") {
      _ = try read("bytes") { shorten("weights", &$0, by: 4) }
    }
    expectError("\"embeddings\" F32 [20, 4], expected 360, one for each token") {
      _ = try read("bytes") { $0.tensors.remove(at: place("mapping", in: $0)) }
    }
    for (value, shown) in [(UInt8(20), "row 20 for token 0"), (255, "row -1 for token 0")] {
      expectError(shown + " in \"mapping\", expected 0 to 19") {
        _ = try read("bytes") { parts in
          let tensor = place("mapping", in: parts)
          for byte in 0..<8 {
            parts.tensors[tensor].bytes[byte] = value == 255 ? 255 : byte == 0 ? value : 0
          }
        }
      }
    }
    expectError("\"embeddings\" F32 [170, 4], expected") {
      _ = try read("wordpiece") { shorten("embeddings", &$0, by: 16) }
    }
    expectError("no table \"embeddings\"") {
      _ = try read("wordpiece") { $0.tensors[0].name = "other" }
    }
    expectError("value 1 of row 1 is not a finite number") {
      _ = try read("wordpiece") { parts in
        for byte in 0..<4 { parts.tensors[0].bytes[byte] = 0xFF }
      }
    }
  }

  @Test func `settings that are not understood are refused`() throws {
    func read(_ name: String, _ file: String, _ text: String) throws {
      _ = try self.read(name, file, Array(text.utf8))
    }
    expectError("the module 2 'sentence_transformers.models.Dense', expected StaticEmbedding") {
      try read(
        "static", "modules.json",
        """
        [{"type": "a.StaticEmbedding", "path": ""},
        {"type": "sentence_transformers.models.Dense", "path": "1_Dense"}]
        """)
    }
    expectError("modules.json: no list, expected a list of modules") {
      try read("static", "modules.json", "{}")
    }
    expectError("modules.json: byte 0") { try read("static", "modules.json", "?") }
    expectError("a default_prompt_name that is no text") {
      try read("static", "config_sentence_transformers.json", #"{"default_prompt_name": 1}"#)
    }
    expectError("no prompt of the name 'x'") {
      try read(
        "static", "config_sentence_transformers.json",
        #"{"default_prompt_name": "x", "prompts": {}}"#)
    }
    expectError("a bad max_length") { try read("wordpiece", "config.json", #"{"max_length": -1}"#) }
    expectError("a normalize that is no truth value") {
      try read("wordpiece", "config.json", #"{"normalize": "yes"}"#)
    }
    expectError("config.json: byte 1: no 'null'") { try read("wordpiece", "config.json", "no") }
    expectError("tokenizer.json") { _ = try self.read("wordpiece", "tokenizer.json", [0x7B]) }
    expectError("the list of words list.txt for model2vec, which has words") {
      _ = try WordVectors(
        contentsOf: Fixtures.path("static/words"), options: .init(wordList: "list.txt"))
    }
    // Without its settings it is no folder of these.
    expectError("a folder, expected a file of vectors") {
      _ = try self.read("wordpiece", "config.json", nil)
    }
  }

  @Test func `a config.json beside the modules changes nothing`() throws {
    let vectors = try read("static", "config.json", Array(#"{"normalize": false}"#.utf8))
    #expect(vectors.format == .staticEmbedding)
    let plain = try Fixtures.vectors("static/static")
    #expect(try vectors.vector(ofText: "the zzz") == plain.vector(ofText: "the zzz"))
  }

  @Test func `settings that are not there are the library's`() throws {
    // 512 tokens, not divided by the length.
    let vectors = try read("wordpiece", "config.json", Array("{}".utf8))
    let the = try #require(vectors.index(for: "the"))
    let text = String(repeating: "the ", count: 512)
    let made = try vectors.vector(ofText: text)
    for (mine, row) in zip(made, vectors.vector(at: the)) { #expect(abs(mine - row) < 1e-5) }
    // The median token has three characters: what is behind 1536 of them is not seen.
    #expect(try vectors.vector(ofText: text + "of") == made)
    let whole = try read("wordpiece", "config.json", Array(#"{"max_length":null}"#.utf8))
    #expect(try whole.vector(ofText: text + "of") != made)
  }
}
