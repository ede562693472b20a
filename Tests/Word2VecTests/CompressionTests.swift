import BLASCore
import TestSupport
import Testing
import WordtoolCore

import Word2Vec

/// Vectors in fewer words, values and bits.
@Suite struct CompressionTests {
  /// Groups of words around random centres, of values that differ in variance by column.
  static func clustered(_ count: Int = 200, dimension: Int = 8) throws -> WordVectors {
    var random = RandomSource(seed: 3, UInt64(count))
    func noise() -> Float { (0..<4).reduce(0) { sum, _ in sum + random.nextUnitFloat() - 0.5 } }
    let centres = (0..<20).map { _ in
      (0..<dimension).map { noise() * Float(dimension - $0) / Float(dimension) }
    }
    // Turned, so that the columns say nothing by themselves.
    var values: [Float] = []
    for row in 0..<count {
      let around = centres[row % 20].map { $0 + 0.4 * noise() }
      for column in 0..<dimension {
        values.append(around[column] + around[(column + 1) % dimension] * 0.7)
      }
    }
    return try WordVectors(
      words: (0..<count).map { "w\($0)" }, counts: (0..<count).map { Int64(2 * count - $0) },
      dimension: dimension, values: values, metadata: ["corpus_name": "made"])
  }

  private static func options(
    _ encoding: CompressionOptions.Encoding, _ change: (inout CompressionOptions) -> Void = { _ in }
  ) -> CompressionOptions {
    var options = CompressionOptions(encoding: encoding)
    change(&options)
    return options
  }

  private static func bytes(
    _ vectors: WordVectors, _ options: CompressionOptions, threads: Int
  ) throws -> [UInt8] {
    let folder = ScratchFolder()
    let made = try vectors.compressed(options, threads: threads)
    try made.vectors.write(to: folder("v"), format: made.vectors.compressedFormat)
    return try folder.bytes(of: "v")
  }

  @Test(arguments: [
    options(.int8), options(.float16), options(.product(codeBytes: 4, rotates: true)),
    options(.product(codeBytes: 5, rotates: false)) {
      $0.principalAxes = 6
      $0.allButTheTop = 1
      $0.most = 150
    },
  ])
  func theBytesDoNotDependOnThreads(_ options: CompressionOptions) throws {
    let vectors = try Self.clustered()
    let one = try Self.bytes(vectors, options, threads: 1)
    #expect(try Self.bytes(vectors, options, threads: 3) == one)
  }

  @Test func codesAreReadAsTheyWereWritten() throws {
    let vectors = try Self.clustered()
    let made = try vectors.compressed(Self.options(.product(codeBytes: 5, rotates: true)))
    let folder = ScratchFolder()
    try made.vectors.write(to: folder("v"), format: .safetensorsPQ)
    let read = try WordVectors(contentsOf: folder("v"))
    #expect(read.format == .safetensorsPQ && read.isQuantized && read.count == 200)
    #expect(read.counts == vectors.counts && read.metadata["corpus_name"] == "made")
    for row in stride(from: 0, to: 200, by: 37) {
      #expect(read.vector(at: row) == made.vectors.vector(at: row))
      #expect(read.norms[row] == made.vectors.norms[row])
    }
    // As floats they are what the codes stand for.
    try read.write(to: folder("f"), format: .safetensors)
    let floats = try WordVectors(contentsOf: folder("f"))
    #expect(!floats.isQuantized && floats.vector(at: 9) == read.vector(at: 9))
    try read.write(to: folder("i"), format: .safetensorsInt8)
    #expect(try WordVectors(contentsOf: folder("i")).format == .safetensorsInt8)
    expectError("safetensors-pq") { try vectors.write(to: folder("x"), format: .safetensorsPQ) }
  }

  @Test(arguments: [(4, true), (2, false), (3, true)])
  func codesPassToFinalfusionAsRowsOfLengthOne(_ parts: Int, _ rotates: Bool) throws {
    let made = try Self.clustered().compressed(
      Self.options(.product(codeBytes: parts, rotates: rotates))
    ).vectors
    let folder = ScratchFolder()
    try made.write(to: folder("codes.fifu"), format: .finalfusion)
    try made.dequantized().write(to: folder("floats.fifu"), format: .finalfusion)
    let codes = try WordVectors(contentsOf: folder("codes.fifu"))
    let floats = try WordVectors(contentsOf: folder("floats.fifu"))
    #expect(codes.format == .finalfusion && codes.count == 200)
    for row in 0..<200 {
      #expect(codes.word(at: row) == made.word(at: row))
      for (mine, whole) in zip(codes.vector(at: row), floats.vector(at: row)) {
        #expect((mine - whole).magnitude < 1e-6)
      }
    }
    // Three parts of eight values differ in width, which finalfusion does not have: they became floats.
    let isKept = parts != 3
    #expect(made.areCodes && made.keepsCodes(in: .finalfusion) == isKept)
    let marks = try folder.bytes(of: "codes.fifu")[12..<24].map(\.self)
    #expect(marks == [1, 0, 0, 0, isKept ? 4 : 2, 0, 0, 0, 6, 0, 0, 0])
  }

