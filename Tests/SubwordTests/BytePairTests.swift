import Foundation
import Subword
import Testing
import TestSupport
import WordtoolCore

/// What the Hugging Face library made of a few texts; see Scripts/golden/encoders.py.
private struct Golden: Decodable {
  struct Sample: Decodable {
    var text: String
    var ids: [Int32]
  }
  var training: [String]
  var samples: [Sample]

  static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Fixtures/" + name }

  static func load() throws -> Golden {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(fileURLWithPath: path("huggingface.json"))))
  }
}

@Suite struct BytePairTests {
  let folder = ScratchFolder()

  @Test func `repeated letters are joined from left to right`() throws {
    let options = BytePairTrainingOptions(vocabularySize: 256 + 4, minimumFrequency: 1)
    // aa aa a; of two pairs that occur once the lower numbers come first: aa aaa; aaaaa.
    let encoding = try BytePairEncoding.train(on: ["aaaaa"], options: options)
    let joined = encoding.merges.map {
      [$0.left, $0.right].map { String(decoding: encoding.bytes(ofToken: $0) ?? [], as: UTF8.self) }
    }
    #expect(joined == [["a", "a"], ["aa", "a"], ["aa", "aaa"]])
    #expect(encoding.encode("aaaaa").count == 1 && encoding.encode("aaa").count == 1)
  }

  @Test func theirEncodingGivesTheSameNumbers() throws {
    let encoding = try BytePairEncoding(contentsOf: Golden.path("tokenizer.json"))
    #expect(encoding.vocabularySize == 320)
    for sample in try Golden.load().samples {
      #expect(encoding.encode(sample.text) == sample.ids, "\(sample.text.debugDescription)")
      #expect(try encoding.decodedText(sample.ids) == sample.text)
      // Again, from what was remembered.
      #expect(encoding.encode(sample.text) == sample.ids)
    }
  }

