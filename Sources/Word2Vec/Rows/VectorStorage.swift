import Synchronization
package import WordtoolCore

/// The words, rows and norms of one set of vectors: what ``WordVectors`` shows.
///
/// Sendable: everything is immutable once the initialiser has returned; the owners keep the memory
/// that the pointers lead to.
@safe package final class VectorStorage: @unchecked Sendable {
  package let rows: any RowSource
  package let norms: UnsafeBufferPointer<Float>
  package let counts: UnsafeBufferPointer<Int64>?
  package let words: WordTable
  /// Gives vectors for words that have no row; nil where nothing does.
  package let composer: (any WordComposer)?
  /// Whether lengths and the table of words stood in a file and are not yet proved.
  let isRead: Bool
  let tokenizers = TokenizerCache()
  private let owners: [AnyObject]

  package var count: Int { words.count }
  package var dimension: Int { rows.dimension }

  /// No file has rows longer than this many values: it bounds what a damaged header can ask for.
  package static let maximumDimension = 1 << 20

  /// Rows that one thread takes at a time. Fixed, so that nothing depends on the thread count.
  static let piece = 2048

  package init(
    rows: any RowSource, norms: UnsafeBufferPointer<Float>, counts: UnsafeBufferPointer<Int64>?,
    words: WordTable, owners: [AnyObject], isRead: Bool = false,
    composer: (any WordComposer)? = nil
  ) {
    precondition(norms.count == words.count, "\(norms.count) norms for \(words.count) words")
    self.rows = rows
    unsafe self.norms = norms
    unsafe self.counts = counts
    self.words = words
    self.owners = owners
    self.isRead = isRead
    self.composer = composer
  }

  /// Lengths of rows between which a float has room for inner products and their reciprocals.
  static let ordinaryLengths: ClosedRange<Float> = 1e-30...1e30

  /// A row divided by its length; zeros for a row without length.
  func unitVector(row: Int) -> [Float] {
    var sum = [Double](repeating: 0, count: dimension)
    let length = length(of: row)
    if length > 0 { rows.add(row: row, times: 1 / length, to: &sum) }
    return sum.map { Float($0) }
  }

  /// The length by which a row is divided: the stored one, or where a float cannot say it well, the
  /// one of its values.
  func length(of row: Int) -> Double {
    unsafe Self.ordinaryLengths.contains(norms[row])
      ? Double(norms[row]) : rows.exactLength(of: row)
  }

  /// Runs `body` once for every piece of `0 ..< count`, on several threads.
  static func inPieces(
    of count: Int, size: Int = piece, threads: Int,
    _ body: @escaping @Sendable (Range<Int>) throws -> Void
  ) throws {
    let pieceCount = (count + size - 1) / size
    guard pieceCount > 0 else { return }
    let next = Counter()
    try Workers.run(count: max(1, min(threads, pieceCount))) { _ in
      while true {
        let piece = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieceCount { return }
        try body(piece * size..<min(count, (piece + 1) * size))
      }
    }
  }
}