  @Test func rowsOfZerosStayZerosAsFinalfusionsCodes() throws {
    var values = (0..<80).map { Float($0 % 7) - 3 }
    for column in 0..<4 { values[8 + column] = 0 }
    let made = try WordVectors(
      words: (0..<20).map { "w\($0)" }, dimension: 4, values: values
    ).compressed(Self.options(.product(codeBytes: 2, rotates: false))).vectors
    let folder = ScratchFolder()
    try made.write(to: folder("v.fifu"), format: .finalfusion)
    let read = try WordVectors(contentsOf: folder("v.fifu"))
    #expect(read.vector(at: 2) == [0, 0, 0, 0] && (read.norms[3] - 1).magnitude < 1e-6)
  }

  @Test func searchesOverCodesAreThoseOverTheirFloats() throws {
    let vectors = try Self.clustered()
    let made = try vectors.compressed(Self.options(.product(codeBytes: 4, rotates: true))).vectors
    let floats = try made.dequantized()
    for word in ["w0", "w77", "w199"] {
      let found = try made.neighbors(of: [word], options: SearchOptions(count: 200))
      for neighbor in found {
        let exact = try floats.similarity(word, neighbor.word)
        #expect((neighbor.similarity - exact).magnitude < 1e-5, "\(word) \(neighbor.word)")
        let pair = try made.similarity(word, neighbor.word)
        #expect((pair - exact).magnitude < 1e-5)
      }
      #expect(found.count == 199)
      let first = try #require(found.first)
      #expect(try made.rank(of: first.word, from: word) <= found.count)
    }
    let analogy = try made.analogy(positive: ["w0", "w2"], negative: ["w1"], method: .mul)
    let expected = try floats.analogy(positive: ["w0", "w2"], negative: ["w1"], method: .mul)
    #expect(analogy.count == 10 && !expected.isEmpty)
    #expect((analogy[0].similarity - expected[0].similarity).magnitude < 1e-4)
  }

  @Test func theErrorOfCodesIsTheOneThatIsTold() throws {
    let vectors = try Self.clustered()
    var errors: [Double] = []
    for encoding: CompressionOptions.Encoding in [
      .product(codeBytes: 2, rotates: false), .product(codeBytes: 2, rotates: true),
      .product(codeBytes: 6, rotates: true), .int8, .float16, .floats,
    ] {
      let made = try vectors.compressed(Self.options(encoding))
      var sum = 0.0
      for row in 0..<vectors.count {
        let (x, y) = (vectors.vector(at: row), made.vectors.vector(at: row))
        let error = zip(x, y).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        sum += error / x.reduce(0.0) { $0 + Double($1 * $1) }
      }
      let mean = sum / Double(vectors.count)
      #expect((mean - made.reconstructionError).magnitude < 1e-4 * mean + 1e-12, "\(encoding)")
      errors.append(mean)
    }
    // A rotation helps, more codes help more, and so it goes on.
    #expect(errors[1] < 0.9 * errors[0] && errors[2] < 0.5 * errors[1], "\(errors)")
    #expect(errors[3] < 0.1 * errors[2] && errors[4] < errors[3] && errors[5] == 0, "\(errors)")
  }

  @Test func principalAxesKeepWhatTheyCan() throws {
    let vectors = try Self.clustered()
    let whole = try vectors.compressed(Self.options(.floats) { $0.principalAxes = 8 })
    #expect(whole.reconstructionError < 1e-6 && whole.vectors.dimension == 8)
    // All axes are a rotation: cosines stay.
    let change =
      try whole.vectors.similarity("w3", "w9") - vectors.similarity("w3", "w9")
    #expect(change.magnitude < 1e-5)
    let some = try vectors.compressed(Self.options(.floats) { $0.principalAxes = 6 })
    let few = try vectors.compressed(Self.options(.floats) { $0.principalAxes = 3 })
    #expect(some.vectors.dimension == 6 && few.vectors.vector(at: 0).count == 3)
    #expect(0 < some.reconstructionError && some.reconstructionError < few.reconstructionError)
    #expect(few.reconstructionError < 1)
  }

