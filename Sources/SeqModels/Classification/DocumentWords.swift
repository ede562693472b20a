import Synchronization
import Tokenize
import WordtoolCore

/// Documents as numbers of words: all words of document d are
/// `ids[starts[d] ..< starts[d + 1]]`.
struct DocumentWords: Sendable {
  /// The distinct words in the order they were first seen.
  private(set) var table = ByteStringTable()
  private(set) var ids: [Int32] = []
  private(set) var starts = [0]
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  private(set) var replacedCount = 0

  /// How many documents there are.
  var count: Int { starts.count - 1 }

  /// No documents.
  init() {}

  /// Adds a document of these words.
  mutating func append(_ words: [String]) {
    for word in words { ids.append(table.add(word.utf8).id) }
    starts.append(ids.count)
  }

  /// Documents in a piece of work: the pieces, and with them the numbers of the words, do not
  /// depend on the threads.
  private static let pieceSize = 1024

  private struct Piece: Sendable {
    var table = ByteStringTable()
    var ids: [Int32] = []
    var ends: [Int] = []
    var replacedCount = 0
  }

  /// Cuts every text into words.
  ///
  /// - Throws: `WordtoolError`: `interrupted`, or as `WordTokenizer`.
  init(_ texts: LabelledText, rule: TokenizerRule, threads: Int, stop: StopFlag = StopFlag()) throws
  {
    replacedCount = texts.replacedCount
    let tokenizer = try WordTokenizer(rule: rule)
    let pieceCount = (texts.count + Self.pieceSize - 1) / Self.pieceSize
    let pieces = Locked([Piece?](repeating: nil, count: pieceCount))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, pieceCount))) { _ in
      while case let number = next.wrappingAdd(1, ordering: .relaxed).oldValue, number < pieceCount
      {
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped while reading")
        }
        var piece = Piece()
        let last = min(texts.count, (number + 1) * Self.pieceSize)
        for document in number * Self.pieceSize..<last {
          unsafe texts.withUTF8(at: document) { bytes in
            unsafe piece.replacedCount += tokenizer.forEachToken(inUTF8: bytes) { token in
              unsafe piece.ids.append(piece.table.add(token).id)
            }
          }
          piece.ends.append(piece.ids.count)
        }
        let finished = piece
        pieces.withLock { $0[number] = finished }
      }
    }
    for piece in pieces.withLock({ $0 }) {
      guard let piece else { continue }
      let numbers = (0..<piece.table.count).map { table.add(piece.table.bytes(Int32($0))).id }
      let offset = ids.count
      ids.reserveCapacity(offset + piece.ids.count)
      for id in piece.ids { ids.append(numbers[Int(id)]) }
      for end in piece.ends { starts.append(offset + end) }
      replacedCount += piece.replacedCount
    }
  }
}
