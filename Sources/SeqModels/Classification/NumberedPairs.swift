import WordtoolCore

/// Pairs of numbers, each pair with a number of its own in the order they came.
struct NumberedPairs: Sendable {
  private var table: PairTable
  private var pairs: [(left: Int32, right: Int32)] = []

  /// Makes a list with room for some pairs before it has to grow.
  init(expectedCount: Int = 0) {
    table = PairTable(expectedCount: expectedCount)
    pairs.reserveCapacity(expectedCount)
  }

  /// How many pairs there are.
  var count: Int { pairs.count }

  /// The pair with a number.
  subscript(number: Int) -> (left: Int32, right: Int32) { pairs[number] }

  /// The number of a pair, or nil.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Int32? { table.find(left, right) }

  /// The numbers of many pairs with `offset` added, -1 for those that are not there.
  func find(
    _ lefts: UnsafeBufferPointer<Int32>, _ rights: UnsafeBufferPointer<Int32>,
    adding offset: Int32, into values: UnsafeMutablePointer<Int32>
  ) {
    unsafe table.find(lefts, rights, adding: offset, into: values)
  }

  /// The number of a pair, which is added when it is new.
  mutating func add(_ left: Int32, _ right: Int32) -> Int32 {
    let (number, isNew) = table.number(left, right)
    if isNew { pairs.append((left, right)) }
    return number
  }
}
