import SeqModels

/// Backpropagation through time as tables for a person: a column a step.
struct BackpropagationText {
  private let explained: ExplainedBackpropagation

  init(_ explained: ExplainedBackpropagation) { self.explained = explained }

  private var units: Range<Int> { 0..<explained.network.unitCount }

  /// All tables.
  var text: String {
    """
    h(t) = tanh(w x(t) + U h(t-1) + b), h(0) = 0
    y(t) = v . h(t) + c, loss(t) = (y(t) - d(t))^2 / 2

    \(weights)
    \(forward)
    \(backward)
    \(gradients)
    \(reach)
    """
  }

  private var weights: String {
    let network = explained.network
    let columns = units.map { units.count == 1 ? "U" : "U to h\($0 + 1)(t-1)" }
    let rows = units.map { unit in
      ["h\(unit + 1)", Self.short(network.inputWeights[unit])]
        + network.recurrentWeights[unit].map(Self.short)
        + [Self.short(network.biases[unit]), Self.short(network.outputWeights[unit])]
    }
    return TextTable.aligned([["weights", "w"] + columns + ["b", "v"]] + rows)
      + "c = \(Self.short(network.outputBias))\n"
  }

  private var forward: String {
    var rows = [heading("forward")]
    rows.append(row("x(t)") { $0.input })
    rows += units.map { unit in row("h\(unit + 1)(t-1)") { $0.before[unit] } }
    rows += units.map { unit in row("a\(unit + 1) = w x + U h(t-1) + b") { $0.sums[unit] } }
    rows += units.map { unit in row("h\(unit + 1)(t) = tanh a\(unit + 1)") { $0.hidden[unit] } }
    rows.append(row("y(t) = v . h(t) + c") { $0.output })
    rows.append(row("d(t)") { $0.target })
    rows.append(row("loss(t)") { $0.target == nil ? nil : $0.loss })
    return TextTable.aligned(rows) + "L, their sum = \(Self.decimal(explained.loss))\n"
  }

  private var backward: String {
    var rows = [heading("backward")]
    rows.append(row("dL/dy = y - d") { $0.outputGradient })
    rows += units.map { unit in row("to h\(unit + 1) from y: v dL/dy") { $0.fromOutput[unit] } }
    rows += units.map { unit in
      row("to h\(unit + 1) from t+1: U' dL/da(t+1)") { $0.fromLater[unit] }
    }
    rows += units.map { unit in row("dL/dh\(unit + 1), both") { $0.hiddenGradient[unit] } }
    rows += units.map { unit in row("slope 1 - h\(unit + 1)^2") { $0.slopes[unit] } }
    rows += units.map { unit in row("dL/da\(unit + 1) = dL/dh slope") { $0.sumGradients[unit] } }
    return TextTable.aligned(rows)
  }

  private var gradients: String {
    let rows = explained.gradients.map { gradient in
      [gradient.name] + gradient.bySteps.map(Self.decimal)
        + [Self.decimal(gradient.sum), Self.decimal(gradient.difference)]
    }
    return TextTable.aligned([heading("gradients") + ["sum", "by differences"]] + rows)
      + "largest difference: \(NumberFormat.general(explained.largestDifference, 2))\n"
  }

  private var reach: String {
    var rows = [heading("|dloss(s)/dh(t)|")]
    for (last, lengths) in explained.reach.enumerated() where !lengths.isEmpty {
      rows.append(
        ["loss(\(last + 1))"] + lengths.map(Self.decimal)
          + explained.steps.dropFirst(lengths.count).map { _ in "" })
    }
    return TextTable.aligned(rows)
  }

  private func heading(_ name: String) -> [String] {
    [name] + explained.steps.indices.map { "t = \($0 + 1)" }
  }

  private func row(
    _ name: String, _ value: (ExplainedBackpropagation.Step) -> Double?
  ) -> [String] {
    [name] + explained.steps.map { value($0).map(Self.decimal) ?? "-" }
  }

  /// Without the sign of -0, which a product with 0 may have.
  private static func decimal(_ value: Double) -> String {
    NumberFormat.fixed(value == 0 ? 0 : value, 5)
  }
  /// A weight, as it was given.
  private static func short(_ value: Double) -> String { NumberFormat.general(value) }
}
