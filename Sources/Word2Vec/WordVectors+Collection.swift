import WordtoolCore

/// Words and their vectors in the order of the rows.
extension WordVectors: RandomAccessCollection {
  /// A word and its vector as it is stored.
  public typealias Element = (word: String, vector: [Float])

  /// 0.
  public var startIndex: Int { 0 }

  /// ``count``.
  public var endIndex: Int { count }

  /// The word and the vector of a row.
  ///
  /// - Precondition: `position` is in `0 ..< count`.
  public subscript(position: Int) -> Element {
    (word: word(at: position), vector: vector(at: position))
  }

  /// The words in the order of the rows.
  public var words: Words { Words(storage: storage) }

  /// The words of vectors, made when they are looked at.
  public struct Words: RandomAccessCollection, Sendable {
    let storage: VectorStorage

    /// 0.
    public var startIndex: Int { 0 }

    /// How many words there are.
    public var endIndex: Int { storage.count }

    /// The word of a row.
    ///
    /// - Precondition: `position` is in `0 ..< count`.
    public subscript(position: Int) -> String {
      precondition(position >= 0 && position < storage.count, "row \(position) of \(storage.count)")
      return unsafe String(decoding: storage.words.bytes(at: position), as: UTF8.self)
    }
  }

  /// The first words with their vectors, copied; all when there are not so many.
  package func first(_ count: Int) throws -> WordVectors {
    let count = Swift.min(Swift.max(0, count), self.count)
    var values: [Float] = []
    values.reserveCapacity(count * dimension)
    for row in 0..<count { values += vector(at: row) }
    return try WordVectors(
      words: Array(words.prefix(count)), counts: counts.map { Array($0.prefix(count)) },
      dimension: dimension, values: values, metadata: metadata)
  }
}

/// Numbers that belong to vectors, one a row, seen where they lie.
///
/// Sendable: the memory is never written, and the vectors' storage that keeps it is held.
@safe
public struct StoredNumbers<Number: BitwiseCopyable & Sendable>: RandomAccessCollection,
  @unchecked Sendable
{
  private let numbers: UnsafeBufferPointer<Number>
  private let owner: VectorStorage

  init(_ numbers: UnsafeBufferPointer<Number>, of owner: VectorStorage) {
    unsafe self.numbers = numbers
    self.owner = owner
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// How many there are.
  public var endIndex: Int { unsafe numbers.count }

  /// The number of a row.
  ///
  /// - Precondition: `position` is in `0 ..< count`.
  public subscript(position: Int) -> Number {
    unsafe precondition(
      position >= 0 && position < numbers.count, unsafe "row \(position) of \(numbers.count)")
    return withExtendedLifetime(owner) { unsafe numbers[position] }
  }
}

extension StoredNumbers: Equatable where Number: Equatable {
  /// Whether both have the same numbers.
  public static func == (left: StoredNumbers, right: StoredNumbers) -> Bool {
    left.elementsEqual(right)
  }
}
