import WordtoolCore

/// The tokens and the n-grams of a model in one layout, in memory of their own or in a mapped file,
/// where questions are answered in place.
final class NGramStore: Sendable {
  /// The tokens by their numbers.
  let words: WordTable
  /// The n-grams of each length, from 1; a 1-gram's place is its token's number.
  let levels: [NGramLevel]
  /// What keeps the memory of all that.
  private let owners: [any AnyObject & Sendable]

  /// - Precondition: there are as many 1-grams as words; all levels but the last are continued.
  init(words: WordTable, levels: [NGramLevel], owners: [any AnyObject & Sendable]) {
    precondition(levels.first?.count == words.count, "1-grams for \(words.count) words")
    self.words = words
    self.levels = levels
    self.owners = owners
  }

  /// Lays out n-grams that were counted or read.
  ///
  /// - Parameters:
  ///   - table: the tokens.
  ///   - sorted: the n-grams of each length, from 1; each is forgotten when it has its records.
  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  convenience init(_ table: ByteStringTable, _ sorted: consuming [SortedNGrams]) throws {
    let (words, memory) = try WordTable.laidOut(table)
    var owners: [any AnyObject & Sendable] = [memory]
    var levels: [NGramLevel] = []
    // Of each record the n-gram's place in the order of numbers.
    var order = Array(0..<Int32(sorted[0].words.count))
    for index in sorted.indices {
      let last = index + 1 == sorted.count
      let records = try NGramRecords(count: order.count, isContinued: !last)
      let next = records.fill(from: sorted[index], order, last ? nil : sorted[index + 1].words)
      owners.append(records.memory)
      levels.append(records.level)
      sorted[index] = SortedNGrams()
      order = next
    }
    self.init(words: words, levels: levels, owners: owners)
  }

  /// log10 of the probability of a token after a context, which takes the token up.
  ///
  /// From long to short: the m-gram context gives the (m + 1)-gram, which is both the answer, if there
  /// is one, and a part of the next context. No search waits for another one.
  ///
  /// - Parameters:
  ///   - id: 0 ..< the number of words.
  ///   - nodes: at place m < the order the place of the m-gram that the last m tokens are, or -1.
  @inline(__always)
  static func score(
    _ id: Int32, _ nodes: UnsafeMutablePointer<Int32>, _ levels: UnsafeBufferPointer<NGramLevel>
  ) -> Double {
    let key = NGramLevel.key(of: id)
    let order = levels.count
    var result = 0.0
    var isFound = false
    var length = order &- 1
    while length > 0 {
      let node = unsafe Int(nodes[length])
      var child = -1
      if node >= 0 {
        let (contexts, level) = unsafe (levels[length &- 1], levels[length])
        child = level.find(key, in: contexts.continuations(of: node, in: level))
        if !isFound {
          if child >= 0 {
            result += level.logProbability(at: child)
            isFound = true
          } else {
            result += contexts.backoff(at: node)
          }
        }
      }
      if length &+ 1 < order { unsafe nodes[length &+ 1] = Int32(truncatingIfNeeded: child) }
      length &-= 1
    }
    if !isFound { unsafe result += levels[0].logProbability(at: Int(id)) }
    if order > 1 { unsafe nodes[1] = id }
    return result
  }
}

extension NGramStore: Equatable {
  /// Whether both have the same words, n-grams and numbers.
  static func == (a: NGramStore, b: NGramStore) -> Bool {
    a.words.count == b.words.count && a.levels.map(\.count) == b.levels.map(\.count)
      && zip(a.levels, b.levels).allSatisfy { unsafe $0.records.elementsEqual($1.records) }
      && (0..<a.words.count).allSatisfy {
        unsafe WordTable.equal(a.words.bytes(at: $0), b.words.bytes(at: $0))
      }
  }
}
