import BLASCore
import Testing
import TestSupport

@Suite struct GEMMTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var m: Int, n: Int, k: Int
    var testDescription: String { "\(m)x\(k) by \(k)x\(n)" }
  }

  static let shapes = [
    Shape(m: 1, n: 1, k: 1), Shape(m: 3, n: 5, k: 7), Shape(m: 16, n: 16, k: 16),
    Shape(m: 17, n: 33, k: 65), Shape(m: 2, n: 100, k: 300), Shape(m: 4, n: 3, k: 0),
    Shape(m: 0, n: 3, k: 2),
  ]

  @Test(arguments: shapes)
  func `a product agrees with one in double precision`(shape: Shape) {
    for transposeA in [false, true] {
      for transposeB in [false, true] {
        for extra in [0, 3] { check(shape, transposeA, transposeB, extra) }
      }
    }
  }

  private func check(_ shape: Shape, _ transposeA: Bool, _ transposeB: Bool, _ extra: Int) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var generator = SeededGenerator(seed: UInt64(m * 1000 + n * 10 + k))
    let aStride = max(1, transposeA ? m : k) + extra
    let bStride = max(1, transposeB ? k : n) + extra
    let cStride = max(1, n) + extra
    let a = (0..<(transposeA ? k : m) * aStride).map { _ in
      Float.random(in: -1...1, using: &generator)
    }
    let b = (0..<(transposeB ? n : k) * bStride).map { _ in
      Float.random(in: -1...1, using: &generator)
    }
    let before = (0..<m * cStride).map { _ in Float.random(in: -1...1, using: &generator) }
    var c = before
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          GEMM.multiply(
            rows: m, columns: n, inner: k, a, aStride: aStride, transposeA: transposeA, b,
            bStride: bStride, transposeB: transposeB, into: c, cStride: cStride, scale: 0.5, keep: 2
          )
        }
      }
    }
    var worst = 0.0
    var touchedPadding = false
    for row in 0..<m {
      for column in 0..<cStride {
        let place = row * cStride + column
        if column >= n {
          touchedPadding = touchedPadding || c[place] != before[place]
          continue
        }
        var sum = 0.0
        for inner in 0..<k {
          let left = transposeA ? a[inner * aStride + row] : a[row * aStride + inner]
          let right = transposeB ? b[column * bStride + inner] : b[inner * bStride + column]
          sum += Double(left) * Double(right)
        }
        worst = max(worst, abs(Double(c[place]) - (0.5 * sum + 2 * Double(before[place]))))
      }
    }
    // k products of magnitude below 1, each with a rounding error of 2^-24, and the sum's own.
    #expect(worst <= Double(k + 4) * 0x1p-23)
    #expect(!touchedPadding)
  }

  @Test func `what was there is not read with a factor of 0, whatever the shape`() {
    for k in [0, 1] {
      var c: [Float] = [.nan, .infinity]
      [Float](repeating: 1, count: 2 * max(1, k)).withUnsafeBufferPointer { a in
        c.withUnsafeMutableBufferPointer { c in
          GEMM.multiply(
            rows: 1, columns: 2, inner: k, a, aStride: 1, a, bStride: 2, into: c, cStride: 2)
        }
      }
      #expect(c == [Float(k), Float(k)])
    }
  }
}
