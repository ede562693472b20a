import Foundation
import SeqModels
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// Quantized models of a size that is asked for.
@Suite struct FastTextSizeTests {
  /// Two labels told by many words, so that there are more rows than a small file has room for.
  private static func labelled(_ count: Int = 400) -> LabelledText {
    var text = LabelledText()
    for number in 0..<count {
      let words =
        number % 2 == 0
        ? "the river of seas wave\(number % 113) water\(number % 71)"
        : "a mountain and hills rock\(number % 127) stone\(number % 67)"
      text.append(text: words, labels: [["water", "hills"][number % 2]])
    }
    return text
  }

  private static func options(_ loss: FastTextOptions.Loss = .softmax) -> FastTextOptions {
    var options = FastTextOptions(
      features: NGramFeatureOptions(
        rule: .whitespace, orders: 1...2, minimumCount: 1, bucketCount: 700),
      dimension: 7, epochs: 10, loss: loss)
    options.keepsToFastText = true
    return options
  }

  private static func quantization(
    size: Int?, partWidth: Int = 2, lengths: Bool = true, labels: Bool = false
  ) -> FastTextQuantizationOptions {
    var options = FastTextQuantizationOptions()
    options.size = size
    options.partWidth = partWidth
    options.separatesLengths = lengths
    options.quantizesLabels = labels
    return options
  }

  @Test(
    "a file takes no more than its size, and no further row has room",
    arguments: [(2, true, false), (3, false, true), (16, true, true)])
  func size(partWidth: Int, lengths: Bool, labels: Bool) throws {
    let folder = ScratchFolder()
    let model = try TextClassifier.train(on: Self.labelled(), options: Self.options(), threads: 1)
    func written(_ size: Int?) throws -> (rows: Int, bytes: Int) {
      let options = Self.quantization(
        size: size, partWidth: partWidth, lengths: lengths, labels: labels)
      let rows = try model.writeQuantized(to: folder("x.ftz"), options: options, threads: 1)
      return (rows.kept, try folder.bytes(of: "x.ftz").count)
    }
    let whole = try written(nil)
    #expect(try written(whole.bytes) == whole)
    let error = #expect(throws: WordtoolError.self) { _ = try written(3000) }
    #expect(error?.found == "`size` is 3000" && error?.kind == .usage)
    // What it says is enough.
    let numbers = error?.expected?.split(separator: " ").compactMap { Int($0) } ?? []
    let least = numbers.first ?? 1
    #expect(try written(least).rows == 256)
    // The longest word takes 8 bytes, its count and kind 10, its codes 5 at most.
    let widestRow = 23
    for size in [whole.bytes - 1, (whole.bytes + least) / 2, least + 40] {
      let (rows, bytes) = try written(size)
      #expect(rows < whole.rows && bytes <= size && bytes > size - widestRow, "\(size): \(bytes)")
      #expect(try TextClassifier(contentsOf: folder("x.ftz")).fastTextFacts?.isPruned == true)
    }
  }

  @Test(arguments: FastTextOptions.Loss.allCases)
  func `a model that is trained small answers as its file does`(loss: FastTextOptions.Loss) throws {
    let folder = ScratchFolder()
    var options = Self.options(loss)
    options.labelPrefix = "L:"
    options.quantization = Self.quantization(size: 14_000)
    let text = Self.labelled()
    var fractions: [Double] = []
    let model = try TextClassifier.train(on: text, options: options, threads: 1) {
      fractions.append($0.fraction)
    }
    #expect(fractions == fractions.sorted() && fractions.last == 1)
    try model.write(to: folder("x.ftz"))
    #expect(try folder.bytes(of: "x.ftz").count <= 14_000)
    let again = try TextClassifier(contentsOf: folder("x.ftz"), labelPrefix: "L:")
    #expect(again.labels == model.labels && again.fastTextFacts?.isQuantized == true)
    func answers(_ model: TextClassifier) throws -> [[TextClassifier.Prediction]] {
      try model.answers(for: text, count: 2).map(\.predictions)
    }
    #expect(try answers(again) == answers(model))
    #expect(try model.evaluate(text).accuracy > 0.9)
    try TextClassifier.train(on: text, options: options, threads: 3).write(to: folder("y.ftz"))
    #expect(try folder.bytes(of: "x.ftz") == folder.bytes(of: "y.ftz"))
    // What is quantized has no floats any more.
    #expect(throws: WordtoolError.self) {
      try model.writeQuantized(to: folder("z"), options: .init())
    }
  }

  @Test func `a search under a size leaves out what has no room`() throws {
    var options = Self.options()
    options.dimension = 64
    options.quantization = Self.quantization(size: 45_000)
    var search = FastTextSearchOptions()
    search.trials = 9
    search.kept = [.loss, .learningRate]
    let text = Self.labelled()
    let model = try TextClassifier.train(
      on: text, valid: text, options: options, search: search, threads: 1)
    let trials = try #require(model.training?.trials)
    // The centroids of 64 values alone take 65,536 bytes.
    #expect(trials.count == 9 && trials[0].score == nil)
    #expect(Set(trials.compactMap(\.options.quantization?.partWidth)).count > 1)
    let best = try #require(trials.last { $0.isBest })
    #expect(try model.evaluate(text).accuracy == best.score)
    let folder = ScratchFolder()
    try model.write(to: folder("x.ftz"))
    #expect(try folder.bytes(of: "x.ftz").count <= 45_000)
    // The options of the trial alone make the same file.
    try TextClassifier.train(on: text, options: best.options, threads: 2).write(to: folder("y.ftz"))
    #expect(try folder.bytes(of: "x.ftz") == folder.bytes(of: "y.ftz"))
    search.kept = Set(FastTextSearchOptions.Parameter.allCases)
    let error = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(
        on: text, valid: text, options: options, search: search, threads: 1)
    }
    #expect(error?.found == "`size` is 45000")
  }

  @Test func `only files of fastText's are quantized in training`() throws {
    var options = Self.options()
    options.quantization = Self.quantization(size: nil)
    try options.validate()
    options.keepsToFastText = false
    #expect(throws: WordtoolError.self) { try options.validate() }
    options.keepsToFastText = true
    options.quantization?.size = 0
    #expect(throws: WordtoolError.self) { try options.validate() }
  }
}
