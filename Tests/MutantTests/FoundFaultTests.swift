import ConvNets
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

/// What damaged copies found once, each as small as it can be.
@Suite struct FoundFaultTests {
  private let folder = ScratchFolder()

  @Test func `a word that stands twice with counts that have no sum is bad data`() throws {
    let half = "4611686018427387904"
    let path = try folder.write("red \(half)\nred \(half)\n", to: "vocabulary")
    let error = #expect(throws: WordtoolError.self) { try Vocabulary(contentsOf: path) }
    #expect(
      error?.description.hasSuffix(":2: 'red' for the second time, expected every word once")
        == true)
    #expect(try Vocabulary([("red", .max), ("blue", 1)]).totalCount == .max)
  }

  @Test func `a message is one line whatever stands in the file or its name`() {
    let error = WordtoolError(.badData, path: "a\nb", found: "'\u{1B}[31m\r\n\u{2028}\0ü'")
    #expect(error.description == #"a\u{A}b: '\u{1B}[31m\u{D}\u{A}\u{2028}\u{0}ü'"#)
  }

  @Test(arguments: [
    "classifier, fastText", "classifier, recurrent", "tagger", "image model", "image weights",
    "language model, recurrent", "language model, fixed window", "language model, bag of words",
  ])
  func `weights that are finite and too large for their products are bad data`(
    name: String
  ) throws {
    let format = try #require(MutantFormat.all.first { $0.name == name })
    let sample = try format.sample(folder)
    var parts = try #require(SafetensorsParts(sample.file))
    for place in parts.tensors.indices where parts.tensors[place].type == "F32" {
      parts.tensors[place].bytes = Self.bytes(of: 3e38, count: parts.tensors[place].bytes.count / 4)
    }
    let path = try folder.write(parts.file, to: "large" + format.suffix)
    let error = #expect(throws: WordtoolError.self) { try sample.ask(path) }
    #expect(error?.kind == .badData && error?.description.contains("sound model") == true)
  }

  @Test func `a whitening whose variances are not numbers is bad data`() throws {
    let set = try MutantFormat.set(in: folder)
    try ZCAWhitening(fitting: set).write(to: folder("zca"))
    var parts = try #require(SafetensorsParts(folder.bytes(of: "zca")))
    let place = try #require(parts.tensors.firstIndex { $0.name == "zca.variances" })
    parts.tensors[place].bytes.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, 0xF8, 0x7F])
    let path = try folder.write(parts.file, to: "damaged")
    let error = #expect(throws: WordtoolError.self) { try ZCAWhitening(contentsOf: path) }
    #expect(error?.description.contains("'zca.variances' that is not finite") == true)
  }

  private static func bytes(of value: Float, count: Int) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    return (0..<count).flatMap { _ in bytes }
  }
}
