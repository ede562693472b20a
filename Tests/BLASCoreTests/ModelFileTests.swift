import BLASCore
import TestSupport
import Testing
import WordtoolCore

@Suite struct ModelFileTests {
  let folder = ScratchFolder()

  private func file(
    metadata: [String: String] = ["format": "wordtool-x 1"], bytes: [UInt8] = Array("ab".utf8),
    offsets: [Int64] = [0, 1, 2]
  ) throws -> String {
    let output = try OutputFile(path: folder("m.safetensors"))
    var writer = try TensorFileWriter(
      to: output, metadata: metadata,
      tensors: [.init("t.offsets", .int64, [offsets.count]), .init("t", .uint8, [bytes.count])])
    try offsets.withUnsafeBytes { try writer.write($0) }
    try bytes.withUnsafeBytes { try writer.write($0) }
    writer.finish()
    try output.commit()
    return folder("m.safetensors")
  }

  private func open(_ path: String) throws -> ModelFile {
    try ModelFile(path: path, format: "wordtool-x 1", writtenBy: "train-x")
  }

  private func expectError(_ text: String, _ body: () throws -> Void) {
    let error = #expect(throws: WordtoolError.self) { try body() }
    #expect(error?.kind == .badData && error?.description.contains(text) == true, "\(error as Any)")
  }

  @Test func `strings come back as they were written`() throws {
    let table = StringTable(["", "a", "東京", "a"].map(\.utf8))
    let read = try open(file(bytes: table.bytes, offsets: table.offsets))
      .strings(bytes: "t", offsets: "t.offsets")
    #expect(read.texts == ["", "a", "東京", "a"])
    #expect(StringTable(ByteStringTable(["x", "yz"])).texts == ["x", "yz"])
  }

  @Test(
    arguments: [
      ([], "ab", "is empty"), ([1, 2], "ab", "begins with 1"),
      ([0, 2, 1, 2], "ab", "falls from 2"),
      ([0, 1], "ab", "ends with 1 for 2 bytes"), ([0, 3], "ab", "ends with 3 for 2 bytes"),
      ([0, -1, 2], "ab", "falls from 0 to -1"), ([0, 1, 2], "é", "text 0 of 't' is not UTF-8"),
    ] as [([Int64], String, String)])
  func `damaged tables of strings are refused`(
    _ offsets: [Int64], _ text: String, _ says: String
  ) throws {
    let path = try file(bytes: Array(text.utf8), offsets: offsets)
    expectError(says) { _ = try open(path).strings(bytes: "t", offsets: "t.offsets") }
  }

  @Test func `repeats, empty texts and bytes that are no text are refused`() throws {
    let twice = try open(file(bytes: Array("aa".utf8)))
    expectError("'a' twice in 't'") {
      _ = try twice.distinctStrings(bytes: "t", offsets: "t.offsets")
    }
    let empty = try open(file(offsets: [0, 0, 2]))
    expectError("text 0 of 't' is empty") {
      _ = try empty.strings(bytes: "t", offsets: "t.offsets", allowsEmpty: false)
    }
    let binary = try open(file(bytes: [0x61, 0xFF]))
    expectError("text 1 of 't' is not UTF-8") {
      _ = try binary.strings(bytes: "t", offsets: "t.offsets")
    }
  }

  @Test func `a file of another kind, version or format is refused with what to do`() throws {
    expectError("train-x writes such files") { _ = try open(file(metadata: [:])) }
    expectError("a newer wordtool may read it") {
      _ = try open(file(metadata: ["format": "wordtool-x 2"]))
    }
    expectError("a language model, expected 'wordtool-x 1'; train-x writes such files") {
      _ = try open(file(metadata: ["format": "wordtool-language-model 1"]))
    }
    expectError("an image checkpoint, expected") {
      _ = try open(file(metadata: ["format": "wordtool-image-checkpoint 2"]))
    }
    expectError("a file of the kind 'other 1'") {
      _ = try open(file(metadata: ["format": "other 1"]))
    }
    let archive = try folder.write(
      Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 60), to: "x.pth")
    expectError("safetensors.torch") { _ = try open(archive) }
    let pickle = try folder.write([0x80, 2, 0x7D, 0x71, 0, 0x28, 0x58, 1, 0, 0, 0, 0x61], to: "p")
    expectError("a Python pickle") { _ = try open(pickle) }
    let text = try folder.write("hello, these are words", to: "words.txt")
    expectError("no safetensors file") { _ = try open(text) }
  }

  @Test func `facts are checked when they are asked for`() throws {
    let model = try open(
      file(metadata: ["format": "wordtool-x 1", "n": "7", "yes": "true", "list": "[1,2]"]))
    #expect(try model.integer("n", in: 1...7) == 7 && model.flag("yes"))
    #expect(try model.decoded("list", as: [Int].self) == [1, 2])
    expectError("'n' is '7', expected 1 to 6") { _ = try model.integer("n", in: 1...6) }
    expectError("no 'm' in the header") { _ = try model.text("m") }
    expectError("'n' is '7', expected true or false") { _ = try model.flag("n") }
    expectError("an unreadable n in the header") {
      _ = try model.decoded("n", as: [Int].self)
    }
    expectError("no tensor u") { _ = try model.entry("u", .uint8, [-1]) }
    expectError("tensor t of type U8 and shape [2], expected U8 [3]") {
      _ = try model.entry("t", .uint8, [3])
    }
  }
}
