import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct BagKernelTests {
  /// A table of 40 rows, what its rows are to change by, and bags of 0 to 30 of them, some twice.
  struct Bag {
    let table: RowStorage
    let change: [Float]
    let indices: [Int32]

    init(blocks: Int, count: Int) throws {
      var random = SeededGenerator(seed: UInt64(100 * blocks + count))
      table = try RowStorage(rowCount: 40, dimension: 16 * blocks)
      for row in 0..<40 {
        for column in 0..<16 * blocks {
          table.base[row * table.stride + column] = Float.random(in: -1...1, using: &random)
        }
      }
      change = (0..<16 * blocks).map { _ in Float.random(in: -1...1, using: &random) }
      indices = (0..<count).map { _ in Int32.random(in: 0..<40, using: &random) }
    }

    var rows: [[Float]] { (0..<40).map { Array(table[$0]) } }

    func gather(_ kernels: wt_kernels, scale: Float) -> [Float] {
      var sums = [Float](repeating: .nan, count: change.count)
      kernels.gather_rows_f32(
        Int64(change.count), table.base, Int64(table.stride), indices, Int64(indices.count), scale,
        &sums)
      return sums
    }

    func scatter(_ kernels: wt_kernels) {
      kernels.scatter_rows_f32(
        Int64(change.count), change, indices, Int64(indices.count), table.base,
        Int64(table.stride))
    }
  }

  @Test("sums and changes of rows have the scalar code's very bits at 1 to 9 blocks")
  func bits() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      for blocks in 1...9 {
        for count in [0, 1, 2, 7, 8, 9, 30] {
          let expected = try Bag(blocks: blocks, count: count)
          let actual = try Bag(blocks: blocks, count: count)
          let sums = actual.gather(kernels.table, scale: 0.3).map(\.bitPattern)
          #expect(sums == expected.gather(scalar.table, scale: 0.3).map(\.bitPattern))
          expected.scatter(scalar.table)
          actual.scatter(kernels.table)
          #expect(
            actual.rows.joined().map(\.bitPattern) == expected.rows.joined().map(\.bitPattern),
            "\(kernels.name), \(blocks) blocks, \(count) rows")
        }
      }
    }
  }

  @Test("sums and changes of rows agree with doubles")
  func doubles() throws {
    for kernels in KernelTable.available {
      let bag = try Bag(blocks: 5, count: 30)
      var rows = bag.rows.map { $0.map(Double.init) }
      let sums = bag.gather(kernels.table, scale: 1 / 30)
      for (column, sum) in sums.enumerated() {
        let mean = bag.indices.reduce(0) { $0 + rows[Int($1)][column] } / 30
        #expect(abs(Double(sum) - mean) < 1e-6, "\(kernels.name)")
      }
      bag.scatter(kernels.table)
      for index in bag.indices {
        for column in bag.change.indices { rows[Int(index)][column] += Double(bag.change[column]) }
      }
      let worst = zip(bag.rows.joined(), rows.joined()).map { abs(Double($0) - $1) }.max() ?? .nan
      #expect(worst < 1e-6, "\(kernels.name)")
    }
  }

  @Test("products of rows have the scalar code's very bits at every length")
  func rowProducts() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    var random = SeededGenerator(seed: 8)
    // Rows that begin anywhere.
    let stride = 71
    let rows = (0..<40 * stride).map { _ in Float.random(in: -1...1, using: &random) }
    for inner in 0...70 {
      let x = (0..<inner).map { _ in Float.random(in: -1...1, using: &random) }
      for count in [0, 1, 3, 4, 5, 9, 32] {
        let indices = (0..<count).map { _ in Int32.random(in: 0..<40, using: &random) }
        func products(_ kernels: KernelTable) -> [Float] {
          var products = [Float](repeating: .nan, count: count + 1)
          kernels.table.row_dots_f32(
            Int64(inner), x, rows, Int64(stride), indices, Int64(count), &products)
          return products
        }
        let expected = products(scalar)
        #expect(expected[count].isNaN)
        for (place, row) in indices.enumerated() {
          let exact = (0..<inner).reduce(0.0) {
            $0 + Double(x[$1]) * Double(rows[Int(row) * stride + $1])
          }
          #expect(abs(Double(expected[place]) - exact) < 1e-5)
        }
        for kernels in KernelTable.vectorised {
          let found = products(kernels)
          #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(kernels.name) \(inner)")
        }
      }
    }
  }
}
