import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Searches through a graph.
@Suite struct ApproximateIndexTests {
  private static func bytes(_ index: ApproximateIndex) throws -> [UInt8] {
    let folder = ScratchFolder()
    try index.write(to: folder("i"))
    return try folder.bytes(of: "i")
  }

  @Test func theIndexDoesNotDependOnThreadsButOnTheSeed() throws {
    let vectors = try CompressionTests.clustered()
    let one = try Self.bytes(ApproximateIndex(of: vectors, buildEffort: 30, threads: 1))
    #expect(try Self.bytes(ApproximateIndex(of: vectors, buildEffort: 30, threads: 3)) == one)
    let other = try Self.bytes(ApproximateIndex(of: vectors, buildEffort: 30, seed: 2, threads: 1))
    #expect(other != one)
  }

  @Test(arguments: ["floats", "int8", "codes"])
  func whatIsFoundHasTheSimilaritiesOfAnExactSearch(_ kind: String) throws {
    var vectors = try CompressionTests.clustered()
    if kind == "int8" { vectors = vectors.quantized() }
    if kind == "codes" {
      vectors = try vectors.compressed(
        CompressionOptions(encoding: .product(codeBytes: 3, rotates: true))
      ).vectors
    }
    let index = try ApproximateIndex(of: vectors, buildEffort: 40)
    #expect((index.measurements.last?.recall ?? 0) > 0.99, "\(index.measurements)")
    var quick = vectors
    try quick.searchApproximately(by: index)
    #expect(quick.isApproximate && !vectors.isApproximate)
    var (hits, all) = (0, 0)
    for word in ["w0", "w33", "w199"] {
      let exact = try vectors.neighbors(of: [word], options: SearchOptions(count: 20))
      let found = try quick.neighbors(of: [word], options: SearchOptions(count: 20))
      #expect(found.count == 20 && !found.contains { $0.word == word })
      for neighbor in found {
        guard let same = exact.first(where: { $0.word == neighbor.word }) else { continue }
        #expect(same.similarity == neighbor.similarity)
        hits += 1
      }
      all += exact.count
    }
    #expect(hits > all * 8 / 10, "\(hits) of \(all)")
    // With the effort of all words nothing is missed, and a limit is searched exactly.
    var whole = index
    whole.effort = vectors.count
    try quick.searchApproximately(by: whole)
    let query = try vectors.query(["w5"])
    #expect(try quick.neighbors(of: query) == vectors.neighbors(of: query))
    let limited = SearchOptions(count: 5, limit: 20)
    #expect(
      try quick.neighbors(of: query, options: limited)
        == vectors.neighbors(of: query, options: limited))
  }

  @Test func anIndexIsReadAsItWasWritten() throws {
    let vectors = try CompressionTests.clustered()
    let index = try ApproximateIndex(of: vectors, buildEffort: 30)
    let folder = ScratchFolder()
    try index.write(to: folder("i"))
    let read = try ApproximateIndex(contentsOf: folder("i"), for: vectors)
    #expect(read.measurements == index.measurements && read.effort == index.effort)
    #expect(try Self.bytes(read) == folder.bytes(of: "i"))
    var (a, b) = (vectors, vectors)
    try a.searchApproximately(by: index)
    try b.searchApproximately(by: read)
    #expect(try a.neighbors(of: "w7") == b.neighbors(of: "w7"))
  }

  @Test func theIndexOfOtherVectorsIsRefused() throws {
    let vectors = try CompressionTests.clustered(60)
    let index = try ApproximateIndex(of: vectors, buildEffort: 20)
    let folder = ScratchFolder()
    try index.write(to: folder("i"))
    // Turned vectors have the same lengths.
    let turned = try WordVectors(
      words: Array(vectors.words), dimension: 8,
      values: (0..<60).flatMap { vectors.vector(at: $0).reversed() })
    for other in [turned, try CompressionTests.clustered(61)] {
      expectError("other vectors") {
        _ = try ApproximateIndex(contentsOf: folder("i"), for: other)
      }
      var other = other
      expectError("other vectors") { try other.searchApproximately(by: index) }
    }
    try vectors.write(to: folder("v"), format: .safetensors)
    expectError("wordtool-index") {
      _ = try ApproximateIndex(contentsOf: folder("v"), for: vectors)
    }
  }

  @Test func fewWordsAndWordsWithoutLengthAreSearched() throws {
    for count in 1...3 {
      let vectors = try WordVectors(
        words: (0..<count).map { "w\($0)" }, dimension: 2,
        values: (0..<count).flatMap { [Float(2 - $0), Float(2 - $0) * 0.5] })
      var quick = vectors
      try quick.searchApproximately(by: try ApproximateIndex(of: vectors))
      #expect(try quick.neighbors(of: "w0") == vectors.neighbors(of: "w0"))
    }
    let none = try WordVectors(words: [], dimension: 2, values: [])
    expectError("no words") { _ = try ApproximateIndex(of: none) }
  }
}
