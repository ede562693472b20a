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

  /// A bag whose rows stand at 8 positions, those of one after another, and the positions' weights.
  struct Weighted {
    let bag: Bag
    let weights: RowStorage
    let weightChanges: RowStorage
    let positions: [Int32]

    init(blocks: Int, count: Int, stretch: Int) throws {
      bag = try Bag(blocks: blocks, count: count)
      var random = SeededGenerator(seed: UInt64(1000 * blocks + 10 * count + stretch))
      weights = try RowStorage(rowCount: 8, dimension: 16 * blocks)
      weightChanges = try RowStorage(rowCount: 8, dimension: 16 * blocks)
      for table in [weights, weightChanges] {
        for row in 0..<8 {
          table[row] = (0..<16 * blocks).map { _ in Float.random(in: -1...1, using: &random) }
        }
      }
      // The last position is not the last of the table.
      positions = (0..<count).map { Int32($0 / stretch % 7) }
    }

    private var share: Float { 1 / Float(max(1, positions.count)) }

    /// The mean; then its rows and weights are told what it is to change by.
    func learn(_ kernels: wt_kernels) -> [UInt32] {
      let (columns, stride) = (Int64(bag.change.count), Int64(bag.table.stride))
      var mean = [Float](repeating: .nan, count: bag.change.count)
      kernels.gather_weighted_rows_f32(
        columns, bag.table.base, weights.base, stride, bag.indices, positions,
        Int64(positions.count), share, &mean)
      kernels.scatter_weighted_rows_f32(
        columns, bag.change, weights.base, weightChanges.base, stride, bag.indices, positions,
        Int64(positions.count), share, bag.table.base)
      let changed = (0..<8).flatMap { Array(weightChanges[$0]) }
      return (mean + bag.rows.joined() + changed).map(\.bitPattern)
    }

    /// The same by the formulas of ``PositionWeights``, in doubles and in the order of the positions.
    func expected() -> [Double] {
      var rows = bag.rows.map { $0.map(Double.init) }
      let weights = (0..<8).map { Array(self.weights[$0]).map(Double.init) }
      var changes = (0..<8).map { Array(weightChanges[$0]).map(Double.init) }
      var mean = [Double](repeating: 0, count: bag.change.count)
      for (index, position) in zip(bag.indices, positions) {
        for column in mean.indices {
          mean[column] +=
            Double(share) * weights[Int(position)][column] * rows[Int(index)][column]
        }
      }
      var begin = 0
      while begin < positions.count {
        let position = Int(positions[begin])
        let there = positions[begin...].prefix { Int($0) == position }.indices
        for column in mean.indices {
          let change = Double(bag.change[column])
          let sum = there.reduce(0.0) { $0 + rows[Int(bag.indices[$1])][column] }
          changes[position][column] += Double(share) * change * sum
          for place in there {
            rows[Int(bag.indices[place])][column] += weights[position][column] * change
          }
        }
        begin = there.upperBound
      }
      return mean + rows.joined() + changes.joined()
    }
  }

  @Test("rows weighted by position have the scalar code's very bits at 1 to 9 blocks")
  func weightedBits() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      for blocks in 1...9 {
        for count in [0, 1, 2, 5, 6, 14, 30] {
          for stretch in [1, 3, 30] {
            func learn(_ kernels: KernelTable) throws -> [UInt32] {
              try Weighted(blocks: blocks, count: count, stretch: stretch).learn(kernels.table)
            }
            let (found, expected) = (try learn(kernels), try learn(scalar))
            #expect(
              found == expected, "\(kernels.name), \(blocks) blocks, \(count) rows by \(stretch)")
          }
        }
      }
    }
  }

  @Test("rows weighted by position agree with doubles")
  func weightedDoubles() throws {
    for kernels in KernelTable.available {
      for stretch in [1, 3] {
        let expected = try Weighted(blocks: 5, count: 14, stretch: stretch).expected()
        let found = try Weighted(blocks: 5, count: 14, stretch: stretch).learn(kernels.table)
        let differences = zip(found, expected).map { abs(Double(Float(bitPattern: $0)) - $1) }
        #expect((differences.max() ?? .nan) < 1e-5 && found.count == expected.count)
      }
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
