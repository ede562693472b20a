import BLASCore
import CKernels
import Embedding
import SeqModels
import TestSupport
import Testing
import WordtoolCore

/// Hierarchical softmax and negative sampling over labels.
@Suite struct FastTextLossTests {
  private static let losses: [FastTextOptions.Loss] = [.hierarchicalSoftmax, .negativeSampling]

  private static func options(
    _ loss: FastTextOptions.Loss, dimension: Int = 20, epochs: Int = 10, rate: Float = 0.5
  ) -> FastTextOptions {
    var options = FastTextOptions(
      dimension: dimension, learningRate: rate, epochs: epochs, loss: loss, seed: 7)
    options.keepsToFastText = true
    options.features.orders = 1...1
    return options
  }

  @Test(arguments: losses)
  func `words that tell the class are learnt, and the file says the same`(
    of loss: FastTextOptions.Loss
  ) throws {
    let folder = ScratchFolder()
    let trained = try TextClassifier.train(
      on: ToyReviews.make(400), options: Self.options(loss))
    let test = ToyReviews.make(200, seed: 2)
    #expect(try trained.evaluate(test).accuracy > 0.9)
    #expect(trained.isExclusive == (loss == .hierarchicalSoftmax))
    #expect(try #require(trained.training?.lossShare) < 0.6)
    try trained.write(to: folder("m.bin"))
    let read = try TextClassifier(contentsOf: folder("m.bin"))
    #expect(read.fastTextFacts?.loss == loss.rawValue)
    let answers = try [trained, read].map { try $0.answers(for: test, count: 2).map(\.predictions) }
    #expect(answers[0] == answers[1])
  }

  @Test(arguments: losses, [3, 40])
  func `the bytes do not depend on the threads`(
    of loss: FastTextOptions.Loss, labels: Int
  ) throws {
    let folder = ScratchFolder()
    var text = LabelledText()
    for number in 0..<120 {
      text.append(
        text: "w\(number % labels) v\(number % 7) x",
        labels: ["\(number % labels)"] + (number % 5 == 0 ? ["more"] : []))
    }
    let files = try [1, 2, 3].map { threads in
      try ThreadTeam.$script.withValue(.init(drawnNumbers(1...threads))) {
        try TextClassifier.train(
          on: text, options: Self.options(loss, dimension: 130, epochs: 3), threads: threads
        ).write(to: folder("\(threads)"))
      }
      return try folder.bytes(of: "\(threads)")
    }
    #expect(files[1] == files[0] && files[2] == files[0])
  }

