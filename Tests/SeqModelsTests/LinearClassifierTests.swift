import BLASCore
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

/// Small labelled texts whose class is a matter of words, with some noise.
enum ToyReviews {
  static let words = [
    ["good", "fine", "lovely", "warm"], ["bad", "dull", "cold", "grey"],
    ["round", "square", "flat", "long"],
  ]

  static func make(_ count: Int, labels: Int = 2, seed: UInt64 = 1) -> LabelledText {
    var random = SeededGenerator(seed: seed)
    var text = LabelledText()
    for _ in 0..<count {
      let label = Int.random(in: 0..<labels, using: &random)
      let chosen = (0..<6).map { _ in
        let group = Int.random(in: 0..<4, using: &random) > 0 ? label : 2
        return words[group].randomElement(using: &random) ?? ""
      }
      text.append(text: chosen.joined(separator: " "), labels: ["class \(label)"])
    }
    return text
  }
}

@Suite struct LinearClassifierTests {
  private func model(_ classifier: TextClassifier) throws -> [UInt8] {
    let folder = ScratchFolder()
    try classifier.write(to: folder("m"))
    return try folder.bytes(of: "m")
  }

  @Test(
    arguments: LinearClassifierOptions.Weighting.allCases, LinearClassifierOptions.Loss.allCases)
  func wordsThatTellTheClassAreLearned(
    _ weighting: LinearClassifierOptions.Weighting, loss: LinearClassifierOptions.Loss
  ) throws {
    let options = LinearClassifierOptions(weighting: weighting, loss: loss)
    let classifier = try TextClassifier.train(on: ToyReviews.make(200), options: options)
    let report = try classifier.evaluate(ToyReviews.make(200, seed: 2))
    #expect(report.accuracy > 0.9, "\(weighting): \(report.accuracy)")
    #expect(try classifier.predictions(for: "lovely good").first?.label == "class 0")
    let both = try classifier.predictions(for: "dull", count: 2)
    #expect(abs(both.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    let text = ToyReviews.make(1500, labels: 3)
    for weighting in LinearClassifierOptions.Weighting.allCases {
      var options = LinearClassifierOptions(
        weighting: weighting, loss: weighting == .tfIdf ? .squaredHinge : .logistic)
      options.features.characterOrders = weighting == .tfIdf ? 2...4 : nil
      let files = try [1, 2, 3].map {
        try model(TextClassifier.train(on: text, options: options, threads: $0))
      }
      #expect(files[1] == files[0] && files[2] == files[0], "\(weighting)")
    }
  }

  /// At the optimum the weight of a feature is the sum over the texts that have it of
  /// cost · y · sigmoid(-y · score), or cost · y · 2 · max(0, 1 - y · score): the gradient of the loss.
  @Test(arguments: LinearClassifierOptions.Loss.allCases)
  func theWeightsAreAnOptimum(_ loss: LinearClassifierOptions.Loss) throws {
    let folder = ScratchFolder()
    let text = ToyReviews.make(60)
    var options = LinearClassifierOptions(weighting: .binary, loss: loss, cost: 0.7)
    options.features.orders = 1...1
    options.features.minimumCount = 1
    options.tolerance = 1e-5
    options.epochs = 5000
    let trained = try TextClassifier.train(on: text, options: options)
    try trained.write(to: folder("m"))
    let file = try TensorFile(path: folder("m"))
    func floats(_ name: String) throws -> [Float] {
      let entry = try #require(file.entry(named: name))
      return Array(file.bytes(of: entry).bindMemory(to: Float.self))
    }
    let weights = try floats("weight")
    let bias = try floats("bias")
    let bytes = try #require(file.entry(named: "vocabulary.bytes"))
    let offsets = try #require(file.entry(named: "vocabulary.offsets"))
    let bounds = Array(file.bytes(of: offsets).bindMemory(to: Int64.self)).map { Int($0) }
    let vocabulary = zip(bounds, bounds.dropFirst()).map {
      String(decoding: file.bytes(of: bytes)[$0..<$1], as: UTF8.self)
    }
    #expect(weights.count == vocabulary.count)
    var expected = [Double](repeating: 0, count: vocabulary.count + 1)
    for index in 0..<text.count {
      let words = Set(text.text(at: index).split(separator: " ").map(String.init))
      let present = vocabulary.indices.filter { words.contains(vocabulary[$0]) }
      let sign =
        text.labelIDs(of: index).first == text.labels.firstIndex(of: "class 1").map { Int32($0) }
        ? 1.0 : -1
      #expect(text.labelIDs(of: index).count == 1)
      let score = present.reduce(Double(bias[0])) { $0 + Double(weights[$1]) }
      let pull =
        0.7 * sign
        * (loss == .logistic ? 1 / (1 + Oracle.exp(sign * score)) : 2 * max(0, 1 - sign * score))
      for feature in present { expected[feature] += pull }
      expected[vocabulary.count] += pull
    }
    for (feature, weight) in (weights + bias).enumerated() {
      #expect(abs(Double(weight) - expected[feature]) < 1e-3, "\(feature)")
    }
  }

