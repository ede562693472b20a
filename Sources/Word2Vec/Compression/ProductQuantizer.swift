import BLASCore
import WordtoolCore

/// What the codes of a product quantizer stand for (Jégou, Douze and Schmid: Product Quantization for
/// Nearest Neighbor Search, TPAMI 2011): a row is turned, cut into parts, and each part is one of up to
/// 256 centroids. The rotation is learned with them (Ge, He, Ke and Sun: Optimized Product Quantization,
/// CVPR 2013) or absent.
struct ProductQuantizer: Sendable {
  /// Values of a row.
  let dimension: Int
  /// Codes of a row. Part p has the columns p D / M ..< (p + 1) D / M.
  let partCount: Int
  /// Centroids of a part, at most 256.
  let centroidCount: Int
  /// Part after part, each [centroids, width of the part].
  let centroids: [Float]
  /// R, [D, D]: the row x is coded as x R; empty for none.
  let rotation: [Float]
  /// [parts, centroids]: squared lengths.
  private let squares: [Float]

  /// - Precondition: the arrays have the sizes that the numbers say.
  init(dimension: Int, partCount: Int, centroidCount: Int, centroids: [Float], rotation: [Float]) {
    precondition((1...dimension).contains(partCount) && (1...256).contains(centroidCount))
    precondition(centroids.count == centroidCount * dimension)
    precondition(rotation.isEmpty || rotation.count == dimension * dimension)
    self.dimension = dimension
    self.partCount = partCount
    self.centroidCount = centroidCount
    self.centroids = centroids
    self.rotation = rotation
    var squares: [Float] = []
    for part in 0..<partCount {
      let columns = Self.columns(of: part, dimension, partCount)
      for code in 0..<centroidCount {
        let start = centroidCount * columns.lowerBound + code * columns.count
        squares.append(centroids[start..<start + columns.count].reduce(0) { $0 + $1 * $1 })
      }
    }
    self.squares = squares
  }

  /// The columns of a part.
  static func columns(of part: Int, _ dimension: Int, _ partCount: Int) -> Range<Int> {
    part * dimension / partCount..<(part + 1) * dimension / partCount
  }

  /// Writes what the codes of a row stand for, not turned back, times a factor.
  func decode(
    _ codes: UnsafePointer<UInt8>, times factor: Float, to target: UnsafeMutablePointer<Float>
  ) {
    unsafe centroids.withUnsafeBufferPointer { centroids in
      guard let base = centroids.baseAddress else { return }
      for part in 0..<partCount {
        let columns = Self.columns(of: part, dimension, partCount)
        let width = columns.count
        let source = unsafe base + centroidCount * columns.lowerBound + Int(codes[part]) * width
        let place = unsafe target + columns.lowerBound
        for column in 0..<width { unsafe place[column] = unsafe factor * source[column] }
      }
    }
  }

  /// The squared length of what the codes of a row stand for.
  func square(_ codes: UnsafePointer<UInt8>) -> Float {
    unsafe squares.withUnsafeBufferPointer { squares in
      var sum: Float = 0
      for part in 0..<partCount {
        unsafe sum += squares[part * centroidCount + Int(codes[part])]
      }
      return sum
    }
  }

  /// Turns vectors as rows are turned before they are coded: [any, D].
  func turned(_ vectors: [Float]) -> [Float] {
    guard !rotation.isEmpty else { return vectors }
    var result = [Float](repeating: 0, count: vectors.count)
    for start in stride(from: 0, to: vectors.count, by: dimension) {
      for row in 0..<dimension where vectors[start + row] != 0 {
        let factor = vectors[start + row]
        for column in 0..<dimension {
          result[start + column] += factor * rotation[row * dimension + column]
        }
      }
    }
    return result
  }

  /// One value of a decoded row in the space of the vectors: column `column` of x Rᵀ.
  func turnedBack(_ values: UnsafePointer<Float>, column: Int) -> Float {
    unsafe rotation.withUnsafeBufferPointer { rotation in
      guard let base = rotation.baseAddress else { return unsafe values[column] }
      return unsafe Dot.product(base + column * dimension, values, dimension)
    }
  }

  /// Calls `body` with the row that codes stand for, in the space of the vectors.
  func withRow(_ codes: UnsafePointer<UInt8>, _ body: (UnsafePointer<Float>) -> Void) {
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * dimension) { memory in
      guard let base = memory.baseAddress else { return }
      unsafe decode(codes, times: 1, to: base)
      guard !rotation.isEmpty else { return unsafe body(base) }
      for column in 0..<dimension {
        unsafe base[dimension + column] = unsafe turnedBack(base, column: column)
      }
      unsafe body(base + dimension)
    }
  }

  /// Whether the rotation leaves lengths as they are, tried with some vectors.
  var keepsLengths: Bool {
    guard !rotation.isEmpty else { return true }
    var random = RandomSource(seed: 0x0121, UInt64(dimension))
    for _ in 0..<8 {
      let vector = (0..<dimension).map { _ in random.nextUnitFloat() - 0.5 }
      let before = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
      let after = turned(vector).reduce(0.0) { $0 + Double($1) * Double($1) }
      // Written so that it fails for what is not a number.
      guard (after - before).magnitude <= 1e-3 * before else { return false }
    }
    return true
  }
}

/// Between the order of the centroids in memory and in a file, where row k has centroid k of every part.
extension ProductQuantizer {
  /// [centroids, D]
  var centroidRows: [Float] {
    var rows = [Float](repeating: 0, count: centroids.count)
    for part in 0..<partCount {
      let columns = Self.columns(of: part, dimension, partCount)
      for code in 0..<centroidCount {
        let start = centroidCount * columns.lowerBound + code * columns.count
        for (place, column) in columns.enumerated() {
          rows[code * dimension + column] = centroids[start + place]
        }
      }
    }
    return rows
  }

  /// A quantizer from the order of a file.
  init(dimension: Int, partCount: Int, centroidCount: Int, centroidRows: [Float], rotation: [Float])
  {
    let centroids = (0..<partCount).flatMap { part in
      (0..<centroidCount).flatMap { code in
        Self.columns(of: part, dimension, partCount).map { centroidRows[code * dimension + $0] }
      }
    }
    self.init(
      dimension: dimension, partCount: partCount, centroidCount: centroidCount,
      centroids: centroids, rotation: rotation)
  }
}
