import BLASCore
import Projection
import TestSupport
import Testing
import WordtoolCore

/// The neighbours are those of all pairs, whatever floats can tell of them.
@Suite("Neighbours") struct NeighborGraphTests {
  /// All pairs, sorted by distance and then by number.
  private static func plain(_ points: PointSet, width: Int) -> [[Int32]] {
    (0..<points.count).map { point in
      let squares = (0..<points.count).map { other in
        zip(points[point], points[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      let order = squares.indices.filter { $0 != point }.sorted {
        squares[$0] != squares[$1] ? squares[$0] < squares[$1] : $0 < $1
      }
      return order.prefix(width).map { Int32($0) }
    }
  }

  /// Whole numbers about a middle, times a scale.
  struct Cloud: Sendable {
    var middle = 0.0
    var scale = 1.0
  }

  /// Clouds at the origin and far from it, where floats tell nothing, large, small and with repetitions. Values
  /// have few digits, so that any order of a sum gives the same bits.
  @Test(
    "are those of all pairs", arguments: [1, 3, 9],
    [
      Cloud(), Cloud(middle: 1_048_576), Cloud(scale: 0x1p-80), Cloud(scale: 0x1p60),
      Cloud(middle: 3, scale: 0x1p-10),
    ])
  func allPairs(_ dimension: Int, _ cloud: Cloud) throws {
    var generator = SeededGenerator(seed: 11)
    let count = 600
    var values: [Double] = []
    for point in 0..<count {
      for axis in 0..<dimension {
        if point % 50 == 49 {
          values.append(values[axis])
        } else {
          values.append(
            (cloud.middle + Double(Int.random(in: -64...64, using: &generator))) * cloud.scale)
        }
      }
    }
    let points = try PointSet(values, dimension: dimension)
    let plain = Self.plain(points, width: 9)
    for threads in [1, 3] {
      let graph = try NeighborGraph(
        of: points, width: 9, team: ThreadTeam(threadCount: threads), stop: StopFlag())
      for point in 0..<count {
        let own = point * 9..<(point + 1) * 9
        #expect(Array(graph.neighbors[own]) == plain[point], "point \(point)")
        #expect(zip(graph.squares[own], graph.squares[own].dropFirst()).allSatisfy(<=))
      }
    }
  }

  @Test(
    "values that floats do not hold are looked at in double precision", arguments: [1e200, 1e-200])
  func beyondFloats(scale: Double) throws {
    let points = try PointSet((0..<40).map { Double($0 * $0) * scale }, dimension: 1)
    let graph = try NeighborGraph(
      of: points, width: 1, team: ThreadTeam(threadCount: 1), stop: StopFlag())
    // Squares of these are no numbers any more: whoever comes first is as near as any other.
    #expect(graph.neighbors.allSatisfy { (0..<40).contains($0) })
  }
}
