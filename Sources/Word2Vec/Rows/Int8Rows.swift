package import BLASCore
import WordtoolCore

/// Rows of bytes with one factor a row: value = byte * factor.
///
/// Sendable: the memory is never written once the value exists; ``VectorStorage`` keeps its owner.
@safe package struct Int8Rows: RowSource, @unchecked Sendable {
  package let dimension: Int
  private let base: UnsafePointer<Int8>
  private let factors: UnsafePointer<Float>

  /// Row i is `base[i * dimension ..< (i + 1) * dimension]` times `scales[i]`.
  package init(
    _ base: UnsafePointer<Int8>?, scales: UnsafePointer<Float>?, dimension: Int
  ) {
    unsafe self.base = base ?? Allocation.nowhere()
    unsafe factors = scales ?? Allocation.nowhere()
    self.dimension = dimension
  }

  package var inPlace: (base: UnsafePointer<Float>, stride: Int)? { nil }
  package var tensorType: TensorFile.ElementType { .int8 }
  package var scales: UnsafePointer<Float>? { unsafe factors }

  package func copy(row: Int, to target: UnsafeMutablePointer<Float>) {
    let values = unsafe base + row * dimension
    for column in 0..<dimension {
      unsafe target[column] = unsafe Float(values[column]) * factors[row]
    }
  }

  package func dot(row: Int, _ vector: UnsafePointer<Float>) -> Float {
    unsafe Dot.product(vector, base + row * dimension, dimension) * factors[row]
  }

  package func add(row: Int, times factor: Double, to sum: inout [Double]) {
    let values = unsafe base + row * dimension
    let factor = unsafe factor * Double(factors[row])
    for column in 0..<dimension { unsafe sum[column] += factor * Double(values[column]) }
  }

  package func length(of row: Int) -> Float? {
    let values = unsafe base + row * dimension
    var sum = 0
    for column in 0..<dimension { unsafe sum += Int(values[column]) * Int(values[column]) }
    let length = unsafe Float(Double(sum).squareRoot() * Double(factors[row]).magnitude)
    return length.isFinite ? length : nil
  }

  package func storedBytes(of row: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      UnsafeBufferPointer(start: base + row * dimension, count: dimension))
  }
}

extension WordVectors {
  /// The same vectors with one byte a value and one factor a row.
  ///
  /// The factor is the row's largest magnitude over 127; values are rounded to the nearest multiple
  /// of it, halves to even.
  public func quantized() -> WordVectors {
    guard !(storage.rows is Int8Rows) else { return self }
    return WordVectors(storage: quantize(), metadata: metadata, warnings: warnings, name: name)
  }

  /// The same vectors with a float a value.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when a factor makes a value infinite.
  public func dequantized() throws -> WordVectors {
    guard isQuantized else { return self }
    let memory = Allocation(byteCount: 4 * count * dimension)
    let values = unsafe memory.buffer(of: Float.self, count: count * dimension)
    if let base = values.baseAddress {
      for row in 0..<count { unsafe storage.rows.copy(row: row, to: base + row * dimension) }
    }
    let rows = unsafe Float32Rows(
      values.baseAddress.map { unsafe UnsafePointer($0) }, dimension: dimension, stride: dimension)
    let (norms, firstBad) = try VectorStorage.norms(of: rows, count: count, threads: 1)
    if let firstBad {
      throw WordtoolError(
        .badData,
        found: "value \(firstBad.column + 1) of word \(firstBad.row + 1) is not a finite number")
    }
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: rows, norms: UnsafeBufferPointer(norms.buffer(of: Float.self, count: count)),
        counts: storage.counts, words: storage.words, owners: [memory, norms, storage]),
      metadata: metadata, warnings: warnings, name: name)
  }

  private func quantize() -> VectorStorage {
    let values = Allocation(byteCount: count * dimension)
    let bytes = unsafe values.buffer(of: Int8.self, count: count * dimension)
    let scaleMemory = Allocation(byteCount: 4 * count)
    let scales = unsafe scaleMemory.buffer(of: Float.self, count: count)
    let normMemory = Allocation(byteCount: 4 * count)
    let norms = unsafe normMemory.buffer(of: Float.self, count: count)
    for row in 0..<count {
      let vector = vector(at: row)
      let largest = vector.reduce(0) { Swift.max($0, $1.magnitude) }
      // A factor below the smallest normal number would lose its precision.
      let scale = Swift.max(largest / 127, largest > 0 ? .leastNormalMagnitude : 1)
      unsafe scales[row] = scale
      var sum = 0
      for column in 0..<dimension {
        let byte = Int8(
          Swift.max(-127, Swift.min(127, (vector[column] / scale).rounded(.toNearestOrEven))))
        unsafe bytes[row * dimension + column] = byte
        sum += Int(byte) * Int(byte)
      }
      unsafe norms[row] = Float(Double(sum).squareRoot() * Double(scale))
    }
    let rows = unsafe Int8Rows(
      bytes.baseAddress.map { unsafe UnsafePointer($0) },
      scales: unsafe scales.baseAddress.map { unsafe UnsafePointer($0) }, dimension: dimension)
    return unsafe VectorStorage(
      rows: rows, norms: UnsafeBufferPointer(norms), counts: storage.counts, words: storage.words,
      owners: [values, scaleMemory, normMemory, storage])
  }
}
