package import BLASCore

/// The rows of a set of vectors in one way of storing them: plain floats, bytes with a factor, and
/// whatever comes. Another way is another type; nothing else asks how rows are stored.
package protocol RowSource: Sendable {
  /// Values in a row.
  var dimension: Int { get }

  /// The rows where they are plain floats in memory, and the floats from one to the next; else nil.
  var inPlace: (base: UnsafePointer<Float>, stride: Int)? { get }

  /// Writes the values of a row.
  func copy(row: Int, to target: UnsafeMutablePointer<Float>)

  /// Writes the values of a row as searches compare them, turned like ``turned(_:)``.
  func copyTurned(row: Int, to target: UnsafeMutablePointer<Float>)

  /// Vectors, [any, dimension], as searches compare them with rows: turned where rows are stored so.
  func turned(_ vectors: [Float]) -> [Float]

  /// Adds `factor` times a row to a vector of doubles.
  func add(row: Int, times factor: Double, to sum: inout [Double])

  /// The Euclidean length of a row, never more than the largest float; nil when a value is not a
  /// finite number. A row has the same length, to the bit, on every processor.
  func length(of row: Int) -> Float?

  /// The inner product of a row with a vector that is turned as ``turned(_:)`` does it, in floats.
  func dot(row: Int, _ vector: UnsafePointer<Float>) -> Float

  /// The length of a row in double precision: right where a float's range ends as well.
  func exactLength(of row: Int) -> Double

  /// How the values stand in a safetensors file.
  var tensorType: TensorFile.ElementType { get }

  /// How many values of that type a row has in a file.
  var storedWidth: Int { get }

  /// The factor of each row, where values are stored in less than a float; else nil.
  var scales: UnsafePointer<Float>? { get }

  /// The bytes of a row as they stand in a file.
  func storedBytes(of row: Int) -> UnsafeRawBufferPointer
}

extension RowSource {
  package func copyTurned(row: Int, to target: UnsafeMutablePointer<Float>) {
    unsafe copy(row: row, to: target)
  }

  package func turned(_ vectors: [Float]) -> [Float] { vectors }

  package var storedWidth: Int { dimension }

  package func dot(row: Int, _ vector: UnsafePointer<Float>) -> Float {
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { memory in
      guard let values = memory.baseAddress else { return 0 }
      unsafe copyTurned(row: row, to: values)
      return unsafe Dot.product(vector, values, dimension)
    }
  }

  /// The inner product of a row with a vector, in double precision.
  func dot(row: Int, _ vector: [Double]) -> Double {
    var values = [Double](repeating: 0, count: dimension)
    add(row: row, times: 1, to: &values)
    var product = 0.0
    for column in 0..<dimension { product += vector[column] * values[column] }
    return product
  }

  package func exactLength(of row: Int) -> Double {
    var values = [Double](repeating: 0, count: dimension)
    add(row: row, times: 1, to: &values)
    return values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// The first value of a row that is not a finite number.
  func firstBadColumn(of row: Int) -> Int? {
    var values = [Float](repeating: 0, count: dimension)
    unsafe values.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress { unsafe copy(row: row, to: base) }
    }
    return values.firstIndex { !$0.isFinite }
  }
}