  @Test(arguments: [1, 2, 3]) func trainingLearnsTheirMerges(threads: Int) throws {
    let theirs = try BytePairEncoding(contentsOf: Golden.path("tokenizer.json"))
    let options = BytePairTrainingOptions(
      vocabularySize: 320, specialTokens: [SpecialToken("<|endoftext|>"), SpecialToken("<pad>")])
    let golden = try Golden.load()
    let ours = try BytePairEncoding.train(
      on: golden.training, options: options, threads: threads)
    #expect(ours.merges == theirs.merges)
    for id in 0..<Int32(320) { #expect(ours.bytes(ofToken: id) == theirs.bytes(ofToken: id)) }
  }

  @Test func anyBytesComeBack() throws {
    let encoding = try BytePairEncoding(contentsOf: Golden.path("tokenizer.json"))
    var random = SeededGenerator(seed: 8)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in
        Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random) : Array("the  food's 12\n".utf8)[length % 15]
      }
      let ids = encoding.encode(bytes.span)
      #expect(try encoding.decode(ids) == bytes)
    }
  }

  @Test func longPiecesGoTheSameWayAsShortOnes() throws {
    // Pieces of up to 48 bytes and longer ones are joined by different code.
    let options = BytePairTrainingOptions(vocabularySize: 300, minimumFrequency: 1)
    let encoding = try BytePairEncoding.train(on: ["abcabcabdabcaabbccddabcd"], options: options)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let letters = (0..<48).map { _ in "abcd".randomElement(using: &random) ?? "a" }
      let short = String(letters)
      // A dropout that never strikes takes the other way.
      #expect(try encoding.encode(short) == encoding.encode(short, dropout: 1e-300, seed: 1))
    }
    let long = String(repeating: "abcd", count: 50_000)
    #expect(try encoding.decodedText(encoding.encode(long)) == long)
  }

  @Test func dropoutChoosesBySeed() throws {
    let encoding = try BytePairEncoding(contentsOf: Golden.path("tokenizer.json"))
    let text = "the food was good and the food was bad"
    let some = try encoding.encode(text, dropout: 0.5, seed: 1)
    #expect(try some == encoding.encode(text, dropout: 0.5, seed: 1))
    #expect(try some != encoding.encode(text, dropout: 0.5, seed: 2))
    #expect(some.count > encoding.encode(text).count)
    #expect(try encoding.decodedText(some) == text)
    #expect(try encoding.encode(text, dropout: 1, seed: 1).count == text.utf8.count)
    #expect(try encoding.encode(text, dropout: 0, seed: 1) == encoding.encode(text))
  }

  @Test func `an awaited training learns the same merges, and a raised flag ends one`() async throws
  {
    let text = ["the food was good", "the good food", "food for thought"]
    let options = BytePairTrainingOptions(vocabularySize: 270)
    let stop = StopFlag()
    let blocking = try BytePairEncoding.train(on: text, options: options, stop: stop)
    let moments = TrainingMoments()
    let awaited = try await BytePairEncoding.train(on: text, options: options, progress: moments)
    #expect(awaited.merges == blocking.merges && !awaited.merges.isEmpty)
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    #expect(last?.fraction == 1 && last?.examples == awaited.merges.count)
    stop.raise()
    let error = #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(on: text, options: options, stop: stop)
    }
    #expect(error?.kind == .interrupted)
  }

  @Test func `options out of range are refused by the name of the property`() {
    for (property, options) in [
      ("vocabularySize", BytePairTrainingOptions(vocabularySize: 255)),
      ("minimumFrequency", BytePairTrainingOptions(minimumFrequency: 0)),
      ("specialTokens", BytePairTrainingOptions(specialTokens: [SpecialToken("")])),
      ("specialTokens", BytePairTrainingOptions(specialTokens: [.init("x"), .init("x")])),
    ] {
      let error = #expect(throws: WordtoolError.self) {
        try BytePairEncoding.train(on: ["a"], options: options)
      }
      #expect(error?.kind == .usage && error?.found.contains("`\(property)`") == true)
    }
    let error = #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(on: ["a"]).encode("a", dropout: 2, seed: 1)
    }
    #expect(error?.found == "`dropout` is 2.0")
  }

  @Test func filesComeBackByteForByte() throws {
    let options = BytePairTrainingOptions(
      vocabularySize: 280, specialTokens: [SpecialToken("<\"é\\>")], addsPrefixSpace: true)
    let encoding = try BytePairEncoding.train(
      on: ["the the the food food \u{1}\u{1}\u{1}"], options: options)
    try encoding.write(to: folder("a.json"))
    let copy = try BytePairEncoding(contentsOf: folder("a.json"))
    try copy.write(to: folder("b.json"))
    #expect(try folder.bytes(of: "a.json") == folder.bytes(of: "b.json"))
    #expect(copy.addsPrefixSpace)
    let text = "the food<\"é\\>the"
    #expect(copy.encode(text) == encoding.encode(text))
    #expect(try copy.decodedText(copy.encode(text), skipsSpecialTokens: true) == " the food the")
  }

  @Test func aWordThatMergesMakeMayBeAddedOnceMore() throws {
    var text = try String(contentsOfFile: Golden.path("tokenizer.json"), encoding: .utf8)
    let plain = try BytePairEncoding(contentsOf: Golden.path("tokenizer.json"))
    // A result that further merges join, as 'the' is.
    let merge = try #require(
      plain.merges.first { merge in
        plain.merges.contains { $0.left == merge.result || $0.right == merge.result }
          && plain.bytes(ofToken: merge.result)?.allSatisfy { $0 > 0x60 && $0 < 0x7B } == true
      })
    let word = String(decoding: try #require(plain.bytes(ofToken: merge.result)), as: UTF8.self)
    text.replace(
      #""added_tokens": ["#,
      with: #""added_tokens": [{"id": \#(merge.result), "content": "\#(word)", "special": true},"#,
      maxReplacements: 1)
    let encoding = try BytePairEncoding(contentsOf: folder.write(text, to: "added.json"))
    #expect(encoding.merges == plain.merges)
    #expect(encoding.encode("x\(word)") == plain.encode("x") + [merge.result])
    let copy = folder.path + "/copy.json"
    try encoding.write(to: copy)
    #expect(try BytePairEncoding(contentsOf: copy).encode(word) == [merge.result])
  }

  @Test func wrongTrainingIsRefused() {
    #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(on: ["a"], options: BytePairTrainingOptions(vocabularySize: 255))
    }
    #expect(throws: WordtoolError.self) { try BytePairEncoding.train(on: []) }
    #expect(throws: WordtoolError.self) { try BytePairEncoding.train(on: ["", ""]) }
    #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(on: ["a"], options: BytePairTrainingOptions(minimumFrequency: 0))
    }
    #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(
        on: ["a"], options: BytePairTrainingOptions(specialTokens: [.init("x"), .init("x")]))
    }
  }

  @Test(arguments: [
    ("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}"),
    ("\"type\": \"BPE\"", "\"type\": \"Unigram\""),
    ("\"dropout\": null", "\"dropout\": 0.1"),
    ("\"truncation\": null", "\"truncation\": {}"),
    ("\"post_processor\": null", "\"post_processor\": {\"type\": \"TemplateProcessing\"}"),
    ("\"pre_tokenizer\": {\"type\": \"ByteLevel\"", "\"pre_tokenizer\": {\"type\": \"Whitespace\""),
    ("\"!\": 0", "\"!\": 1"), ("\"!\": 0", "\"!\": 2000000000"), ("\"!\": 0", "\"!\": -1"),
    ("\"!\": 0", "\"!\": 0.5"), ("\"!\": 0", "\"東\": 0"), ("\"!\": 0", "\"!!\": 0"),
    ("h e", "h zz"), ("h e", "h e e"), ("h e", ""), ("\"model\"", "\"modell\""),
  ])
  func filesThatMeanSomethingElseAreRefused(_ from: String, _ to: String) throws {
    let encoding = try BytePairEncoding.train(
      on: ["the the"], options: BytePairTrainingOptions(vocabularySize: 257))
    try encoding.write(to: folder("ok.json"))
    let text = String(decoding: try folder.bytes(of: "ok.json"), as: UTF8.self)
    #expect(text.contains(from))
    let path = try folder.write(text.replacing(from, with: to, maxReplacements: 1), to: "bad.json")
    let error = #expect(throws: WordtoolError.self) { try BytePairEncoding(contentsOf: path) }
    #expect(error?.path == path)
    #expect(error?.kind == .badData)
  }

  @Test func damagedFilesNeverCrash() throws {
    let encoding = try BytePairEncoding.train(
      on: ["the the"], options: BytePairTrainingOptions(vocabularySize: 258))
    try encoding.write(to: folder("ok.json"))
    let bytes = try folder.bytes(of: "ok.json")
    var random = SeededGenerator(seed: 2)
    for _ in 0..<200 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      let path = try folder.write(
        Array(changed.prefix(Int.random(in: bytes.count / 2...2 * bytes.count, using: &random))),
        to: "bad.json")
      do { _ = try BytePairEncoding(contentsOf: path) } catch is WordtoolError {}
    }
  }
}
