import Projection
import TestSupport
import Testing
import WordtoolCore

@Suite("k-means") struct KMeansTests {
  /// So many points around each of some middles.
  private static func points(_ sizes: [Int]) throws -> PointSet {
    var generator = SeededGenerator(seed: 8)
    func noise() -> Double { Double(generator.next() >> 11) * 0x1p-53 - 0.5 }
    let values = sizes.enumerated().flatMap { group, size in
      (0..<size).flatMap { _ in [Double(group * 10) + noise(), Double(group % 2 * 10) + noise()] }
    }
    return try PointSet(values, dimension: 2)
  }

  @Test("finds groups that stand apart, the largest first", arguments: 1...20)
  func groups(seed: Int) throws {
    let found = try KMeans(
      of: Self.points([70, 130, 40]), count: 3, seed: UInt64(seed), threads: 2)
    #expect(
      found.groups == [Int](repeating: 1, count: 70) + [Int](repeating: 0, count: 130)
        + [Int](repeating: 2, count: 40))
    #expect(abs(found.means[0][0] - 10) < 0.2)
    #expect(found.inertia < 240)
  }

  @Test("does not depend on the number of threads")
  func threads() throws {
    let points = try PrincipalComponentsTests.cloud(500, 8)
    let one = try KMeans(of: points, count: 7, threads: 1)
    let three = try KMeans(of: points, count: 7, threads: 3)
    #expect(one.groups == three.groups)
    #expect(one.means == three.means)
    #expect(one.inertia == three.inertia)
  }

  @Test("no more groups than points that differ")
  func few() throws {
    let found = try KMeans(of: PointSet([1, 1, 2, 2, 1, 1], dimension: 2), count: 3)
    #expect(found.groups == [0, 1, 0])
    #expect(found.means == [[1, 1], [2, 2]])
    #expect(found.inertia == 0)
  }

  @Test("refuses what cannot be")
  func refusals() throws {
    let points = try Self.points([4])
    #expect(throws: WordtoolError.self) { try KMeans(of: points, count: 0) }
    #expect(throws: WordtoolError.self) { try KMeans(of: points, count: 5) }
    #expect(throws: WordtoolError.self) { try KMeans(of: PointSet([], dimension: 2), count: 1) }
  }
}
