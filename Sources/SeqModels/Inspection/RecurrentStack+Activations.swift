import Networks

extension RecurrentStack {
  /// What a layer computed in the last forward call, which was of one sequence; before any backward
  /// call, which takes the gates' places.
  ///
  /// - Parameters:
  ///   - layer: from 0.
  ///   - tokens: what the steps read.
  /// - Returns: one for each direction.
  func activations(layer: Int, tokens: [String]) -> [RecurrentActivations] {
    (0..<options.directions).map { direction in
      RecurrentActivations(
        cell: options.cell, layer: layer + 1, layerCount: options.layers,
        isReverse: direction == 1, tokens: tokens,
        quantities: self.direction(layer, direction).quantities(
          outputs: outputs(layer: layer, direction: direction)))
    }
  }
}

extension RecurrentDirection {
  /// The gates and states of all steps, with the outputs that were written elsewhere.
  fileprivate func quantities(outputs: MatrixView<Scalar>) -> [RecurrentActivations.Quantity] {
    let rows = layout.rowCount
    let gates = gates.matrix(rows, gateCount)
    func gate(
      _ place: Int, _ symbol: String, _ name: String, isGate: Bool = true
    ) -> RecurrentActivations.Quantity {
      .init(
        symbol: symbol, name: name, isGate: isGate,
        values: Self.values(
          gates.columns(place * options.hidden..<(place + 1) * options.hidden)))
    }
    let output = RecurrentActivations.Quantity(
      symbol: "h", name: "output", isGate: false, values: Self.values(outputs))
    switch options.cell {
    case .rnnTanh, .rnnReLU: return [output]
    case .gru:
      return [
        gate(0, "r", "reset gate"), gate(1, "z", "update gate"),
        gate(2, "n", "candidate", isGate: false), output,
      ]
    case .lstm:
      let cell = RecurrentActivations.Quantity(
        symbol: "c", name: "cell", isGate: false,
        values: Self.values(cells.matrix(rows, options.hidden)))
      return [
        gate(0, "i", "input gate"), gate(1, "f", "forget gate"),
        gate(2, "g", "candidate", isGate: false), gate(3, "o", "output gate"), cell, output,
      ]
    }
  }

  private static func values(_ matrix: MatrixView<Scalar>) -> [[Float]] {
    (0..<matrix.rows).map { row in
      let values = unsafe matrix.row(row)
      return (0..<matrix.columns).map { unsafe Float(Double(values[$0])) }
    }
  }
}