  /// The same training in Double, its gradients by central differences of the loss of a score. All texts
  /// of a batch are scored before it, and change the rows of labels or nodes one after the other.
  @Test(arguments: losses)
  func `every step follows the gradient`(of loss: FastTextOptions.Loss) throws {
    let documents: [(words: [String], labels: [String])] = [
      (["v", "w", "x"], ["a"]), (["x", "y"], ["b"]), (["z", "z", "w"], ["c"]),
      (["v", "y"], ["a", "c"]), (["w"], ["b"]), (["x", "v", "z"], ["c"]),
      (["y", "y", "y"], ["b"]), (["z", "x"], ["d"]), (["v", "w"], ["a", "b"]),
      (["w", "z", "y"], ["c"]), (["v", "once"], ["b"]), (["too", "w"], ["a"]),
    ]
    var text = LabelledText()
    for document in documents {
      text.append(text: document.words.joined(separator: " "), labels: document.labels)
    }
    let (dimension, epochs) = (3, 4)
    let options = Self.options(loss, dimension: dimension, epochs: epochs, rate: 0.8)
    let classifier = try TextClassifier.train(on: text, options: options, threads: 1)

    // The most frequent words first, </s> once a text; labels by their bytes.
    let all = documents.flatMap { $0.words + ["</s>"] }
    let words = Set(all).sorted { a, b in
      let counts = [a, b].map { word in all.count { $0 == word } }
      return (-counts[0], a) < (-counts[1], b)
    }
    let bags = documents.map { ($0.words + ["</s>"]).compactMap { words.firstIndex(of: $0) } }
    let names = ["a", "b", "c", "d"]
    let counts = names.map { name in documents.count { $0.labels.contains(name) } }
    let tree = HuffmanTree(counts: counts.map { Int64($0) })
    let noise = LabelNoise(counts: counts, count: 5)
    var inputs = words.indices.map { row -> [Double] in
      var random = RandomSource(seed: 7, 0, UInt64(row))
      return (0..<dimension).map { _ in Double((2 * random.nextUnitFloat() - 1) / 3) }
    }
    var outputs = [[Double]](repeating: [0, 0, 0], count: 4)
    func mean(_ bag: [Int]) -> [Double] {
      (0..<dimension).map { column in
        bag.reduce(0) { $0 + inputs[$1][column] } / Double(bag.count)
      }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    /// -log sigma(score) where the answer is yes, -log sigma(-score) where it is no.
    func cost(_ score: Double, _ isYes: Bool) -> Double {
      Oracle.log(1 + Oracle.exp(isYes ? -score : score))
    }
    var done = 0
    for epoch in 0..<epochs {
      var random = RandomSource(seed: 7, 1, UInt64(epoch))
      let order = Array(0..<documents.count).shuffled(using: &random)
      var draws = RandomSource(seed: 7, 3, UInt64(epoch), 0)
      for start in stride(from: 0, to: order.count, by: 8) {
        let batch = order[start..<min(order.count, start + 8)]
        let rate = 0.8 * (1 - Double(done) / Double(epochs * documents.count))
        let means = batch.map { mean(bags[$0]) }
        let before = outputs
        var changes: [[Double]] = []
        for (place, document) in batch.enumerated() {
          let labels = documents[document].labels.compactMap { names.firstIndex(of: $0) }
          var turns = RandomSource(seed: 7, 2, UInt64(document))
          let first =
            labels.count > 1 ? Int.random(in: 0..<labels.count, using: &turns) : 0
          let label = labels[(first + epoch) % labels.count]
          var answers: [(row: Int, isYes: Bool)] = []
          if loss == .hierarchicalSoftmax {
            answers = (tree.starts[label]..<tree.starts[label + 1]).map {
              (Int(tree.nodes[$0]), tree.codes[$0] == 1)
            }
          } else {
            answers = [(label, true)]
            for _ in 0..<noise.count {
              answers.append((Int(noise.draw(otherThan: Int32(label), random: &draws)), false))
            }
          }
          var change = [0.0, 0, 0]
          let now = outputs
          for answer in answers {
            let (score, step) = (dot(means[place], before[answer.row]), 1e-5)
            let slope =
              (cost(score + step, answer.isYes) - cost(score - step, answer.isYes)) / (2 * step)
            for column in 0..<dimension {
              change[column] -= rate * slope * now[answer.row][column]
              outputs[answer.row][column] -= rate * slope * means[place][column]
            }
          }
          changes.append(change)
        }
        for (change, document) in zip(changes, batch) {
          for row in bags[document] {
            for column in 0..<dimension {
              inputs[row][column] += change[column] / Double(bags[document].count)
            }
          }
        }
        done += batch.count
      }
    }
    for (number, document) in documents.enumerated() {
      let scores = outputs.map { dot(mean(bags[number]), $0) }
      for answer in try classifier.predictions(
        for: document.words.joined(separator: " "), count: 4)
      {
        let label = try #require(names.firstIndex(of: answer.label))
        let expected =
          loss == .negativeSampling
          ? 1 / (1 + Oracle.exp(-scores[label]))
          : (tree.starts[label]..<tree.starts[label + 1]).reduce(1.0) { product, place in
            let score = scores[Int(tree.nodes[place])]
            return product / (1 + Oracle.exp(tree.codes[place] == 1 ? -score : score))
          }
        #expect(abs(answer.probability - expected) < 1e-5, "\(document) \(answer)")
      }
    }
  }

  @Test func `a way longer than a mask is several groups of one text`() throws {
    // Counts that grow like Fibonacci's give a tree as deep as there are labels.
    var counts: [Int64] = [1, 1]
    while counts.count < 42 { counts.append(counts[counts.count - 1] + counts[counts.count - 2]) }
    let tree = HuffmanTree(counts: counts)
    let label = try #require((0..<42).max { tree.length(of: $0) < tree.length(of: $1) })
    #expect(tree.length(of: label) == 41)
    let targets = LabelTargets.path(tree)
    let groups = LabelGroups(targets, paddingRow: 42, batchSize: 8, capacity: 4)
    groups.texts.inputs = [3, 1, 4]
    groups.texts.targets = [Int32(label), 41]
    groups.texts.inputRanges = [0..<2, 2..<3]
    groups.texts.targetRanges = [0..<1, 1..<2]
    groups.makeGroups(random: RandomSource(seed: 1))
    #expect(groups.batchCount == 1 && groups.groups(ofBatch: 0) == 0..<3)
    #expect(groups.bags(ofBatch: 0) == 0..<2)
    #expect(Array(groups.bags[0]) == [3, 1] && Array(groups.bags[1]) == [4])
    let tiles = groups.tiles
    var (nodes, codes): ([Int32], [UInt8]) = ([], [])
    for number in 0..<2 {
      let group = tiles.groups[number]
      #expect(group.path == Int32((number == 0 ? WT_PATH : WT_EXTRA_PATH).rawValue))
      #expect(tiles.inputs[Int(group.input_begin)] == 0 && group.output_count % 4 == 0)
      for place in 0..<(number == 0 ? 32 : 9) {
        nodes.append(tiles.outputs[Int(group.output_begin) + place])
        codes.append(UInt8(tiles.masks[Int(group.input_begin)] >> UInt32(place) & 1))
      }
    }
    #expect(nodes == Array(tree.nodes[tree.starts[label]..<tree.starts[label + 1]]))
    #expect(codes == Array(tree.codes[tree.starts[label]..<tree.starts[label + 1]]))
    // What pads a group are rows of zeros, which count for nothing.
    let last = tiles.groups[1]
    #expect((9..<12).map { tiles.outputs[Int(last.output_begin) + $0] } == [42, 43, 44])
    #expect((9..<12).allSatisfy { tiles.noise_weights[Int(last.output_begin) + $0] == 0 })
    #expect(tiles.inputs[Int(tiles.groups[2].input_begin)] == 1)
  }

  @Test func `labels are drawn by the roots of their counts, never the text's own`() {
    let counts = [1, 4, 9, 100]
    let noise = LabelNoise(counts: counts, count: 5)
    var random = RandomSource(seed: 3)
    var seen = [Int](repeating: 0, count: 4)
    let draws = 20_000
    for _ in 0..<draws { seen[Int(noise.draw(otherThan: 2, random: &random))] += 1 }
    #expect(seen[2] == 0)
    // 1, 2 and 10 of 13; five standard deviations.
    for (label, root) in [(0, 1.0), (1, 2), (3, 10)] {
      let share = root / 13
      let deviation = (Double(draws) * share * (1 - share)).squareRoot()
      #expect(abs(Double(seen[label]) - share * Double(draws)) < 5 * deviation, "\(seen)")
    }
    // The loss of the best guess that does not look at the text, label by label.
    let shares = counts.map { Double($0) / 114 }
    let roots = [1.0, 2, 3, 10].map { $0 / 16 }
    var expected = 0.0
    for label in 0..<4 {
      var wrong = 0.0
      for other in 0..<4 where other != label {
        wrong += 5 * shares[other] * roots[label] / (1 - roots[other])
      }
      let all = shares[label] + wrong
      expected -= shares[label] * Oracle.log(shares[label] / all)
      expected -= wrong * Oracle.log(wrong / all)
    }
    #expect(abs(noise.guessingLoss - expected) < 1e-12)
  }

  @Test func `what only fastText's files have room for is refused elsewhere`() throws {
    for loss in Self.losses {
      var options = Self.options(loss)
      try options.validate()
      options.classWeights = .balanced
      #expect(throws: WordtoolError.self) { try options.validate() }
      options.classWeights = .uniform
      options.keepsToFastText = false
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.found == "`loss` is \(loss.rawValue) without `keepsToFastText`")
    }
    var options = Self.options(.negativeSampling)
    for count in [0, 65] {
      options.negativeSamples = count
      #expect(throws: WordtoolError.self) { try options.validate() }
    }
  }

  @Test(arguments: losses)
  func `a learning rate that is too large is reported`(of loss: FastTextOptions.Loss) {
    let error = #expect(throws: WordtoolError.self) {
      try TextClassifier.train(
        on: ToyReviews.make(100), options: Self.options(loss, rate: 1e30), threads: 2)
    }
    #expect(error?.kind == .diverged)
  }
}
