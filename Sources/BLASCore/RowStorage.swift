import WordtoolCore

/// The rows of a large matrix of floats, one row a word, that several threads train together.
///
/// Row-major [rowCount, stride]. A row is padded with zeros to a multiple of 16 floats and starts
/// at a multiple of 64 bytes, so that a block of 16 columns is one cache line of its own.
///
/// Who may write what: while threads train, the thread that owns a block of columns reads and
/// writes that block of every row, and nobody else touches it (see ``ColumnGroups``). Before and after,
/// one thread does as it likes.
@safe public final class RowStorage: @unchecked Sendable {
  /// Floats in a block of columns.
  public static let blockSize = 16

  /// The number of rows.
  public let rowCount: Int
  /// The number of columns that mean something.
  public let dimension: Int
  /// The distance between two rows in floats: `dimension` rounded up to a multiple of 16.
  public let stride: Int
  /// The first row.
  package let base: UnsafeMutablePointer<Float>
  private let memory: AlignedMemory

  /// The number of blocks of 16 columns.
  public var blockCount: Int { stride / Self.blockSize }
  /// The bytes that `rowCount` rows of `dimension` columns take, or nil if they cannot be counted.
  public static func byteCount(rowCount: Int, dimension: Int) -> Int? {
    guard rowCount >= 0, dimension >= 0, dimension <= .max - blockSize else { return nil }
    let stride = (dimension + blockSize - 1) / blockSize * blockSize
    let (floats, overflow) = rowCount.multipliedReportingOverflow(by: stride)
    let (bytes, overflowBytes) = floats.multipliedReportingOverflow(by: 4)
    return overflow || overflowBytes ? nil : bytes
  }

  /// Takes memory for the rows; all values are zero.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system does not give the memory.
  public init(rowCount: Int, dimension: Int) throws {
    precondition(rowCount > 0 && dimension > 0, "no rows: \(rowCount) x \(dimension)")
    self.rowCount = rowCount
    self.dimension = dimension
    let count = Self.byteCount(rowCount: rowCount, dimension: dimension).map { $0 / 4 } ?? .max
    stride = count / rowCount
    memory = try AlignedMemory(
      count: count, of: Float.self, access: .scattered,
      purpose: "\(rowCount, "row") of \(dimension, "float")")
    guard let base = unsafe memory.buffer(of: Float.self, count: count).baseAddress else {
      preconditionFailure("memory without an address")
    }
    unsafe self.base = base
  }

  private init(_ rows: Range<Int>, of whole: RowStorage) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= whole.rowCount && !rows.isEmpty,
      "rows \(rows) of \(whole.rowCount)")
    rowCount = rows.count
    dimension = whole.dimension
    stride = whole.stride
    memory = whole.memory
    unsafe base = whole.base + rows.lowerBound * whole.stride
  }

  /// Some of the rows, in the same memory: who writes them writes those of the whole.
  package func part(_ rows: Range<Int>) -> RowStorage { RowStorage(rows, of: self) }

  /// The values of one row, without the padding.
  public subscript(row: Int) -> [Float] {
    get {
      precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      return unsafe [Float](UnsafeBufferPointer(start: base + row * stride, count: dimension))
    }
    set {
      precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      precondition(newValue.count == dimension, "\(newValue.count) values for \(dimension)")
      for (column, value) in newValue.enumerated() { unsafe base[row * stride + column] = value }
    }
  }

  /// All floats of all rows, padding included: [rowCount, stride].
  package func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try unsafe body(UnsafeBufferPointer(start: base, count: rowCount * stride))
  }

  /// The index of the first row that holds a value that is not finite, or nil.
  public func firstRowNotFinite() -> Int? {
    for row in 0..<rowCount {
      // A sum of zeros times the values is zero only if all of them are finite.
      var sum: Float = 0
      for column in 0..<stride { unsafe sum += base[row * stride + column] * 0 }
      if sum != 0 { return row }
    }
    return nil
  }
}
