import FastTextFiles
import TestSupport
import Testing
import WordtoolCore

@Suite struct FastTextHeaderTests {
  /// A model of two words and a label with rows of two values.
  private static func model(kept: [Int32]? = nil) throws -> [UInt8] {
    let folder = ScratchFolder()
    var header = FastTextHeader()
    header.dimension = 2
    header.wordNGramOrder = 3
    header.bucketCount = 7
    header.nGrams = CharacterNGrams(shortest: 2, longest: 4)
    header.subsampling = 0.25
    try OutputFile.write(to: folder("m")) {
      var writer = FastTextWriter(to: $0)
      try writer.write(header)
      try writer.writeDictionary(wordCount: 2, labelCount: 1, tokenCount: 9, kept: kept) {
        (Array(["one", "two", "__label__x"][$0].utf8), Int64(5 - $0))
      }
      try writer.writeMatrix(rowCount: 9, dimension: 2) { [Float($0), 1] }
      try writer.writeMatrix(rowCount: 1, dimension: 2) { _ in [3, 4] }
      try writer.finish()
    }
    return try folder.bytes(of: "m")
  }

  @Test func `what is written is read`() throws {
    let bytes = try Self.model(kept: [6, 2])
    try bytes.withUnsafeBytes { bytes in
      var reader = BinaryFields(bytes, path: "m")
      let header = try FastTextHeader(&reader)
      #expect(header.dimension == 2 && header.wordNGramOrder == 3 && header.bucketCount == 7)
      #expect(header.nGrams == CharacterNGrams(shortest: 2, longest: 4))
      #expect(header.subsampling == 0.25 && header.floret == nil)
      #expect(header.loss == FastTextHeader.Loss.softmax.rawValue)
      #expect(header.model == FastTextHeader.Model.supervised.rawValue)
      let dictionary = try FastTextDictionary(&reader)
      let names = (dictionary.words + dictionary.labels).map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
      #expect(names == ["one", "two", "__label__x"] && dictionary.labels.count == 1)
      #expect(dictionary.counts == [5, 4, 3] && dictionary.tokenCount == 9)
      #expect(dictionary.kept == [6: 0, 2: 1])
      #expect(try reader.byte("flag") == 0)
      let input = try DenseMatrix(&reader, name: "input matrix")
      #expect(input.rowCount == 9 && input.values(ofRow: 8) == [8, 1])
      let rows = try BucketRows(
        wordCount: 2, bucketCount: 7, kept: dictionary.kept, of: input, path: "m")
      #expect((0..<7).map { rows.row(ofBucket: $0) } == [nil, nil, 3, nil, nil, nil, 2])
      #expect(!rows.isWhole && !rows.isEmpty)
      #expect(try reader.byte("flag") == 0)
      let output = try DenseMatrix(&reader, name: "output matrix")
      #expect(
        [Float(2), 1].withUnsafeBufferPointer { output.dot(row: 0, with: $0.baseAddress!) } == 10)
      #expect(reader.remaining == 0)
    }
  }

  @Test func `cut anywhere, it is bad data`() throws {
    let bytes = try Self.model()
    for length in 0..<bytes.count {
      #expect(throws: WordtoolError.self) {
        try Array(bytes[..<length]).withUnsafeBytes { bytes in
          var reader = BinaryFields(bytes, path: "m")
          _ = try FastTextHeader(&reader)
          _ = try FastTextDictionary(&reader)
          for _ in 0..<2 {
            _ = try reader.byte("flag")
            _ = try DenseMatrix(&reader, name: "matrix")
          }
        }
      }
    }
  }

  @Test(
    "sizes that no file has room for are refused",
    arguments: [
      (8, 0x7FFF_FFFF, "values"), (8, 0, "values"), (4, 13, "version 13"),
      (40, -1, "buckets"), (64, 0x7FFF_FFFF, "entries"), (68, 0x7FFF_FFFF, "words"),
    ])
  func hostile(offset: Int, value: Int, message: String) throws {
    var bytes = try Self.model()
    for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    let error = #expect(throws: WordtoolError.self) {
      try bytes.withUnsafeBytes { bytes in
        var reader = BinaryFields(bytes, path: "m")
        _ = try FastTextHeader(&reader)
        _ = try FastTextDictionary(&reader)
      }
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
