import WordtoolCore

/// Counts words and makes a ``Vocabulary`` of those that are frequent enough.
///
/// The result depends on the words and their counts alone, not on the order they come in.
/// Belongs to one thread.
public final class VocabularyBuilder {
  let table: WordTable

  /// A builder that has seen nothing.
  public init() { table = WordTable() }

  init(_ table: WordTable) { self.table = table }

  /// How many distinct words were seen.
  public var distinctCount: Int { table.count }

  /// Counts a word.
  ///
  /// - Parameters:
  ///   - word: the word.
  ///   - count: how often, at least 1.
  public func add(_ word: String, count: Int = 1) {
    precondition(count >= 1, "the count of '\(word)' is \(count)")
    var word = word
    word.withUTF8 { unsafe addUTF8($0, count: count) }
  }

  /// Counts a word given as bytes.
  package func addUTF8(_ word: UnsafeBufferPointer<UInt8>, count: Int = 1) {
    _ = unsafe table.add(word, count: Int64(count))
  }

  /// The vocabulary of the words counted so far.
  ///
  /// - Throws: `WordtoolError`: `usage` for limits out of range, `badData` when no word was counted
  ///   or none is frequent enough.
  public func build(_ limits: VocabularyLimits = VocabularyLimits()) throws -> Vocabulary {
    let order = try sortedNumbers(limits)
    let sorted = WordTable(expectedCount: order.count)
    for number in order {
      _ = unsafe sorted.add(table.bytes(Int(number)), count: table.tally(Int(number)))
    }
    return Vocabulary(sorted)
  }

  /// The numbers of the words within the limits, in the order of the vocabulary.
  func sortedNumbers(_ limits: VocabularyLimits) throws -> [Int32] {
    try limits.validate()
    guard table.count > 0 else {
      throw WordtoolError(.badData, found: "no words", expected: "text with words in it")
    }
    let least = Int64(limits.minimumCount)
    var order: [Int32] = []
    for number in 0..<table.count where table.tally(number) >= least {
      order.append(Int32(truncatingIfNeeded: number))
    }
    guard !order.isEmpty else {
      let largest = (0..<table.count).map { table.tally($0) }.max() ?? 0
      throw limits.withoutFrequentWords(largest: largest)
    }
    order.sort { precedes(Int($0), Int($1)) }
    if let size = limits.maximumSize, order.count > size {
      order.removeLast(order.count - size)
    }
    return order
  }

  /// Whether word `a` stands before word `b`: higher count, then lower bytes.
  private func precedes(_ a: Int, _ b: Int) -> Bool {
    let (countA, countB) = (table.tally(a), table.tally(b))
    if countA != countB { return countA > countB }
    return table.compare(a, b) < 0
  }
}

extension VocabularyLimits {
  /// The error for a text of whose words none is frequent enough.
  ///
  /// - Parameter largest: how often the most frequent word occurs.
  func withoutFrequentWords(largest: Int64) -> WordtoolError {
    WordtoolError(
      .badData,
      found: "no word occurs \(minimumCount) times (the most frequent occurs "
        + "\(largest == 1 ? "once" : "\(largest) times"))",
      remedy: "lower `minimumCount` to \(largest) or give more text")
  }
}
