import Networks
import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Gradients of the network of classifiers and taggers, and training with it.
@Suite struct SequenceNetworkTests {
  @Test(arguments: PoolingMethod.allCases, [false, true])
  func gradientsEqualCentralDifferences(_ pooling: PoolingMethod, _ isBidirectional: Bool) throws {
    var check = GradientCheck(pooling: pooling)
    check.isBidirectional = isBidirectional
    try check.run()
  }

  @Test func gradientsOfATagForEachWordEqualCentralDifferences() throws {
    try GradientCheck(pooling: nil).run()
  }

  private func options() -> SequenceTrainingOptions {
    var options = SequenceTrainingOptions()
    options.recurrent.hidden = 12
    options.embedding = 10
    options.minimumCount = 1
    options.batch = 8
    options.epochs = 6
    options.learningRate = 0.02
    options.dropout.input = 0.1
    options.dropout.output = 0.1
    return options
  }

  private func bytes(_ classifier: TextClassifier) throws -> [UInt8] {
    let folder = ScratchFolder()
    try classifier.write(to: folder("m"))
    return try folder.bytes(of: "m")
  }

  @Test(arguments: [RecurrentCell.rnnTanh, .lstm, .gru])
  func wordsThatTellTheClassAreLearned(_ cell: RecurrentCell) throws {
    var options = options()
    options.recurrent.cell = cell
    let trained = try TextClassifier.train(on: ToyReviews.make(200), options: options)
    let report = try trained.evaluate(ToyReviews.make(100, seed: 2))
    #expect(report.accuracy > 0.9, "\(cell): \(report.accuracy)")
    #expect(trained.training?.epochs == 6 && trained.training?.validAccuracy == nil)
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    let text = ToyReviews.make(60, labels: 3)
    for pooling in PoolingMethod.allCases {
      var options = options()
      options.pooling = pooling
      options.epochs = 2
      options.recurrent.isBidirectional = true
      options.recurrent.layers = 2
      options.dropout.betweenLayers = 0.2
      options.dropout.words = 0.1
      let files = try [1, 2, 3].map {
        try bytes(TextClassifier.train(on: text, options: options, threads: $0))
      }
      #expect(files[1] == files[0] && files[2] == files[0], "\(pooling)")
    }
  }

  @Test func aModelReadBackGivesTheSameAnswersAndBytes() throws {
    let folder = ScratchFolder()
    var options = options()
    options.pooling = .attention
    options.epochs = 1
    let trained = try TextClassifier.train(on: ToyReviews.make(60), options: options)
    try trained.write(to: folder("a"))
    let read = try TextClassifier(contentsOf: folder("a"))
    #expect(try bytes(read) == bytes(trained))
    for text in ["good old fine", "bad", "", "what"] {
      let answers = try read.predictions(for: text, count: 2)
      #expect(try answers == trained.predictions(for: text, count: 2))
      #expect(abs(answers.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
    }
    #expect(throws: WordtoolError.self) { try SequenceTagger(contentsOf: folder("a")) }
  }

  @Test func answersDoNotDependOnTheTextsBeside() throws {
    var options = options()
    options.epochs = 1
    options.recurrent.isBidirectional = true
    let classifier = try TextClassifier.train(on: ToyReviews.make(60), options: options)
    let texts = LabelledText(texts: ["good", "a very long text that is bad and dull", "", "fine x"])
    for threads in [1, 2] {
      let together = try classifier.answers(for: texts, threads: threads)
      for (index, answer) in together.enumerated() {
        #expect(try classifier.predictions(for: texts.text(at: index)) == answer.predictions)
      }
    }
  }

