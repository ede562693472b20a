import BLASCore
import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct FastTextClassifierTests {
  private func options(dimension: Int = 20, epochs: Int = 5) -> FastTextOptions {
    var options = FastTextOptions(dimension: dimension, epochs: epochs)
    options.features.orders = 1...2
    return options
  }

  private func bytes(_ classifier: TextClassifier) throws -> [UInt8] {
    let folder = ScratchFolder()
    try classifier.write(to: folder("m"))
    return try folder.bytes(of: "m")
  }

  @Test func wordsThatTellTheClassAreLearned() throws {
    let trained = try TextClassifier.train(
      on: ToyReviews.make(400), options: options(epochs: 10))
    #expect(try trained.evaluate(ToyReviews.make(200, seed: 2)).accuracy > 0.9)
  }

  @Test(arguments: [3, 30])
  func theBytesDoNotDependOnTheThreads(labels: Int) throws {
    // 130 values are nine blocks of columns in three groups; few labels are computed by each share.
    var text = LabelledText()
    for number in 0..<120 {
      text.append(
        text: "w\(number % labels) v\(number % 7) x", labels: ["class \(number % labels)"])
    }
    let files = try [1, 2, 3].map { threads in
      try ThreadTeam.$script.withValue(.init(drawnNumbers(1...threads))) {
        try bytes(
          TextClassifier.train(on: text, options: options(dimension: 130), threads: threads))
      }
    }
    #expect(files[1] == files[0] && files[2] == files[0])
  }

  @Test func aModelReadBackGivesTheSameAnswersAndBytes() throws {
    let folder = ScratchFolder()
    let trained = try TextClassifier.train(on: ToyReviews.make(60), options: options())
    try trained.write(to: folder("a"))
    let read = try TextClassifier(contentsOf: folder("a"))
    #expect(try bytes(read) == bytes(trained))
    #expect(
      try read.predictions(for: "good old", count: 2)
        == trained.predictions(for: "good old", count: 2))
  }

  @Test func aTextHasTheSameAnswerAloneAndAmongMany() throws {
    let folder = ScratchFolder()
    let text = ToyReviews.make(300)
    try TextClassifier.train(on: text, options: options()).write(to: folder("m"))
    // Enough text for the scores of all rows to be computed first.
    let many = try TextClassifier(contentsOf: folder("m")).answers(for: text, count: 2, threads: 2)
    for place in stride(from: 0, to: 300, by: 29) {
      let alone = try TextClassifier(contentsOf: folder("m"))
        .predictions(for: text.text(at: place), count: 2)
      #expect(alone == many[place].predictions)
    }
  }

  @Test func oneVersusAllGivesATextAllItsLabels() throws {
    // Two independent questions: 24 texts of none, either or both of two labels, and a third.
    var text = LabelledText()
    for number in 0..<48 {
      let (a, b) = (number % 2 == 0, number / 2 % 2 == 0)
      text.append(
        text: "\(a ? "apple" : "stone") \(b ? "bread" : "glass") n\(number % 5)",
        labels: (a ? ["A"] : []) + (b ? ["B"] : []) + (a || b ? [] : ["C"]))
    }
    let options = FastTextOptions(
      features: .init(orders: 1...1, minimumCount: 1), dimension: 10, epochs: 60,
      loss: .oneVersusAll)
    let trained = try TextClassifier.train(on: text, options: options, threads: 2)
    let folder = ScratchFolder()
    try trained.write(to: folder("m"))
    let read = try TextClassifier(contentsOf: folder("m"))
    let answers = try read.answers(for: text, count: 3, threshold: 0.5)
    for (place, answer) in answers.enumerated() {
      #expect(
        Set(answer.predictions.map(\.label))
          == Set(text.labelIDs(of: place).map { text.labels[Int($0)] }), "\(place)")
    }
    let report = try read.evaluate(text, k: 3, threshold: 0.5)
    #expect(report.precisionAtK == 1 && report.recallAtK == 1)
    // Nobody reaches 1: nothing is given, and nothing right.
    let strict = try read.evaluate(text, k: 3, threshold: 1)
    #expect(strict.accuracy == 0 && strict.recallAtK == 0 && strict.confusion.isEmpty)
    #expect(try #require(trained.training?.lossShare) < 0.3)
  }

  @Test func aLearningRateThatIsTooLargeIsReported() throws {
    var wild = options()
    wild.learningRate = 1e30
    let error = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(on: ToyReviews.make(100), options: wild, threads: 2)
    }
    #expect(error?.kind == .diverged)
  }

  @Test func optionsOutOfRangeAreRefusedByName() throws {
    let changes: [(String, (inout FastTextOptions) -> Void)] = [
      ("dimension", { $0.dimension = 0 }), ("dimension", { $0.dimension = 4097 }),
      ("learningRate", { $0.learningRate = .nan }), ("learningRate", { $0.learningRate = -1 }),
      ("epochs", { $0.epochs = 0 }), ("epochs", { $0.epochs = .max }),
      ("orders", { $0.features.orders = 0...2 }), ("orders", { $0.features.orders = 1...6 }),
      ("minimumCount", { $0.features.minimumCount = 0 }),
      ("bucketCount", { $0.features.bucketCount = 0 }),
      ("bucketCount", { $0.features.bucketCount = .max }),
    ]
    for (name, change) in changes {
      var options = options()
      change(&options)
      let error = #expect(throws: WordtoolError.self) {
        try TextClassifier.train(on: ToyReviews.make(20), options: options)
      }
      #expect(error?.kind == .usage)
      #expect(error?.found.hasPrefix("`\(name)` is ") == true)
    }
    let options = options()
    #expect(try StoredJSON.decode(FastTextOptions.self, from: StoredJSON.text(options)) == options)
  }

  @Test func trainingInATaskGivesTheSameAndEndsWithIt() async throws {
    let text = ToyReviews.make(60)
    func synchronous() throws -> [UInt8] {
      try bytes(TextClassifier.train(on: text, options: options(), threads: 1))
    }
    let moments = TrainingMoments()
    async let training = TextClassifier.train(on: text, options: options(), progress: moments)
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    #expect(try await bytes(training) == synchronous())
    #expect(last?.fraction == 1 && last?.examples == 300 && last?.learningRate == 0)
    let endless = options(epochs: 1_000_000)
    let steps = TrainingMoments()
    let task = Task {
      try await TextClassifier.train(on: text, options: endless, progress: steps)
    }
    for await _ in steps { task.cancel() }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }

  /// The same training in Double, its gradients by central differences of the loss. For softmax a text
  /// with two labels has one in each pass, by turns.
  @Test(arguments: FastTextOptions.Loss.allCases.filter { !$0.needsFastTextFile })
  func everyStepFollowsTheGradient(of goal: FastTextOptions.Loss) throws {
    let documents: [(words: [Int], labels: [Int])] = [
      ([0, 1, 2], [0]), ([2, 3], [1]), ([4, 4, 1], [2]), ([0, 3], [0, 2]), ([1], [1]),
      ([2, 0, 4], [2]), ([3, 3, 3], [1]), ([4, 2], [0]), ([0, 1], [0, 1]), ([1, 4, 3], [2]),
      ([0, 5, 6], [1]), ([7, 1], [0]),
    ]
    let names = ["v", "w", "x", "y", "z", "once", "so", "too"]
    var text = LabelledText()
    for document in documents {
      text.append(
        text: document.words.map { names[$0] }.joined(separator: " "),
        labels: document.labels.map { "\($0)" })
    }
    let dimension = 3
    var options = FastTextOptions(
      dimension: dimension, learningRate: 0.8, epochs: 3, loss: goal, seed: 7)
    options.features.orders = 1...1
    let classifier = try TextClassifier.train(on: text, options: options)

    // Words are numbered in the order they come, which here is that of the names. Those that occur once
    // and in one text share a row, which is to be as if they did not but for where they begin.
    let rows = [0, 1, 2, 3, 4, 5, 5, 6]
    let labelStart = rows.count * dimension
    #expect(classifier.parameterCount == (7 + 3) * dimension)
    var values = [Double](repeating: 0, count: (rows.count + 3) * dimension)
    for (word, row) in rows.enumerated() {
      var random = RandomSource(seed: 7, 0, UInt64(row))
      for column in 0..<dimension {
        values[word * dimension + column] = Double((2 * random.nextUnitFloat() - 1) / 3)
      }
    }
    func logits(_ words: [Int], _ values: [Double]) -> [Double] {
      (0..<3).map { label in
        words.reduce(0) { sum, word in
          (0..<dimension).reduce(sum) {
            $0 + values[word * dimension + $1] * values[labelStart + label * dimension + $1]
          }
        } / Double(words.count)
      }
    }
    let firstTurns = documents.indices.map {
      var random = RandomSource(seed: 7, 2, UInt64($0))
      return Int.random(in: 0..<documents[$0].labels.count, using: &random)
    }
    func loss(_ document: Int, _ values: [Double], epoch: Int) -> Double {
      let logits = logits(documents[document].words, values)
      let normalizer = Oracle.log(logits.reduce(0) { $0 + Oracle.exp($1) })
      let labels = documents[document].labels
      if goal == .oneVersusAll {
        return logits.enumerated().reduce(0) { sum, question in
          let score = labels.contains(question.offset) ? question.element : -question.element
          return sum + Oracle.log(1 + Oracle.exp(-score))
        }
      }
      return normalizer - logits[labels[(firstTurns[document] + epoch) % labels.count]]
    }
    var done = 0
    // Of questions that add up no more than 3.2 / 0.8.
    let batchSize = goal == .oneVersusAll ? 4 : 8
    for epoch in 0..<3 {
      var random = RandomSource(seed: 7, 1, UInt64(epoch))
      let order = Array(0..<documents.count).shuffled(using: &random)
      for start in stride(from: 0, to: order.count, by: batchSize) {
        let batch = order[start..<min(order.count, start + batchSize)]
        let rate = 0.8 * (1 - Double(done) / Double(3 * documents.count))
        let before = values
        for place in values.indices {
          let step = 1e-5
          var (up, down) = (before, before)
          up[place] += step
          down[place] -= step
          for document in batch {
            let change = loss(document, up, epoch: epoch) - loss(document, down, epoch: epoch)
            values[place] -= rate * change / (2 * step)
          }
        }
        done += batch.count
      }
    }
    for document in documents {
      let words = document.words.map { names[$0] }.joined(separator: " ")
      let expected = logits(document.words, values).map(Oracle.exp)
      let sum = expected.reduce(0, +)
      #expect(classifier.isExclusive == (goal == .softmax))
      for answer in try classifier.predictions(for: words, count: 3) {
        let place = try #require(Int(answer.label))
        let probability = expected[place] / (goal == .softmax ? sum : 1 + expected[place])
        #expect(abs(answer.probability - probability) < 1e-5, "\(words) \(place)")
      }
    }
  }
}
