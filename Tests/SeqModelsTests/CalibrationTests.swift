import BLASCore
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct CalibrationTests {
  /// Texts one in four of which has a label that is drawn.
  private static func noisy(_ count: Int, labels: Int, seed: UInt64) -> LabelledText {
    let texts = ToyReviews.make(count, labels: labels, seed: seed)
    var random = SeededGenerator(seed: seed + 100)
    var result = LabelledText()
    for index in 0..<count {
      let own = texts.labels[Int(texts.labelIDs(of: index).first ?? 0)]
      let drawn = "class \(Int.random(in: 0..<labels, using: &random))"
      let label = Int.random(in: 0..<4, using: &random) == 0 ? drawn : own
      result.append(text: texts.text(at: index), labels: [label])
    }
    return result
  }

  /// A model that is too sure: it costs much to be wrong on the text it learns from.
  private static func model(labels: Int) throws -> TextClassifier {
    var options = LinearClassifierOptions(weighting: .binary, cost: 100)
    options.tolerance = 1e-3
    return try TextClassifier.train(
      on: noisy(60, labels: labels, seed: 1), options: options)
  }

  /// A model with a question for each label.
  private static func separateModel() throws -> TextClassifier {
    let options = FastTextOptions(dimension: 8, epochs: 60, loss: .oneVersusAll)
    return try TextClassifier.train(on: ToyReviews.make(60, labels: 3), options: options)
  }

  /// The probabilities of a text in the order of the labels.
  private static func row(_ model: TextClassifier, _ texts: LabelledText, _ index: Int) throws
    -> [Double]
  {
    let found = try model.predictions(for: texts.text(at: index), count: model.labels.count)
    return model.labels.map { label in found.first { $0.label == label }?.probability ?? .nan }
  }

  private static func right(_ model: TextClassifier, _ texts: LabelledText, _ index: Int) -> Int {
    let name = texts.labels[Int(texts.labelIDs(of: index).first ?? 0)]
    return model.labels.firstIndex(of: name) ?? -1
  }

  @Test(arguments: [2, 3])
  func `no other temperature has a smaller loss`(labels: Int) throws {
    let model = try Self.model(labels: labels)
    let texts = Self.noisy(300, labels: labels, seed: 5)
    let calibrated = try model.calibrated(on: texts, by: .temperature, threads: 2)
    let temperature = try #require(calibrated.calibration?.temperature)
    #expect(temperature > 1)
    let rows = try (0..<texts.count).map { try Self.row(model, texts, $0) }
    func loss(_ temperature: Double) -> Double {
      rows.enumerated().reduce(0) { sum, text in
        let powers = text.element.map { Oracle.exp(Oracle.log($0) / temperature) }
        return sum
          - Oracle.log(powers[Self.right(model, texts, text.offset)] / powers.reduce(0, +))
      } / Double(rows.count)
    }
    let least = loss(temperature)
    for factor in [0.5, 0.9, 0.99, 1.01, 1.1, 2] { #expect(loss(temperature * factor) > least) }
    #expect(abs(try #require(calibrated.evaluate(texts).meanLoss) - least) < 1e-5)
    // The likeliest label is the same.
    #expect(try calibrated.evaluate(texts).accuracy == model.evaluate(texts).accuracy)
    let error = try #require(model.evaluate(texts).calibrationError)
    #expect(try #require(calibrated.evaluate(texts).calibrationError) < error)
  }

  /// The value at place i is the largest, over a up to i, of the least mean of a ... b, over b from i on.
  @Test func `isotonic regression is the best function that never falls`() throws {
    let model = try Self.model(labels: 2)
    let texts = Self.noisy(80, labels: 2, seed: 5)
    let calibrated = try model.calibrated(on: texts, by: .isotonic)
    let samples = try (0..<texts.count).map { index in
      (
        x: try Self.row(model, texts, index)[1], right: Double(Self.right(model, texts, index)),
        given: try Self.row(calibrated, texts, index)[1]
      )
    }
    let places = Set(samples.map(\.x)).sorted()
    let sums = places.map { x in
      samples.filter { $0.x == x }.reduce((0.0, 0.0)) { ($0.0 + $1.right, $0.1 + 1) }
    }
    func mean(_ range: ClosedRange<Int>) -> Double {
      let (sum, count) = sums[range].reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      return sum / count
    }
    for (place, x) in places.enumerated() {
      let expected =
        (0...place).map { a in (place..<places.count).map { mean(a...$0) }.min() ?? 0 }.max() ?? 0
      // No label is certain after so many texts.
      let likely = min(max(expected, 1 / 82), 81 / 82)
      for sample in samples where sample.x == x { #expect(abs(sample.given - likely) < 1e-6) }
    }
    #expect(places.count > 10)
    #expect(try #require(calibrated.evaluate(texts).meanLoss).isFinite)
  }

  @Test(arguments: Calibration.Method.allCases)
  func `probabilities of exclusive labels add up to 1, others do not`(
    method: Calibration.Method
  ) throws {
    let texts = Self.noisy(100, labels: 3, seed: 5)
    let model = try Self.model(labels: 3).calibrated(on: texts, by: method)
    for index in 0..<20 {
      #expect(abs(try Self.row(model, texts, index).reduce(0, +) - 1) < 1e-5)
    }
    let raw = try Self.separateModel()
    let separate = try raw.calibrated(on: texts, by: method)
    #expect(!separate.isExclusive && separate.calibration?.method == method)
    let changed = try (0..<20).contains { index in
      let (before, after) = (try Self.row(raw, texts, index), try Self.row(separate, texts, index))
      return zip(before, after).contains { abs($0 - $1) > 1e-3 }
    }
    #expect(changed)
  }

  @Test(arguments: Calibration.Method.allCases)
  func `a calibrated model read back gives the same answers and bytes`(
    method: Calibration.Method
  ) throws {
    let folder = ScratchFolder()
    let texts = Self.noisy(100, labels: 3, seed: 5)
    let recurrent: TextClassifier = try {
      var options = SequenceTrainingOptions(rule: .whitespace)
      (options.recurrent.hidden, options.embedding, options.epochs) = (4, 4, 1)
      return try TextClassifier.train(on: ToyReviews.make(40, labels: 3), options: options)
    }()
    for model in [try Self.model(labels: 3), try Self.separateModel(), recurrent] {
      let files = try [1, 3].map { threads in
        try model.calibrated(on: texts, by: method, threads: threads).write(to: folder("a"))
        return try folder.bytes(of: "a")
      }
      #expect(files[0] == files[1])
      let read = try TextClassifier(contentsOf: folder("a"))
      #expect(read.calibration != nil && read.calibration?.method == method)
      try read.write(to: folder("b"))
      #expect(try folder.bytes(of: "b") == files[0])
      let calibrated = try model.calibrated(on: texts, by: method)
      for index in 0..<10 {
        #expect(try Self.row(read, texts, index) == Self.row(calibrated, texts, index))
      }
    }
  }

  @Test func `what has no room for a calibration is refused`() throws {
    let folder = ScratchFolder()
    let texts = ToyReviews.make(60, labels: 3, seed: 5)
    var options = FastTextOptions(dimension: 4, epochs: 2)
    let own = try TextClassifier.train(on: texts, options: options)
      .calibrated(on: texts, by: .temperature)
    #expect(throws: WordtoolError.self) { try own.fastTextModel() }
    #expect(throws: WordtoolError.self) { try own.writeONNX(to: folder("m.onnx")) }
    #expect(throws: WordtoolError.self) { try own.calibrated(on: texts, by: .isotonic) }
    options.keepsToFastText = true
    let foreign = try TextClassifier.train(on: texts, options: options)
    #expect(throws: WordtoolError.self) { try foreign.calibrated(on: texts, by: .temperature) }
    var others = LabelledText()
    others.append(text: "good", labels: ["none"])
    let model = try Self.model(labels: 2)
    #expect(throws: WordtoolError.self) { try model.calibrated(on: others, by: .isotonic) }
  }
}
