import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool rnn-explain`: backpropagation through time with every number.
struct RNNExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rnn-explain",
    abstract: "Show backpropagation through time with every number.",
    discussion: """
      A network of a few tanh units reads a number at each step and gives one. Printed are its weights, \
      all that it computes on the way forward, all gradients on the way back, what each step adds to \
      the gradient of each weight, and the same gradient by central differences: the loss with the \
      weight a little larger and a little smaller. Last, how much of the loss of each step reaches the \
      steps before it. Nothing is trained. Weights are tenths that --seed draws; --recurrent gives the \
      recurrent ones.

      Example:
        wordtool rnn-explain
        wordtool rnn-explain --inputs 1,0,0,0 --targets=-,-,-,1
        wordtool rnn-explain --units 2 --recurrent 1,0,0,1 --json
      """)

  @Option(
    help: ArgumentHelp(
      "What the network reads, a number a step: 1 to 8 of them, apart by commas or blanks.",
      valueName: "x,x"))
  var inputs = "0.5,-1,1"

  @Option(
    help: ArgumentHelp(
      "What it is to give, likewise a number a step; '-' for a step whose output does not matter. (default: "
        + "0.5 at each step)", valueName: "x,x"))
  var targets: String?

  @Option(help: ArgumentHelp("Units, 1 to 4.", valueName: "n"))
  var units = 2

  @Option(
    help: ArgumentHelp(
      "The recurrent weights, row by row: what unit 1 takes of unit 1, of unit 2 ..., apart "
        + "by commas or blanks. (default: drawn)",
      valueName: "x,x"))
  var recurrent: String?

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([("--units", units, SmallRecurrentNetwork.unitCounts)])
    let steps = try Self.numbers(inputs, "--inputs").count
    guard ExplainedBackpropagation.stepCounts.contains(steps) else {
      throw ValidationError("--inputs has \(steps, "number"), expected 1 to 8")
    }
    let targets = try targetNumbers(steps: steps)
    guard targets.count == steps, targets.contains(where: { $0 != nil }) else {
      throw ValidationError(
        "--targets has \(targets.compactMap(\.self).count, "number") for \(targets.count, "step"), "
          + "expected one or more for \(steps)")
    }
    if let recurrent {
      let count = try Self.numbers(recurrent, "--recurrent").count
      guard count == units * units else {
        throw ValidationError(
          "--recurrent has \(count, "number"), expected \(units * units) for \(units, "unit")")
      }
    }
  }

  func run() throws {
    var network = try SmallRecurrentNetwork(unitCount: units, seed: seed)
    if let recurrent {
      let numbers = try Self.numbers(recurrent, "--recurrent")
      network.recurrentWeights = (0..<units).map { row in
        Array(numbers[row * units..<(row + 1) * units])
      }
    }
    let numbers = try Self.numbers(inputs, "--inputs")
    let explained = try ExplainedBackpropagation(
      through: network, inputs: numbers, targets: targetNumbers(steps: numbers.count))
    if json.json { return try JSONOutput.write(explained) }
    try StandardOutput.shared.write(BackpropagationText(explained).text)
  }

  private func targetNumbers(steps: Int) throws -> [Double?] {
    guard let targets else { return [Double?](repeating: 0.5, count: steps) }
    return try targets.split(separator: ",", omittingEmptySubsequences: false).map { part in
      part == "-" ? nil : try Self.numbers(part, "--targets")[0]
    }
  }

  private static func numbers(_ text: some StringProtocol, _ option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Double(part), number.magnitude <= 1e6 else {
        throw ValidationError(
          "'\(part)' in \(option), expected numbers apart by commas or blanks, of at most a million"
        )
      }
      return number
    }
  }
}
