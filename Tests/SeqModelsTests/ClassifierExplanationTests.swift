import SeqModels
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// What made a label: parts whose contributions add up to the score that gives the probability.
@Suite struct ClassifierExplanationTests {
  private static let texts = [
    "good good cold round square", "Bad dull long unheard", "warm", "", "%",
  ]

  /// The scores of all labels of a text, added up from their parts.
  private static func scores(
    _ model: TextClassifier, _ text: String
  ) throws -> [(label: String, score: Double)] {
    try model.explanations(of: text, labels: model.labels).map { explanation in
      let sum = explanation.parts.reduce(explanation.bias) { $0 + $1.contribution }
      #expect(abs(sum - explanation.score) < 1e-9)
      let sizes = explanation.parts.map { abs($0.contribution) }
      #expect(sizes == sizes.sorted(by: >))
      return (explanation.label, explanation.score)
    }
  }

  /// Checks that the scores give the model's probabilities.
  private static func check(
    _ model: TextClassifier, _ probability: ([Double], Int) -> Double
  ) throws {
    for text in texts {
      let scores = try scores(model, text)
      for answer in try model.predictions(for: text, count: model.labels.count) {
        let place = try #require(scores.firstIndex { $0.label == answer.label })
        let expected = probability(scores.map(\.score), place)
        #expect(abs(answer.probability - expected) < 1e-5, "\(text) \(answer) \(expected)")
      }
    }
  }

  private static func logistic(_ scores: [Double], _ place: Int) -> Double {
    1 / (1 + Oracle.exp(-scores[place]))
  }

  private static func softmax(_ scores: [Double], _ place: Int) -> Double {
    Oracle.exp(scores[place]) / scores.reduce(0) { $0 + Oracle.exp($1) }
  }

  @Test(arguments: [2, 3], LinearClassifierOptions.Weighting.allCases)
  func `weights times values are the score of a bag of words`(
    labels: Int, weighting: LinearClassifierOptions.Weighting
  ) throws {
    for buckets in [nil, 40] {
      var options = LinearClassifierOptions(weighting: weighting)
      options.features.bucketCount = buckets
      options.features.characterOrders = buckets == nil ? nil : 2...3
      let model = try TextClassifier.train(
        on: ToyReviews.make(80, labels: labels), options: options)
      try Self.check(model) { scores, place in
        let own = Self.logistic(scores, place)
        if labels == 2 { return own }
        return own / scores.indices.reduce(0) { $0 + Self.logistic(scores, $1) }
      }
    }
  }

  @Test(arguments: [nil, 50], [FastTextOptions.Loss.softmax, .oneVersusAll])
  func `rows times labels' rows are the score of averaged embeddings`(
    buckets: Int?, loss: FastTextOptions.Loss
  ) throws {
    var options = FastTextOptions(dimension: 10, loss: loss)
    options.features.orders = 1...3
    options.features.bucketCount = buckets
    let model = try TextClassifier.train(on: ToyReviews.make(80, labels: 3), options: options)
    try Self.check(model, loss == .softmax ? Self.softmax : Self.logistic)
    let parts = try model.explanations(of: "good good cold", labels: ["class 0"])[0].parts
    let good = try #require(parts.first { $0.text == "good" })
    #expect(good.count == 2 && good.kind == .word && good.contribution > 0)
    #expect(parts.contains { $0.text == "good good" && $0.kind == .wordNGram } || buckets == nil)
  }

  @Test(arguments: FastTextOptions.Loss.allCases)
  func `the same for files of fastText's, with n-grams of characters`(
    loss: FastTextOptions.Loss
  ) throws {
    let folder = ScratchFolder()
    var options = FastTextOptions(dimension: 10, loss: loss)
    options.keepsToFastText = true
    options.subwords = 3...4
    try TextClassifier.train(on: ToyReviews.make(80, labels: 3), options: options)
      .write(to: folder("m.bin"))
    let model = try TextClassifier(contentsOf: folder("m.bin"))
    // A sum over branches is no sum of logarithms: its sign alone is looked at below.
    if loss != .hierarchicalSoftmax {
      try Self.check(model, loss == .softmax ? Self.softmax : Self.logistic)
    }
    let best = try model.predictions(for: "lovely fine", count: 1)[0]
    #expect(best.label == "class 0")
    let parts = try model.explanations(of: "lovely fine", labels: ["class 0"])[0].parts
    #expect(parts.contains { $0.text == "</s>" && $0.kind == .word })
    #expect(parts.contains { $0.text == "lovely fine" && $0.kind == .wordNGram })
    let grams = parts.filter { $0.kind == .characterNGram }.map(\.text)
    #expect(grams.contains("<lo") && grams.contains("ely>") && !grams.contains("<"))
    let lovely = try #require(parts.first { $0.text == "lovely" })
    #expect(lovely.count == 1 && lovely.contribution > 0)
    // Words that were never seen are explained by their parts.
    let unheard = try model.explanations(of: "lovelier", labels: ["class 0"])[0].parts
    #expect(!unheard.contains { $0.text == "lovelier" } && unheard.contains { $0.text == "<lov" })
  }

  @Test func `what has no parts is told`() throws {
    var options = SequenceTrainingOptions(rule: .whitespace)
    (options.recurrent.hidden, options.embedding, options.epochs) = (3, 3, 1)
    let network = try TextClassifier.train(on: ToyReviews.make(20), options: options)
    let error = #expect(throws: WordtoolError.self) {
      try network.explanations(of: "good", labels: ["class 0"])
    }
    #expect(error?.kind == .unavailable)
    let linear = try TextClassifier.train(
      on: ToyReviews.make(40), options: LinearClassifierOptions())
    #expect(throws: WordtoolError.self) {
      try linear.explanations(of: "good", labels: ["class 7"])
    }
  }
}
