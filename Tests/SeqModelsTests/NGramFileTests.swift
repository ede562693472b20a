import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct NGramFileTests {
  private static func text(_ count: Int, seed: UInt64, words: Int = 12) -> String {
    NGramTests.sentences(count, seed: seed, words: words).map { $0.joined(separator: " ") + "\n" }
      .joined()
  }

  @Test(arguments: [(1, TextUnit.word), (2, .word), (5, .word), (4, .char)])
  func aMappedModelIsTheOneThatWasWritten(_ order: Int, _ unit: TextUnit) throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train(Self.text(150, seed: 4), order: order, unit: unit)
    try model.write(to: folder("m.safetensors"), format: .safetensors)
    let mapped = try NGramModel(contentsOf: folder("m.safetensors"))
    #expect(mapped == model && mapped.counts == model.counts && mapped.training == nil)
    #expect(mapped.parameterCount == model.parameterCount)
    #expect(mapped.unit == unit && mapped.tokenizerRule == (unit == .word ? .whitespace : nil))
    try mapped.write(to: folder("again.safetensors"), format: .safetensors)
    #expect(
      try folder.bytes(of: "again.safetensors") == folder.bytes(of: "m.safetensors"))
    #expect(try LanguageModelFile.load(folder("m.safetensors")) is NGramModel)
  }

  @Test func arpaAndMappedFilesAnswerWithTheSameBits() throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train(Self.text(200, seed: 8), order: 4)
    try model.write(to: folder("m.arpa"))
    try model.write(to: folder("m.safetensors"), format: .safetensors)
    let models = try ["m.arpa", "m.safetensors"].map { try NGramModel(contentsOf: folder($0)) }
    let other = try folder.write(Self.text(60, seed: 9, words: 15), to: "other")
    let ids = try TokenizedText([other], for: model).ids
    let values = try models.map { try $0.logProbabilities(of: ids, stop: StopFlag()) }
    #expect(values[0] == values[1])
    #expect(try model.logProbabilities(of: ids, stop: StopFlag()) == values[0])
    for id in ids.prefix(100) {
      var contexts = models.map(\.sentenceBegin)
      for place in models.indices { _ = models[place].score(id, &contexts[place]) }
      #expect(contexts[0] == contexts[1])
      let all = zip(models, contexts).map { $0.probabilities(after: $1) }
      let logs = zip(models, contexts).map { $0.logProbabilities(after: $1) }
      #expect(all[0] == all[1] && logs[0] == logs[1])
    }
    try models[1].write(to: folder("again.arpa"))
    #expect(try folder.bytes(of: "again.arpa") == folder.bytes(of: "m.arpa"))
  }

  /// Contexts with 1 to 5,000 continuations, so that searches are of every length.
  @Test func everyContinuationIsFoundAndNothingElse() throws {
    var lines: [String] = []
    for (context, count) in [1, 2, 3, 4, 5, 17, 100, 1000, 5000].enumerated() {
      for next in 0..<count { lines.append("c\(context) n\(next * 7 % 5000)") }
    }
    let model = try NGramTests.train(lines.joined(separator: "\n"), order: 2)
    let expected = Set(lines)
    for context in 0..<9 {
      let first = try #require(model.id(of: "c\(context)"))
      var (unseen, alone) = (model.empty, model.empty)
      _ = model.score(first, &unseen)
      let weight = model.score(model.unknownID, &unseen) - model.score(model.unknownID, &alone)
      var wrong: [String] = []
      for next in 0..<5000 {
        let word = try #require(model.id(of: "n\(next)"))
        var places = model.empty
        _ = model.score(first, &places)
        let found = model.score(word, &places)
        // Backed off, the answer is the sum of the context's weight and the unigram; a word that
        // was seen is likelier.
        var none = model.empty
        let backedOff = weight + model.score(word, &none)
        let isSeen = found > backedOff + 1e-6
        if isSeen != expected.contains("c\(context) n\(next)") { wrong.append("\(next)") }
      }
      #expect(wrong == [], "c\(context)")
    }
  }

  /// Sentences longer than a thread's piece, empty ones, and a last one without an end.
  @Test(arguments: [1, 2, 5]) func manySentencesAtATimeAreMeasuredAsOneByOne(_ order: Int) throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train(Self.text(200, seed: 3), order: order)
    let words = Self.text(4000, seed: 12, words: 14)
    let long = words.replacing("\n", with: " ")
    let path = try folder.write(words + "\n" + long + long + "\n" + words, to: "text")
    let ids = Array(try TokenizedText([path], for: model).ids.dropLast())
    #expect(ids.count > 50_000)
    try model.write(to: folder("m"), format: .safetensors)
    var context = model.sentenceBegin
    let one = ids.map { id in
      defer { if id == model.endID { context = model.sentenceBegin } }
      return model.score(id, &context) * 2.302585092994046
    }
    for threads in [1, 2, 3] {
      let mapped = try LanguageModelFile.load(folder("m"), threads: threads)
      let isSame = try mapped.logProbabilities(of: ids, stop: StopFlag()) == one
      #expect(isSame, "\(threads) threads")
    }
    let stop = StopFlag()
    stop.raise()
    let error = #expect(throws: WordtoolError.self) {
      try model.logProbabilities(of: ids, stop: stop)
    }
    #expect(error?.kind == .interrupted)
    #expect(try model.logProbabilities(of: [], stop: StopFlag()) == [])
  }

  @Test(arguments: [
    ("wordtool-ngram-model 1", "wordtool-ngram-model 2", "a newer wordtool"),
    ("\"word\"", "\"worm\"", "'unit' is 'worm'"), ("ngrams.1", "ngrams.7", "no tensor ngrams.1"),
    ("[9,4]", "[3,12]", "ngrams.1"), ("vocabulary.index", "vocabulary.indes", "vocabulary.index"),
  ])
  func damagedHeadersAreRefused(_ part: String, _ replacement: String, _ message: String) throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train("a b c\nb a d e\n", order: 2)
    #expect(model.vocabularyCount == 8)
    try model.write(to: folder("m"), format: .safetensors)
    var bytes = try folder.bytes(of: "m")
    let old = Array(part.utf8)
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: old) }, "\(part) in the header")
    var new = Array(replacement.utf8)
    // The header keeps its length: what is longer takes from the blanks behind it.
    if new.count > old.count {
      let blank = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("}  ".utf8)) })
      bytes.removeSubrange(blank + 1..<blank + 1 + new.count - old.count)
    } else {
      new += [UInt8](repeating: 0x20, count: old.count - new.count)
    }
    bytes.replaceSubrange(place..<place + old.count, with: new)
    let path = try folder.write(bytes, to: "bad")
    let error = #expect(throws: WordtoolError.self) { try LanguageModelFile.load(path) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func aModelWithoutAnEndIsRefused() throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train("a b c\nb a d\n", order: 2)
    try model.write(to: folder("m"), format: .safetensors)
    let bytes = try folder.bytes(of: "m")
    let end = Array("</s>".utf8)
    let place = try #require(bytes.indices.last { bytes[$0...].starts(with: end) })
    var damaged = bytes
    damaged[place] = UInt8(ascii: "[")
    let path = try folder.write(damaged, to: "bad")
    let error = #expect(throws: WordtoolError.self) { try NGramModel(contentsOf: path) }
    #expect(error?.found == "a model without </s>")
  }

  @Test func placesThatAreNotThereAreNone() throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train("a b c\nb a d\n", order: 3)
    try model.write(to: folder("m"), format: .safetensors)
    var bytes = try folder.bytes(of: "m")
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    // The places of continuations of all 1-grams.
    for record in 0...model.vocabularyCount {
      for byte in 12..<16 { bytes[header + 16 * record + byte] = 0xFF }
    }
    let read = try NGramModel(contentsOf: folder.write(bytes, to: "bad"))
    var context = read.sentenceBegin
    for word in ["a", "b", "c", "</s>"] {
      #expect(read.score(try #require(read.id(of: word)), &context) < 0)
    }
    let error = #expect(throws: WordtoolError.self) { try read.write(to: folder("x.arpa")) }
    #expect(error?.kind == .badData)
  }

  @Test func aNameForGzipIsRefusedForAMappedFile() throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train("a b c\n", order: 2)
    let error = #expect(throws: WordtoolError.self) {
      try model.write(to: folder("m.safetensors.gz"), format: .safetensors)
    }
    #expect(error?.kind == .usage)
  }

  @Test func namesSayTheFormat() {
    #expect(NGramModel.Format(forPath: "a/b.safetensors") == .safetensors)
    for name in ["m.arpa", "m.arpa.gz", "m", "-", "safetensors"] {
      #expect(NGramModel.Format(forPath: name) == .arpa)
    }
  }
}
