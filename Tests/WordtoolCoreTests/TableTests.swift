import TestSupport
import Testing
import WordtoolCore

@Suite struct TableTests {
  /// Words of every length around the widths of the comparison, many of them alike but for a byte.
  private static func words(_ count: Int) -> [[UInt8]] {
    var random = SeededGenerator(seed: 7)
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...21, using: &random)).map { _ in
        UInt8.random(in: 97...98, using: &random)
      }
    }
  }

  @Test func `strings are numbered in the order they first came`() {
    let words = Self.words(20_000)
    var table = ByteStringTable()
    var expected: [[UInt8]: Int32] = [:]
    var order: [[UInt8]] = []
    for word in words {
      let isNew = expected[word] == nil
      if isNew {
        expected[word] = Int32(order.count)
        order.append(word)
      }
      let added = table.add(word)
      #expect(added.id == expected[word] && added.isNew == isNew)
    }
    #expect(table.count == order.count)
    for (id, word) in order.enumerated() {
      #expect(Array(table.bytes(Int32(id))) == word)
      #expect(word.withUnsafeBufferPointer { table.find($0) } == Int32(id))
    }
    for length in 0...40 {
      let other = [UInt8](repeating: 99, count: length)
      #expect(
        other.withUnsafeBufferPointer { table.find($0) } == (length == 0 ? expected[[]] : nil))
    }
  }

  @Test func `a string that differs in any one byte is another`() {
    for length in 1...40 {
      let word = (0..<length).map { UInt8($0) }
      var table = ByteStringTable()
      table.add(word)
      for place in 0..<length {
        var other = word
        other[place] ^= 0x80
        #expect(table.add(other).isNew, "length \(length), place \(place)")
      }
      #expect(table.count == length + 1 && !table.add(word).isNew)
    }
  }

  @Test func `copies of a table go their own ways`() {
    var table = ByteStringTable(["a", "b", "a"])
    let copy = table
    table.add("c".utf8)
    #expect(table.count == 3 && copy.count == 2 && copy.find("c") == nil)
    #expect(table.find("c") == 2 && table.text(1) == "b")
  }

  @Test func `the sorted order is that of the bytes`() {
    let words = Self.words(3_000)
    var table = ByteStringTable(expectedCount: 10)
    for word in words { table.add(word) }
    let sorted = table.sortedOrder().map { Array(table.bytes($0)) }
    #expect(sorted == Set(words).sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func `spellings of one letter in Unicode are different strings`() {
    let table = ByteStringTable(["\u{E9}", "e\u{301}"])
    #expect(table.count == 2 && table.find("e\u{301}") == 1)
  }

  @Test func `pairs have values, and numbers in the order they came`() {
    var random = SeededGenerator(seed: 3)
    var table = PairTable()
    var expected: [UInt64: Int32] = [:]
    for _ in 0..<30_000 {
      let (left, right) = (
        Int32.random(in: 0...200, using: &random), Int32.random(in: 0...200, using: &random)
      )
      let key = UInt64(left) << 32 | UInt64(right)
      #expect(table.find(left, right) == expected[key])
      let added = table.number(left, right)
      #expect(added.isNew == (expected[key] == nil))
      expected[key] = expected[key] ?? Int32(expected.count)
      #expect(added.value == expected[key])
    }
    #expect(table.count == expected.count)
    // Many at once, in parts of every length; numbers below 0 are never found.
    let (lefts, rights) = (
      (0..<1000).map { _ in Int32.random(in: -1...220, using: &random) },
      (0..<1000).map { _ in Int32.random(in: -1...220, using: &random) }
    )
    for count in [0, 1, 63, 64, 65, 1000] {
      var values = [Int32](repeating: 7, count: count + 1)
      values.withUnsafeMutableBufferPointer { values in
        lefts.prefix(count).withUnsafeBufferPointer { lefts in
          rights.prefix(count).withUnsafeBufferPointer { rights in
            if let start = values.baseAddress { table.find(lefts, rights, adding: 3, into: start) }
          }
        }
      }
      let found = (0..<count).map { place in
        lefts[place] < 0 || rights[place] < 0
          ? -1 : table.find(lefts[place], rights[place]).map { $0 + 3 } ?? -1
      }
      #expect(values == found + [7])
    }
    table.set(5, 6, to: 1_000_000)
    table.set(Int32.max, Int32.max, to: 9)
    #expect(table.find(5, 6) == 1_000_000 && table.find(Int32.max, Int32.max) == 9)
    #expect(table.find(-1, -1) == nil && table.find(6, 5) == expected[6 << 32 | 5])
  }

  @Test func `stored hashes are the published ones`() {
    // From the papers' reference code.
    var hash = FNV1a()
    Array("foobar".utf8).withUnsafeBufferPointer { hash.add(bytes: $0) }
    #expect(hash.value == 0x8594_4171_F739_67E8)
    #expect(FNV1a().value == 0xCBF2_9CE4_8422_2325)
    #expect(SplitMix.mix(SplitMix.increment) == 0xE220_A839_7B1D_CDAF)
  }
}