  @Test func theMeanAndTheTopComponentsAreTakenOut() throws {
    // One direction for all words, much of a second, little of the third.
    let values: [Float] = (0..<40).flatMap { row -> [Float] in
      [5, Float(row % 2 == 0 ? 3 : -3), Float(row % 4 < 2 ? 0.1 : -0.1)]
    }
    let vectors = try WordVectors(
      words: (0..<40).map { "w\($0)" }, dimension: 3, values: values)
    let centred = try vectors.compressed(Self.options(.floats) { $0.allButTheTop = 0 }).vectors
    #expect(
      centred.vector(at: 0).enumerated().allSatisfy { ($1 - [0, 3, 0.1][$0]).magnitude < 1e-5 })
    let bare = try vectors.compressed(Self.options(.floats) { $0.allButTheTop = 1 })
    #expect(
      bare.vectors.vector(at: 0).enumerated().allSatisfy {
        ($1 - [0, 0, 0.1][$0]).magnitude < 1e-5
      })
    #expect(bare.reconstructionError < 1e-6 && bare.originals.vector(at: 0)[0] == 5)
  }

  @Test func wordsAreLeftOutByCountsOrOrder() throws {
    let vectors = try WordVectors(
      words: ["a", "b", "c", "d"], counts: [1, 9, 5, 9], dimension: 1, values: [1, 2, 3, 4])
    let most = try vectors.compressed(Self.options(.floats) { $0.most = 3 }).vectors
    #expect(Array(most.words) == ["b", "c", "d"] && most.vector(for: "c") == [3])
    #expect(most.counts.map(Array.init) == [9, 5, 9])
    let frequent = try vectors.compressed(Self.options(.floats) { $0.minimumCount = 6 }).vectors
    #expect(Array(frequent.words) == ["b", "d"])
    expectError("no word that is left") {
      _ = try vectors.compressed(Self.options(.floats) { $0.minimumCount = 10 })
    }
    let bare = try WordVectors(words: ["a", "b"], dimension: 1, values: [1, 2])
    expectError("no counts of words") {
      _ = try bare.compressed(Self.options(.floats) { $0.minimumCount = 1 })
    }
    let first = try bare.compressed(Self.options(.floats) { $0.most = 1 }).vectors
    #expect(Array(first.words) == ["a"])
  }

  @Test func whatDoesNotSuitTheVectorsIsRefused() throws {
    let vectors = try Self.clustered(50)
    expectError("`codeBytes` is 9") {
      _ = try vectors.compressed(Self.options(.product(codeBytes: 9, rotates: true)))
    }
    expectError("`principalAxes` is 9") {
      _ = try vectors.compressed(Self.options(.int8) { $0.principalAxes = 9 })
    }
    expectError("`allButTheTop` is 8") {
      _ = try vectors.compressed(Self.options(.int8) { $0.allButTheTop = 8 })
    }
    expectError("`most`") { _ = try vectors.compressed(Self.options(.int8) { $0.most = 0 }) }
    let stop = StopFlag()
    stop.raise()
    expectError("stopped") {
      _ = try vectors.compressed(Self.options(.product(codeBytes: 2, rotates: true)), stop: stop)
    }
  }

  @Test func wordsWithoutLengthAndFewWordsAreCoded() throws {
    let vectors = try WordVectors(
      words: ["a", "b", "zero"], dimension: 3, values: [1, 2, 3, 1, 2, 2.5, 0, 0, 0])
    let made = try vectors.compressed(Self.options(.product(codeBytes: 2, rotates: true))).vectors
    #expect(made.vector(for: "zero") == [0, 0, 0])
    #expect(
      zip(made.vector(at: 1), [1, 2, 2.5]).allSatisfy { ($0 - $1).magnitude < 1e-4 },
      "\(made.vector(at: 1))")
    #expect(try made.neighbors(of: "a").map(\.word) == ["b", "zero"])
  }

  @Test func recallCountsWhatIsFoundAgain() throws {
    let vectors = try Self.clustered()
    let same = try SearchRecall(of: vectors, against: vectors, queries: 50)
    #expect(same.recall == 1 && same.queries == 50 && same.count == 10)
    let bytes = try SearchRecall(of: vectors.quantized(), against: vectors, queries: 100)
    let codes = try SearchRecall(
      of: vectors.compressed(Self.options(.product(codeBytes: 3, rotates: true))).vectors,
      against: vectors, queries: 100)
    #expect(bytes.recall > 0.95 && codes.recall < bytes.recall && codes.recall > 0.3)
  }

  @Test func damagedCodesAreRefused() throws {
    let vectors = try Self.clustered(40)
    let made = try vectors.compressed(Self.options(.product(codeBytes: 4, rotates: true))).vectors
    let folder = ScratchFolder()
    try made.write(to: folder("v"), format: .safetensorsPQ)
    let bytes = try folder.bytes(of: "v")
    func damaged(_ change: (inout [UInt8]) -> Void) throws -> WordVectors {
      var copy = bytes
      change(&copy)
      return try WordVectors(bytes: copy)
    }
    // Few words have few centroids; the last bytes are codes.
    expectError("codes beyond 15") { _ = try damaged { $0[$0.count - 1] = 40 } }
    let rotation = bytes.count - 40 * 4 - 4 * 8 * 8
    expectError("rotation that changes lengths") {
      _ = try damaged { for place in 0..<8 { $0[rotation + 32 * place + 3] ^= 1 } }
    }
    expectError("centroid that is not a finite number") {
      _ = try damaged { $0.replaceSubrange(rotation - 4..<rotation, with: [0, 0, 0xC0, 0x7F]) }
    }
  }
}
