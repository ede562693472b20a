import Networks
import SeqModels
import Testing

/// Gradients of whole language models against central differences, in Double.
@Suite struct LanguageNetworkTests {
  /// One kind of model.
  struct Kind: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var options: NeuralOptions
    var dropout = LanguageDropout()
    var penalties = (alpha: 0.0, beta: 0.0)

    init(_ name: String, _ change: (inout Kind) -> Void) {
      testDescription = name
      options = NeuralOptions()
      options.embedding = 3
      options.recurrent.hidden = 3
      options.window = 3
      change(&self)
    }
  }

  static let kinds = [
    Kind("lstm") { _ in },
    Kind("tied lstm with every dropout") {
      $0.options.isTied = true
      $0.options.recurrent.layers = 2
      $0.dropout.betweenLayers = 0.3
      $0.dropout.input = 0.3
      $0.dropout.output = 0.3
      $0.dropout.words = 0.2
      $0.dropout.recurrentWeights = 0.3
    },
    Kind("gru with locked dropout and penalties") {
      $0.options.recurrent.cell = .gru
      $0.dropout.output = 0.4
      $0.dropout.input = 0.2
      $0.dropout.isLocked = true
      $0.penalties = (0.7, 0.4)
    },
    Kind("adaptive softmax") {
      $0.options.recurrent.cell = .rnnTanh
      $0.options.recurrent.hidden = 8
      $0.options.cutoffs = [3, 6]
    },
    Kind("fixed window") { $0.options.kind = .fixedWindow },
    Kind("fixed window with dropout") {
      $0.options.kind = .fixedWindow
      $0.dropout.output = 0.4
    },
    Kind("fixed window over one-hot words") {
      $0.options.kind = .fixedWindow
      $0.options.isOneHot = true
    },
    Kind("bag of words") { $0.options.kind = .bagOfWords },
  ]

  @Test(arguments: kinds)
  func `gradients equal central differences`(_ kind: Kind) throws {
    let vocabulary = 10
    let network = try LanguageNetwork<Double>(kind.options, vocabulary: vocabulary, threads: 1)
    var start = NeuralTrainingOptions()
    start.initialRange = 0.7
    network.start(start)
    network.setActivationPenalty(alpha: kind.penalties.alpha, beta: kind.penalties.beta)
    let layout = SequenceLayout(steps: 4, batch: 3)
    let ids: [Int32] = [1, 4, 2, 9, 0, 4, 4, 7, 3, 5, 8, 6]
    let targets: [Int32] = [9, 0, -1, 4, 7, 3, 3, 5, 8, 6, 2, 1]
    let draw = RecurrentStack<Double>.Draw(seed: 4, step: 2)
    let scale = 0.25

    func backward() throws -> Double {
      try network.packWeights(forTraining: true, dropout: kind.dropout, draw: draw)
      return try network.backward(
        ids, targets: targets, layout: layout,
        state: network.makeState(batch: layout.batch, padding: 0), scale: scale,
        dropout: kind.dropout, draw: draw)
    }
    func loss() throws -> Double {
      let loss = try backward() * scale
      return loss + network.activationPenaltyOfLastPiece()
    }
    network.parameters.gradients.clear()
    _ = try backward()
    let gradients = Array(network.parameters.gradients.all)
    for entry in network.parameters.entries {
      for index in entry.range {
        let value = network.parameters.values.base[index]
        network.parameters.values.base[index] = value + 1e-5
        let above = try loss()
        network.parameters.values.base[index] = value - 1e-5
        let below = try loss()
        network.parameters.values.base[index] = value
        let difference = (above - below) / 2e-5
        #expect(
          abs(difference - gradients[index]) <= 1e-7 + 1e-6 * abs(difference),
          "\(entry.name)[\(index - entry.range.lowerBound)]: \(gradients[index]) for \(difference)")
      }
    }
  }

  @Test func `probabilities of all tokens add up to one`() throws {
    for kind in Self.kinds {
      let network = try LanguageNetwork<Double>(kind.options, vocabulary: 10, threads: 2)
      network.start(NeuralTrainingOptions())
      try network.packWeights(forTraining: false)
      var sum = 0.0
      for target in 0..<Int32(10) {
        let loss = try network.losses(
          [3], targets: [target], layout: SequenceLayout(steps: 1, batch: 1),
          state: network.makeState(batch: 1, padding: 0))
        sum += Double.exponentialOf(-(try #require(loss.first)))
      }
      #expect(abs(sum - 1) < 1e-12, "\(kind.testDescription): \(sum)")
    }
  }
}

extension Double {
  /// e to the power of a number.
  fileprivate static func exponentialOf(_ value: Double) -> Double {
    var value = value
    var result = 0.0
    exponential(&value, into: &result, count: 1)
    return result
  }
}
