import BLASCore
import ConvNets
import Projection
import TestSupport
import Testing
import WordtoolCore

@Suite("UMAP") struct UMAPTests {
  /// The reference implementation, umap-learn, fits 1.5769 and 0.8951 for 0.1, 1.9328 and 0.7905 for 0.
  @Test(
    "the curve has the reference's constants",
    arguments: [
      (0.1, 1.5769, 0.8951), (0.0, 1.9328, 0.7905),
    ])
  func curve(distance: Double, a: Double, b: Double) {
    let curve = UMAPCurve(minimumDistance: distance)
    #expect(abs(curve.a - a) < 2e-3)
    #expect(abs(curve.b - b) < 2e-3)
  }

  @Test("the nearest neighbour is sure, all together are the logarithm of how many")
  func weights() {
    let weights = FuzzyGraph.weights((1...15).map { 0.3 + 0.1 * Double($0 * $0) })
    #expect(weights[0] == 1)
    #expect(abs(weights.reduce(0, +) - PortableMath.log(15.0) / PortableMath.log(2.0)) < 1e-4)
    #expect(zip(weights, weights.dropFirst()).allSatisfy(>))
    #expect(FuzzyGraph.weights([0, 0, 0]) == [1, 1, 1])
  }

  @Test("an edge is as sure in both directions")
  func symmetry() throws {
    let points = try PrincipalComponentsTests.cloud(50, 4)
    let graph = try NeighborGraph(
      of: points, width: 5, team: ThreadTeam(threadCount: 1), stop: StopFlag())
    let edges = FuzzyGraph(graph).edges
    for edge in edges {
      let back = edges.first { $0.from == edge.to && $0.to == edge.from }
      #expect(back.map { abs($0.weight - edge.weight) < 1e-12 } == true)
      #expect(edge.weight > 0 && edge.weight <= 1)
    }
  }

  @Test("the bits depend on the seed and not on the number of threads")
  func threads() throws {
    let points = try PrincipalComponentsTests.cloud(150, 6)
    var options = UMAPOptions()
    options.epochs = 60
    let map = try UMAP(of: points, options: options, threads: 1)
    #expect(try UMAP(of: points, options: options, threads: 3).points == map.points)
    options.seed = 2
    #expect(try UMAP(of: points, options: options).points != map.points)
  }

  @Test(
    "digits: neighbours on the map are of one class", .enabled(if: RealData.has("optdigits")))
  func digits() throws {
    let set = try ImageDataset(contentsOf: RealData.path("optdigits"), part: .train)
    let values = try (0..<600).flatMap { try set.image(at: $0).values.map { Double($0) * 16 } }
    let map = try UMAP(of: PointSet(values, dimension: 64))
    let graph = try NeighborGraph(
      of: map.points, width: 1, team: ThreadTeam(threadCount: 1), stop: StopFlag())
    let right = (0..<600).count { set.labels[$0] == set.labels[Int(graph.neighbors[$0])] }
    #expect(Double(right) / 600 > 0.94)
  }

  @Test("refuses what cannot be")
  func refusals() throws {
    let points = try PrincipalComponentsTests.cloud(15, 3)
    var options = UMAPOptions()
    #expect(throws: WordtoolError.self) { try UMAP(of: points, options: options) }
    options.neighborCount = 1
    #expect(throws: WordtoolError.self) { try UMAP(of: points, options: options) }
    options.neighborCount = 5
    options.minimumDistance = -1
    #expect(throws: WordtoolError.self) { try UMAP(of: points, options: options) }
  }
}
