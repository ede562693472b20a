import Foundation
import Testing
import TestSupport
import Tokenize
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

  @Test("a format that is only read is refused, and nothing is left")
  func notWritten() throws {
    let folder = ScratchFolder()
    let vectors = try Fixtures.vectors("fasttext-words.bin")
    for format in WordVectors.Format.allCases where !format.isWritable {
      #expect(throws: WordtoolError.self) { try vectors.write(to: folder("x"), format: format) }
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

  // MARK: Written

  private static func trained(_ change: (inout WordVectorOptions) -> Void = { _ in }) throws
    -> WordVectors
  {
    var options = WordVectorOptions()
    options.dimension = 7
    options.epochs = 2
    options.subwords = SubwordOptions()
    change(&options)
    let folder = ScratchFolder()
    let lines = (0..<200).map { "river rivers über 東京都 stop\($0 % 3) the sea\n" }.joined()
    let path = try folder.write(Array(lines.utf8), to: "text")
    return try WordVectors.train(
      on: [path], reader: CorpusReader(rule: .whitespace), options: options)
  }

  private static func difference(_ a: WordVectors, _ b: WordVectors, _ word: String) throws -> Float
  {
    let (x, y) = (try #require(a.vector(for: word)), try #require(b.vector(for: word)))
    return zip(x, y).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test("n-grams that were trained are written and read, and make vectors of unknown words")
  func writtenAndRead() throws {
    let folder = ScratchFolder()
    let vectors = try Self.trained()
    for format in [WordVectors.Format.safetensors, .fastTextModel] {
      let path = folder(format.rawValue)
      try vectors.write(to: path, format: format)
      let read = try WordVectors(contentsOf: path)
      #expect(read.format == format && read.makesUnknownWords)
      #expect(Array(try #require(read.counts)) == Array(try #require(vectors.counts)))
      for word in ["river", "東京都", "riverside", "überall", "東京"] {
        let tolerance: Float = format == .safetensors ? 0 : 1e-6
        #expect(
          try Self.difference(read, vectors, word) <= tolerance, "\(format.rawValue), \(word)")
      }
      // What was read is written again to the same vectors.
      let again = folder("again")
      try read.write(to: again, format: .fastTextModel)
      #expect(try Self.difference(WordVectors(contentsOf: again), vectors, "riverside") < 1e-6)
    }
  }

  @Test("fastText's own model goes through safetensors and back", arguments: names.prefix(2))
  func throughSafetensors(name: String) throws {
    let folder = ScratchFolder()
    let vectors = try Fixtures.vectors(name)
    try vectors.write(to: folder("v.safetensors"))
    let kept = try WordVectors(contentsOf: folder("v.safetensors"))
    try kept.write(to: folder("v.bin"), format: .fastTextModel)
    let back = try WordVectors(contentsOf: folder("v.bin"))
    #expect(back.makesUnknownWords == vectors.makesUnknownWords)
    var words = (0..<vectors.count).map { vectors.word(at: $0) }
    if vectors.makesUnknownWords { words += ["riverside", "zzz"].filter { vectors.contains($0) } }
    for word in words {
      // The mean of an unknown word's rows is rounded once or twice.
      let tolerance: Float = vectors.index(for: word) == nil ? 1e-6 : 0
      #expect(try Self.difference(kept, vectors, word) <= tolerance, "\(word)")
      #expect(try Self.difference(back, vectors, word) < 1e-5, "\(word)")
    }
  }

  @Test("n-grams whose table says too little or has other columns are refused")
  func damagedTables() throws {
    let folder = ScratchFolder()
    try Self.trained { $0.subwords?.bucketCount = 30 }.write(to: folder("v.safetensors"))
    let bytes = try folder.bytes(of: "v.safetensors")
    for (old, new) in [
      (#"\"shortest\":3"#, #"\"shortest\":0"#), (#"\"longest\":6"#, #"\"longest\":2"#),
      (#"\"hash\":\"fasttext\""#, #"\"hash\":\"fastest_\""#), ("[30,7]", "[7,30]"),
      (#""ngrams":"{"#, #""mgrams":"{"#),
    ] {
      let damaged = try EmbeddingCheckpointTests.changed(bytes, old, new)
      #expect(throws: WordtoolError.self, "\(old) to \(new)") {
        try WordVectors(bytes: damaged, name: "damaged")
      }
    }
    var infinite = bytes
    infinite.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0x80, 0x7F])
    #expect(throws: WordtoolError.self) { try WordVectors(bytes: infinite, name: "infinite") }
  }
}
