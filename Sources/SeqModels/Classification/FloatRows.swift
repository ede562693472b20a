import Embedding

/// Rows of floats in memory that somebody else owns: a mapped file, or what was trained.
@safe struct FloatRows: @unchecked Sendable {
  // Sendable: nobody writes to the memory once rows have been made of it.

  let count: Int
  let dimension: Int
  private let stride: Int
  private let base: UnsafePointer<Float>
  private let owner: any AnyObject & Sendable

  /// - Precondition: `values` holds `count` rows of `stride` floats, at least one, which stay as they
  ///   are while `owner` lives.
  init(
    count: Int, dimension: Int, stride: Int, values: UnsafeBufferPointer<Float>,
    owner: any AnyObject & Sendable
  ) {
    guard let base = values.baseAddress, values.count >= (count - 1) * stride + dimension else {
      preconditionFailure("too few values")
    }
    self.count = count
    self.dimension = dimension
    self.stride = stride
    self.owner = owner
    unsafe self.base = base
  }

  /// The values of a row, 0 ..< `count`.
  subscript(row: Int) -> UnsafeBufferPointer<Float> {
    precondition(row >= 0 && row < count, "row \(row) of \(count)")
    return unsafe UnsafeBufferPointer(start: base + row * stride, count: dimension)
  }

  /// The rows for a scorer, which must not outlive this.
  var modelRows: ModelRows { unsafe ModelRows(base: base, count: count, stride: stride) }
}
