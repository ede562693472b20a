import WordtoolCore

/// How much the texts of each label count in training.
public enum ClassWeights: Codable, Hashable, Sendable {
  /// Every text counts 1.
  case uniform
  /// A label's texts count n / (k · m): n texts in all, k labels, m texts with this one; so that
  /// all labels together count the same.
  case balanced
  /// The given labels count as much as said, the others 1.
  case given([String: Double])

  /// The weight of each label.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when a label is given that no text has, or a weight
  ///   that is not above 0.
  func weights(for labels: [String], counts: [Int], exampleCount: Int) throws -> [Double] {
    switch self {
    case .uniform: return labels.map { _ in 1 }
    case .balanced:
      return counts.map { Double(exampleCount) / (Double(labels.count) * Double(max(1, $0))) }
    case .given(let weights):
      for (label, weight) in weights.sorted(by: { $0.key < $1.key }) {
        guard labels.contains(label) else {
          throw WordtoolError(
            .usage, found: "a class weight for the label '\(label)'",
            expected: "one of the labels \(labels.prefix(10).joined(separator: ", "))"
              + (labels.count > 10 ? " ..." : ""))
        }
        guard weight > 0, weight.isFinite else {
          throw WordtoolError(
            .usage, found: "the class weight \(label)=\(weight)", expected: "a number above 0")
        }
      }
      return labels.map { weights[$0] ?? 1 }
    }
  }
}
