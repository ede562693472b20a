import SeqModels

/// What made a label, as `classify --explain` prints it; the names are a contract.
struct ExplanationAnswer: Encodable {
  var score: Double
  var bias: Double
  var parts: [TextClassifier.Explanation.Part]

  init(_ explanation: TextClassifier.Explanation) {
    score = explanation.score
    bias = explanation.bias
    parts = explanation.parts
  }

  /// Rows of a table; what is behind them is added up in one.
  private static let shownCount = 15

  /// The largest contributions, the others together, the bias and the sum of all.
  var table: String {
    func number(_ value: Double) -> String {
      (value >= 0 ? "+" : "") + NumberFormat.fixed(value, 4)
    }
    let shown = parts.prefix(Self.shownCount)
    let others = parts.dropFirst(Self.shownCount)
    var rows = [["  part", "kind", "times", "adds"]]
    for part in shown {
      rows.append([
        "  " + part.text, part.kind.rawValue, "\(part.count)", number(part.contribution),
      ])
    }
    if !others.isEmpty {
      rows.append([
        "  \(NumberFormat.counted(others.count, "other"))", "",
        "\(others.reduce(0) { $0 + $1.count })",
        number(others.reduce(0) { $0 + $1.contribution }),
      ])
    }
    if bias != 0 { rows.append(["  bias", "", "", number(bias)]) }
    rows.append(["  score", "", "", number(score)])
    return TextTable.aligned(rows, left: 2)
  }
}
