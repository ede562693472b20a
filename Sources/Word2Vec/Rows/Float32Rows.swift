package import BLASCore

/// Rows of floats in memory or in a mapped file.
///
/// Sendable: the memory is never written once the value exists; ``VectorStorage`` keeps its owner.
@safe package struct Float32Rows: RowSource, @unchecked Sendable {
  package let dimension: Int
  private let base: UnsafePointer<Float>
  private let stride: Int

  /// Row i is `base[i * stride ..< i * stride + dimension]`.
  package init(_ base: UnsafePointer<Float>?, dimension: Int, stride: Int) {
    unsafe self.base = base ?? Allocation.nowhere()
    self.dimension = dimension
    self.stride = stride
  }

  package var inPlace: (base: UnsafePointer<Float>, stride: Int)? { unsafe (base, stride) }
  package var tensorType: TensorFile.ElementType { .float32 }
  package var scales: UnsafePointer<Float>? { nil }

  package func copy(row: Int, to target: UnsafeMutablePointer<Float>) {
    unsafe target.update(from: base + row * stride, count: dimension)
  }

  package func dot(row: Int, _ vector: UnsafePointer<Float>) -> Float {
    unsafe Dot.product(vector, base + row * stride, dimension)
  }

  package func add(row: Int, times factor: Double, to sum: inout [Double]) {
    let values = unsafe base + row * stride
    for column in 0..<dimension { unsafe sum[column] += factor * Double(values[column]) }
  }

  package func length(of row: Int) -> Float? {
    let values = unsafe base + row * stride
    let square = unsafe Dot.product(values, values, dimension)
    if square.isFinite && square > .leastNormalMagnitude { return square.squareRoot() }
    // Too large or too small for a float's square, or not a number: look closely.
    var sum = 0.0
    for column in 0..<dimension {
      let value = unsafe Double(values[column])
      guard value.isFinite else { return nil }
      sum += value * value
    }
    return min(.greatestFiniteMagnitude, Float(sum.squareRoot()))
  }

  package func storedBytes(of row: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(start: base + row * stride, count: dimension))
  }
}
