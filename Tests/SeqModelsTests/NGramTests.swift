import Libc
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct NGramTests {
  static func train(
    _ text: String, order: Int = 3, unit: TextUnit = .word,
    _ change: (inout NGramOptions) -> Void = { _ in }
  ) throws -> NGramModel {
    let folder = ScratchFolder()
    var options = NGramOptions()
    options.order = order
    options.unit = unit
    change(&options)
    return try NGramModel.train(on: [folder.write(text, to: "text")], options: options)
  }

  /// Sentences of a few words, the lower numbers more frequent.
  static func sentences(_ count: Int, seed: UInt64, words: Int = 12) -> [[String]] {
    var source = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...9, using: &source)).map { _ in
        let word = Int.random(in: 0..<words, using: &source)
        return "w\(word * Int.random(in: 0...3, using: &source) / 3)"
      }
    }
  }

  private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  /// Two sentences, a b / b a c. Every bigram occurs once, so the discounts are the fallback.
  /// Different tokens stand before a, b and </s>: 2, before c: 1, 7 in all. Discounted are
  /// 1 + 1 + 1 + 0.5 = 3.5, half of it, shared by 5 tokens: 0.1 each.
  @Test func aSmallExampleByHand() throws {
    let model = try Self.train("a b\nb a c\n", order: 2)
    #expect(model.training?.discounts.map(\.areFallback) == [true, true])
    #expect(model.training?.tokenCount == 5 && model.training?.sentenceCount == 2)
    #expect(model.counts == [6, 7])
    func expect(
      _ word: String, after previous: String?, _ probability: Double,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      var context = model.empty
      if let previous { _ = model.score(try #require(model.id(of: previous)), &context) }
      let found = pow(10, model.score(try #require(model.id(of: word)), &context))
      #expect(near(found, probability), sourceLocation: sourceLocation)
    }
    try expect("a", after: nil, 1.0 / 7 + 0.1)
    try expect("c", after: nil, 0.5 / 7 + 0.1)
    try expect("<unk>", after: nil, 0.1)
    // a is followed by b and c, once each: half is discounted.
    try expect("b", after: "a", 0.25 + 0.5 * (1.0 / 7 + 0.1))
    try expect("<unk>", after: "a", 0.5 * 0.1)
    try expect("</s>", after: "c", 0.5 + 0.5 * (1.0 / 7 + 0.1))
    var begin = model.sentenceBegin
    let a = try #require(model.id(of: "a"))
    #expect(near(pow(10, model.score(a, &begin)), 0.25 + 0.5 * (1.0 / 7 + 0.1)))
  }

  @Test func discountsComeFromCountsOfCounts() {
    // Y = 100 / (100 + 2 * 40) = 5/9.
    let d = KneserNeyDiscounts(countsOfCounts: (100, 40, 20, 10))
    #expect(!d.areFallback)
    #expect(near(d.one, 1 - 2 * 5.0 / 9 * 0.4))
    #expect(near(d.two, 2 - 3 * 5.0 / 9 * 0.5))
    #expect(near(d.three, 3 - 4 * 5.0 / 9 * 0.5))
    for counts in [(0, 0, 0, 0), (5, 0, 1, 1), (5, 3, 0, 1), (1, 1, 100, 1), (0, 3, 2, 1)] {
      let d = KneserNeyDiscounts(countsOfCounts: counts)
      #expect(d.areFallback && d.one == 0.5 && d.two == 1 && d.three == 1.5)
    }
  }

  @Test(arguments: 1...5) func agreesWithDictionariesAndSumsToOne(_ order: Int) throws {
    let sentences = Self.sentences(70, seed: UInt64(order))
    let text = sentences.map { $0.joined(separator: " ") + "\n" }.joined()
    let model = try Self.train(text, order: order)
    let oracle = KneserNeyOracle(sentences, order: order)
    #expect(model.vocabularyCount == oracle.vocabulary.count + 1)
    var source = SeededGenerator(seed: 7)
    for trial in 0..<25 {
      // Contexts of the text, and made-up ones that are partly or not at all in it.
      let known = sentences[trial].prefix(Int.random(in: 0...6, using: &source))
      let words = trial % 2 == 0 ? known : ["w1", "w0", "w3", "w2"].shuffled(using: &source)[...]
      var context = model.sentenceBegin
      for word in words { _ = model.score(model.id(of: word) ?? model.unknownID, &context) }
      let probabilities = model.probabilities(after: context)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
      #expect(probabilities[Int(model.beginID)] == 0)
      for word in oracle.vocabulary {
        let id = try #require(model.id(of: word))
        var moved = context
        let score = pow(10, model.score(id, &moved))
        #expect(near(score, oracle.probability(word, after: ["<s>"] + words), 3e-6))
        #expect(near(score, probabilities[Int(id)]))
      }
    }
  }

  @Test func rareWordsBecomeUnknownAndVocabularyIsOrdered() throws {
    let text = "x y z\nx y\nx q\n<s> x </s>\n\n   \n"
    let all = try Self.train(text, order: 1)
    #expect((0..<7).map { all.token(Int32($0)) } == ["<unk>", "<s>", "</s>", "x", "y", "q", "z"])
    let frequent = try Self.train(text) { $0.minimumCount = 2 }
    #expect(frequent.vocabularyCount == 5 && frequent.training?.sentenceCount == 4)
    let first = try Self.train(text) { $0.maximumVocabulary = 1 }
    #expect(first.vocabularyCount == 4 && first.id(of: "x") == 3 && first.id(of: "y") == nil)
    // What became unknown is counted: it is likelier than in the model that knows all.
    var (a, b) = (all.empty, frequent.empty)
    #expect(frequent.score(0, &b) > all.score(0, &a))
  }

  @Test func charactersAreCodePointsAndEveryLineCounts() throws {
    let model = try Self.train("né\u{301} e\n\n\té\r\n", unit: .char)
    #expect(model.training?.tokenCount == 7 && model.training?.sentenceCount == 3)
    #expect(model.id(of: "<U+0020>") != nil && model.id(of: "<U+0009>") != nil)
    #expect(model.id(of: "\u{301}") != nil && model.id(of: " ") == nil)
    let folder = ScratchFolder()
    let report = try model.perplexity(of: [folder.write("n e\n\nx\n", to: "text")])
    #expect(report.characterCount == 7 && report.tokenCount == 4 && report.sentenceCount == 3)
    #expect(report.unknownCount == 1)
  }

  @Test func textsThatGiveNoModel() throws {
    for (text, part) in [("", "without tokens"), (" \n\n", "without tokens"), ("a\n", "one token")]
    {
      let error = #expect(throws: WordtoolError.self) { try Self.train(text) }
      #expect(error?.kind == .badData && error?.found.contains(part) == true)
    }
    for order in [0, 7] {
      #expect(throws: WordtoolError.self) { try Self.train("a b c\n", order: order) }
    }
    let folder = ScratchFolder()
    let path = try folder.write(Array("a b ".utf8) + [0xFF, 10], to: "text")
    let lenient = try NGramModel.train(on: [path])
    #expect(lenient.training?.replacedCount == 1)
    var strict = NGramOptions()
    strict.isStrict = true
    let error = #expect(throws: WordtoolError.self) {
      try NGramModel.train(on: [path], options: strict)
    }
    #expect(error?.position == .byte(4))
  }

  @Test func perplexityCountsSentenceEndsAndTellsUnknownWordsApart() throws {
    let model = try Self.train("a b\nb a c\n", order: 2)
    let folder = ScratchFolder()
    let report = try model.perplexity(of: [folder.write("a  zz\n\n", to: "text")])
    let half = 0.5 * (1.0 / 7 + 0.1)
    // <s> a is 0.25 + half; zz after a is 0.05; </s> after what is unknown is 1/7 + 0.1.
    let product = (0.25 + half) * 0.05 * (1.0 / 7 + 0.1)
    #expect(near(report.perplexity, pow(product, -1.0 / 3)))
    #expect(near(report.perplexityWithoutUnknown, pow(product / 0.05, -0.5)))
    #expect(report.characterCount == 5)
    #expect(near(report.bitsPerCharacter, -log2(product) / 5))
    let nothing = try folder.write("\n", to: "nothing")
    #expect(throws: WordtoolError.self) { try model.perplexity(of: [nothing]) }
  }

  @Test(
    .enabled(
      if: RealData.has("ptb/ptb.train.txt", "ptb/ptb.test.txt"),
      "needs ptb in the folder that WORDTOOL_CORPORA names"))
  func thePennTreebankHasThePublishedPerplexity() throws {
    // Mikolov et al. 2011 give 148.3 for the trigram and 141.2 for the 5-gram.
    for (order, published) in [(3, 148.3), (5, 141.2)] {
      var options = NGramOptions()
      options.order = order
      let model = try NGramModel.train(on: [RealData.path("ptb/ptb.train.txt")], options: options)
      #expect(model.vocabularyCount == 10_001)
      let report = try model.perplexity(of: [RealData.path("ptb/ptb.test.txt")])
      #expect(abs(report.perplexity - published) < 0.05, "\(report.perplexity)")
    }
  }
}
