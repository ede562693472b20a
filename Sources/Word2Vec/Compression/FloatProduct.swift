import BLASCore
import CKernels
import WordtoolCore

/// Products of matrices of floats by the kernels that give the same bits on every processor, on several
/// threads.
enum FloatProduct {
  /// A matrix in memory: element (i, j) is `base[i * row + j * column]`.
  @safe struct Matrix: @unchecked Sendable {
    // Sendable: products only read it.
    let base: UnsafePointer<Float>
    let row: Int
    let column: Int

    init(_ base: UnsafePointer<Float>, row: Int, column: Int = 1) {
      unsafe self.base = base
      self.row = row
      self.column = column
    }

    var transposed: Matrix { unsafe Matrix(base, row: column, column: row) }
  }

  /// Columns of a panel, rows of a piece that one thread takes, rows and inner values that fit the caches.
  private static let (panel, piece, rows, depth) = (Int(WT_PANEL), 4096, 192, 512)

  /// c = a b: [m, k] times [k, n] into [m, n], row after row.
  ///
  /// Each element is one chain of fused multiply-adds over k, in order.
  ///
  /// - Complexity: O(m·n·k).
  static func multiply(
    _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, _ m: Int, _ n: Int, _ k: Int,
    kernels: KernelTable, threads: Int
  ) throws {
    let panels = (n + panel - 1) / panel
    let pieces = (m + piece - 1) / piece
    nonisolated(unsafe) let c = unsafe c
    // SAFETY: each piece writes columns and rows of its own.
    try VectorStorage.inPieces(of: panels * pieces, size: 1, threads: threads) { range in
      let memory = Allocation(byteCount: 4 * min(k, depth) * panel)
      guard
        let packed = unsafe memory.buffer(of: Float.self, count: min(k, depth) * panel).baseAddress
      else { return }
      for task in range {
        let column = task % panels * panel
        let width = min(panel, n - column)
        let first = task / panels * piece
        for inner in stride(from: 0, to: k, by: depth) {
          let count = min(depth, k - inner)
          unsafe kernels.pointer.pointee.pack_panel_f32(
            Int64(count), Int64(width), b.base + inner * b.row + column * b.column, Int64(b.row),
            Int64(b.column), packed)
          for row in stride(from: first, to: min(m, first + piece), by: rows) {
            unsafe kernels.pointer.pointee.gemm_panel_f32(
              Int64(min(rows, min(m, first + piece) - row)), Int64(width), Int64(count),
              a.base + row * a.row + inner * a.column, Int64(a.row), Int64(a.column), packed,
              c + row * n + column, Int64(n), inner > 0)
          }
        }
      }
    }
  }
}

/// Floats in memory of their own, row after row.
///
/// Sendable: whoever fills them from several threads gives each a part of its own.
@safe final class FloatTable: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let base: UnsafeMutablePointer<Float>
  let memory: Allocation

  /// A table of zeros.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    memory = Allocation(byteCount: 4 * max(1, rows * columns))
    let values = unsafe memory.buffer(of: Float.self, count: max(1, rows * columns))
    unsafe values.initialize(repeating: 0)
    guard let base = values.baseAddress else { preconditionFailure("memory without an address") }
    unsafe self.base = base
  }

  convenience init(_ values: [Float], columns: Int) {
    self.init(rows: values.count / columns, columns: columns)
    unsafe values.withUnsafeBufferPointer {
      if let source = $0.baseAddress { unsafe base.update(from: source, count: values.count) }
    }
  }

  var matrix: FloatProduct.Matrix { unsafe .init(base, row: columns) }
  var values: [Float] { unsafe Array(UnsafeBufferPointer(start: base, count: rows * columns)) }

  /// The product with a square or other matrix.
  func times(_ other: FloatTable, kernels: KernelTable, threads: Int) throws -> FloatTable {
    let product = FloatTable(rows: rows, columns: other.columns)
    try unsafe FloatProduct.multiply(
      matrix, other.matrix, into: product.base, rows, other.columns, columns, kernels: kernels,
      threads: threads)
    return product
  }

  /// The product of the transposed table with another: [columns, other columns].
  func transposedTimes(
    _ other: FloatTable, kernels: KernelTable, threads: Int
  ) throws -> FloatTable {
    let product = FloatTable(rows: columns, columns: other.columns)
    try unsafe FloatProduct.multiply(
      matrix.transposed, other.matrix, into: product.base, columns, other.columns, rows,
      kernels: kernels, threads: threads)
    return product
  }

  /// The orthogonal factor of a square table: of all orthogonal Q the one nearest to it.
  ///
  /// Newton and Schulz's iteration, of products alone (Higham, Functions of Matrices, section 8.3).
  /// Directions of which the table says nothing have to be filled before.
  func orthogonalFactor(kernels: KernelTable, threads: Int) throws -> FloatTable {
    precondition(rows == columns, "a table of \(rows) x \(columns)")
    let n = rows
    var (byRow, byColumn) = (0.0, [Double](repeating: 0, count: n))
    for row in 0..<n {
      var sum = 0.0
      for column in 0..<n {
        let size = unsafe Double(base[row * n + column].magnitude)
        sum += size
        byColumn[column] += size
      }
      byRow = max(byRow, sum)
    }
    // No singular value is above the root of the two norms' product.
    let bound = (byRow * (byColumn.max() ?? 0)).squareRoot()
    var current = FloatTable(rows: n, columns: n)
    for place in 0..<n * n {
      unsafe current.base[place] = unsafe Float(Double(base[place]) / max(bound, 1e-300))
    }
    for _ in 0..<80 {
      let gram = try current.transposedTimes(current, kernels: kernels, threads: threads)
      var worst: Float = 0
      for row in 0..<n {
        for column in 0..<n {
          let place = row * n + column
          let value = unsafe gram.base[place]
          worst = max(worst, (value - (row == column ? 1 : 0)).magnitude)
          unsafe gram.base[place] = (row == column ? 1.5 : 0) - 0.5 * value
        }
      }
      if worst < 2e-6 { break }
      current = try current.times(gram, kernels: kernels, threads: threads)
    }
    return current
  }
}
