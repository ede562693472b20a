import Foundation
import SeqModels
import TestSupport
import Testing
import WordtoolCore

/// Supervised models that fastText itself has made, see Scripts/golden/fasttext_classifiers.py.
@Suite struct FastTextFileTests {
  struct Golden: Decodable {
    struct Label: Decodable {
      var label: String
      var probability: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        label = try values.decode(String.self)
        probability = try values.decode(Double.self)
      }
    }
    var texts: [String]
    var answers: [String: [[Label]]]
  }

  static let names = [
    "softmax.bin", "words.bin", "hs.bin", "ns.bin", "ova.bin", "softmax.ftz", "hs-pruned.ftz",
    "pruned-words.ftz",
  ]

  private static func path(_ name: String) -> String {
    "\(Bundle.module.resourcePath ?? ".")/Fixtures/fasttext-\(name)"
  }

  private static func golden() throws -> Golden {
    let data = try Data(contentsOf: URL(fileURLWithPath: path("classifiers.json")))
    return try JSONDecoder().decode(Golden.self, from: data)
  }

  @Test("labels, their order and fastText's own numbers are fastText's", arguments: names)
  func equalsFastText(name: String) throws {
    let golden = try Self.golden()
    let model = try TextClassifier(contentsOf: Self.path(name))
    let expected = try #require(golden.answers[name])
    let answers = try model.fastTextAnswers(for: LabelledText(texts: golden.texts), count: 4)
    #expect(answers.count == expected.count)
    for (text, (answer, labels)) in zip(golden.texts, zip(answers, expected)) {
      #expect(answer.predictions.map(\.label) == labels.map(\.label), "\(text)")
      for (found, right) in zip(answer.predictions, labels) {
        #expect(abs(found.probability - right.probability) < 1e-6, "\(text)")
      }
    }
  }

  @Test("probabilities are those of the model, in labels without their prefix", arguments: names)
  func trueProbabilities(name: String) throws {
    let golden = try Self.golden()
    let model = try TextClassifier(contentsOf: Self.path(name))
    #expect(model.labels.sorted() == ["city", "hills", "rare-label", "water"])
    let isShared = !["ns.bin", "ova.bin"].contains(name)
    #expect(model.isExclusive == isShared)
    // The table of fastText's sigmoid has steps of 1/32.
    let tolerance = isShared ? 3e-5 : 1 / 128.0
    let answers = try model.answers(for: LabelledText(texts: golden.texts), count: 4)
    for (answer, labels) in zip(answers, try #require(golden.answers[name])) {
      let found = Dictionary(
        uniqueKeysWithValues: answer.predictions.map { ("__label__" + $0.label, $0.probability) })
      #expect(found.count == 4)
      for right in labels {
        let probability = try #require(found[right.label])
        #expect(abs(probability - right.probability) < tolerance)
      }
      if isShared { #expect(abs(found.values.reduce(0, +) - 1) < 1e-5) }
    }
  }

  @Test func `texts without anything known say so`() throws {
    let model = try TextClassifier(contentsOf: Self.path("words.bin"))
    let texts = LabelledText(texts: ["the unheard river", "unheard", "", "__label__water"])
    #expect(try model.answers(for: texts).map(\.knownCount) == [2, 0, 0, 0])
  }

  @Test func `the number of threads changes nothing`() throws {
    let model = try TextClassifier(contentsOf: Self.path("hs-pruned.ftz"))
    let texts = LabelledText(texts: (0..<300).map { "the river \($0) seas" })
    let answers = try (1...3).map { threads in
      try model.answers(for: texts, count: 4, threads: threads).map(\.predictions)
    }
    #expect(answers[0] == answers[1] && answers[0] == answers[2])
  }

  @Test func `the file says what it is`() throws {
    let pruned = try #require(
      try TextClassifier(contentsOf: Self.path("hs-pruned.ftz")).fastTextFacts)
    #expect(pruned.loss == "hs" && pruned.isQuantized && pruned.isPruned && !pruned.quantizesLabels)
    #expect(pruned.characterNGrams == 2...3 && pruned.wordNGramOrder == 2)
    #expect(pruned.wordCount + pruned.nGramRows == 260)
    let plain = try #require(try TextClassifier(contentsOf: Self.path("words.bin")).fastTextFacts)
    #expect(plain.loss == "softmax" && !plain.isQuantized && !plain.isPruned)
    #expect(plain.characterNGrams == nil && plain.dimension == 5 && plain.nGramRows == 0)
  }

  @Test func `what was read is written as it was`() throws {
    let folder = ScratchFolder()
    try TextClassifier(contentsOf: Self.path("softmax.ftz")).write(to: folder("again.ftz"))
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: Self.path("softmax.ftz"))))
    #expect(try folder.bytes(of: "again.ftz") == original)
  }

  @Test("cut anywhere, it is bad data", arguments: ["softmax.bin", "hs-pruned.ftz"])
  func cutAnywhere(name: String) throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Self.path(name))))
    let folder = ScratchFolder()
    for length in stride(from: 4, to: bytes.count, by: 53) {
      let path = try folder.write(Array(bytes[..<length]), to: "cut")
      let error = #expect(throws: WordtoolError.self) { try TextClassifier(contentsOf: path) }
      #expect(error?.kind == .badData && error?.path == path)
    }
  }

  @Test(
    "what cannot be is refused in a line",
    arguments: [
      (36, 1, "word vectors"), (32, 9, "loss"), (8, 6, "columns"), (36, 2, "word vectors"),
    ])
  func hostile(offset: Int, value: UInt8, message: String) throws {
    let folder = ScratchFolder()
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Self.path("softmax.bin"))))
    bytes[offset] = value
    let path = try folder.write(bytes, to: "x")
    let error = #expect(throws: WordtoolError.self) { try TextClassifier(contentsOf: path) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
