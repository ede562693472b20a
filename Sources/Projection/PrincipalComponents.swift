import BLASCore
public import WordtoolCore

/// The directions in which points differ most: principal component analysis (Pearson 1901; Hotelling
/// 1933).
///
/// The same points and seed give the same bits for any number of threads and on every processor.
public struct PrincipalComponents: Sendable {
  /// The mean of the points: [dimension].
  public let mean: [Double]
  /// The directions, of unit length and at right angles, that of most variance first: [count][dimension].
  /// Of each, the number of largest magnitude is positive, so that the sign is no accident.
  public let directions: [[Double]]
  /// The variance in each direction, of a sample: divided by the number of points less one.
  public let variances: [Double]
  /// The variance in all directions of the space.
  public let totalVariance: Double

  /// The share of all variance that the directions have, 0 ... 1; 0 for points that are all one.
  public var explainedShare: Double {
    totalVariance > 0 ? variances.reduce(0, +) / totalVariance : 0
  }

  /// Finds the directions.
  ///
  /// - Parameters:
  ///   - points: at least two.
  ///   - count: how many directions, 1 to the dimension of the points.
  ///   - threads: how many threads work.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError` of kind `usage` for numbers out of their range, `interrupted` once `stop`
  ///   is raised.
  /// - Complexity: O(N·D²) for N points, and O(D²·count) for each of up to a few hundred iterations.
  public init(
    of points: PointSet, count: Int, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("count", count, in: 1...points.dimension)
    try OptionCheck.require(
      points.count >= 2, found: "\(points.count) points", expected: "two or more")
    let dimension = points.dimension
    var mean = [Double](repeating: 0, count: dimension)
    for point in 0..<points.count {
      for (axis, value) in points[point].enumerated() { mean[axis] += value }
    }
    mean = mean.map { $0 / Double(points.count) }
    let covariance = try Self.covariance(of: points, mean, threads: threads, stop: stop)
    let found = try Self.largest(count, of: covariance, dimension, stop: stop)
    self.mean = mean
    totalVariance = (0..<dimension).reduce(0) { $0 + covariance[$1 * dimension + $1] }
    variances = found.values.map { max(0, $0) }
    directions = found.vectors.map { vector in
      let largest = vector.max { $0.magnitude < $1.magnitude } ?? 0
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Points as seen along the directions: [count of points, count of directions].
  ///
  /// - Throws: `WordtoolError` of kind `usage` for points of another dimension.
  public func project(_ points: PointSet) throws -> PointSet {
    try OptionCheck.require(
      points.dimension == mean.count, found: "points of \(points.dimension, "number")",
      expected: "\(mean.count)")
    var values: [Double] = []
    values.reserveCapacity(points.count * directions.count)
    for point in 0..<points.count {
      let centred = zip(points[point], mean).map { $0 - $1 }
      for direction in directions { values.append(Self.dot(centred, direction)) }
    }
    return PointSet(checked: values, dimension: directions.count)
  }

  /// [dimension, dimension].
  private static func covariance(
    of points: PointSet, _ mean: [Double], threads: Int, stop: StopFlag
  ) throws -> [Double] {
    let (count, dimension) = (points.count, points.dimension)
    var centred = points.values
    for point in 0..<count {
      for axis in 0..<dimension { centred[point * dimension + axis] -= mean[axis] }
    }
    var sums = [Double](repeating: 0, count: dimension * dimension)
    let pieces = (dimension + 15) / 16
    let team = ThreadTeam(threadCount: max(1, min(threads, pieces)))
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe centred.withUnsafeBufferPointer { centred in
        // SAFETY: each piece writes rows of its own, and rows and columns are below the dimension.
        team.forEach(pieces: pieces) { piece in
          for point in 0..<count where !stop.isRaised {
            let from = point * dimension
            for row in piece * 16..<min(dimension, piece * 16 + 16) {
              let factor = unsafe centred[from + row]
              for column in 0...row {
                unsafe sums[row * dimension + column] += unsafe factor * centred[from + column]
              }
            }
          }
        }
      }
    }
    try stop.check("the search for components")
    let divisor = Double(count - 1)
    for row in 0..<dimension {
      for column in 0...row {
        let value = sums[row * dimension + column] / divisor
        sums[row * dimension + column] = value
        sums[column * dimension + row] = value
      }
    }
    return sums
  }

  /// The largest eigenvalues of a symmetric matrix and their vectors, by orthogonal iteration with
  /// Rayleigh and Ritz's step (Golub and Van Loan, section 8.2).
  private static func largest(
    _ count: Int, of matrix: [Double], _ dimension: Int, stop: StopFlag
  ) throws -> JacobiEigen.Result {
    // More vectors than are asked for: the last of them are slow.
    let width = min(dimension, count + max(8, count / 2))
    var random = RandomSource(seed: 0x5EED, UInt64(dimension))
    var basis = (0..<width).map { _ in
      (0..<dimension).map { _ in random.nextUnit() - 0.5 }
    }
    orthonormalize(&basis)
    var found = JacobiEigen.Result(values: [], vectors: [])
    for _ in 0..<1000 {
      try stop.check("the search for components")
      let images = basis.map { vector in product(matrix, dimension, vector) }
      let small = basis.map { vector in images.map { dot(vector, $0) } }
      let inner = JacobiEigen.decompose(
        small.indices.map { row in
          small.indices.map { (small[row][$0] + small[$0][row]) / 2 }
        })
      let vectors = inner.vectors.map { combine(basis, $0) }
      let turned = inner.vectors.map { combine(images, $0) }
      found = JacobiEigen.Result(
        values: Array(inner.values.prefix(count)), vectors: Array(vectors.prefix(count)))
      // How far the images are from multiples of the vectors.
      let limit = 1e-11 * max(inner.values.first ?? 0, 0)
      let isDone = (0..<count).allSatisfy { index in
        zip(turned[index], vectors[index]).allSatisfy {
          ($0 - inner.values[index] * $1).magnitude <= limit
        }
      }
      if isDone || width == dimension { break }
      basis = turned
      orthonormalize(&basis)
    }
    return found
  }

  private static func product(_ matrix: [Double], _ n: Int, _ vector: [Double]) -> [Double] {
    // The matrix is symmetric: sums of its rows, which go on without a chain of additions.
    var result = [Double](repeating: 0, count: n)
    for row in 0..<n {
      let factor = vector[row]
      for column in 0..<n { result[column] += factor * matrix[row * n + column] }
    }
    return result
  }

  private static func combine(_ vectors: [[Double]], _ factors: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vectors.first?.count ?? 0)
    for (vector, factor) in zip(vectors, factors) {
      for axis in result.indices { result[axis] += factor * vector[axis] }
    }
    return result
  }

  /// Gram and Schmidt, twice; what depends on the others becomes a unit vector that does not.
  private static func orthonormalize(_ vectors: inout [[Double]]) {
    for index in vectors.indices {
      var axis = 0
      while true {
        let before = dot(vectors[index], vectors[index]).squareRoot()
        for _ in 0..<2 {
          for other in 0..<index {
            let share = dot(vectors[index], vectors[other])
            for place in vectors[index].indices {
              vectors[index][place] -= share * vectors[other][place]
            }
          }
        }
        let length = dot(vectors[index], vectors[index]).squareRoot()
        if length > 1e-12 * before, length > 0 {
          vectors[index] = vectors[index].map { $0 / length }
          break
        }
        vectors[index] = vectors[index].indices.map { $0 == axis ? 1 : 0 }
        axis += 1
      }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
