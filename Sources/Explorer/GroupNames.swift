import Projection

/// What groups of words are called: by words of theirs.
enum GroupNames {
  /// How many words make a name.
  private static let wordCount = 3
  /// The part of a group, nearest to its middle, that words are taken from.
  private static let share = 0.1
  /// And at least so many words.
  private static let least = 12

  /// For each group its most frequent words among those near to the middle: the nearest alone are often
  /// rare ones, the most frequent alone often `of` and `the`.
  ///
  /// - Parameters:
  ///   - words: in the order of the points, more frequent ones first.
  ///   - points: directions.
  static func names(of words: [String], _ points: PointSet, _ found: KMeans) -> [String] {
    var members = [[(product: Double, point: Int)]](repeating: [], count: found.means.count)
    for (point, group) in found.groups.enumerated() {
      var product = 0.0
      for (value, mean) in zip(points[point], found.means[group]) { product += value * mean }
      members[group].append((product, point))
    }
    return members.map { members in
      // All are of length 1, so that the product tells nearness as the cosine does.
      let order = members.sorted {
        $0.product != $1.product ? $0.product > $1.product : $0.point < $1.point
      }
      let near = order.prefix(max(least, Int(share * Double(order.count)))).map(\.point).sorted()
      // Words that a reader would take for one another's forms say nothing twice.
      var chosen: [String] = []
      for point in near where chosen.count < wordCount {
        let word = words[point]
        if !chosen.contains(where: { $0.hasPrefix(word) || word.hasPrefix($0) }) {
          chosen.append(word)
        }
      }
      return chosen.joined(separator: " · ")
    }
  }
}
