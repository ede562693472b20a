import Testing
import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

@Suite struct FormatTests {
  let folder = ScratchFolder()

  @Test(arguments: [
    ("gensim.bin", WordVectors.Format.word2vecBinary, Float(0)),
    ("word2vec-c.bin", .word2vecBinary, 0), ("gensim.txt", .word2vecText, 0),
    // Six decimals, and five significant digits of values below ten.
    ("word2vec-c.txt", .word2vecText, 5.1e-7), ("fasttext.vec", .word2vecText, 5.1e-5),
  ])
  func `files of other tools are read`(
    name: String, format: WordVectors.Format, tolerance: Float
  ) throws {
    let golden = try Fixtures.golden()
    let exact = try Fixtures.vectors("gensim.bin")
    let vectors = try Fixtures.vectors(name)
    #expect(vectors.format == format)
    #expect(vectors.warnings.isEmpty)
    #expect(vectors.dimension == 12)
    #expect((0..<vectors.count).map { vectors.word(at: $0) } == golden.words)
    #expect(
      vectors.vector(at: 0).elementsEqual(golden.first) {
        abs(Double($0) - $1) <= Double(tolerance)
      })
    var worst: Float = 0
    for row in 0..<vectors.count {
      for (a, b) in zip(vectors.vector(at: row), exact.vector(at: row)) {
        worst = max(worst, abs(a - b))
      }
    }
    #expect(worst <= tolerance)
    for (row, word) in golden.words.enumerated() { #expect(vectors.index(for: word) == row) }
    #expect(vectors.index(for: "nowhere") == nil && !vectors.contains("") && vectors.contains("東京"))
  }

  @Test func `GloVe text is read, with a word that holds blanks`() throws {
    let vectors = try Fixtures.vectors("glove.txt")
    #expect(vectors.format == .glove)
    #expect(vectors.count == 27 && vectors.dimension == 12)
    #expect(vectors.contains(". . .") && vectors.contains("<unk>"))
  }

