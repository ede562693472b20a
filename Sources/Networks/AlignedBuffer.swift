import WordtoolCore

/// Numbers at a multiple of 64 bytes, zero at first; they never move.
///
/// A large buffer takes memory of the system only where it is written.
@safe package final class AlignedBuffer<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: who may write what when is the affair of those who share it.

  /// The first number.
  package let base: UnsafeMutablePointer<Scalar>
  /// How many there are.
  package let count: Int
  private let memory: AlignedMemory?

  /// Takes memory for `count` numbers.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system does not give it.
  package init(count: Int) throws {
    let memory = try AlignedMemory(
      count: count, of: Scalar.self, purpose: "\(count, "number") of a network")
    self.memory = memory
    self.count = count
    guard let base = unsafe memory.buffer(of: Scalar.self, count: count).baseAddress else {
      preconditionFailure("memory without an address")
    }
    unsafe self.base = base
  }

  /// No numbers: what a buffer is before anything is reserved.
  package init() {
    memory = nil
    count = 0
    guard let base = unsafe UnsafeMutablePointer<Scalar>(bitPattern: AlignedMemory.alignment) else {
      preconditionFailure("an address of zero")
    }
    unsafe self.base = base
  }

  /// Makes sure that `buffer` holds `count` numbers; what it held is lost where it has to grow.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system does not give the memory.
  package static func reserve(_ buffer: inout AlignedBuffer<Scalar>, _ count: Int) throws {
    if buffer.count >= count { return }
    // The old memory goes before the new is taken.
    buffer = AlignedBuffer()
    buffer = try AlignedBuffer(count: count)
  }

  /// All numbers.
  package var all: UnsafeMutableBufferPointer<Scalar> {
    unsafe UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Sets all numbers to zero.
  package func clear() { clear(0..<count) }

  /// Sets some numbers to zero.
  package func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    // SAFETY: zero is all bits 0 in every scalar. Set one by one, numbers of any type cost a call each.
    unsafe UnsafeMutableRawPointer(base + range.lowerBound).initializeMemory(
      as: UInt8.self, repeating: 0, count: range.count * MemoryLayout<Scalar>.stride)
  }

  /// The first rows x columns numbers as a matrix.
  @inlinable package func matrix(_ rows: Int, _ columns: Int, from offset: Int = 0) -> MatrixView<
    Scalar
  > {
    precondition(
      offset >= 0 && offset + rows * columns <= count, "\(rows) x \(columns) of \(count)")
    return unsafe MatrixView(base: base + offset, rows: rows, columns: columns)
  }
}

/// A matrix that lies in somebody else's memory.
@safe @frozen package struct MatrixView<Scalar: NetworkScalar>: @unchecked Sendable {
  // SAFETY: whoever makes a view keeps the memory; cuts are checked against rows and columns,
  // single numbers are not.
  /// The element (0, 0).
  package let base: UnsafeMutablePointer<Scalar>
  package let rows: Int
  package let columns: Int
  /// Numbers from one row to the next, and from one column to the next.
  package let rowStride: Int
  package let columnStride: Int

  /// A row-major matrix without gaps.
  @inlinable package init(base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int) {
    unsafe self.init(base: base, rows: rows, columns: columns, rowStride: columns, columnStride: 1)
  }

  @inlinable package init(
    base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
  ) {
    unsafe self.base = base
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// The same numbers with rows and columns exchanged.
  @inlinable package var transposed: Self {
    unsafe Self(
      base: base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// Some of the rows.
  @inlinable package func rows(_ range: Range<Int>) -> Self {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return unsafe Self(
      base: base + range.lowerBound * rowStride, rows: range.count, columns: columns,
      rowStride: rowStride, columnStride: columnStride)
  }

  /// Some of the columns.
  @inlinable package func columns(_ range: Range<Int>) -> Self {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return unsafe Self(
      base: base + range.lowerBound * columnStride, rows: rows, columns: range.count,
      rowStride: rowStride, columnStride: columnStride)
  }

  /// Where a row begins.
  @inlinable package func row(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    unsafe base + index * rowStride
  }

  /// One number.
  @inlinable package subscript(row: Int, column: Int) -> Scalar {
    // Otherwise some callers reach the setter for any scalar: 47 instructions instead of one.
    @inline(__always) get { unsafe base[row * rowStride + column * columnStride] }
    @inline(__always) nonmutating set {
      unsafe base[row * rowStride + column * columnStride] = newValue
    }
  }
}
