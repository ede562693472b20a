import Networks
import SeqModels
import Testing
import WordtoolCore

@Suite struct ExplainedBackpropagationTests {
  private func explained(
    units: Int = 2, seed: UInt64 = 1, inputs: [Double] = [1, 0.5, -1],
    targets: [Double?] = [0.5, nil, -0.5]
  ) throws -> ExplainedBackpropagation {
    try ExplainedBackpropagation(
      through: SmallRecurrentNetwork(unitCount: units, seed: seed), inputs: inputs,
      targets: targets)
  }

  @Test(arguments: 1...4, [1, 2, 3] as [UInt64])
  func `gradients equal central differences`(_ units: Int, _ seed: UInt64) throws {
    let found = try explained(units: units, seed: seed)
    #expect(found.gradients.count == 2 * units + units * units + units + 1)
    // A step of 1e-5 leaves an error of its square, and of rounding, over 1e-5.
    #expect(found.largestDifference < 1e-9)
    for gradient in found.gradients {
      #expect((gradient.bySteps.reduce(0, +) - gradient.sum).magnitude < 1e-15, "\(gradient.name)")
    }
  }

  @Test func `one unit over two steps is what the chain rule gives`() throws {
    var network = try SmallRecurrentNetwork(unitCount: 1, seed: 1)
    network.inputWeights = [1]
    network.recurrentWeights = [[0.5]]
    network.biases = [0]
    network.outputWeights = [2]
    network.outputBias = 0
    // x = 0, so h stays 0, all slopes are 1, y is 0, and the error at step 2 is -1.
    let found = try ExplainedBackpropagation(through: network, inputs: [0, 0], targets: [nil, 1])
    #expect(found.loss == 0.5)
    #expect(found.steps[1].fromOutput == [-2] && found.steps[1].fromLater == [0])
    #expect(found.steps[0].fromOutput == [0] && found.steps[0].fromLater == [-1])
    #expect(found.reach == [[], [1, 2]])
    #expect(found.gradients.map(\.name) == ["w1", "U11", "b1", "v1", "c"])
    #expect(found.gradients.map(\.sum) == [0, 0, -3, 0, -1])
  }

  @Test func `the layer that is trained has the same numbers`() throws {
    let (units, steps) = (3, 4)
    let found = try explained(
      units: units, seed: 7, inputs: [1, -0.5, 0.25, 2], targets: [0.5, -1, nil, 0.75])
    var options = RecurrentOptions()
    options.cell = .rnnTanh
    options.hidden = units
    let parameters = try Parameters<Double>(
      options.parameterShapes(inputCount: 1, prefix: ""))
    let compute = try Compute<Double>(threadCount: 1)
    let stack = try RecurrentStack<Double>(
      options, inputCount: 1, prefix: "", parameters: parameters, compute: compute)
    func set(_ name: String, _ values: [Double]) {
      for (place, value) in values.enumerated() { parameters.view(name).base[place] = value }
    }
    set("weight_ih_l0", found.network.inputWeights)
    set("weight_hh_l0", found.network.recurrentWeights.flatMap(\.self))
    set("bias_ih_l0", found.network.biases)
    try stack.packWeights(forTraining: true)
    let layout = SequenceLayout(steps: steps, batch: 1)
    let input = try AlignedBuffer<Double>(count: steps)
    for (place, step) in found.steps.enumerated() { input.base[place] = step.input }
    let output = try stack.forward(
      input.matrix(steps, 1), layout: layout, states: stack.makeStates(batch: 1))
    let gradient = try AlignedBuffer<Double>(count: steps * units)
    for (place, step) in found.steps.enumerated() {
      for unit in 0..<units {
        #expect((output.row(place)[unit] - step.hidden[unit]).magnitude < 1e-12)
        gradient.base[place * units + unit] = step.fromOutput[unit]
      }
    }
    try stack.backward(
      outputGradient: gradient.matrix(steps, units), stateGradients: stack.makeStates(batch: 1),
      inputGradient: nil)
    let whole = stack.hiddenGradients(layer: 0)
    for (place, step) in found.steps.enumerated() {
      for unit in 0..<units {
        #expect((whole.row(place)[unit] - step.hiddenGradient[unit]).magnitude < 1e-12)
      }
    }
    let sums = Dictionary(uniqueKeysWithValues: found.gradients.map { ($0.name, $0.sum) })
    for row in 0..<units {
      for column in 0..<units {
        let given = parameters.gradient("weight_hh_l0").row(row)[column]
        #expect((given - (sums["U\(row + 1)\(column + 1)"] ?? .nan)).magnitude < 1e-12)
      }
      let bias = parameters.gradient("bias_ih_l0").base[row]
      #expect((bias - (sums["b\(row + 1)"] ?? .nan)).magnitude < 1e-12)
    }
  }

  @Test func `the same seed draws tenths other than zero`() throws {
    let network = try SmallRecurrentNetwork(unitCount: 4, seed: 5)
    #expect(try network == SmallRecurrentNetwork(unitCount: 4, seed: 5))
    #expect(try network != SmallRecurrentNetwork(unitCount: 4, seed: 6))
    for weight in network.recurrentWeights.flatMap(\.self) {
      #expect(weight != 0 && weight.magnitude <= 1)
      #expect(((weight * 10).rounded() / 10 - weight).magnitude < 1e-15)
    }
  }

  @Test func `what cannot be followed is refused`() throws {
    #expect(throws: WordtoolError.self) { try SmallRecurrentNetwork(unitCount: 0, seed: 1) }
    #expect(throws: WordtoolError.self) { try SmallRecurrentNetwork(unitCount: 5, seed: 1) }
    #expect(throws: WordtoolError.self) { try explained(inputs: [], targets: []) }
    #expect(throws: WordtoolError.self) { try explained(inputs: [1], targets: [nil]) }
    #expect(throws: WordtoolError.self) { try explained(inputs: [1], targets: [1, 2]) }
    #expect(throws: WordtoolError.self) { try explained(inputs: [.nan], targets: [1]) }
    var network = try SmallRecurrentNetwork(unitCount: 2, seed: 1)
    network.recurrentWeights[1].removeLast()
    #expect(throws: WordtoolError.self) { try network.validate() }
  }
}
