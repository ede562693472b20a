package import BLASCore

/// Rows as codes of a product quantizer with one factor a row.
///
/// Searches compare in the space in which rows are coded: queries are turned once, rows never back.
///
/// Sendable: the memory is never written once the value exists; ``VectorStorage`` keeps its owner.
@safe package struct ProductRows: RowSource, @unchecked Sendable {
  let quantizer: ProductQuantizer
  /// [rows, parts]
  private let codes: UnsafePointer<UInt8>
  private let factors: UnsafePointer<Float>

  init(
    _ codes: UnsafePointer<UInt8>?, scales: UnsafePointer<Float>?, quantizer: ProductQuantizer
  ) {
    unsafe self.codes = codes ?? Allocation.nowhere()
    unsafe factors = scales ?? Allocation.nowhere()
    self.quantizer = quantizer
  }

  package var dimension: Int { quantizer.dimension }
  package var inPlace: (base: UnsafePointer<Float>, stride: Int)? { nil }
  package var tensorType: TensorFile.ElementType { .uint8 }
  package var storedWidth: Int { quantizer.partCount }
  package var scales: UnsafePointer<Float>? { unsafe factors }

  private func row(_ row: Int) -> UnsafePointer<UInt8> {
    unsafe codes + row * quantizer.partCount
  }

  package func copy(row: Int, to target: UnsafeMutablePointer<Float>) {
    unsafe quantizer.withRow(self.row(row)) { values in
      for column in 0..<dimension { unsafe target[column] = unsafe factors[row] * values[column] }
    }
  }

  package func copyTurned(row: Int, to target: UnsafeMutablePointer<Float>) {
    unsafe quantizer.decode(self.row(row), times: factors[row], to: target)
  }

  package func turned(_ vectors: [Float]) -> [Float] { quantizer.turned(vectors) }

  package func add(row: Int, times factor: Double, to sum: inout [Double]) {
    let factor = unsafe factor * Double(factors[row])
    unsafe sum.withUnsafeMutableBufferPointer { sum in
      unsafe quantizer.withRow(self.row(row)) { values in
        for column in 0..<dimension { unsafe sum[column] += factor * Double(values[column]) }
      }
    }
  }

  package func length(of row: Int) -> Float? {
    let length = unsafe quantizer.square(self.row(row)).squareRoot() * factors[row]
    return length.isFinite ? length : nil
  }

  package func exactLength(of row: Int) -> Double {
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { memory in
      guard let values = memory.baseAddress else { return 0 }
      unsafe quantizer.decode(self.row(row), times: 1, to: values)
      var sum = 0.0
      for column in 0..<dimension { unsafe sum += Double(values[column]) * Double(values[column]) }
      return unsafe sum.squareRoot() * Double(factors[row])
    }
  }

  package func storedBytes(of row: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      UnsafeBufferPointer(start: self.row(row), count: quantizer.partCount))
  }
}
