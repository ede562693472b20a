import WordtoolCore

/// Backpropagation through time of a small network with every number on the way (Werbos 1990), and the
/// same gradients by central differences.
public struct ExplainedBackpropagation: Codable, Hashable, Sendable {
  /// What happens at one step, forward and then backward. Arrays have a value for each unit.
  public struct Step: Codable, Hashable, Sendable {
    /// x(t).
    public var input: Double
    /// d(t); nil at a step without a loss.
    public var target: Double?
    /// h(t-1).
    public var before: [Double]
    /// a(t) = w x(t) + U h(t-1) + b.
    public var sums: [Double]
    /// h(t) = tanh a(t).
    public var hidden: [Double]
    /// y(t) = v · h(t) + c.
    public var output: Double
    /// (y(t) - d(t))² / 2, or 0 without a target.
    public var loss: Double
    /// dL/dy(t) = y(t) - d(t), or 0 without a target.
    public var outputGradient: Double
    /// What comes to h(t) from y(t): v dL/dy(t).
    public var fromOutput: [Double]
    /// What comes to h(t) from the step after: the transpose of U times dL/da(t+1).
    public var fromLater: [Double]
    /// dL/dh(t): both together.
    public var hiddenGradient: [Double]
    /// The slope of tanh: 1 - h(t)².
    public var slopes: [Double]
    /// dL/da(t): the gradient times the slope.
    public var sumGradients: [Double]
  }

  /// The gradient of one weight.
  public struct WeightGradient: Codable, Hashable, Sendable {
    /// w1, U12 (what unit 1 takes of unit 2), b1, v1 or c.
    public var name: String
    /// The weight itself.
    public var value: Double
    /// What each step adds: the weight is one and the same at all of them.
    public var bySteps: [Double]
    /// dL/dweight: their sum.
    public var sum: Double
    /// (L(weight + h) - L(weight - h)) / 2h with h = 10^-5.
    public var difference: Double
  }

  /// The network.
  public var network: SmallRecurrentNetwork
  /// The steps, the first one first.
  public var steps: [Step]
  /// All weights, in the order w, U row by row, b, v, c.
  public var gradients: [WeightGradient]
  /// The length of dL(s)/dh(t) for the loss of each step s alone, from the first step to s: how far it comes
  /// back. Empty for a step without a target.
  public var reach: [[Double]]
  /// The sum of all steps' losses.
  public var loss: Double

  /// How many steps there may be.
  public static let stepCounts = 1...8

  /// The distance of central differences.
  private static let distance = 1e-5

  /// Goes through all steps, forward and backward.
  ///
  /// - Parameters:
  ///   - network: checked by ``SmallRecurrentNetwork/validate()``.
  ///   - inputs: x(1), x(2), ...: 1 to 8 finite numbers.
  ///   - targets: as many; nil at steps without a loss, but not at all of them.
  /// - Throws: `WordtoolError` of kind `usage` for anything else.
  public init(
    through network: SmallRecurrentNetwork, inputs: [Double], targets: [Double?]
  ) throws {
    try network.validate()
    try OptionCheck.require(
      Self.stepCounts.contains(inputs.count), found: "`inputs` of \(inputs.count, "step")",
      expected: "\(Self.stepCounts.lowerBound) to \(Self.stepCounts.upperBound)")
    try OptionCheck.require(
      targets.count == inputs.count, found: "`targets` of \(targets.count, "step")",
      expected: "\(inputs.count), as `inputs` has")
    for input in inputs { try OptionCheck.require("inputs", input, .finite) }
    for case let target? in targets { try OptionCheck.require("targets", target, .finite) }
    try OptionCheck.require(
      targets.contains { $0 != nil }, found: "`targets` without a number", expected: "one or more")
    var whole = Self.forward(network, inputs, targets)
    reach = whole.indices.map { last in
      guard targets[last] != nil else { return [] }
      var alone = whole
      Self.runBack(network, &alone, losses: last..<last + 1)
      return alone[...last].map { step in
        step.hiddenGradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    Self.runBack(network, &whole, losses: whole.indices)
    self.network = network
    steps = whole
    loss = whole.reduce(0) { $0 + $1.loss }
    gradients = Self.gradients(network, whole, inputs, targets)
  }

  /// The largest difference between a gradient and its central difference.
  public var largestDifference: Double {
    gradients.map { ($0.sum - $0.difference).magnitude }.max() ?? 0
  }

  // MARK: The ways

  private static func forward(
    _ network: SmallRecurrentNetwork, _ inputs: [Double], _ targets: [Double?]
  ) -> [Step] {
    let zeros = [Double](repeating: 0, count: network.unitCount)
    var steps: [Step] = []
    for (input, target) in zip(inputs, targets) {
      let before = steps.last?.hidden ?? zeros
      let (sums, hidden, output) = network.step(input, before: before)
      let error = target.map { output - $0 } ?? 0
      steps.append(
        Step(
          input: input, target: target, before: before, sums: sums, hidden: hidden, output: output,
          loss: error * error / 2, outputGradient: 0, fromOutput: zeros, fromLater: zeros,
          hiddenGradient: zeros, slopes: hidden.map { 1 - $0 * $0 }, sumGradients: zeros))
    }
    return steps
  }

  /// Fills in the gradients of the losses of some steps.
  private static func runBack(
    _ network: SmallRecurrentNetwork, _ steps: inout [Step], losses: Range<Int>
  ) {
    let units = 0..<network.unitCount
    var later = units.map { _ in 0.0 }
    for place in steps.indices.reversed() {
      var step = steps[place]
      step.outputGradient =
        losses.contains(place) ? step.target.map { step.output - $0 } ?? 0 : 0
      step.fromOutput = network.outputWeights.map { $0 * step.outputGradient }
      step.fromLater = later
      step.hiddenGradient = units.map { step.fromOutput[$0] + step.fromLater[$0] }
      step.sumGradients = units.map { step.hiddenGradient[$0] * step.slopes[$0] }
      later = units.map { unit in
        units.reduce(0) { $0 + network.recurrentWeights[$1][unit] * step.sumGradients[$1] }
      }
      steps[place] = step
    }
  }

  private static func gradients(
    _ network: SmallRecurrentNetwork, _ steps: [Step], _ inputs: [Double], _ targets: [Double?]
  ) -> [WeightGradient] {
    let units = 0..<network.unitCount
    // In the order of the weights: w, U, b, v, c.
    let bySteps = steps.map { step -> [Double] in
      let ofRecurrent = units.flatMap { row in
        units.map { step.sumGradients[row] * step.before[$0] }
      }
      return step.sumGradients.map { $0 * step.input } + ofRecurrent + step.sumGradients
        + step.hidden.map { $0 * step.outputGradient } + [step.outputGradient]
    }
    return SmallRecurrentNetwork.weights(units: units.count).enumerated().map { place, weight in
      let parts = bySteps.map { $0[place] }
      var moved = network
      moved[keyPath: weight.path] = network[keyPath: weight.path] + distance
      let above = moved.loss(inputs: inputs, targets: targets)
      moved[keyPath: weight.path] = network[keyPath: weight.path] - distance
      let below = moved.loss(inputs: inputs, targets: targets)
      return WeightGradient(
        name: weight.name, value: network[keyPath: weight.path], bySteps: parts,
        sum: parts.reduce(0, +), difference: (above - below) / (2 * distance))
    }
  }
}
