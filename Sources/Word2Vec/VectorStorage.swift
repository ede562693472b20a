import Synchronization
import WordtoolCore

/// The words, rows and norms of one set of vectors: what ``WordVectors`` shows.
///
/// Sendable: everything is immutable once the initialiser has returned; the owners keep the memory
/// that the pointers lead to.
package final class VectorStorage: @unchecked Sendable {
  /// The rows, as they lie in memory or in the file.
  package enum Rows {
    /// Floats; `stride` floats from one row to the next.
    case float32(UnsafePointer<Float>, stride: Int)
    /// Bytes with one factor a row: value = byte * factor.
    case int8(UnsafePointer<Int8>, scales: UnsafePointer<Float>)
  }

  package let dimension: Int
  package let rows: Rows
  package let norms: UnsafeBufferPointer<Float>
  package let counts: UnsafeBufferPointer<Int64>?
  package let words: WordTable
  let tokenizers = TokenizerCache()
  private let owners: [AnyObject]

  package var count: Int { words.count }

  /// Rows that one thread takes at a time. Fixed, so that nothing depends on the thread count.
  static let piece = 2048

  package init(
    dimension: Int, rows: Rows, norms: UnsafeBufferPointer<Float>,
    counts: UnsafeBufferPointer<Int64>?, words: WordTable, owners: [AnyObject]
  ) {
    precondition(norms.count == words.count, "\(norms.count) norms for \(words.count) words")
    self.dimension = dimension
    self.rows = rows
    self.norms = norms
    self.counts = counts
    self.words = words
    self.owners = owners
  }

  /// The inner product of a row with a vector.
  @inline(__always)
  func product(_ vector: UnsafePointer<Float>, row: Int) -> Float {
    switch rows {
    case .float32(let base, let stride):
      Dot.product(vector, base + row * stride, dimension)
    case .int8(let base, let scales):
      Dot.product(vector, base + row * dimension, dimension) * scales[row]
    }
  }

  /// Adds `factor` times a row to a vector of doubles.
  func add(row: Int, times factor: Double, to sum: inout [Double]) {
    switch rows {
    case .float32(let base, let stride):
      for column in 0..<dimension { sum[column] += factor * Double(base[row * stride + column]) }
    case .int8(let base, let scales):
      let factor = factor * Double(scales[row])
      for column in 0..<dimension { sum[column] += factor * Double(base[row * dimension + column]) }
    }
  }

  /// Writes the values of a row to `target`.
  func copy(row: Int, to target: UnsafeMutablePointer<Float>) {
    switch rows {
    case .float32(let base, let stride):
      target.update(from: base + row * stride, count: dimension)
    case .int8(let base, let scales):
      for column in 0..<dimension {
        target[column] = Float(base[row * dimension + column]) * scales[row]
      }
    }
  }

  /// A row divided by its length; zeros for a row without length.
  func unitVector(row: Int) -> [Float] {
    var sum = [Double](repeating: 0, count: dimension)
    if norms[row] > 0 { add(row: row, times: 1 / Double(norms[row]), to: &sum) }
    return sum.map { Float($0) }
  }

  /// Runs `body` once for every piece of `0 ..< count`, on several threads.
  static func inPieces(
    of count: Int, size: Int = piece, threads: Int,
    _ body: @escaping @Sendable (Range<Int>) throws -> Void
  ) throws {
    let pieceCount = (count + size - 1) / size
    guard pieceCount > 0 else { return }
    let next = Counter()
    try Workers.run(count: max(1, min(threads, pieceCount))) { _ in
      while true {
        let piece = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieceCount { return }
        try body(piece * size..<min(count, (piece + 1) * size))
      }
    }
  }
}
