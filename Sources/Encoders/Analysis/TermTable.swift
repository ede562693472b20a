import WordtoolCore

/// Terms by number: texts of their own, or n-grams of words.
enum TermTable: Sendable {
  case texts(ByteStringTable)
  case grams(GramTree)

  /// How many terms there are. Some n-grams may only begin others, and were never counted.
  var count: Int {
    switch self {
    case .texts(let texts): texts.count
    case .grams(let tree): tree.count
    }
  }

  /// What `body` makes of the bytes of each term.
  func map<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(count)
    unsafe forEach((0..<Int32(count)).lazy.map { $0 }) { unsafe results.append(body($0)) }
    return results
  }

  /// Calls `body` with the bytes of some terms.
  func forEach(_ terms: some Sequence<Int32>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    switch self {
    case .texts(let texts):
      for term in terms { unsafe texts.withBytes(term) { unsafe body($0) } }
    case .grams(let tree):
      // Terms in their order often have the parent of the one before.
      var text: [UInt8] = []
      var (parent, start): (Int32, Int) = (-1, 0)
      for term in terms {
        if tree.parents[Int(term)] == parent {
          text.removeLast(text.count - start)
        } else {
          parent = tree.parents[Int(term)]
          text.removeAll(keepingCapacity: true)
          if parent >= 0 {
            tree.append(parent, to: &text)
            text.append(0x20)
          }
          start = text.count
        }
        tree.appendLastWord(of: term, to: &text)
        unsafe text.withUnsafeBufferPointer { unsafe body($0) }
      }
    }
  }

  /// The numbers in the ascending order of the texts' bytes.
  func sortedOrder() -> [Int32] {
    switch self {
    case .texts(let texts): texts.sortedOrder()
    case .grams(let tree): tree.sortedOrder()
    }
  }

  /// All terms of some tables of one kind.
  ///
  /// - Returns: the terms, and for each table the numbers its terms have among all.
  static func merge(_ tables: [TermTable]) -> (all: TermTable, numbers: [[Int32]]) {
    guard let first = tables.first else { return (.texts(ByteStringTable()), []) }
    var numbers = [(0..<Int32(first.count)).map { $0 }]
    switch first {
    case .texts(var texts):
      for case .texts(let others) in tables.dropFirst() {
        numbers.append(
          (0..<Int32(others.count)).map { unsafe others.withBytes($0) { unsafe texts.add($0) }.id })
      }
      return (.texts(texts), numbers)
    case .grams(var tree):
      for case .grams(let others) in tables.dropFirst() { numbers.append(tree.merge(others)) }
      return (.grams(tree), numbers)
    }
  }
}
