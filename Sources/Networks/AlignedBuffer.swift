import Libc

/// Numbers at a multiple of 64 bytes, zero at first; they never move.
///
/// A large buffer takes memory of the system only where it is written.
package final class AlignedBuffer<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: who may write what when is the affair of those who share it.

  /// The first number.
  package let base: UnsafeMutablePointer<Scalar>
  /// How many there are.
  package let count: Int
  /// What was taken, with room to begin at a multiple of 64.
  private let block: UnsafeMutableRawPointer

  /// Takes memory for `count` numbers.
  package init(count: Int) {
    precondition(count >= 0, "\(count) numbers")
    self.count = count
    let (bytes, overflow) = max(1, count).multipliedReportingOverflow(
      by: MemoryLayout<Scalar>.stride)
    guard !overflow, let block = calloc(bytes / 64 + 2, 64) else {
      fatalError("no memory for \(count) numbers")
    }
    self.block = block
    base = block.alignedUp(toMultipleOf: 64).bindMemory(to: Scalar.self, capacity: count)
  }

  deinit { free(block) }

  /// All numbers.
  package var all: UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Sets all numbers to zero.
  package func clear() { base.update(repeating: 0, count: count) }

  /// The first rows x columns numbers as a matrix.
  @inlinable package func matrix(_ rows: Int, _ columns: Int, from offset: Int = 0) -> MatrixView<
    Scalar
  > {
    precondition(
      offset >= 0 && offset + rows * columns <= count, "\(rows) x \(columns) of \(count)")
    return MatrixView(base: base + offset, rows: rows, columns: columns)
  }
}

/// A matrix that lies in somebody else's memory.
@frozen package struct MatrixView<Scalar: NetworkScalar>: @unchecked Sendable {
  /// The element (0, 0).
  package let base: UnsafeMutablePointer<Scalar>
  package let rows: Int
  package let columns: Int
  /// Numbers from one row to the next, and from one column to the next.
  package let rowStride: Int
  package let columnStride: Int

  /// A row-major matrix without gaps.
  @inlinable package init(base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int) {
    self.init(base: base, rows: rows, columns: columns, rowStride: columns, columnStride: 1)
  }

  @inlinable package init(
    base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The same numbers with rows and columns exchanged.
  @inlinable package var transposed: Self {
    Self(
      base: base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// Some of the rows.
  @inlinable package func rows(_ range: Range<Int>) -> Self {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Self(
      base: base + range.lowerBound * rowStride, rows: range.count, columns: columns,
      rowStride: rowStride, columnStride: columnStride)
  }

  /// Some of the columns.
  @inlinable package func columns(_ range: Range<Int>) -> Self {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Self(
      base: base + range.lowerBound * columnStride, rows: rows, columns: range.count,
      rowStride: rowStride, columnStride: columnStride)
  }

  /// Where a row begins.
  @inlinable package func row(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    base + index * rowStride
  }

  /// One number.
  @inlinable package subscript(row: Int, column: Int) -> Scalar {
    get { base[row * rowStride + column * columnStride] }
    nonmutating set { base[row * rowStride + column * columnStride] = newValue }
  }
}