  @Test func pretrainedWordsAreKnownWithoutTheTrainingText() throws {
    var text = LabelledText()
    for _ in 0..<40 {
      text.append(text: "such a good thing", labels: ["yes"])
      text.append(text: "such a bad thing", labels: ["no"])
    }
    let words = ["good", "great", "bad", "awful"]
    let vectors: [Float] = [1, 0.2, 0.9, 0.3, -1, 0.2, -0.9, 0.1]
    for isFrozen in [true, false] {
      var options = options()
      options.hasFrozenEmbeddings = isFrozen
      options.epochs = 10
      let classifier = try TextClassifier.train(
        on: text, options: options,
        pretrained: PretrainedEmbeddings(words: words, dimension: 2, values: vectors))
      #expect(try classifier.predictions(for: "such a great thing")[0].label == "yes")
      #expect(try classifier.predictions(for: "such a awful thing")[0].label == "no")
    }
  }

  @Test func theBestPassOnHeldOutTextIsKept() throws {
    var options = options()
    options.patience = 1
    options.epochs = 30
    let valid = ToyReviews.make(40, seed: 3)
    let trained = try TextClassifier.train(on: ToyReviews.make(100), options: options, valid: valid)
    let accuracy = try trained.evaluate(valid).accuracy
    #expect(trained.training?.validAccuracy == accuracy && trained.training?.epochs ?? 30 < 30)
  }

  @Test func trainingThatDivergesOrIsStoppedIsReported() throws {
    var options = options()
    options.learningRate = 1e30
    options.optimizer.method = .sgd
    options.optimizer.clipNorm = nil
    let diverged = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(on: ToyReviews.make(60), options: options)
    }
    #expect(diverged?.kind == .diverged)
    let stop = StopFlag()
    stop.raise()
    let stopped = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(on: ToyReviews.make(60), options: self.options(), stop: stop)
    }
    #expect(stopped?.kind == .interrupted)
  }
}

/// A small network with random weights over sequences of the lengths 4, 2, 2 and 1.
private struct GradientCheck {
  let pooling: PoolingMethod?
  var isBidirectional = false

  init(pooling: PoolingMethod?) { self.pooling = pooling }

  func run() throws {
    var options = SequenceNetworkOptions()
    options.recurrent.hidden = 3
    options.recurrent.cell = .gru
    options.recurrent.isBidirectional = isBidirectional
    options.embedding = 2
    options.vocabulary = 5
    options.pooling = pooling
    options.labels = 3
    let network = try SequenceNetwork<Double>(options, threads: 2)
    let values = network.parameters.values
    WeightStart.uniform(values.matrix(1, values.count), range: 0.9, seed: 5, array: 1)
    let layout = SequenceLayout(lengths: [4, 2, 2, 1])
    let ids: [Int32] = [0, 1, 2, 3, 4, 1, 0, 2, 2]
    let count = pooling == nil ? ids.count : 4
    let targets = (0..<count).map { Int32($0 * 7 % 3) }
    let scales = (0..<count).map { 0.5 + Double($0) / 4 }
    var dropout = SequenceDropout()
    dropout.output = 0.25
    dropout.input = 0.25
    let draw = RecurrentStack<Double>.Draw(seed: 3, step: 4)

    func loss() throws -> Double {
      try network.packWeights(forTraining: false)
      let logits = try network.forward(ids, layout: layout, dropout: dropout, draw: draw)
      return (0..<count).reduce(0) { sum, row in
        let values = (0..<3).map { logits[row, $0] }
        let normalizer = Oracle.log(values.reduce(0) { $0 + Oracle.exp($1) })
        return sum + scales[row] * (normalizer - values[Int(targets[row])])
      }
    }
    try network.packWeights(forTraining: true)
    _ = try network.backward(
      ids, layout: layout, targets: targets, scales: scales, dropout: dropout, draw: draw)
    let step = 1e-5
    for entry in network.parameters.entries {
      for place in entry.range {
        let value = values.base[place]
        values.base[place] = value + step
        let up = try loss()
        values.base[place] = value - step
        let down = try loss()
        values.base[place] = value
        let numeric = (up - down) / (2 * step)
        let analytic = network.parameters.gradients.base[place]
        #expect(
          abs(numeric - analytic) < 1e-8 + 1e-6 * max(abs(numeric), abs(analytic)),
          "\(entry.name)[\(place - entry.range.lowerBound)]: \(analytic), differences \(numeric)")
      }
    }
  }
}
