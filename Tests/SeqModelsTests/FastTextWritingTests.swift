import Foundation
import SeqModels
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// Models that are written for fastText, read again here; Scripts/interop/supervised.py has fastText
/// itself read them.
@Suite struct FastTextWritingTests {
  private static let texts = [
    "the river of seas", "a Mountain and mountains", "river", "the mountain", "seas unheard river",
    "",
  ]

  private static func labelled() -> LabelledText {
    var text = LabelledText()
    for number in 0..<90 {
      let words = ["the river of seas \(number % 7)", "a Mountain and mountains \(number % 5)"]
      text.append(text: words[number % 2], labels: [["water", "hills"][number % 2]])
    }
    return text
  }

  private static func options(
    _ orders: ClosedRange<Int>, buckets: Int? = nil, keeps: Bool
  ) -> FastTextOptions {
    var options = FastTextOptions(
      features: NGramFeatureOptions(
        rule: .whitespace, orders: orders, minimumCount: 1, bucketCount: buckets),
      dimension: 6, epochs: 20)
    options.keepsToFastText = keeps
    return options
  }

  private static func probabilities(_ model: TextClassifier) throws -> [[Float]] {
    try model.answers(for: LabelledText(texts: texts), count: 2).map { answer in
      model.labels.sorted().map { label in
        Float(answer.predictions.first { $0.label == label }?.probability ?? .nan)
      }
    }
  }

  private static func distance(_ a: [[Float]], _ b: [[Float]]) -> Float {
    zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test("a model that keeps to fastText is the same after writing", arguments: [1...1, 1...3])
  func trained(orders: ClosedRange<Int>) throws {
    let folder = ScratchFolder()
    let options = Self.options(orders, buckets: 500, keeps: true)
    let model = try TextClassifier.train(on: Self.labelled(), options: options, threads: 1)
    try model.write(to: folder("x.bin"))
    let again = try TextClassifier(contentsOf: folder("x.bin"))
    #expect(try Self.probabilities(again) == Self.probabilities(model))
    #expect(try again.predictions(for: "the river of seas")[0].label == "water")
    #expect(try again.predictions(for: "a Mountain and mountains")[0].label == "hills")
    let facts = try #require(again.fastTextFacts)
    // Eight words, seven numbers and </s>.
    #expect(facts.wordCount == 16 && facts.wordNGramOrder == orders.upperBound)
    #expect(facts.nGramRows == (orders.upperBound > 1 ? 500 : 0))
    try TextClassifier.train(on: Self.labelled(), options: options, threads: 2)
      .write(to: folder("y.bin"))
    #expect(try folder.bytes(of: "x.bin") == folder.bytes(of: "y.bin"))
  }

  /// The files of a training with so many threads each.
  private static func files(
    _ options: FastTextOptions, threads: [Int], in folder: ScratchFolder
  ) throws -> [[UInt8]] {
    try threads.map {
      try TextClassifier.train(on: labelled(), options: options, threads: $0)
        .write(to: folder("\($0)"))
      return try folder.bytes(of: "\($0)")
    }
  }

  @Test("n-grams of characters say something of words never seen", arguments: [1...1, 1...2])
  func subwords(orders: ClosedRange<Int>) throws {
    let folder = ScratchFolder()
    var options = Self.options(orders, keeps: true)
    options.subwords = 3...5
    let files = try Self.files(options, threads: [1, 2, 3], in: folder)
    #expect(files[1] == files[0] && files[2] == files[0])
    let model = try TextClassifier.train(on: Self.labelled(), options: options, threads: 1)
    let again = try TextClassifier(contentsOf: folder("1"))
    #expect(try Self.probabilities(again) == Self.probabilities(model))
    let facts = try #require(again.fastTextFacts)
    #expect(facts.characterNGrams == 3...5 && facts.nGramRows % 4 == 0 && facts.nGramRows > 200)
    // Neither word is in the text; parts of both are.
    let answers = try again.answers(for: LabelledText(texts: ["riverside", "mountaineer", "%"]))
    #expect(answers[0].predictions[0].label == "water" && answers[0].knownCount > 0)
    #expect(answers[1].predictions[0].label == "hills")
    // <%> is one n-gram, in whatever row, and the word before </s> another.
    #expect(answers[2].knownCount == orders.upperBound)
    options.subwords = nil
    #expect(try Self.files(options, threads: [1], in: folder)[0] != files[0])
  }

  @Test func `labels of a file begin with what they begin with in the text`() throws {
    let folder = ScratchFolder()
    var options = Self.options(1...1, keeps: true)
    options.labelPrefix = "L:"
    let model = try TextClassifier.train(on: Self.labelled(), options: options, threads: 1)
    #expect(model.labels == ["hills", "water"])
    try model.write(to: folder("x.bin"))
    // As fastText, which knows no prefix but its own in a file, prints them.
    #expect(try TextClassifier(contentsOf: folder("x.bin")).labels == ["L:hills", "L:water"])
    let again = try TextClassifier(contentsOf: folder("x.bin"), labelPrefix: "L:")
    #expect(again.labels == ["hills", "water"])
    #expect(try Self.probabilities(again) == Self.probabilities(model))
    let texts = LabelledText(texts: ["river"])
    #expect(try again.fastTextAnswers(for: texts)[0].predictions[0].label == "L:water")
    // Labels are no words; the usual prefix is one of a word here.
    let bag = LabelledText(texts: ["L:water", "river"])
    #expect(try again.answers(for: bag).map(\.knownCount) == [0, 1])
    // A file that begins otherwise keeps its labels.
    #expect(
      try TextClassifier(contentsOf: folder("x.bin"), labelPrefix: "M:").labels[0] == "L:hills")
    try model.writeQuantized(to: folder("y"), options: FastTextQuantizationOptions(), threads: 1)
    try again.writeQuantized(
      to: folder("z"), options: FastTextQuantizationOptions(), retrainedOn: Self.labelled(),
      threads: 1)
    #expect(try TextClassifier(contentsOf: folder("z")).labels == ["L:hills", "L:water"])
    options.labelPrefix = " "
    #expect(throws: WordtoolError.self) { try options.validate() }
  }

