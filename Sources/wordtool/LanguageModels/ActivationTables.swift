import SeqModels

/// What the units of a layer computed, as tables for a person: a row a token.
struct ActivationTables {
  private let found: RecurrentActivations
  private let units: [Int]

  /// - Parameter units: from 0; none for the mean over all.
  init(_ found: RecurrentActivations, units: [Int]) {
    self.found = found
    self.units = units
  }

  /// The tables with a title.
  var text: String {
    let outputs = found.quantities.last?.values.first?.count ?? 0
    var text = "\(found.cell.rawValue), layer \(found.layer) of \(found.layerCount)"
    if found.isReverse { text += ", from the end" }
    text += ", \(NumberFormat.counted(outputs, "output"))\n"
    if units.isEmpty {
      return text
        + table(heading: { $0.isGate ? $0.symbol : "|\($0.symbol)|" }) { quantity, token in
          let values = quantity.values[token]
          let sum = values.reduce(0.0) { $0 + Double(quantity.isGate ? $1 : $1.magnitude) }
          return sum / Double(max(1, values.count))
        }
    }
    for unit in units {
      text += "\nunit \(unit + 1)\n"
      text += table(heading: \.symbol) { Double($0.values[$1][unit]) }
    }
    return text
  }

  private func table(
    heading: (RecurrentActivations.Quantity) -> String,
    value: (RecurrentActivations.Quantity, Int) -> Double
  ) -> String {
    TextTable.aligned(
      [["token"] + found.quantities.map(heading)]
        + found.tokens.indices.map { token in
          [found.tokens[token]]
            + found.quantities.map { NumberFormat.fixed(value($0, token), 4) }
        })
  }
}
