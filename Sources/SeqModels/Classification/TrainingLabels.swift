import BLASCore
import WordtoolCore

/// The labels of a training text, in the order a model has them: by their bytes.
struct TrainingLabels: Sendable {
  /// The labels.
  let names: [String]
  /// How many texts have each label.
  let counts: [Int]
  /// The labels of each text that is trained on, as places in `names`.
  let ids: [[Int32]]

  /// The loss of a guess by how frequent each label is, in nats.
  var entropy: Double { Self.entropy(ofCounts: counts) }

  /// The entropy of labels that occur so often, in nats.
  static func entropy(ofCounts counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    return counts.reduce(0) { sum, count in
      let share = Double(count) / total
      return share > 0 ? sum - share * PortableMath.log(share) : sum
    }
  }

  /// The loss of a guess by how frequent each label is where each is a question of its own, in nats.
  func questionEntropy(exampleCount: Int) -> Double {
    counts.reduce(0) { sum, count in
      let share = Double(count) / Double(exampleCount)
      guard share > 0, share < 1 else { return sum }
      return sum - share * PortableMath.log(share) - (1 - share) * PortableMath.log(1 - share)
    }
  }

  /// Labels in an order of their own.
  init(names: [String], counts: [Int], ids: [[Int32]]) {
    self.names = names
    self.counts = counts
    self.ids = ids
  }

  /// Sorts the labels of a text.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when there are fewer than two labels.
  init(_ text: LabelledText, path: String? = nil) throws {
    let order = text.labels.indices.sorted {
      text.labels[$0].utf8.lexicographicallyPrecedes(text.labels[$1].utf8)
    }
    guard order.count >= 2 else {
      throw WordtoolError(
        .badData, path: path,
        found: order.isEmpty
          ? "texts without labels" : "only one label, '\(text.labels[order[0]])'",
        expected: "texts of at least two labels")
    }
    var places = [Int32](repeating: 0, count: order.count)
    for (place, id) in order.enumerated() { places[id] = Int32(place) }
    names = order.map { text.labels[$0] }
    let given = text.labelCounts
    counts = order.map { given[$0] }
    ids = (0..<text.count).map { index in text.labelIDs(of: index).map { places[Int($0)] } }
  }
}
