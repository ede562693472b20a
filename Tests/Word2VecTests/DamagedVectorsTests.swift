import BLASCore
import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// Safetensors that can be read but lie: what is answered from them must be true or an error.
@Suite struct DamagedVectorsTests {
  let folder = ScratchFolder()

  /// The sample with some bytes of a tensor changed.
  private func damaged(_ name: String, at place: Int, _ change: [UInt8]) throws -> WordVectors {
    try WordVectors(
      words: ["a", "b", "c"], dimension: 2, values: [3, 4, 4, 3, 1, 0]
    ).write(to: folder("v"), format: .safetensors)
    var bytes = try folder.bytes(of: "v")
    let length = Int(bytes[0]) + 256 * Int(bytes[1])
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let entry = try #require(header.split(separator: "\"\(name)\":{\"data_offsets\":[").last)
    let begin = 8 + length + (try #require(Int(entry.prefix { $0.isNumber }))) + place
    bytes.replaceSubrange(begin..<begin + change.count, with: change)
    return try WordVectors(contentsOf: folder.write(bytes, to: "damaged"))
  }

  private func bytes(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  @Test(arguments: [Float.nan, .infinity, 100, 0])
  func `a value that contradicts the stored length is an error where it is answered`(
    value: Float
  ) throws {
    let vectors = try damaged("vectors", at: 8, bytes(value))
    for ask in [
      { _ = try vectors.neighbors(of: "a") }, { _ = try vectors.neighbors(of: "b") },
      { _ = try vectors.similarity("a", "b") },
      { _ = try vectors.analogy("a", minus: "c", plus: "c") },
    ] {
      let error = #expect(throws: WordtoolError.self) { try ask() }
      #expect(error?.kind == .badData && error?.path == folder("damaged"))
      #expect(error?.description.contains("word 2, 'b'") == true)
    }
    // A query that does not meet the row is answered.
    #expect(try vectors.similarity("a", "c") > 0)
  }

  @Test func `a stored length that is too small is no similarity above 1`() throws {
    let vectors = try damaged("norms", at: 4, bytes(0.001))
    #expect(throws: WordtoolError.self) { try vectors.neighbors(of: "a") }
  }

  @Test func `an index that misses a word is an error and not an unknown word`() throws {
    let vectors = try damaged("vocabulary.index", at: 0, [UInt8](repeating: 0, count: 64))
    let error = #expect(throws: WordtoolError.self) { try vectors.neighbors(of: "b") }
    #expect(error?.kind == .badData && error?.description.contains("vocabulary.index") == true)
    let unknown = #expect(throws: WordtoolError.self) { try vectors.neighbors(of: "nowhere") }
    #expect(unknown?.kind == .unavailable)
  }

  @Test(arguments: [1 << 30, 1 << 60, Int.max])
  func `no words of a huge dimension are refused`(dimension: Int) throws {
    let file = try OutputFile(path: folder("none"))
    var writer = try TensorFileWriter(
      to: file, metadata: [:],
      tensors: [
        .init("vocabulary.offsets", .uint64, [1]), .init("vocabulary.bytes", .uint8, [0]),
        .init("vectors", .float32, [0, dimension]),
      ])
    try [UInt8](repeating: 0, count: 8).withUnsafeBytes { try writer.write($0) }
    writer.finish()
    try file.commit()
    let error = #expect(throws: WordtoolError.self) { try WordVectors(contentsOf: folder("none")) }
    #expect(error?.kind == .badData)
  }
}