  @Test func `lengths of n-grams are checked`() throws {
    var options = Self.options(1...1, keeps: true)
    for lengths in [0...3, 3...101] {
      options.subwords = lengths
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.found == "`subwords` is \(lengths)")
    }
    options.subwords = 1...100
    try options.validate()
    options.keepsToFastText = false
    #expect(throws: WordtoolError.self) { try options.validate() }
  }

  @Test func `a model of words is written for fastText with the same answers`() throws {
    let folder = ScratchFolder()
    let model = try TextClassifier.train(
      on: Self.labelled(), options: Self.options(1...1, keeps: false), threads: 1)
    try model.fastTextModel().write(to: folder("x.bin"))
    let again = try TextClassifier(contentsOf: folder("x.bin"))
    #expect(again.labels == ["hills", "water"])
    let difference = try Self.distance(Self.probabilities(again), Self.probabilities(model))
    #expect(difference < 1e-6)
  }

  @Test func `what fastText cannot say is refused`() throws {
    let pairs = try TextClassifier.train(
      on: Self.labelled(), options: Self.options(1...2, keeps: false), threads: 1)
    let hashed = try TextClassifier.train(
      on: Self.labelled(), options: Self.options(1...2, buckets: 50, keeps: false), threads: 1)
    let linear = try TextClassifier.train(on: Self.labelled(), options: LinearClassifierOptions())
    for (model, part) in [(pairs, "each have a row"), (hashed, "another hash"), (linear, "kind")] {
      let error = #expect(throws: WordtoolError.self) { try model.fastTextModel() }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
    var options = Self.options(2...2, keeps: true)
    #expect(throws: WordtoolError.self) { try options.validate() }
    options.features.orders = 1...2
    try options.validate()
  }

  @Test("codes of few rows are exact, whatever n-grams the model has", arguments: [1, 2, 3])
  func exactCodes(order: Int) throws {
    let folder = ScratchFolder()
    for keeps in [false, true] {
      let model = try TextClassifier.train(
        on: Self.labelled(),
        options: Self.options(1...order, buckets: keeps ? 90 : nil, keeps: keeps),
        threads: 1)
      // Each row is a centroid of its own: there are fewer than 256.
      let rows = try model.writeQuantized(
        to: folder("x.ftz"), options: FastTextQuantizationOptions(), threads: 1)
      #expect(rows.kept == rows.all && rows.all < 256)
      let again = try TextClassifier(contentsOf: folder("x.ftz"))
      #expect(try #require(again.fastTextFacts).isQuantized)
      let difference = try Self.distance(Self.probabilities(again), Self.probabilities(model))
      #expect(difference < 1e-6)
    }
  }

  @Test func `more rows than centroids keep the labels, with any number of threads`() throws {
    let folder = ScratchFolder()
    let model = try TextClassifier.train(
      on: Self.labelled(), options: Self.options(1...3, buckets: 600, keeps: true), threads: 1)
    var options = FastTextQuantizationOptions()
    options.separatesLengths = true
    options.quantizesLabels = true
    for threads in 1...2 {
      try model.writeQuantized(to: folder("\(threads)"), options: options, threads: threads)
    }
    #expect(try folder.bytes(of: "1") == folder.bytes(of: "2"))
    let again = try TextClassifier(contentsOf: folder("1"))
    #expect(try #require(again.fastTextFacts).quantizesLabels)
    let difference = try Self.distance(Self.probabilities(again), Self.probabilities(model))
    #expect(difference > 0 && difference < 0.1)
  }

  @Test(arguments: FastTextOptions.Loss.allCases)
  func `the longest rows are kept, and trained further where there is text`(
    loss: FastTextOptions.Loss
  ) throws {
    let folder = ScratchFolder()
    let text = Self.labelled()
    var training = Self.options(1...2, buckets: 300, keeps: true)
    training.loss = loss
    let model = try TextClassifier.train(on: text, options: training, threads: 1)
    var options = FastTextQuantizationOptions()
    options.cutoff = 12
    let rows = try model.writeQuantized(to: folder("x"), options: options, threads: 1)
    #expect(rows.kept == 12 && rows.all == 316)
    let pruned = try TextClassifier(contentsOf: folder("x"))
    let facts = try #require(pruned.fastTextFacts)
    #expect(facts.isPruned && facts.wordCount + facts.nGramRows == 12 && facts.wordCount >= 1)
    try model.writeQuantized(to: folder("y"), options: options, retrainedOn: text, threads: 1)
    let trained = try TextClassifier(contentsOf: folder("y"))
    let losses = try [pruned, trained].map { try #require($0.evaluate(text).meanLoss) }
    // Those of negative sampling are no probabilities.
    #expect(losses[1] < losses[0] || loss == .negativeSampling)
    let shares = try [pruned, trained].map { try $0.evaluate(text).accuracy }
    #expect(shares[1] >= shares[0] && shares[1] > 0.5)
    try model.writeQuantized(to: folder("y2"), options: options, retrainedOn: text, threads: 3)
    #expect(try folder.bytes(of: "y") == folder.bytes(of: "y2"))
    // What was quantized has no floats any more.
    #expect(throws: WordtoolError.self) {
      try pruned.writeQuantized(to: folder("z"), options: options)
    }
    #expect(!folder.names.contains("z"))
    var other = LabelledText()
    for label in ["hills", "nowhere"] { other.append(text: "the river", labels: [label]) }
    #expect(throws: WordtoolError.self) {
      try model.writeQuantized(to: folder("z"), options: options, retrainedOn: other)
    }
  }
}
