import BLASCore
public import WordtoolCore

/// How UMAP works.
public struct UMAPOptions: TrainingOptions {
  /// How many neighbours of a point count, 2 or more, below the number of points: few show what is
  /// near, many the whole.
  public var neighborCount = 15
  /// Axes of the result, 2 or 3.
  public var dimension = 2
  /// How near points may come to each other, 0 ... 3, where 1 is far.
  public var minimumDistance = 0.1
  /// How often all edges are looked at; nil is 500, or 200 for 10,000 points and more.
  public var epochs: Int?
  /// Points that push a point away for each that pulls it.
  public var negativeSamples = 5
  /// Where the random choices start.
  public var seed: UInt64 = 1

  /// What most use.
  public init() {}

  /// What suits so many points: neighbours that few points have.
  public init(pointCount: Int) {
    neighborCount = max(2, min(15, pointCount / 2))
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("neighborCount", neighborCount, in: 2...10_000)
    try OptionCheck.require("dimension", dimension, in: 2...3)
    try OptionCheck.require("epochs", epochs ?? 1, in: 1...1_000_000)
    try OptionCheck.require("negativeSamples", negativeSamples, in: 0...1000)
    try OptionCheck.require(
      (0...3).contains(minimumDistance), found: "`minimumDistance` is \(minimumDistance)",
      expected: "0 to 3")
  }
}

/// A map of points that keeps the graph of their neighbours: uniform manifold approximation and
/// projection (McInnes, Healy and Melville 2018).
///
/// The same points, options and seed give the same bits for any number of threads and on every processor.
public struct UMAP: Sendable {
  /// The map: [count, dimension of the options].
  public let points: PointSet

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - source: more points than `neighborCount`.
  ///   - options: how.
  ///   - threads: how many threads look for neighbours; the descent has one.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called after each epoch with the share that is done.
  /// - Throws: `WordtoolError`: `usage` for options out of range and too few points, `interrupted` once
  ///   `stop` is raised.
  /// - Complexity: O(N²·D) once, then O(N·neighborCount·negativeSamples) an epoch.
  public init(
    of source: PointSet, options: UMAPOptions = UMAPOptions(), threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: (Double) -> Void = { _ in }
  ) throws {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require(
      source.count > options.neighborCount, found: "\(source.count) points",
      expected: "more than the \(options.neighborCount) neighbours of each")
    let team = ThreadTeam(threadCount: max(1, min(threads, Pieces.count(of: source.count))))
    let graph = try NeighborGraph(
      of: source, width: options.neighborCount, team: team, stop: stop)
    let epochs = options.epochs ?? (source.count < 10_000 ? 500 : 200)
    let edges = FuzzyGraph(graph).edges
    let curve = UMAPCurve(minimumDistance: options.minimumDistance)
    var descent = UMAPDescent(
      places: try Self.start(source, options, threads: threads, stop: stop), edges, curve, options,
      epochs: epochs)
    for epoch in 0..<epochs {
      try stop.check("UMAP")
      descent.run(epoch)
      progress(Double(epoch + 1) / Double(epochs))
    }
    points = PointSet(checked: descent.places, dimension: options.dimension)
  }

  /// The first principal components, 20 units wide, with a little noise that tells equal points apart.
  private static func start(
    _ source: PointSet, _ options: UMAPOptions, threads: Int, stop: StopFlag
  ) throws -> [Double] {
    let axes = min(options.dimension, source.dimension)
    let projected = try PrincipalComponents(
      of: source, count: axes, threads: threads, stop: stop
    ).project(source)
    let largest = projected.values.reduce(0) { max($0, $1.magnitude) }
    var random = RandomSource(seed: options.seed, 1)
    return (0..<source.count * options.dimension).map { place in
      let axis = place % options.dimension
      let value = axis < axes ? projected[place / options.dimension, axis] : 0
      let noise = (random.nextUnit() - 0.5) * 2e-4
      return (largest > 0 ? 10 * value / largest : 0) + noise
    }
  }
}

/// How surely points are neighbours, 0 ... 1.
package struct FuzzyGraph {
  /// A pair of points, in both directions.
  package struct Edge {
    package var from: Int32
    package var to: Int32
    package var weight: Double
  }

  package private(set) var edges: [Edge] = []

  package init(_ graph: NeighborGraph) {
    let count = graph.neighbors.count / graph.width
    var rows = [[(Int32, Double, isBack: Bool)]](repeating: [], count: count)
    for point in 0..<count {
      let range = point * graph.width..<(point + 1) * graph.width
      let distances = graph.squares[range].map { $0.squareRoot() }
      for (neighbor, weight) in zip(graph.neighbors[range], Self.weights(distances)) {
        rows[point].append((neighbor, weight, false))
        rows[Int(neighbor)].append((Int32(point), weight, true))
      }
    }
    for (point, row) in rows.enumerated() {
      // One is a neighbour of the other by either way: a + b - ab.
      var last: Int32 = -1
      for (neighbor, weight, _) in row.sorted(by: {
        ($0.0, $0.isBack ? 1 : 0) < ($1.0, $1.isBack ? 1 : 0)
      }) {
        if neighbor == last {
          let before = edges[edges.count - 1].weight
          edges[edges.count - 1].weight = before + weight - before * weight
        } else {
          edges.append(Edge(from: Int32(point), to: neighbor, weight: weight))
          last = neighbor
        }
      }
    }
  }

  /// exp(-(d - ρ) / σ), with ρ the least distance and σ by bisection so that the sum is the logarithm
  /// to the base 2 of how many there are.
  package static func weights(_ distances: [Double]) -> [Double] {
    let least = distances.first { $0 > 0 } ?? 0
    let target = PortableMath.log(Double(distances.count)) / PortableMath.log(2.0)
    let mean = distances.reduce(0, +) / Double(max(1, distances.count))
    var (low, high, sigma) = (0.0, Double.infinity, 1.0)
    func weights() -> [Double] {
      distances.map { $0 <= least || sigma == 0 ? 1 : PortableMath.exp(-($0 - least) / sigma) }
    }
    for _ in 0..<64 {
      let sum = weights().reduce(0, +)
      if (sum - target).magnitude < 1e-5 { break }
      if sum > target { high = sigma } else { low = sigma }
      sigma = high.isFinite ? (low + high) / 2 : sigma * 2
    }
    sigma = max(sigma, 1e-3 * mean)
    return weights()
  }
}

