import BLASCore
public import WordtoolCore

/// Points in groups around means (Lloyd 1982), begun far apart (k-means++, Arthur and Vassilvitskii 2007).
///
/// The same points, count and seed give the same groups for any number of threads.
public struct KMeans: Sendable {
  /// The group of each point, 0 for the largest.
  public let groups: [Int]
  /// The means: [count][dimension], in the order of the groups.
  public let means: [[Double]]
  /// The sum of squared distances from the points to their means.
  public let inertia: Double

  /// Finds groups.
  ///
  /// - Parameters:
  ///   - points: at least as many as there are to be groups.
  ///   - count: how many groups, 1 or more; there are fewer when fewer points differ.
  ///   - seed: where the random choices start.
  ///   - iterations: how often all points are looked at, at most.
  ///   - threads: how many threads work.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `interrupted` once `stop` is
  ///   raised.
  /// - Complexity: O(N·D·count) an iteration.
  public init(
    of points: PointSet, count: Int, seed: UInt64 = 1, iterations: Int = 100,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("iterations", iterations, in: 1...1_000_000)
    try OptionCheck.require(
      points.count >= 1, found: "no points", expected: "one or more")
    try OptionCheck.require("count", count, in: 1...points.count)
    let team = ThreadTeam(threadCount: max(1, min(threads, Pieces.count(of: points.count))))
    var means = Self.start(points, count, seed: seed)
    var nearest = (groups: [Int](), squares: [Double]())
    for _ in 0..<iterations {
      try stop.check("the search for groups")
      let found = Self.nearest(points, means, team)
      let isDone = found.groups == nearest.groups
      nearest = found
      if isDone { break }
      means = Self.means(of: points, found.groups, old: means)
    }
    // The largest first; of equals the one with the earlier point.
    var sizes = [Int](repeating: 0, count: means.count)
    var firsts = [Int](repeating: points.count, count: means.count)
    for (point, group) in nearest.groups.enumerated() {
      sizes[group] += 1
      firsts[group] = min(firsts[group], point)
    }
    let order = means.indices.filter { sizes[$0] > 0 }.sorted {
      sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : firsts[$0] < firsts[$1]
    }
    var places = [Int](repeating: 0, count: means.count)
    for (place, group) in order.enumerated() { places[group] = place }
    groups = nearest.groups.map { places[$0] }
    self.means = order.map { means[$0] }
    inertia = nearest.squares.reduce(0, +)
  }

  /// Points drawn with a chance that grows with the square of their distance to those before.
  private static func start(_ points: PointSet, _ count: Int, seed: UInt64) -> [[Double]] {
    var random = RandomSource(seed: seed)
    var chosen = Int(random.next() % UInt64(points.count))
    var means = [Array(points[chosen])]
    var squares = [Double](repeating: .infinity, count: points.count)
    while means.count < count {
      for point in 0..<points.count {
        squares[point] = min(squares[point], distance(points[point], means[means.count - 1]))
      }
      let total = squares.reduce(0, +)
      guard total > 0 else { break }
      var rest = random.nextUnit() * total
      chosen = squares.lastIndex { $0 > 0 } ?? 0
      for (point, square) in squares.enumerated() where square > 0 {
        if rest < square {
          chosen = point
          break
        }
        rest -= square
      }
      means.append(Array(points[chosen]))
    }
    return means
  }

  private static func nearest(
    _ points: PointSet, _ means: [[Double]], _ team: ThreadTeam
  ) -> (groups: [Int], squares: [Double]) {
    var groups = [Int](repeating: 0, count: points.count)
    var squares = [Double](repeating: 0, count: points.count)
    unsafe groups.withUnsafeMutableBufferPointer { groups in
      unsafe squares.withUnsafeMutableBufferPointer { squares in
        // SAFETY: each piece writes the places of its own points.
        team.forEach(pieces: Pieces.count(of: points.count)) { piece in
          for point in Pieces.range(piece, of: points.count) {
            var best = (group: 0, square: Double.infinity)
            for (group, mean) in means.enumerated() {
              let square = distance(points[point], mean)
              if square < best.square { best = (group, square) }
            }
            unsafe groups[point] = best.group
            unsafe squares[point] = best.square
          }
        }
      }
    }
    return (groups, squares)
  }

  private static func means(
    of points: PointSet, _ groups: [Int], old: [[Double]]
  ) -> [[Double]] {
    var sums = old.map { $0.map { _ in 0.0 } }
    var sizes = [Double](repeating: 0, count: old.count)
    for (point, group) in groups.enumerated() {
      sizes[group] += 1
      for (axis, value) in points[point].enumerated() { sums[group][axis] += value }
    }
    return old.indices.map { group in
      sizes[group] > 0 ? sums[group].map { $0 / sizes[group] } : old[group]
    }
  }

  private static func distance(_ a: ArraySlice<Double>, _ b: [Double]) -> Double {
    var sum = 0.0
    for (place, value) in a.enumerated() {
      let difference = value - b[place]
      sum += difference * difference
    }
    return sum
  }
}
