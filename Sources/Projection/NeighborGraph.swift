package import BLASCore
package import WordtoolCore

/// The nearest points of each point, exactly.
///
/// Products of floats, which are quick, say of most pairs that they are too far apart, with a bound on their
/// rounding; the distances of the others are computed in double precision. So the result is the one of
/// looking at all pairs, whatever computes the products.
package struct NeighborGraph {
  /// How many neighbours each point has.
  package let width: Int
  /// [points, width]: the nearest first, by number where distances are equal.
  package var neighbors: [Int32]
  /// [points, width]: squared Euclidean distances.
  package var squares: [Double]

  private typealias Vector = SIMD8<Double>

  /// Points whose products with those of a piece are computed at a time: they stay in a second-level cache.
  private static let block = 512

  /// Finds them.
  ///
  /// - Parameter width: how many neighbours, below the number of points.
  /// - Complexity: O(N²·D).
  package init(of points: PointSet, width: Int, team: ThreadTeam, stop: StopFlag) throws {
    let count = points.count
    precondition(width >= 1 && width < count, "\(width) neighbours among \(count) points")
    // Rows of whole vectors, so that sums have one order on every machine.
    let stride = (points.dimension + 7) / 8
    var rows = [Vector](repeating: .zero, count: count * stride)
    for point in 0..<count {
      for (axis, value) in points[point].enumerated() {
        rows[point * stride + axis / 8][axis % 8] = value
      }
    }
    let floats = FloatPoints(points)
    var neighbors = [Int32](repeating: 0, count: count * width)
    var squares = [Double](repeating: 0, count: count * width)
    PresentWork.begin(.comparing, of: count)
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe neighbors.withUnsafeMutableBufferPointer { neighbors in
        unsafe squares.withUnsafeMutableBufferPointer { squares in
          // SAFETY: each piece writes the rows of its own points.
          team.forEach(pieces: Pieces.count(of: count)) { piece in
            let own = Pieces.range(piece, of: count)
            defer { PresentWork.advance(own.count) }
            var filled = [Int](repeating: 0, count: own.count)
            var products = [Float](repeating: 0, count: own.count * Self.block)
            for first in Swift.stride(from: 0, to: count, by: Self.block) where !stop.isRaised {
              let others = first..<min(count, first + Self.block)
              floats.multiply(own, others, into: &products)
              for point in own {
                let base = point * width
                let line = (point - own.lowerBound) * others.count
                var found = filled[point - own.lowerBound]
                var limit = unsafe found == width ? squares[base + width - 1] : .infinity
                for other in others {
                  let product = products[line + other - first]
                  if floats.areFurther(point, other, product: product, than: limit) { continue }
                  if other == point { continue }
                  var sums = Vector.zero
                  for place in 0..<stride {
                    let difference =
                      unsafe rows[point * stride + place] - rows[other * stride + place]
                    sums += difference * difference
                  }
                  let four = sums.lowHalf + sums.highHalf
                  let two = four.lowHalf + four.highHalf
                  let square = two.x + two.y
                  if found == width, square >= limit { continue }
                  var place = found < width ? found : width - 1
                  found = min(width, found + 1)
                  while place > 0, unsafe squares[base + place - 1] > square {
                    unsafe squares[base + place] = squares[base + place - 1]
                    unsafe neighbors[base + place] = neighbors[base + place - 1]
                    place -= 1
                  }
                  unsafe squares[base + place] = square
                  unsafe neighbors[base + place] = Int32(other)
                  if found == width { limit = unsafe squares[base + width - 1] }
                }
                filled[point - own.lowerBound] = found
              }
            }
          }
        }
      }
    }
    try stop.check("the search for neighbours")
    self.width = width
    self.neighbors = neighbors
    self.squares = squares
  }
}

/// Points as floats, the longest of length 1, to tell quickly which are surely far apart.
private struct FloatPoints {
  private let dimension: Int
  /// What points are multiplied with.
  private let scale: Double
  /// [count, dimension].
  private let values: [Float]
  /// The squared length of each point, in double precision.
  private let squares: [Double]
  /// By how much a product may be off, as a share of the lengths' product: each value is off by half a unit
  /// in the last place, a product by two of these, and each of the sums by one (Higham 2002, section 3.1).
  private let error: Double
  /// By how much it may be off besides, where numbers are too small for floats.
  private static let least = 0x1p-120

  init(_ points: PointSet) {
    dimension = points.dimension
    var largest = 0.0
    for point in 0..<points.count {
      // Without overflow: the largest value first.
      let most = points[point].reduce(0) { max($0, $1.magnitude) }
      guard most > 0 else { continue }
      let sum = points[point].reduce(0) { $0 + ($1 / most) * ($1 / most) }
      largest = max(largest, most * sum.squareRoot())
    }
    let scale = largest > 0 ? 1 / largest : 1
    self.scale = scale
    values = points.values.map { Float($0 * scale) }
    squares = (0..<points.count).map { point in
      points[point].reduce(0) { $0 + ($1 * scale) * ($1 * scale) }
    }
    let units = Double(points.dimension + 8) * 0x1p-24
    // So many values are told apart by double precision alone.
    error = units < 0.5 ? units / (1 - units) : .infinity
  }

  /// The products of some points with others: [points, others].
  func multiply(_ points: Range<Int>, _ others: Range<Int>, into products: inout [Float]) {
    unsafe values.withUnsafeBufferPointer { values in
      unsafe products.withUnsafeMutableBufferPointer { products in
        unsafe GEMM.multiply(
          rows: points.count, columns: others.count, inner: dimension,
          UnsafeBufferPointer(
            rebasing: values[points.lowerBound * dimension..<points.upperBound * dimension]),
          aStride: dimension,
          UnsafeBufferPointer(
            rebasing: values[others.lowerBound * dimension..<others.upperBound * dimension]),
          bStride: dimension, transposeB: true, into: products, cStride: others.count)
      }
    }
  }

  /// Whether two points are surely further apart than the root of `limit`, by their product. What is
  /// computed of the distance in double precision is off by far less than the margin.
  @inline(__always)
  func areFurther(_ one: Int, _ other: Int, product: Float, than limit: Double) -> Bool {
    let lengths = squares[one] + squares[other]
    // Half of the sum of two squares is at least their roots' product.
    let least = lengths - 2 * Double(product) - error * lengths - Self.least
    return least > limit * scale * scale * (1 + 1e-9)
  }
}
