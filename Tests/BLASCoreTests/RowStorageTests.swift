import BLASCore
import Testing
import WordtoolCore

@Suite struct ColumnGroupsTests {
  @Test("column groups cover every block once, whatever the dimension")
  func groupsCoverAllBlocks() {
    for blocks in 1...256 {
      let columns = ColumnGroups(blockCount: blocks)
      #expect(columns.bounds.first == 0 && columns.bounds.last == blocks)
      #expect(zip(columns.bounds, columns.bounds.dropFirst()).allSatisfy { $0 < $1 })
      for threads in 1...columns.count {
        var covered: [Int] = []
        for thread in 0..<threads {
          let groups = columns.groups(ofShare: thread, of: threads)
          if !groups.isEmpty { covered += columns.blocks(groups) }
        }
        #expect(covered == Array(0..<blocks))
      }
    }
  }
}

@Suite struct RowStorageTests {
  @Test("rows are padded with zeros to whole blocks and begin at multiples of 64 bytes")
  func layout() throws {
    for dimension in [1, 15, 16, 17, 100, 300] {
      let rows = try RowStorage(rowCount: 3, dimension: dimension)
      #expect(rows.stride % 16 == 0 && rows.stride >= dimension && rows.stride < dimension + 16)
      #expect(Int(bitPattern: rows.base) % 64 == 0)
      rows[1] = (0..<dimension).map(Float.init)
      #expect(rows[1] == (0..<dimension).map(Float.init))
      rows.withUnsafeBuffer { all in
        for row in 0..<3 {
          for column in dimension..<rows.stride { #expect(all[row * rows.stride + column] == 0) }
        }
      }
    }
  }

  @Test("the first row that is not finite is found")
  func notFinite() throws {
    let rows = try RowStorage(rowCount: 9, dimension: 20)
    #expect(rows.firstRowNotFinite() == nil)
    for bad in [Float.nan, .infinity, -.infinity] {
      rows[6] = [Float](repeating: 1, count: 19) + [bad]
      #expect(rows.firstRowNotFinite() == 6)
    }
  }

  @Test("more memory than there is gives an error, not a crash")
  func tooLarge() {
    #expect(throws: WordtoolError.self) {
      try RowStorage(rowCount: 1 << 50, dimension: 4096)
    }
    #expect(RowStorage.byteCount(rowCount: .max, dimension: 100) == nil)
  }
}

@Suite struct RandomSourceTests {
  @Test("the numbers of a seed never change")
  func pinned() {
    var random = RandomSource(seed: 1)
    let first = (0..<3).map { _ in random.next() }
    var again = RandomSource(seed: 1)
    #expect(first == (0..<3).map { _ in again.next() })
    var other = RandomSource(seed: 1, 0)
    #expect(other.next() != first[0])
  }

  @Test("streams of neighbouring positions do not resemble each other")
  func independent() {
    // 64 x 1000 bits of two streams agree in half of the places, to five standard deviations.
    for position in 0..<20 as Range<UInt64> {
      var a = RandomSource(seed: 1, 2, position)
      var b = RandomSource(seed: 1, 2, position + 1)
      let agreeing = (0..<1000).reduce(0) { sum, _ in
        sum + 64 - (a.next() ^ b.next()).nonzeroBitCount
      }
      #expect(abs(agreeing - 32_000) < 5 * 127)
    }
  }

  @Test("unit floats are uniform in 0 ..< 1, by chi square over 64 bins")
  func uniform() {
    var random = RandomSource(seed: 9)
    var bins = [Double](repeating: 0, count: 64)
    for _ in 0..<64_000 { bins[Int(random.nextUnitFloat() * 64)] += 1 }
    let chiSquare = bins.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
    // 63 degrees of freedom: 120 is exceeded once in 60,000 seeds; this one is fixed.
    #expect(chiSquare < 120)
  }
}