  @Test func pairsOfWordsCountInTheirOrder() throws {
    var text = LabelledText()
    for _ in 0..<20 {
      text.append(text: "not good", labels: ["no"])
      text.append(text: "good not", labels: ["yes"])
    }
    for buckets in [nil, 1000] {
      var options = LinearClassifierOptions(weighting: .binary)
      options.features.bucketCount = buckets
      let classifier = try TextClassifier.train(on: text, options: options)
      #expect(try classifier.evaluate(text).accuracy == 1)
      options.features.orders = 1...1
      let words = try TextClassifier.train(on: text, options: options)
      #expect(try words.evaluate(text).accuracy == 0.5)
    }
  }

  @Test func classWeightsMoveTheAnswer() throws {
    var text = LabelledText()
    for index in 0..<100 { text.append(text: "same", labels: [index < 90 ? "often" : "seldom"]) }
    func answer(_ weights: ClassWeights) throws -> TextClassifier.Prediction {
      var options = LinearClassifierOptions(weighting: .binary, cost: 10)
      options.classWeights = weights
      options.tolerance = 1e-3
      options.epochs = 5000
      return try TextClassifier.train(on: text, options: options)
        .predictions(for: "same")[0]
    }
    let plain = try answer(.uniform)
    #expect(plain.label == "often" && abs(plain.probability - 0.9) < 0.01)
    #expect(abs(try answer(.balanced).probability - 0.5) < 0.01)
    #expect(try answer(.given(["seldom": 20])).label == "seldom")
    #expect(throws: WordtoolError.self) { try answer(.given(["none": 2])) }
  }

  @Test func textsWithSeveralLabelsAskForEachLabelByItself() throws {
    var text = LabelledText()
    for _ in 0..<30 {
      text.append(text: "sugar cake", labels: ["sweet", "baking"])
      text.append(text: "bread oven", labels: ["baking"])
      text.append(text: "honey jar", labels: ["sweet"])
    }
    let classifier = try TextClassifier.train(
      on: text, options: LinearClassifierOptions(weighting: .binary, cost: 10)
    )
    #expect(!classifier.isExclusive)
    let both = try classifier.predictions(for: "sugar cake", count: 2)
    #expect(both.allSatisfy { $0.probability > 0.8 })
    let report = try classifier.evaluate(text, k: 2)
    #expect(report.recallAtK == 1 && report.accuracy == 1)
    #expect(abs(report.precisionAtK - 120.0 / 180) < 1e-9)
  }

