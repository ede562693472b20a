package import BLASCore
public import WordtoolCore

/// How t-SNE works.
public struct TSNEOptions: TrainingOptions {
  /// How many neighbours count about, 1 or more; at most a third of the other points.
  public var perplexity = 30.0
  /// Axes of the result, 2 or 3.
  public var dimension = 2
  /// Steps in all.
  public var iterations = 1000
  /// Cells count as one place when their side is less than this share of their distance, 0 ... 0.5;
  /// 0 is exact.
  public var theta = 0.5
  /// By how much neighbours attract each other more in the first quarter of the steps, 1 or more.
  public var exaggeration = 12.0
  /// The step's length; nil is a quarter of the points by ``exaggeration``, at least 50 (Belkina et al.
  /// 2019).
  public var learningRate: Double?

  /// What most use.
  public init() {}

  /// What suits so many points: a perplexity that few points have neighbours enough for.
  public init(pointCount: Int) {
    perplexity = max(1, min(30, Double(pointCount - 1) / 6))
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("dimension", dimension, in: 2...3)
    try OptionCheck.require("iterations", iterations, in: 1...1_000_000)
    for (name, value, range) in [
      ("perplexity", perplexity, 1...1e6), ("theta", theta, 0...0.5),
      ("exaggeration", exaggeration, 1...1e6), ("learningRate", learningRate ?? 1, 1e-9...1e9),
    ] {
      try OptionCheck.require(
        range.contains(value), found: "`\(name)` is \(value)",
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}

/// A map of points on which neighbours stay neighbours: t-distributed stochastic neighbour embedding
/// (van der Maaten and Hinton 2008), with the sums of Barnes and Hut (van der Maaten 2014).
///
/// It begins with the first principal components, so that it needs no chance: the same points give the
/// same bits for any number of threads and on every processor.
public struct TSNE: Sendable {
  /// The map: [count, dimension of the options].
  public let points: PointSet
  /// The Kullback-Leibler divergence that is left, in nats.
  public let divergence: Double

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - source: at least four points; more than 50 dimensions are reduced to 50 principal
  ///     components.
  ///   - options: how.
  ///   - threads: how many threads work.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called after each step with the share that is done.
  /// - Throws: `WordtoolError`: `usage` for options out of range and too few points for the perplexity,
  ///   `interrupted` once `stop` is raised.
  /// - Complexity: O(N²·D) once, then O(N·log N) a step.
  public init(
    of source: PointSet, options: TSNEOptions = TSNEOptions(), threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: (Double) -> Void = { _ in }
  ) throws {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require(
      source.count >= 4, found: "\(source.count) points", expected: "four or more")
    let most = Double(source.count - 1) / 3
    try OptionCheck.require(
      options.perplexity <= most, found: "`perplexity` is \(options.perplexity)",
      expected: "at most a third of the other points, \(Int(most))")
    let axes = min(source.dimension, 50)
    let components = try PrincipalComponents(of: source, count: axes, threads: threads, stop: stop)
    let reduced = try source.dimension > axes ? components.project(source) : source
    let team = ThreadTeam(
      threadCount: max(1, min(threads, Pieces.count(of: source.count))))
    let width = min(source.count - 1, Int(3 * options.perplexity))
    let graph = try NeighborGraph(of: reduced, width: width, team: team, stop: stop)
    var descent = TSNEDescent(
      TSNEAffinities(graph, perplexity: options.perplexity),
      start: try Self.start(components, source, dimension: options.dimension), options)
    for step in 0..<options.iterations {
      try stop.check("t-SNE")
      team.beginStep()
      descent.step(step, team: team)
      team.endStep(work: source.count)
      progress(Double(step + 1) / Double(options.iterations))
    }
    points = PointSet(checked: descent.places, dimension: options.dimension)
    divergence = descent.gradient(team: team).divergence
  }

  /// The first principal components, small: the first has a standard deviation of 1e-4.
  private static func start(
    _ components: PrincipalComponents, _ source: PointSet, dimension: Int
  ) throws -> [Double] {
    let projected = try components.project(source)
    let deviation = components.variances[0].squareRoot()
    let scale = deviation > 0 ? 1e-4 / deviation : 0
    var random = RandomSource(seed: 0x75AE)
    var values: [Double] = []
    for point in 0..<source.count {
      for axis in 0..<dimension {
        // Points that are all one, and axes that are not there, are told apart by a little noise.
        let noise = (random.nextUnit() - 0.5) * 1e-8
        let place = axis < projected.dimension ? projected[point, axis] * scale : 0
        values.append(place + noise)
      }
    }
    return values
  }
}

/// How much points attract each other: rows of p(j|i) + p(i|j), divided by twice the number of points.
package struct TSNEAffinities {
  /// Where each point's neighbours begin; one more than there are points.
  var starts: [Int] = [0]
  var neighbors: [Int32] = []
  var values: [Double] = []

  /// Finds for each point the width of a Gaussian that gives the perplexity.
  package init(_ graph: NeighborGraph, perplexity: Double) {
    let count = graph.neighbors.count / graph.width
    var rows = [[(Int32, Double)]](repeating: [], count: count)
    let target = PortableMath.log(perplexity)
    for point in 0..<count {
      let range = point * graph.width..<(point + 1) * graph.width
      let weights = Self.weights(Array(graph.squares[range]), entropy: target)
      for (neighbor, weight) in zip(graph.neighbors[range], weights) {
        rows[point].append((neighbor, weight))
        rows[Int(neighbor)].append((Int32(point), weight))
      }
    }
    let scale = 1 / Double(2 * count)
    for row in rows {
      // The same neighbour by both ways is one.
      var last: Int32 = -1
      for (neighbor, weight) in row.sorted(by: { $0.0 < $1.0 }) {
        if neighbor == last {
          values[values.count - 1] += weight * scale
        } else {
          neighbors.append(neighbor)
          values.append(weight * scale)
          last = neighbor
        }
      }
      starts.append(neighbors.count)
    }
  }

  /// exp(-β d²), normalised, with β by bisection so that the entropy is as given, in nats.
  package static func weights(_ squares: [Double], entropy target: Double) -> [Double] {
    var (low, high, beta) = (0.0, Double.infinity, 1.0)
    let least = squares.min() ?? 0
    let mean = squares.reduce(0) { $0 + $1 - least } / Double(max(1, squares.count))
    if mean > 0 { beta = 1 / mean }
    var weights: [Double] = []
    for _ in 0..<100 {
      weights = squares.map { PortableMath.exp(-beta * ($0 - least)) }
      let total = weights.reduce(0, +)
      let mean = zip(weights, squares).reduce(0) { $0 + $1.0 * ($1.1 - least) } / total
      let entropy = PortableMath.log(total) + beta * mean
      weights = weights.map { $0 / total }
      if (entropy - target).magnitude < 1e-6 { break }
      if entropy > target { low = beta } else { high = beta }
      beta = high.isFinite ? (low + high) / 2 : beta * 2
    }
    return weights
  }
}

/// Where a map is on its way down.
package struct TSNEDescent {
  package var places: [Double]
  private let affinities: TSNEAffinities
  private let options: TSNEOptions
  private let rate: Double
  private var velocity: [Double]
  private var gains: [Double]
  private var tree: SpaceTree

  package init(_ affinities: TSNEAffinities, start: [Double], _ options: TSNEOptions) {
    self.affinities = affinities
    self.options = options
    places = start
    velocity = start.map { _ in 0 }
    gains = start.map { _ in 1 }
    tree = SpaceTree(dimension: options.dimension)
    let count = Double(start.count / options.dimension)
    rate = options.learningRate ?? max(50, count / options.exaggeration / 4)
  }

  /// One step of gradient descent with momentum and a gain for each number (Jacobs 1988).
  mutating func step(_ number: Int, team: ThreadTeam) {
    let isEarly = number < min(250, options.iterations / 4)
    let momentum = isEarly ? 0.5 : 0.8
    let slope = gradient(
      team: team, exaggeration: isEarly ? options.exaggeration : 1, measures: false
    ).values
    for place in places.indices {
      let isSame = (slope[place] > 0) == (velocity[place] > 0)
      gains[place] = max(0.01, isSame ? gains[place] * 0.8 : gains[place] + 0.2)
      velocity[place] = momentum * velocity[place] - rate * gains[place] * slope[place]
      places[place] += velocity[place]
    }
    // The map's middle stays at 0.
    let axes = options.dimension
    for axis in 0..<axes {
      let own = stride(from: axis, to: places.count, by: axes)
      let mean = own.reduce(0) { $0 + places[$1] } / Double(places.count / axes)
      for place in own { places[place] -= mean }
    }
  }

  /// The gradient of the Kullback-Leibler divergence and the divergence itself (van der Maaten 2014,
  /// equations 5 to 8).
  ///
  /// - Parameter measures: whether the divergence is wanted, whose logarithms take longer than the rest.
  package mutating func gradient(
    team: ThreadTeam, exaggeration: Double = 1, measures: Bool = true
  ) -> (values: [Double], divergence: Double) {
    let axes = options.dimension
    let count = places.count / axes
    let pieces = Pieces.count(of: count)
    tree.build(places)
    var attraction = [Double](repeating: 0, count: places.count)
    var repulsion = [Double](repeating: 0, count: places.count)
    var totals = [Double](repeating: 0, count: pieces)
    var costs = [Double](repeating: 0, count: pieces)
    let (tree, places, affinities, theta) = (tree, places, affinities, options.theta)
    unsafe attraction.withUnsafeMutableBufferPointer { attraction in
      unsafe repulsion.withUnsafeMutableBufferPointer { repulsion in
        unsafe totals.withUnsafeMutableBufferPointer { totals in
          unsafe costs.withUnsafeMutableBufferPointer { costs in
            // SAFETY: each piece writes its own sums and the rows of its own points.
            team.forEach(pieces: pieces) { piece in
              var (total, cost, stack) = (0.0, 0.0, [Int32]())
              for point in Pieces.range(piece, of: count) {
                let own = places[point * axes..<(point + 1) * axes]
                var force = [Double](repeating: 0, count: axes)
                total += tree.repulsion(on: own, theta: theta, force: &force, stack: &stack)
                for axis in 0..<axes { unsafe repulsion[point * axes + axis] = force[axis] }
                for edge in affinities.starts[point]..<affinities.starts[point + 1] {
                  let other = Int(affinities.neighbors[edge]) * axes
                  var square = 0.0
                  for axis in 0..<axes {
                    let difference = places[point * axes + axis] - places[other + axis]
                    square += difference * difference
                  }
                  let weight = affinities.values[edge]
                  for axis in 0..<axes {
                    unsafe attraction[point * axes + axis] +=
                      weight / (1 + square) * (places[point * axes + axis] - places[other + axis])
                  }
                  if measures, weight > 0 {
                    cost += weight * (PortableMath.log(weight) + PortableMath.log(1 + square))
                  }
                }
              }
              unsafe totals[piece] = total
              unsafe costs[piece] = cost
            }
          }
        }
      }
    }
    let total = totals.reduce(0, +)
    let values = attraction.indices.map {
      4 * (exaggeration * attraction[$0] - repulsion[$0] / total)
    }
    let mass = affinities.values.reduce(0, +)
    return (values, costs.reduce(0, +) + mass * PortableMath.log(total))
  }
}
