import BLASCore
import ConvNets
import Projection
import TestSupport
import Testing
import WordtoolCore

@Suite("t-SNE") struct TSNETests {
  /// Three clouds far from each other.
  private static func clouds(_ count: Int, _ dimension: Int) throws -> PointSet {
    var generator = SeededGenerator(seed: 11)
    let values = (0..<count * dimension).map { place -> Double in
      let noise = Double(generator.next() >> 11) * 0x1p-53 - 0.5
      return noise + Double(place / dimension % 3 == place % dimension % 3 ? 4 : 0)
    }
    return try PointSet(values, dimension: dimension)
  }

  private static func places(_ count: Int, _ dimension: Int) -> [Double] {
    var generator = SeededGenerator(seed: 3)
    return (0..<count * dimension).map { _ in Double(generator.next() >> 11) * 0x1p-53 * 4 - 2 }
  }

  @Test("the gradient is that of the divergence", arguments: [2, 3])
  func gradient(dimension: Int) throws {
    let team = ThreadTeam(threadCount: 1)
    let points = try Self.clouds(20, 5)
    let graph = try NeighborGraph(of: points, width: 12, team: team, stop: StopFlag())
    var options = TSNEOptions()
    options.dimension = dimension
    options.theta = 0
    let start = Self.places(20, dimension)
    var descent = TSNEDescent(TSNEAffinities(graph, perplexity: 4), start: start, options)
    let gradient = descent.gradient(team: team).values
    for place in start.indices {
      let step = 1e-5
      descent.places[place] = start[place] + step
      let above = descent.gradient(team: team).divergence
      descent.places[place] = start[place] - step
      let below = descent.gradient(team: team).divergence
      descent.places[place] = start[place]
      let slope = (above - below) / (2 * step)
      #expect(abs(slope - gradient[place]) < 1e-8 + 1e-6 * abs(slope), "number \(place)")
    }
  }

  @Test("far points taken together give nearly the sums of all", arguments: [2, 3])
  func tree(dimension: Int) {
    var values = Self.places(400, dimension)
    // Some in one place, and some very near each other.
    for place in 0..<3 * dimension { values[place] = values[place % dimension] }
    for axis in 0..<dimension { values[5 * dimension + axis] = values[axis] + 1e-13 }
    var tree = SpaceTree(dimension: dimension)
    tree.build(values)
    var stack: [Int32] = []
    for point in [0, 1, 5, 77, 399] {
      let own = values[point * dimension..<(point + 1) * dimension]
      var total = 0.0
      var force = [Double](repeating: 0, count: dimension)
      for other in 0..<400 where other != point {
        let differences = own.enumerated().map { $1 - values[other * dimension + $0] }
        let q = 1 / (1 + differences.reduce(0) { $0 + $1 * $1 })
        total += q
        for axis in 0..<dimension { force[axis] += q * q * differences[axis] }
      }
      for (theta, tolerance) in [(0.0, 1e-9), (0.5, 0.02)] {
        var found = [Double](repeating: 0, count: dimension)
        let sum = tree.repulsion(on: own, theta: theta, force: &found, stack: &stack)
        #expect(abs(sum - total) < tolerance * total)
        for axis in 0..<dimension { #expect(abs(found[axis] - force[axis]) < tolerance * total) }
      }
    }
  }

  @Test("weights have the perplexity asked for", arguments: [2.0, 5, 30])
  func perplexity(asked: Double) {
    let squares = (0..<90).map { Double($0 * $0) * 0.01 + 7 }
    let weights = TSNEAffinities.weights(squares, entropy: PortableMath.log(asked))
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    let entropy = -weights.reduce(0) { $0 + ($1 > 0 ? $1 * PortableMath.log($1) : 0) }
    #expect(abs(PortableMath.exp(entropy) - asked) < 1e-4 * asked)
  }

  @Test("clouds stay apart, and the bits do not depend on the number of threads")
  func clouds() throws {
    let points = try Self.clouds(150, 9)
    var options = TSNEOptions()
    options.perplexity = 10
    options.iterations = 300
    let map = try TSNE(of: points, options: options, threads: 1)
    let other = try TSNE(of: points, options: options, threads: 3)
    #expect(map.points == other.points)
    #expect(map.divergence == other.divergence)
    let graph = try NeighborGraph(
      of: map.points, width: 5, team: ThreadTeam(threadCount: 1), stop: StopFlag())
    let strangers = graph.neighbors.enumerated().count { place, neighbor in
      place / 5 % 3 != Int(neighbor) % 3
    }
    #expect(strangers == 0)
  }

  @Test("points that are all one are told apart")
  func same() throws {
    let points = try PointSet([Double](repeating: 1, count: 30), dimension: 3)
    var options = TSNEOptions()
    options.perplexity = 2
    options.iterations = 50
    let map = try TSNE(of: points, options: options)
    #expect(!map.points.values.contains { !$0.isFinite })
  }

  /// scikit-learn 1.9.1 on the same images, `TSNE(perplexity=30, init="pca")`, leaves 0.496 to
  /// 0.502 (`Scripts/golden/tsne_digits.py`).
  @Test(
    "digits: as little divergence as scikit-learn, neighbours of one class",
    .enabled(if: RealData.has("optdigits")))
  func digits() throws {
    let set = try ImageDataset(contentsOf: RealData.path("optdigits"), part: .train)
    let indices = Array(0..<600)
    let values = try indices.flatMap { index in
      try set.image(at: index).values.map { Double($0) * 16 }
    }
    let map = try TSNE(of: PointSet(values, dimension: 64))
    #expect(map.divergence < 0.515)
    let graph = try NeighborGraph(
      of: map.points, width: 1, team: ThreadTeam(threadCount: 1), stop: StopFlag())
    let right = indices.count { set.labels[$0] == set.labels[Int(graph.neighbors[$0])] }
    #expect(Double(right) / 600 > 0.95)
  }

  @Test("refuses what cannot be")
  func refusals() throws {
    let points = try Self.clouds(20, 3)
    var options = TSNEOptions()
    #expect(throws: WordtoolError.self) { try TSNE(of: points, options: options) }
    options.perplexity = 0.5
    #expect(throws: WordtoolError.self) { try TSNE(of: points, options: options) }
    options = TSNEOptions()
    options.perplexity = 3
    options.dimension = 4
    #expect(throws: WordtoolError.self) { try TSNE(of: points, options: options) }
    let stop = StopFlag()
    options.dimension = 2
    #expect {
      try TSNE(of: points, options: options, stop: stop) { if $0 > 0.1 { stop.raise() } }
    } throws: {
      ($0 as? WordtoolError)?.kind == .interrupted
    }
  }
}
