import WordtoolCore

/// Finds the n-grams that longer ones begin with, in the levels that have been read.
@safe struct ARPAContexts: @unchecked Sendable {
  // SAFETY: `firstChild` of a level has one entry more than the level has n-grams, each a place in the
  // next level's `words` or their end; whoever lends the memory keeps it.
  // Sendable: nothing is written.

  /// Where the continuations of n-grams begin, and their last words.
  @safe private struct Step {
    let firstChild: UnsafeBufferPointer<Int32>
    let words: UnsafeBufferPointer<Int32>
  }

  /// From n-grams of one word to those of two, and so on.
  private var steps: [Step] = []
  /// For each step the place of what follows an n-gram's place by a word; none where the file has its
  /// n-grams in the order of their first words, so that neighbours lead to each other.
  private let tables: [PairTable]

  private init(tables: [PairTable]) { self.tables = tables }

  /// Whether n-grams are better looked up many at a time, by ``places(of:)``.
  var isScattered: Bool { !tables.isEmpty }

  /// Lends the n-grams of `levels`, which are those of one word, of two and so on, to `body`.
  ///
  /// - Parameter tables: for each level after the first the place of an n-gram by that of the one it
  ///   begins with and its last word; or none.
  static func lend<Result>(
    _ levels: ArraySlice<SortedNGrams>, tables: [PairTable],
    _ body: (ARPAContexts) throws -> Result
  ) rethrows -> Result {
    try lend(levels, ARPAContexts(tables: tables), body)
  }

  /// The places of n-grams, -1 for those that are not there.
  ///
  /// - Parameter words: of each n-gram the first word, then of each the second, and so on.
  func places(of words: [[Int32]]) -> [Int32] {
    var places = words.first ?? []
    for (table, following) in zip(tables, words.dropFirst()) {
      let capacity = max(1, places.count)
      unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: capacity) { found in
        guard let first = found.baseAddress else { return }
        unsafe places.withUnsafeBufferPointer { places in
          unsafe following.withUnsafeBufferPointer { following in
            unsafe table.find(places, following, adding: 0, into: first)
          }
        }
        for index in places.indices { unsafe places[index] = first[index] }
      }
    }
    return places
  }

  private static func lend<Result>(
    _ levels: ArraySlice<SortedNGrams>, _ lent: ARPAContexts,
    _ body: (ARPAContexts) throws -> Result
  ) rethrows -> Result {
    guard let level = levels.first, let next = levels.dropFirst().first else {
      return try body(lent)
    }
    return try unsafe level.firstChild.withUnsafeBufferPointer { firstChild in
      try unsafe next.words.withUnsafeBufferPointer { words in
        var more = lent
        unsafe more.steps.append(Step(firstChild: firstChild, words: words))
        return try lend(levels.dropFirst(), more, body)
      }
    }
  }

  /// The place of the n-gram that continues another one, or -1.
  ///
  /// - Parameters:
  ///   - node: the place of an n-gram of `length` words.
  ///   - word: the one that follows.
  ///   - known: a place among its continuations behind which the one looked for is, or -1; with it
  ///     neighbours are found at once.
  @inline(__always)
  func child(of node: Int32, length: Int, _ word: Int32, behind known: Int32) -> Int32 {
    let step = steps[length - 1]
    let end = unsafe Int(step.firstChild[Int(node) + 1])
    var low = unsafe known < 0 ? Int(step.firstChild[Int(node)]) : Int(known) + 1
    var high = end
    if known >= 0 {
      var stride = 1
      while low + stride < end, unsafe step.words[low + stride] < word {
        low += stride
        stride *= 2
      }
      high = min(end, low + stride + 1)
    }
    while low < high {
      let middle = low + (high - low) / 2
      if unsafe step.words[middle] < word { low = middle + 1 } else { high = middle }
    }
    return unsafe low < end && step.words[low] == word ? Int32(truncatingIfNeeded: low) : -1
  }
}
