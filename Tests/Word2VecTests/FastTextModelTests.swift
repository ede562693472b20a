import Foundation
import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// Models that fastText itself has made, see Scripts/golden/fasttext_models.py.
@Suite final class FastTextModelTests {
  private struct Model: Decodable {
    var words: [String]
    var vectors: [String: [Double]]
  }

  static let names = [
    "fasttext-skipgram.bin", "fasttext-words.bin", "fasttext-supervised.bin",
    "fasttext-quantized.ftz", "fasttext-pruned.ftz",
  ]

  private static func golden(_ name: String) throws -> Model {
    let data = Data(try Fixtures.bytes("fasttext-models.json"))
    return try #require(try JSONDecoder().decode([String: Model].self, from: data)[name])
  }

  @Test("words, vectors and vectors of unknown words are fastText's to the bit", arguments: names)
  func equalsFastText(name: String) throws {
    let model = try Self.golden(name)
    let vectors = try Fixtures.vectors(name)
    #expect(vectors.format == .fastTextModel)
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == model.words)
    var composed = 0
    for (word, expected) in model.vectors {
      let values = expected.map { Float($0) }
      if let row = vectors.index(for: word) {
        #expect(vectors.vector(at: row) == values, "\(word)")
      } else if values.contains(where: { $0 != 0 }) {
        #expect(try vectors.resolve(word).reading == .composed(values), "\(word)")
        composed += 1
      } else {
        // No n-gram of it has a row.
        #expect(throws: WordtoolError.self) { try vectors.resolve(word) }
      }
    }
    #expect((composed > 3) == (name != "fasttext-words.bin"))
  }

  @Test func `counts stand in the file, and words fall by them`() throws {
    let vectors = try Fixtures.vectors("fasttext-skipgram.bin")
    let counts = Array(try #require(vectors.counts))
    #expect(counts.count == 28 && counts == counts.sorted(by: >) && counts.allSatisfy { $0 > 0 })
  }

  @Test func `an unknown word has neighbours`() throws {
    let vectors = try Fixtures.vectors("fasttext-skipgram.bin")
    #expect(vectors.index(forQuery: "riverside") == nil)
    let neighbors = try vectors.neighbors(of: ["riverside"])
    #expect(neighbors.count == 10)
    let similarity = try vectors.similarity("riverside", "riverside")
    #expect(similarity > 0.999)
  }

  @Test func `a model is not written`() throws {
    let folder = ScratchFolder()
    let vectors = try Fixtures.vectors("fasttext-words.bin")
    #expect(throws: WordtoolError.self) {
      try vectors.write(to: folder("x"), format: .fastTextModel)
    }
    #expect(folder.names.isEmpty)
  }

  @Test("cut anywhere, a model is bad data", arguments: names)
  func cutAnywhere(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    // The output matrix is not read, so the last part of the file may be missing.
    let end = bytes.count * 4 / 5
    for length in stride(from: 4, to: end, by: name.hasSuffix("ftz") ? 97 : 31) {
      do {
        _ = try WordVectors(bytes: Array(bytes[..<length]), path: "cut")
        // Everything that is needed was there.
        #expect(length > bytes.count / 2, "\(length) of \(bytes.count)")
      } catch let error as WordtoolError {
        #expect(error.kind == .badData, "\(error)")
      }
    }
  }

  @Test("hostile numbers in any field are bad data, or change nothing that is believed")
  func hostileNumbers() throws {
    for name in Self.names {
      try HostileNumbers.check(name, at: Array(4..<100))
    }
  }

  @Test func `an n-gram that is no number is an error where it is asked for, and no answer`() throws
  {
    var bytes = try Fixtures.bytes("fasttext-skipgram.bin")
    // The rows of the 300 buckets stand before the output matrix: a flag, its extents, 28 rows of 10.
    let end = bytes.count - 28 * 10 * 4 - 16 - 1
    for place in stride(from: end - 300 * 10 * 4, to: end, by: 4) {
      bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0xC0, 0x7F])
    }
    // Every word has n-grams but the end of the line, so the file is refused; it is not when they are
    // left to unknown words.
    let refused = #expect(throws: WordtoolError.self) { try WordVectors(bytes: bytes, path: "nan") }
    #expect(refused?.kind == .badData)
    let whole = try Fixtures.bytes("fasttext-skipgram.bin")
    let vectors = try WordVectors(bytes: whole, path: "whole")
    let row = try #require(Self.bucketOnlyOf("qqqq", in: vectors, whole, end: end))
    bytes = whole
    bytes.replaceSubrange(row..<row + 4, with: [0, 0, 0xC0, 0x7F])
    let damaged = try WordVectors(bytes: bytes, path: "nan")
    let error = #expect(throws: WordtoolError.self) { try damaged.neighbors(of: ["qqqq"]) }
    #expect(error?.kind == .badData && error?.found.contains("'qqqq'") == true)
  }

  /// Where a row begins that changes the vector of an unknown word and of no word of the file.
  private static func bucketOnlyOf(
    _ word: String, in vectors: WordVectors, _ bytes: [UInt8], end: Int
  ) -> Int? {
    let known = (0..<vectors.count).map { vectors.vector(at: $0) }
    let before = try? vectors.resolve(word)
    return (0..<300).lazy.map { end - ($0 + 1) * 40 }.first { place in
      var changed = bytes
      changed.replaceSubrange(place..<place + 4, with: [0, 0, 0x80, 0x3F])
      guard let read = try? WordVectors(bytes: changed, path: "changed") else { return false }
      return (0..<read.count).map { read.vector(at: $0) } == known
        && (try? read.resolve(word)) != before
    }
  }
}