  /// finalfusion's rows have a length of 1, see SubwordFileTests.
  @Test(arguments: WordVectors.Format.writable.filter { $0 != .finalfusion })
  func `every format comes back as it was, and written again gives the same bytes`(
    format: WordVectors.Format
  ) throws {
    let source = try Fixtures.vectors()
    try source.write(to: folder("a"), format: format)
    let read = try WordVectors(contentsOf: folder("a"))
    try read.write(to: folder("b"), format: format)
    #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
    #expect(
      (0..<read.count).map { read.word(at: $0) } == (0..<source.count).map { source.word(at: $0) })
    for row in 0..<source.count {
      if format == .safetensorsInt8 {
        let largest = source.vector(at: row).map(\.magnitude).max() ?? 0
        let worst =
          zip(read.vector(at: row), source.vector(at: row)).map { abs($0 - $1) }.max() ?? 0
        // Half a step of 1/127 of the largest value.
        #expect(worst <= largest / 127 * 0.5001)
      } else if format == .safetensorsFloat16 {
        // Eleven bits, and below 2^-14 a step of 2^-24.
        for (mine, whole) in zip(read.vector(at: row), source.vector(at: row)) {
          #expect(abs(mine - whole) <= max(abs(whole) * 0x1p-11, 0x1p-25))
        }
      } else {
        #expect(read.vector(at: row) == source.vector(at: row))
      }
    }
    #expect(read.isQuantized == (format == .safetensorsInt8))
  }

  @Test func `bytes become floats and stay the same ones`() throws {
    try Fixtures.vectors().write(to: folder("bytes"), format: .safetensorsInt8)
    let bytes = try WordVectors(contentsOf: folder("bytes"))
    try bytes.write(to: folder("floats"), format: .safetensors)
    let floats = try WordVectors(contentsOf: folder("floats"))
    #expect(!floats.isQuantized && !floats.norms.isEmpty && floats.metadata == bytes.metadata)
    #expect((0..<25).allSatisfy { floats.vector(at: $0) == bytes.vector(at: $0) })
    try floats.write(to: folder("again"), format: .safetensors)
    #expect(try folder.bytes(of: "floats") == folder.bytes(of: "again"))
  }

  @Test func `text is written as gensim writes it`() throws {
    try Fixtures.vectors().write(to: folder("a"), format: .word2vecText)
    #expect(try folder.bytes(of: "a") == Fixtures.bytes("gensim.txt"))
  }

  @Test func `binary is written as word2vec writes it`() throws {
    try Fixtures.vectors().write(to: folder("a.bin"))
    #expect(try folder.bytes(of: "a.bin") == Fixtures.bytes("word2vec-c.bin"))
  }

  @Test(arguments: [1, 2, 3]) func `the bytes do not depend on the thread count`(threads: Int)
    throws
  {
    var generator = SeededGenerator(seed: 5)
    let values = (0..<3000 * 70).map { _ in Float.random(in: -1...1, using: &generator) }
    let words = (0..<3000).map { "w\($0)" }
    let vectors = try WordVectors(words: words, dimension: 70, values: values)
    try vectors.write(to: folder("one"), format: .word2vecText, threads: 1)
    try vectors.write(to: folder("some"), format: .word2vecText, threads: threads)
    #expect(try folder.bytes(of: "one") == folder.bytes(of: "some"))
    let read = try WordVectors(contentsOf: folder("some"), options: .init(threads: threads))
    #expect(read.norms == vectors.norms)
    #expect(read.vector(at: 2999) == vectors.vector(at: 2999))
  }

  @Test func `our own format keeps counts, norms, metadata and the tokenizer rule`() throws {
    let vocabulary = try Vocabulary([
      (word: "sweden", count: Int64(9)), (word: "norway", count: 5), (word: "ß", count: 5),
    ])
    let rows: [Float] = [3, 4, 99, 0, 0, 99, -1, 0, 99]
    let owner = Owner(rows)
    var vectors = try WordVectors(
      vocabulary: vocabulary, dimension: 2, rows: owner.buffer, stride: 3, owner: owner,
      tokenizerRule: .words, metadata: [WordVectors.MetadataKey.corpusName: "a \"corpus\""])
    vectors.metadata["more"] = "ü"
    #expect(Array(vectors.norms) == [5, 0, 1])
    for format in [WordVectors.Format.safetensors, .safetensorsInt8] {
      try vectors.write(to: folder("a"), format: format)
      let read = try WordVectors(contentsOf: folder("a"))
      #expect(read.counts.map { Array($0) } == [9, 5, 5])
      #expect(Array(read.norms[1...]) == [0, 1] && abs(read.norms[0] - 5) < 0.02)
      #expect(read.metadata[WordVectors.MetadataKey.corpusName] == "a \"corpus\"")
      #expect(read.metadata["more"] == "ü" && read.metadata["format_version"] == "1")
      #expect(read.tokenizerRule == .words)
      #expect(read.index(for: "SWEDEN") == nil && read.index(forQuery: "SWEDEN") == 0)
    }
  }

  @Test(arguments: ["gensim.bin", "gensim.txt", "glove.txt"])
  func `gzip is unpacked while reading`(name: String) throws {
    let path = try folder.write(Gzip.stored(Fixtures.bytes(name)), to: "packed")
    #expect(try WordVectors(contentsOf: path).norms == Fixtures.vectors(name).norms)
  }

  @Test func `our own format may be packed too, and a truncated stream is an error`() throws {
    try Fixtures.vectors().write(to: folder("a.safetensors"))
    let packed = Gzip.stored(try folder.bytes(of: "a.safetensors"))
    #expect(try WordVectors(contentsOf: folder.write(packed, to: "a.gz")).contains("東京"))
    let cut = try folder.write(Array(packed.dropLast(20)), to: "cut.gz")
    #expect(throws: WordtoolError.self) { try WordVectors(contentsOf: cut) }
  }

  @Test func `line ends of Windows, a byte order mark, tabs and missing newlines are read`() throws
  {
    let path = try folder.write("\u{FEFF}2 2\r\na\t1 2\r\nb  3   -4e0 ", to: "x")
    let vectors = try WordVectors(contentsOf: path)
    #expect(vectors.vector(for: "a") == [1, 2] && vectors.vector(for: "b") == [3, -4])
    #expect(vectors.warnings.count == 1)
  }

  @Test func `blank lines are no rows, and places count from 1`() throws {
    let path = try folder.write("2 2\n\na 1 2\n \n\r\nb 3 4\n\n", to: "x")
    #expect(try Array(WordVectors(contentsOf: path).words) == ["a", "b"])
    let bad = try folder.write("2 2\n\na 1 2\n\nb 3 x\n", to: "bad")
    let error = try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: bad) }
    #expect(error.position == .line(5))
    let empty = try folder.write("a 1 2\n 3 4\n", to: "empty")
    #expect(try WordVectors(contentsOf: empty).warnings == ["the word of row 2 is empty"])
  }

  @Test func `what is odd about words and values in text is told`() throws {
    func warnings(_ text: String) throws -> [String] {
      try WordVectors(contentsOf: folder.write(text, to: "x")).warnings
    }
    #expect(
      try warnings("3 2\na 1 2\nNew York 3 4\nat the sea 5 6\n") == [
        "2 words hold blanks, the first, 'New York', in row 2: many readers cut such words apart"
      ])
    #expect(
      try warnings("a 1 2\nb\u{1} 3 4\nc 5 6\n") == [
        "a word has control characters, the first in row 2: the file may be damaged"
      ])
    let ordinary = "a 1 2\nb 3 4\nc 5 6\n"
    #expect(try warnings(ordinary + "d 1e5 3\n").isEmpty)
    #expect(
      try warnings(ordinary + "d 1e30 3\ne 1 1\n") == [
        "a vector is more than a million times as long as most, the first in row 4: the file may be "
          + "damaged there"
      ])
  }

  @Test func `of a repeated word the first is kept, with a warning`() throws {
    let path = try folder.write("4 2\na 1 2\nb 3 4\na 5 6\nc 7 8\n", to: "x")
    let vectors = try WordVectors(contentsOf: path)
    #expect(vectors.count == 3)
    #expect(vectors.vector(for: "a") == [1, 2] && vectors.vector(for: "c") == [7, 8])
    #expect(vectors.norms[2] == Float(113).squareRoot())
    #expect(vectors.warnings == ["a repeated word was left out, the first in row 3"])
  }

  @Test func `words that are not UTF-8 are an error, or repaired on request`() throws {
    let path = try folder.write(Array("2 1\na".utf8) + [0xC3] + Array(" 1\nb 2\n".utf8), to: "x")
    let error = try #require(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
    #expect(error.description.contains(":2: ") && error.description.contains("not UTF-8"))
    let vectors = try WordVectors(contentsOf: path, options: .init(lossy: true))
    #expect(vectors.word(at: 0) == "a\u{FFFD}" && vectors.warnings.count == 1)
  }

  @Test func `the <unk> row that GloVe does not count is kept`() throws {
    let path = try folder.write("2 1\na 1\nb 2\n<unk> 3\n", to: "x")
    let vectors = try WordVectors(contentsOf: path)
    #expect(vectors.count == 3 && vectors.contains("<unk>") && vectors.warnings.count == 1)
  }

  @Test func `no words at all are no error`() throws {
    let vectors = try WordVectors(contentsOf: folder.write("0 3\n", to: "x"))
    #expect(vectors.count == 0 && vectors.dimension == 3)
    for format in WordVectors.Format.writable where format != .glove && format != .projector {
      try vectors.write(to: folder("y"), format: format)
      #expect(try WordVectors(contentsOf: folder("y")).count == 0)
    }
  }

  @Test func `a word that a format cannot hold is an error, and nothing is written`() throws {
    let vectors = try WordVectors(words: ["a b"], dimension: 1, values: [1])
    for format in [WordVectors.Format.word2vecBinary, .word2vecText, .fastTextVec] {
      #expect(throws: WordtoolError.self) { try vectors.write(to: folder("x"), format: format) }
    }
    #expect(folder.names.isEmpty)
    try vectors.write(to: folder("x"), format: .safetensors)
    #expect(try WordVectors(contentsOf: folder("x")).contains("a b"))
  }

  @Test func `the suffix chooses the format`() throws {
    for (path, format) in [
      ("a/b.c.BIN", .word2vecBinary), ("v.txt", .word2vecText), ("v.vec.gz", .fastTextVec),
      ("v.glove", .glove), ("v.npy", .numpy), ("v.npz", .numpyArchive), ("v.tsv", .projector),
      ("v.fifu", .finalfusion), ("v", .safetensors), ("v.gz", .safetensors),
      ("a.b/v", .safetensors),
    ] as [(String, WordVectors.Format)] {
      #expect(try WordVectors.Format(forPath: path) == format)
    }
    for path in ["v.pkl", "v.6B.50d", "v.csv.gz"] {
      let error = #expect(throws: WordtoolError.self) {
        _ = try WordVectors.Format(forPath: path)
      }
      #expect(error?.kind == .usage && error?.expected?.contains(".vec") == true)
    }
  }

  /// Keeps rows in memory.
  final class Owner {
    let buffer: UnsafeBufferPointer<Float>

    init(_ values: [Float]) {
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      _ = memory.initialize(from: values)
      buffer = UnsafeBufferPointer(memory)
    }

    deinit { buffer.deallocate() }
  }
}
