/// What was measured of one label or class; undefined values are null in JSON.
struct LabelAnswer: Encodable {
  var label: String
  @Nullable var precision: Double?
  @Nullable var recall: Double?
  var f1: Double
  var examples: Int
  var predicted: Int
  /// Whether the model has it, where it may not.
  var known: Bool?

  /// A row for each label that occurs or was given.
  ///
  /// - Parameters:
  ///   - kind: what a label is called.
  ///   - unit: what has one.
  static func table(of labels: [LabelAnswer], kind: String, unit: String) -> String {
    func share(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 4) } ?? "-" }
    let seen = labels.filter { $0.examples + $0.predicted > 0 }
    return TextTable.aligned(
      [[kind, "precision", "recall", "F1", unit, "given"]]
        + seen.map {
          [
            $0.label, share($0.precision), share($0.recall), share($0.f1), "\($0.examples)",
            "\($0.predicted)",
          ]
        })
  }

  /// A confusion matrix: rows are what is true, columns what was given.
  static func confusion(
    kind: String, _ names: [String], count: (_ row: Int, _ column: Int) -> Int
  ) -> String {
    TextTable.aligned(
      [[kind] + names]
        + names.indices.map { row in
          [names[row]] + names.indices.map { "\(count(row, $0))" }
        }, shrinking: Array(0...names.count))
  }
}
