import BLASCore
import Projection
import TestSupport
import Testing
import WordtoolCore

@Suite("Principal components") struct PrincipalComponentsTests {
  /// Points with another spread along each axis, turned by sums of neighbours.
  static func cloud(_ count: Int, _ dimension: Int, seed: UInt64 = 5) throws -> PointSet {
    var generator = SeededGenerator(seed: seed)
    var values: [Double] = []
    for _ in 0..<count {
      let own = (0..<dimension).map { axis in
        (Double(generator.next() >> 11) * 0x1p-53 - 0.5) * Double(dimension - axis)
      }
      values += own.indices.map { own[$0] + 0.5 * own[($0 + 1) % dimension] + 3 }
    }
    return try PointSet(values, dimension: dimension)
  }

  private static func covariance(_ points: PointSet) -> [[Double]] {
    let axes = 0..<points.dimension
    let means = axes.map { axis in
      (0..<points.count).reduce(0) { $0 + points[$1, axis] } / Double(points.count)
    }
    return axes.map { row in
      axes.map { column in
        (0..<points.count).reduce(0) {
          $0 + (points[$1, row] - means[row]) * (points[$1, column] - means[column])
        } / Double(points.count - 1)
      }
    }
  }

  @Test("are the eigenvectors that LAPACK finds", arguments: [1, 2, 3, 7, 16, 17, 40])
  func lapack(dimension: Int) throws {
    let points = try Self.cloud(60, dimension)
    let matrix = Self.covariance(points)
    let oracle = try SymmetricEigen.decompose(Array(matrix.joined()), order: dimension)
    let count = min(3, dimension)
    let found = try PrincipalComponents(of: points, count: count, threads: 2)
    for index in 0..<count {
      let row = dimension - 1 - index
      #expect(abs(found.variances[index] - oracle.values[row]) < 1e-9 * oracle.values[row])
      for axis in 0..<dimension {
        let expected = oracle.vectors[row * dimension + axis]
        #expect(abs(found.directions[index][axis] - expected) < 1e-6)
      }
    }
    let total = matrix.indices.reduce(0) { $0 + matrix[$1][$1] }
    #expect(abs(found.totalVariance - total) < 1e-9 * total)
  }

  @Test("all of them keep all distances")
  func distances() throws {
    let points = try Self.cloud(20, 6)
    let turned = try PrincipalComponents(of: points, count: 6).project(points)
    for (a, b) in [(0, 1), (3, 17), (5, 19)] {
      func square(_ set: PointSet) -> Double {
        (0..<6).reduce(0) { $0 + (set[a, $1] - set[b, $1]) * (set[a, $1] - set[b, $1]) }
      }
      #expect(abs(square(points) - square(turned)) < 1e-9 * square(points))
    }
  }

  @Test("do not depend on the number of threads")
  func threads() throws {
    let points = try Self.cloud(300, 70)
    let one = try PrincipalComponents(of: points, count: 5, threads: 1)
    let three = try PrincipalComponents(of: points, count: 5, threads: 3)
    #expect(one.directions == three.directions)
    #expect(one.variances == three.variances)
  }

  @Test("points that are all one have no variance")
  func same() throws {
    let points = try PointSet([1, 2, 1, 2, 1, 2], dimension: 2)
    let found = try PrincipalComponents(of: points, count: 2)
    #expect(found.variances == [0, 0])
    #expect(found.explainedShare == 0)
    #expect(try found.project(points).values.allSatisfy { $0 == 0 })
  }

  @Test("refuse what cannot be")
  func refusals() throws {
    let points = try PointSet([1, 2, 3, 4], dimension: 2)
    #expect(throws: WordtoolError.self) { try PrincipalComponents(of: points, count: 0) }
    #expect(throws: WordtoolError.self) { try PrincipalComponents(of: points, count: 3) }
    #expect(throws: WordtoolError.self) {
      try PrincipalComponents(of: PointSet([1, 2], dimension: 2), count: 1)
    }
    #expect(throws: WordtoolError.self) { try PointSet([1, .nan], dimension: 2) }
    #expect(throws: WordtoolError.self) { try PointSet([1, 2, 3], dimension: 2) }
    let stop = StopFlag()
    stop.raise()
    #expect(throws: WordtoolError.self) {
      try PrincipalComponents(of: points, count: 1, stop: stop)
    }
  }
}