  @Test func aModelReadBackGivesTheSameAnswersAndBytes() throws {
    let folder = ScratchFolder()
    let text = ToyReviews.make(120, labels: 3)
    for weighting in LinearClassifierOptions.Weighting.allCases {
      for buckets in [nil, 64] {
        var options = LinearClassifierOptions(weighting: weighting)
        options.features.bucketCount = buckets
        options.features.orders = 2...3
        options.features.characterOrders = weighting == .counts ? nil : 3...5
        options.loss = weighting == .binary ? .logistic : .squaredHinge
        let trained = try TextClassifier.train(on: text, options: options)
        try trained.write(to: folder("a"))
        let read = try TextClassifier(contentsOf: folder("a"))
        try read.write(to: folder("b"))
        #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
        for index in 0..<text.count {
          let words = text.text(at: index)
          #expect(
            try trained.predictions(for: words, count: 3) == read.predictions(for: words, count: 3))
        }
      }
    }
  }

  @Test func damagedFilesAndOtherKindsAreRefused() throws {
    let folder = ScratchFolder()
    let trained = try TextClassifier.train(
      on: ToyReviews.make(50), options: LinearClassifierOptions())
    let bytes = try model(trained)
    func refused(_ bytes: [UInt8], _ part: String) throws {
      let path = try folder.write(bytes, to: "bad")
      let error = #expect(throws: WordtoolError.self) { try TextClassifier(contentsOf: path) }
      #expect(error?.kind == .badData && error?.description.contains(part) == true)
    }
    func replaced(_ old: String, _ new: String) -> [UInt8] {
      let text = String(decoding: bytes, as: Unicode.ASCII.self)
      precondition(old.utf8.count == new.utf8.count && text.contains(old), old)
      var bytes = bytes
      let pattern = Array(old.utf8)
      let at =
        (0..<bytes.count - pattern.count)
        .first { Array(bytes[$0..<$0 + pattern.count]) == pattern } ?? 0
      bytes.replaceSubrange(at..<at + pattern.count, with: Array(new.utf8))
      return bytes
    }
    try refused(Array("text".utf8), "safetensors")
    try refused(Array(bytes.dropLast()), "")
    try refused(replaced("wordtool-classifier 1", "wordtool-classifier 9"), "classifier 9")
    try refused(replaced("wordtool-classifier 1", "wordtool-embeddings 1"), "train-classifier")
    try refused(replaced("bag-of-words", "bag-of-cards"), "bag-of-cards")
    try refused(replaced("\"lowest_order\":\"1\"", "\"lowest_order\":\"7\""), "lowest_order")
    try refused(replaced("\"weight\"", "\"height\""), "weight")
    #expect(throws: WordtoolError.self) { try TextClassifier(contentsOf: folder("none")) }
  }

  @Test func textsThatCannotTeachAreRefused() throws {
    var one = LabelledText()
    one.append(text: "a b", labels: ["x"])
    one.append(text: "b a", labels: ["x"])
    var empty = LabelledText()
    empty.append(text: "  ", labels: ["x"])
    empty.append(text: "", labels: ["y"])
    for text in [one, empty] {
      #expect(throws: WordtoolError.self) {
        try TextClassifier.train(on: text, options: LinearClassifierOptions())
      }
      #expect(throws: WordtoolError.self) {
        try TextClassifier.train(on: text, options: FastTextOptions())
      }
    }
    let stop = StopFlag()
    stop.raise()
    let error = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(
        on: ToyReviews.make(50), options: LinearClassifierOptions(), stop: stop)
    }
    #expect(error?.kind == .interrupted)
  }

  @Test func unseenLabelsAreCountedAsWrong() throws {
    let classifier = try TextClassifier.train(
      on: ToyReviews.make(100), options: LinearClassifierOptions()
    )
    var test = LabelledText()
    test.append(text: "good fine", labels: ["class 0"])
    test.append(text: "bad dull", labels: ["class 1"])
    test.append(text: "bad", labels: ["class 0"])
    test.append(text: "what", labels: ["class 7"])
    let report = try classifier.evaluate(test)
    #expect(report.exampleCount == 4 && report.correctCount == 2)
    #expect(report.unknownLabels == ["class 7"] && report.unknownTextCount == 1)
    #expect(report.meanLoss == nil)
    let zero = report.labels[0]
    #expect(zero.name == "class 0" && zero.count == 2 && zero.recall == 0.5)
    #expect(report.labels[2].f1 == 0 && report.labels[2].precision == nil)
    let f1 = report.labels.map(\.f1)
    #expect(abs(report.macroF1 - f1.reduce(0, +) / 3) < 1e-12)
    #expect(report.confusion.reduce(0) { $0 + $1.count } == 4)
    #expect(report.microF1 == 0.5 && report.precisionAtK == 0.5 && report.recallAtK == 0.5)
  }

  @Test(
    .enabled(
      if: RealData.has("imdb/train.tsv.gz", "imdb/test.tsv.gz") && RealData.slowTestsAreWanted,
      "needs WORDTOOL_CORPORA with imdb, and WT_SLOW_TESTS=1"))
  func reviewsOfFilmsAreToldApart() throws {
    let text = try LabelledText(contentsOf: RealData.path("imdb/train.tsv.gz"))
    let test = try LabelledText(contentsOf: RealData.path("imdb/test.tsv.gz"))
    let trained = try TextClassifier.train(on: text, options: LinearClassifierOptions(), threads: 2)
    #expect(try trained.evaluate(test, threads: 2).accuracy > 0.912)
  }
}
