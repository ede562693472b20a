import BLASCore
import WordtoolCore

/// A tanh network small enough to be followed by hand: one number in and one out at each step.
///
/// h(t) = tanh(w x(t) + U h(t-1) + b) with h(0) = 0, and y(t) = v · h(t) + c (Elman 1990).
public struct SmallRecurrentNetwork: Codable, Hashable, Sendable {
  /// What each unit takes of the input: w, [units].
  public var inputWeights: [Double]
  /// What each unit (the row) takes of each unit's output before: U, [units][units].
  public var recurrentWeights: [[Double]]
  /// b, [units].
  public var biases: [Double]
  /// What the output takes of each unit: v, [units].
  public var outputWeights: [Double]
  /// c.
  public var outputBias: Double

  /// How many units there may be; with more, nobody follows the numbers.
  public static let unitCounts = 1...4

  /// How many units it has.
  public var unitCount: Int { inputWeights.count }

  /// A network with tenths between -1 and 1 as weights, so that they can be copied out.
  ///
  /// - Parameters:
  ///   - unitCount: 1 to 4.
  ///   - seed: where the random choices start.
  /// - Throws: `WordtoolError` of kind `usage` for another number of units.
  public init(unitCount: Int, seed: UInt64) throws {
    try OptionCheck.require("unitCount", unitCount, in: Self.unitCounts)
    var random = RandomSource(seed: seed, 0x525E_4E17)
    // -10 to 10 without 0: a weight of zero would hide what goes through it.
    func next() -> Double {
      let drawn = Int(random.next(upperBound: 20 as UInt64)) - 10
      return Double(drawn < 0 ? drawn : drawn + 1) / 10
    }
    func row() -> [Double] { (0..<unitCount).map { _ in next() } }
    inputWeights = row()
    recurrentWeights = (0..<unitCount).map { _ in row() }
    biases = row()
    outputWeights = row()
    outputBias = next()
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first array of a wrong size, or the first
  ///   that has a number that is not finite.
  public func validate() throws {
    try OptionCheck.require("inputWeights", unitCount, in: Self.unitCounts)
    for (name, values) in [
      ("biases", biases), ("outputWeights", outputWeights),
      ("recurrentWeights", recurrentWeights.map { Double($0.count) }),
    ] {
      try OptionCheck.require(
        values.count == unitCount, found: "`\(name)` of \(values.count, "value")",
        expected: "\(unitCount), as `inputWeights` has")
    }
    try OptionCheck.require(
      recurrentWeights.allSatisfy { $0.count == unitCount },
      found: "`recurrentWeights` that are no square", expected: "\(unitCount) rows of \(unitCount)")
    for (name, values) in [
      ("inputWeights", inputWeights), ("recurrentWeights", recurrentWeights.flatMap(\.self)),
      ("biases", biases), ("outputWeights", outputWeights), ("outputBias", [outputBias]),
    ] {
      for value in values { try OptionCheck.require(name, value, .finite) }
    }
  }

  /// Names and places of all weights, in the order w, U row by row, b, v, c; units count from 1.
  static func weights(units: Int) -> [(name: String, path: WritableKeyPath<Self, Double>)] {
    let all = 0..<units
    func named(
      _ letter: String, _ path: (Int) -> WritableKeyPath<Self, Double>
    ) -> [(name: String, path: WritableKeyPath<Self, Double>)] {
      all.map { (letter + "\($0 + 1)", path($0)) }
    }
    var weights = named("w") { \Self.inputWeights[$0] }
    for row in all { weights += named("U\(row + 1)") { \Self.recurrentWeights[row][$0] } }
    weights += named("b") { \Self.biases[$0] } + named("v") { \Self.outputWeights[$0] }
    return weights + [("c", \Self.outputBias)]
  }

  /// One step forward.
  ///
  /// - Parameters:
  ///   - before: the outputs of the units at the step before, [units].
  /// - Returns: the sums w x + U h + b, their tanh, and the output.
  func step(
    _ input: Double, before: [Double]
  ) -> (sums: [Double], hidden: [Double], output: Double) {
    let sums = (0..<unitCount).map { unit in
      zip(recurrentWeights[unit], before).reduce(inputWeights[unit] * input + biases[unit]) {
        $0 + $1.0 * $1.1
      }
    }
    let hidden = sums.map(Self.tanh)
    return (sums, hidden, zip(outputWeights, hidden).reduce(outputBias) { $0 + $1.0 * $1.1 })
  }

  /// The loss at all steps together: half the squared error, where there is a target.
  func loss(inputs: [Double], targets: [Double?]) -> Double {
    var hidden = [Double](repeating: 0, count: unitCount)
    var loss = 0.0
    for (input, target) in zip(inputs, targets) {
      let step = step(input, before: hidden)
      hidden = step.hidden
      if let target { loss += (step.output - target) * (step.output - target) / 2 }
    }
    return loss
  }

  /// The hyperbolic tangent, with the same bits on every machine.
  static func tanh(_ x: Double) -> Double {
    // Beyond this it rounds to 1.
    if x.magnitude > 20 { return x < 0 ? -1 : 1 }
    return 1 - 2 / (PortableMath.exp(2 * x) + 1)
  }
}
