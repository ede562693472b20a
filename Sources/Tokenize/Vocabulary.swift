import WordtoolCore

/// Distinct words with their counts, numbered from the most frequent down.
///
/// The order is count descending, then bytes ascending, so one text has one vocabulary whatever
/// the machine, the number of threads or the order of files. Only a vocabulary made from a list
/// of words keeps the order of the list.
///
/// A value: copies share their storage, and any number of threads may read it.
public struct Vocabulary: Sendable {
  private let storage: Storage

  /// Immutable, so that it can be shared.
  @safe private final class Storage: @unchecked Sendable {
    // Sendable: the table is complete when the storage is made and never changes after.
    let table: WordTable
    let total: Int64

    init(_ table: WordTable) {
      self.table = table
      total = (0..<table.count).reduce(0) {
        let (sum, isTooLarge) = $0.addingReportingOverflow(table.tally($1))
        return isTooLarge ? .max : sum
      }
    }
  }

  /// Takes over a table whose numbers are in the vocabulary's order.
  init(_ table: WordTable) { storage = Storage(table) }

  /// Makes a vocabulary from words in the order given.
  ///
  /// - Parameter words: distinct, with counts of at least 0.
  /// - Throws: `WordtoolError` of kind `usage` for a word that stands twice or a count below 0.
  public init(_ words: some Sequence<(word: String, count: Int64)>) throws {
    let table = WordTable()
    for (word, count) in words {
      try OptionCheck.require(
        count >= 0, found: "the count \(count) of '\(word)'", expected: "at least 0")
      var word = word
      let before = table.count
      word.withUTF8 { _ = unsafe table.add($0, count: count) }
      try OptionCheck.require(
        table.count > before, found: "'\(word)' twice", expected: "distinct words")
    }
    self.init(table)
  }

  /// How many words there are.
  public var count: Int { storage.table.count }

  /// The bytes that it takes of memory.
  package var byteCount: Int { storage.table.allocatedByteCount }
  /// The bytes of all words together.
  package var textByteCount: Int { storage.table.byteCount }

  /// The sum of all counts, at most 2^63 - 1.
  public var totalCount: Int64 { storage.total }

  /// The word with a number.
  ///
  /// - Parameter id: 0 ..< `count`.
  public func word(at id: Int) -> String {
    unsafe withUTF8(at: id) { unsafe String(decoding: unsafe $0, as: UTF8.self) }
  }

  /// Lends the UTF-8 bytes of a word, valid during the call only.
  package func withUTF8<Result>(
    at id: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    precondition(id >= 0 && id < count, "word \(id) of a vocabulary of \(count)")
    return try unsafe body(storage.table.bytes(id))
  }

  /// How often the word with a number occurs.
  public func count(at id: Int) -> Int64 {
    precondition(id >= 0 && id < count, "word \(id) of a vocabulary of \(count)")
    return storage.table.tally(id)
  }

  /// All counts, in the order of the numbers. Makes a new array.
  public var counts: [Int64] { (0..<count).map { storage.table.tally($0) } }

  /// All words, in the order of the numbers. Makes a new array.
  public var words: [String] { (0..<count).map { word(at: $0) } }

  /// The number of a word, or nil. The word must be in the form its tokenizer gives it.
  public func id(for word: String) -> Int32? {
    var word = word
    return word.withUTF8 { unsafe id(forUTF8: $0) }
  }

  /// The number of a word given as bytes, or nil.
  package func id(forUTF8 bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    let found = unsafe storage.table.find(bytes)
    return found < 0 ? nil : found
  }

  /// The number of a word given as bytes, or -1.
  @inline(__always)
  func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 { unsafe storage.table.find(bytes) }
}

extension Vocabulary: Equatable {
  /// Whether both hold the same words with the same counts in the same order.
  public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    guard a.count == b.count, a.totalCount == b.totalCount else { return false }
    return (0..<a.count).allSatisfy { id in
      unsafe a.count(at: id) == b.count(at: id)
        && a.withUTF8(at: id) { x in
          unsafe b.withUTF8(at: id) { y in unsafe x.elementsEqual(y) }
        }
    }
  }
}
