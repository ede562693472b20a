package import BLASCore

/// Labels drawn in proportion to the square root of how many texts have them, as fastText draws those
/// that a text's own label is told from.
package struct LabelNoise: Sendable {
  /// How many are drawn for a text.
  package let count: Int
  /// The share of the draws that each label and all before it have; the last is 1.
  private let sums: [Double]
  /// The share of each label in the texts.
  private let shares: [Double]

  /// - Parameters:
  ///   - counts: how many texts have each label, at least two labels, all above 0.
  ///   - count: how many are drawn for a text, at least 1.
  package init(counts: [Int], count: Int) {
    self.count = count
    var sum = 0.0
    let weights = counts.map { count in
      sum += Double(count).squareRoot()
      return sum
    }
    sums = weights.map { $0 / sum }
    let total = Double(counts.reduce(0, +))
    shares = counts.map { Double($0) / total }
  }

  /// A label other than the given one.
  package func draw(otherThan label: Int32, random: inout RandomSource) -> Int32 {
    // Drawn anew until it is another, as fastText does.
    while true {
      let place = random.nextUnit()
      var (low, high) = (0, sums.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > place { high = middle } else { low = middle + 1 }
      }
      if low != Int(label) { return Int32(truncatingIfNeeded: low) }
    }
  }

  /// The loss of a text, in nats, of a model that knows nothing but how often each label is the right
  /// one and how often it is drawn.
  package var guessingLoss: Double {
    let drawn = sums.indices.map { sums[$0] - ($0 > 0 ? sums[$0 - 1] : 0) }
    // How often a label is drawn for the texts of all others, and for one text of its own.
    let ofOthers = zip(shares, drawn).reduce(0) { $0 + $1.0 / (1 - $1.1) }
    return shares.indices.reduce(0) { loss, label in
      let right = shares[label]
      let wrong =
        Double(count) * drawn[label] * (ofOthers - shares[label] / (1 - drawn[label]))
      guard right > 0, wrong > 0 else { return loss }
      return loss - right * PortableMath.log(right / (right + wrong))
        - wrong * PortableMath.log(wrong / (right + wrong))
    }
  }
}