/// 1 / (1 + a d^2b), the curve that falls from 1 at the least distance as exp(-d) does.
package struct UMAPCurve {
  package private(set) var a = 1.0
  package private(set) var b = 1.0

  /// Fits a and b by the least squares over 300 distances up to 3 (Levenberg and Marquardt).
  package init(minimumDistance: Double) {
    let places = (1..<300).map { Double($0) * 3 / 299 }
    let targets = places.map {
      $0 <= minimumDistance ? 1 : PortableMath.exp(minimumDistance - $0)
    }
    func error(_ a: Double, _ b: Double) -> Double {
      zip(places, targets).reduce(0) { sum, pair in
        let rest = 1 / (1 + a * PortableMath.pow(pair.0, 2 * b)) - pair.1
        return sum + rest * rest
      }
    }
    var damping = 1e-3
    var least = error(a, b)
    for _ in 0..<200 {
      var (aa, ab, bb, ra, rb) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for (place, target) in zip(places, targets) {
        let power = PortableMath.pow(place, 2 * b)
        let value = 1 / (1 + a * power)
        let slope = -value * value * power
        let (da, db) = (slope, slope * a * 2 * PortableMath.log(place))
        let rest = target - value
        aa += da * da
        ab += da * db
        bb += db * db
        ra += da * rest
        rb += db * rest
      }
      let (x, y) = (aa * (1 + damping), bb * (1 + damping))
      let determinant = x * y - ab * ab
      guard determinant > 0 else { break }
      let (nextA, nextB) = (
        a + (y * ra - ab * rb) / determinant, b + (x * rb - ab * ra) / determinant
      )
      guard nextA > 0, nextB > 0, error(nextA, nextB) < least else {
        damping *= 10
        if damping > 1e12 { break }
        continue
      }
      let gain = least - error(nextA, nextB)
      (a, b, damping) = (nextA, nextB, damping / 10)
      least -= gain
      if gain < 1e-15 { break }
    }
  }
}

/// Where a map is on its way.
struct UMAPDescent {
  private(set) var places: [Double]
  private let edges: [FuzzyGraph.Edge]
  private let curve: UMAPCurve
  private let options: UMAPOptions
  private let epochs: Int
  /// How many epochs lie between two visits of an edge, and when the next is due.
  private let intervals: [Double]
  private var due: [Double]

  init(
    places: [Double], _ edges: [FuzzyGraph.Edge], _ curve: UMAPCurve, _ options: UMAPOptions,
    epochs: Int
  ) {
    self.places = places
    self.curve = curve
    self.options = options
    self.epochs = epochs
    let most = edges.reduce(0) { max($0, $1.weight) }
    // Edges that would not be visited once are left out.
    self.edges = edges.filter { $0.weight * Double(epochs) >= most }
    intervals = self.edges.map { most / $0.weight }
    due = intervals
  }

  /// Visits the edges that are due: their ends pull each other, others drawn at random push.
  mutating func run(_ epoch: Int) {
    let axes = options.dimension
    let rate = 1 - Double(epoch) / Double(epochs)
    let count = UInt64(places.count / axes)
    var random = RandomSource(seed: options.seed, 2, UInt64(epoch))
    for edge in edges.indices where due[edge] <= Double(epoch + 1) {
      due[edge] += intervals[edge]
      let from = Int(edges[edge].from) * axes
      pull(from, Int(edges[edge].to) * axes, rate)
      for _ in 0..<options.negativeSamples {
        let other = Int(random.next() % count) * axes
        if other != from { push(from, other, rate) }
      }
    }
  }

  private func square(_ one: Int, _ other: Int) -> Double {
    (0..<options.dimension).reduce(0) { sum, axis in
      let difference = places[one + axis] - places[other + axis]
      return sum + difference * difference
    }
  }

  private mutating func pull(_ one: Int, _ other: Int, _ rate: Double) {
    let square = square(one, other)
    guard square > 0 else { return }
    let power = PortableMath.exp(curve.b * PortableMath.log(square))
    let factor = -2 * curve.a * curve.b * power / square / (1 + curve.a * power)
    for axis in 0..<options.dimension {
      let step = rate * Self.clipped(factor * (places[one + axis] - places[other + axis]))
      places[one + axis] += step
      places[other + axis] -= step
    }
  }

  private mutating func push(_ one: Int, _ other: Int, _ rate: Double) {
    let square = square(one, other)
    guard square > 0 else { return }
    let power = PortableMath.exp(curve.b * PortableMath.log(square))
    let factor = 2 * curve.b / ((0.001 + square) * (1 + curve.a * power))
    for axis in 0..<options.dimension {
      places[one + axis] +=
        rate * Self.clipped(factor * (places[one + axis] - places[other + axis]))
    }
  }

  private static func clipped(_ value: Double) -> Double { min(4, max(-4, value)) }
}
