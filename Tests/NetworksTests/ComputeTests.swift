import Networks
import Testing
import TestSupport

/// Products and sums on threads beside one chain of additions in order, to the last bit.
@Suite struct ComputeTests {
  /// A matrix of drawn numbers that lies by rows or by columns.
  private final class Drawn<Scalar: NetworkScalar> {
    private let memory: AlignedBuffer<Scalar>
    let rows, columns: Int
    private let isByColumns: Bool

    init(_ rows: Int, _ columns: Int, byColumns: Bool = false, seed: UInt64) throws {
      memory = try AlignedBuffer(count: max(1, rows * columns))
      (self.rows, self.columns, isByColumns) = (rows, columns, byColumns)
      var random = SeededGenerator(seed: seed)
      use { view in
        for row in 0..<rows {
          for column in 0..<columns {
            view[row, column] = Scalar(Float.random(in: -1...1, using: &random))
          }
        }
      }
    }

    /// Runs `body` with the matrix while its memory lives.
    func use<Result>(_ body: (MatrixView<Scalar>) throws -> Result) rethrows -> Result {
      try withExtendedLifetime(self) {
        try body(
          isByColumns ? memory.matrix(columns, rows).transposed : memory.matrix(rows, columns))
      }
    }

    /// The numbers row by row.
    var list: [Scalar] {
      use { view in
        (0..<rows).flatMap { row in (0..<columns).map { view[row, $0] } }
      }
    }
  }

  /// A product with every way its matrices may lie, and what it must give with nothing and with
  /// something in the result before.
  private struct Product<Scalar: NetworkScalar> {
    /// Columns behind those of the result, which nothing may touch.
    static var gap: Int { 3 }
    let a, b: [Drawn<Scalar>]
    let c: Drawn<Scalar>
    let new, kept: [Scalar]

    init(_ m: Int, _ k: Int, _ n: Int, step: (Scalar, Scalar, Scalar) -> Scalar) throws {
      a = try [false, true].map { try Drawn(m, k, byColumns: $0, seed: 1) }
      b = try [false, true].map { try Drawn(k, n, byColumns: $0, seed: 2) }
      c = try Drawn(m, n + Self.gap, seed: 3)
      let (left, right) = (a[0].list, b[0].list)
      func expected(from start: [Scalar], keep: Bool) -> [Scalar] {
        var result = start
        for i in 0..<m {
          for j in 0..<n {
            var sum = keep ? start[i * (n + Self.gap) + j] : 0
            for index in 0..<k { sum = step(sum, left[i * k + index], right[index * n + j]) }
            result[i * (n + Self.gap) + j] = sum
          }
        }
        return result
      }
      new = expected(from: c.list, keep: false)
      kept = expected(from: c.list, keep: true)
    }

    /// The result for matrices that lie by columns or not, and the columns behind it.
    func found(_ compute: Compute<Scalar>, _ layout: Int, keep: Bool) throws -> [Scalar] {
      let result = try Drawn<Scalar>(c.rows, c.columns, seed: 3)
      try a[layout & 1].use { a in
        try b[layout >> 1].use { b in
          try result.use {
            try compute.multiply(a, b, into: $0.columns(0..<b.columns), keep: keep)
          }
        }
      }
      return result.list
    }
  }

  private static func check<Scalar: NetworkScalar>(
    step: (Scalar, Scalar, Scalar) -> Scalar
  ) throws {
    // Beside the 32 columns of a panel, the 8 panels, 128 rows and 704 inner indices that are
    // multiplied at a time, and 64 rows, from which on a matrix by columns is laid out; nothing.
    let products = try [
      (1, 1, 1), (3, 5, 33), (130, 7, 31), (2, 1409, 40), (66, 705, 5), (5, 3, 600), (16, 2, 64),
      (0, 4, 4), (4, 0, 4), (4, 4, 0),
    ].map { try ($0, Product<Scalar>($0.0, $0.1, $0.2, step: step)) }
    for threads in [1, 2, 3] {
      // One object: the memory for laying out is used again, and grows.
      let compute = try Compute<Scalar>(threadCount: threads)
      for (shape, product) in products {
        for layout in 0..<4 {
          #expect(
            try product.found(compute, layout, keep: false) == product.new,
            "\(shape), layout \(layout), \(threads) threads")
          #expect(
            try product.found(compute, layout, keep: true) == product.kept,
            "\(shape), layout \(layout), \(threads) threads, added")
        }
      }
    }
  }

  @Test func `products of floats are chains of fused multiply-adds for any threads`() throws {
    try Self.check { (sum: Float, a, b) in sum.addingProduct(a, b) }
  }

  @Test func `products of doubles are chains of additions for any threads`() throws {
    try Self.check { (sum: Double, a, b) in sum + a * b }
  }

  @Test func `a result of another shape is a mistake of the caller`() async {
    await #expect(processExitsWith: .failure) {
      let buffer = try AlignedBuffer<Float>(count: 64)
      try Compute<Float>(threadCount: 1).multiply(
        buffer.matrix(4, 4), buffer.matrix(4, 4), into: buffer.matrix(4, 3))
    }
  }

  @Test func `column sums go row after row on every thread`() throws {
    for (rows, columns) in [(1, 1), (5, 63), (7, 130), (3, 2500), (0, 9)] {
      let matrix = try Drawn<Float>(rows, columns, seed: 4)
      let values = matrix.list
      let expected = (0..<columns).map { column in
        (0..<rows).reduce(Float(0.5)) { $0 + values[$1 * columns + column] }
      }
      for threads in [1, 2, 3] {
        var sums = [Float](repeating: 0.5, count: columns + 1)
        let compute = try Compute<Float>(threadCount: threads)
        sums.withUnsafeMutableBufferPointer { sums in
          guard let base = sums.baseAddress else { return }
          matrix.use { compute.addColumnSums($0, into: base) }
        }
        #expect(sums == expected + [0.5], "[\(rows), \(columns)], \(threads) threads")
      }
    }
  }

  @Test func `ranges cover a count once, and none is smaller than asked for`() throws {
    let compute = try Compute<Float>(threadCount: 3)
    for (count, smallest) in [(0, 1), (1, 1), (10, 1), (10, 4), (10, 0), (100, 99)] {
      let seen = try AlignedBuffer<Double>(count: 101)
      let sizes = try AlignedBuffer<Double>(count: 101)
      compute.forRanges(of: count, atLeast: smallest) { range in
        for index in range { seen.base[index] += 1 }
        if let first = range.first { sizes.base[first] = Double(range.count) }
      }
      #expect(seen.all.prefix(count).allSatisfy { $0 == 1 } && seen.base[count] == 0)
      let ranges = sizes.all.filter { $0 > 0 }
      #expect(ranges.count <= 3 && ranges.allSatisfy { $0 >= Double(min(count, smallest)) })
      withExtendedLifetime((seen, sizes)) {}
    }
  }
}
