import COpenBLAS

/// Matrix products in single precision: the only calls into BLAS.
///
/// OpenBLAS is set to one thread once, before the first product. Whoever wants more threads splits
/// the work in fixed pieces and calls from its own threads, so that a result never depends on how
/// many there were.
package enum GEMM {
  /// Computes `c = scale * op(a) * op(b) + keep * c`, all row-major.
  ///
  /// Shapes: op(a) is [m, k], op(b) is [k, n], c is [m, n]; `op` transposes where asked.
  ///
  /// - Parameters:
  ///   - a: the left matrix: [m, k], or [k, m] when `transposeA` is set.
  ///   - aStride: values from one row of `a` to the next.
  ///   - b: the right matrix: [k, n], or [n, k] when `transposeB` is set.
  ///   - bStride: values from one row of `b` to the next.
  ///   - c: the result; it overlaps neither `a` nor `b`.
  ///   - cStride: values from one row of `c` to the next.
  ///   - scale: factor of the product.
  ///   - keep: factor of what `c` held before; with 0 it is not read, not even for k = 0.
  /// - Precondition: every buffer holds as many values as its shape and stride say.
  /// - Complexity: O(m·n·k).
  package static func multiply(
    rows m: Int, columns n: Int, inner k: Int,
    _ a: UnsafeBufferPointer<Float>, aStride: Int, transposeA: Bool = false,
    _ b: UnsafeBufferPointer<Float>, bStride: Int, transposeB: Bool = false,
    into c: UnsafeMutableBufferPointer<Float>, cStride: Int,
    scale: Float = 1, keep: Float = 0
  ) {
    precondition(m >= 0 && n >= 0 && k >= 0, "a product of shape [\(m), \(k)] x [\(k), \(n)]")
    check("a", a.count, transposeA ? k : m, transposeA ? m : k, aStride)
    check("b", b.count, transposeB ? n : k, transposeB ? k : n, bStride)
    check("c", c.count, m, n, cStride)
    guard m > 0, n > 0 else { return }
    if k == 0 {
      for row in 0..<m {
        for column in 0..<n {
          // As BLAS: what was there is not read with 0, so that NaN does not stay.
          let place = row * cStride + column
          unsafe c[place] = keep == 0 ? 0 : c[place] * keep
        }
      }
      return
    }
    BLASLibrary.useCallersThreadOnly()
    // SAFETY: the checks above prove that every row of the three buffers is in bounds.
    unsafe cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), scale, a.baseAddress, blasint(aStride), b.baseAddress,
      blasint(bStride), keep, c.baseAddress, blasint(cStride))
  }

  private static func check(
    _ name: String, _ count: Int, _ rows: Int, _ columns: Int, _ stride: Int
  ) {
    precondition(stride >= max(1, columns), "\(name): stride \(stride) for \(columns) columns")
    let needed = rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns
    precondition(count >= needed, "\(name): \(count) values, [\(rows), \(columns)] needs \(needed)")
  }
}
