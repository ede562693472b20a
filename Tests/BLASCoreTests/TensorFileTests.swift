import BLASCore
import Testing
import TestSupport
import WordtoolCore

@Suite struct TensorFileTests {
  let folder = ScratchFolder()

  /// A file with the header given and so many bytes of data.
  private func file(_ header: String, data: Int = 0, length: UInt64? = nil) throws -> String {
    let text = Array(header.utf8)
    let length = length ?? UInt64(text.count)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return try folder.write(
      bytes + text + [UInt8](repeating: 7, count: data), to: "file.safetensors")
  }

  @Test func `what is written is read back, and written again gives the same bytes`() throws {
    let path = folder("a.safetensors")
    let metadata = ["b": "two\n\"quoted\" \u{1}", "a": "ünïcode 東京"]
    for name in ["a.safetensors", "b.safetensors"] {
      let output = try OutputFile(path: folder(name))
      var writer = try TensorFileWriter(
        to: output, metadata: metadata,
        tensors: [
          .init("x", .float32, [2, 3]), .init("empty", .int64, [0]), .init("scalar", .uint16, []),
        ])
      try [Float](arrayLiteral: 1, 2, 3, 4, 5, 6).withUnsafeBytes { try writer.write($0) }
      try [UInt16](arrayLiteral: 513).withUnsafeBytes { try writer.write($0) }
      writer.finish()
      try output.commit()
    }
    #expect(
      try folder.bytes(of: "a.safetensors") == folder.bytes(of: "b.safetensors"))
    let tensors = try TensorFile(path: path)
    #expect(tensors.metadata == metadata)
    #expect(Set(tensors.entries.map(\.name)) == ["x", "empty", "scalar"])
    let x = try #require(tensors.entry(named: "x"))
    #expect(x.shape == [2, 3] && x.type == .float32 && x.range.lowerBound % 64 == 0)
    #expect(Array(tensors.bytes(of: x).bindMemory(to: Float.self)) == [1, 2, 3, 4, 5, 6])
    let scalar = try #require(tensors.entry(named: "scalar"))
    #expect(Array(tensors.bytes(of: scalar)) == [1, 2] && scalar.elementCount == 1)
    #expect(tensors.entry(named: "y") == nil)
  }

  @Test func `trailing spaces in the header are allowed`() throws {
    let path = try file(
      "{\"x\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}     ", data: 2)
    #expect(try TensorFile(path: path).entries.count == 1)
  }

  @Test func `names are told apart by their bytes`() throws {
    func tensor(_ begin: Int) -> String { Self.tensor("U8", "[1]", "[\(begin),\(begin + 1)]") }
    let path = try file("{\"\u{E9}\":\(tensor(0)),\"e\u{301}\":\(tensor(1))}", data: 2)
    let tensors = try TensorFile(path: path)
    #expect(tensors.entry(named: "\u{E9}")?.range.lowerBound != nil)
    #expect(
      tensors.entry(named: "\u{E9}")?.range != tensors.entry(named: "e\u{301}")?.range)
    for header in [
      "{\"a\":\(tensor(0)),\"a\":\(tensor(1))}", "{\"a\":\(tensor(0)),\"\\u0061\":\(tensor(1))}",
      "{\"__metadata__\":{},\"__metadata__\":{},\"a\":\(Self.tensor("U8", "[2]", "[0,2]"))}",
      "{\"__metadata__\":{\"\u{E9}\":\"1\",\"e\u{301}\":\"2\"},"
        + "\"a\":\(Self.tensor("U8", "[2]", "[0,2]"))}",
    ] {
      let path = try file(header, data: 2)
      let error = #expect(throws: WordtoolError.self) { try TensorFile(path: path) }
      #expect(error?.kind == .badData, "\(header)")
    }
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    var header: String
    var data = 0
    var length: UInt64?
    var says: String
    var testDescription: String { says }
  }

  static func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let hostile: [Hostile] = [
    Hostile(header: "", says: "8 bytes"),
    Hostile(header: "{}", length: 200_000_000, says: "a header of 200000000 bytes"),
    Hostile(header: "{}", length: .max, says: "a header of 18446744073709551615 bytes"),
    Hostile(header: "{}", length: 3, says: "a header of 3 bytes in a file of 10"),
    Hostile(header: "[]", says: "no '{'"),
    Hostile(header: "{\"x\":1", says: "the text ends"),
    Hostile(header: "{} x", says: "text after the end"),
    Hostile(header: "{}", data: 1, says: "1 byte after the last tensor"),
    Hostile(
      header: "{\"x\":\(tensor("U8", "[1]", "[0,1]")),\"x\":\(tensor("U8", "[1]", "[0,1]"))}",
      data: 1,
      says: "the key \"x\" twice"),
    Hostile(header: "{\"__metadata__\":{\"a\":1}}", says: "__metadata__ \"a\" is no string"),
    Hostile(header: "{\"__metadata__\":[]}", says: "__metadata__ is no object"),
    Hostile(header: "{\"x\":3}", says: "no object"),
    Hostile(header: "{\"x\":{\"dtype\":\"U8\",\"shape\":[1]}}", data: 1, says: "bad data_offsets"),
    Hostile(header: "{\"x\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", data: 1, says: "no shape"),
    Hostile(header: "{\"x\":{\"shape\":[1],\"data_offsets\":[0,1]}}", data: 1, says: "no dtype"),
    Hostile(header: "{\"x\":\(tensor("F31", "[1]", "[0,4]"))}", data: 4, says: "dtype \"F31\""),
    Hostile(header: "{\"x\":\(tensor("U8", "[-1]", "[0,1]"))}", data: 1, says: "no shape"),
    Hostile(header: "{\"x\":\(tensor("U8", "[1.5]", "[0,1]"))}", data: 1, says: "whole numbers"),
    Hostile(
      header: "{\"x\":\(tensor("U8", "[99999999999999999999]", "[0,1]"))}", data: 1,
      says: "whole numbers"),
    Hostile(header: "{\"x\":\(tensor("F32", "[2]", "[0,4]"))}", data: 4, says: "expected 8"),
    Hostile(
      header: "{\"x\":\(tensor("F64", "[4611686018427387904,4]", "[0,0]"))}",
      says: "expected fewer elements"),
    Hostile(header: "{\"x\":\(tensor("U8", "[4]", "[0,4]"))}", data: 3, says: "data up to byte 4"),
    Hostile(header: "{\"x\":\(tensor("U8", "[1]", "[2,1]"))}", data: 2, says: "bad data_offsets"),
    Hostile(
      header:
        "{\"x\":\(tensor("U8", "[2]", "[0,2]")),\"y\":\(tensor("U8", "[2]", "[1,3]"))}",
      data: 3, says: "overlaps the one before it"),
    Hostile(
      header:
        "{\"x\":\(tensor("U8", "[1]", "[0,1]")),\"y\":\(tensor("U8", "[1]", "[2,3]"))}",
      data: 3, says: "leaves a hole"),
    Hostile(
      header: "{\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"more\":1}}", data: 1,
      says: "the member \"more\""),
    Hostile(header: "{\"\u{1}\":1}", says: "a control character"),
    Hostile(header: "{\"\\q\":1}", says: "an unknown escape"),
    Hostile(header: "{\"\\ud800\":1}", says: "no '\\u'"),
    Hostile(header: String(repeating: "{\"a\":", count: 100), says: "nesting too deep"),
  ]

  @Test(arguments: hostile) func `a broken rule is one clear error`(_ hostile: Hostile) throws {
    let path = try file(hostile.header, data: hostile.data, length: hostile.length)
    let error = try #require(throws: WordtoolError.self) { try TensorFile(path: path) }
    #expect(error.kind == .badData)
    #expect(error.description.contains(hostile.says), "\(error)")
    #expect(error.description.hasPrefix(path))
  }

  @Test func `a header that is not UTF-8 is an error`() throws {
    let path = try folder.write(
      [6, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF, 0x22, 0x3A, 0x7D], to: "x")
    #expect(throws: WordtoolError.self) { try TensorFile(path: path) }
  }
}
