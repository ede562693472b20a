import Tokenize
import WordtoolCore

/// Texts as numbers of words, in the order the words were first seen: those of text d are
/// `ids[starts[d] ..< starts[d + 1]]`.
struct DocumentTexts: Sendable {
  /// The distinct words.
  private(set) var table = ByteStringTable()
  private(set) var ids: [Int32] = []
  private(set) var starts = [0]

  /// Texts that one thread takes at a time.
  private static let pieceSize = 256

  private struct Piece: Sendable {
    var table = ByteStringTable()
    var ids: [Int32] = []
    var ends: [Int] = []
  }

  /// Cuts every text into words, on all threads.
  ///
  /// - Throws: ``WordtoolError``: `interrupted`, or as `WordTokenizer`.
  init(_ texts: [String], rule: TokenizerRule, threads: Int, stop: StopFlag) throws {
    let tokenizer = try WordTokenizer(rule: rule)
    let pieceCount = (texts.count + Self.pieceSize - 1) / Self.pieceSize
    let pieces = Locked([Piece?](repeating: nil, count: pieceCount))
    try VectorStorage.inPieces(of: texts.count, size: Self.pieceSize, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while reading text")
      }
      var piece = Piece()
      for index in range {
        var text = texts[index]
        text.withUTF8 { bytes in
          _ = unsafe tokenizer.forEachToken(inUTF8: bytes) { token in
            unsafe piece.ids.append(piece.table.add(token).id)
          }
        }
        piece.ends.append(piece.ids.count)
      }
      let done = piece
      pieces.withLock { $0[range.lowerBound / Self.pieceSize] = done }
    }
    for piece in pieces.withLock({ $0 }) {
      guard let piece else { continue }
      let numbers = (0..<piece.table.count).map { table.add(piece.table.bytes(Int32($0))).id }
      let offset = ids.count
      for id in piece.ids { ids.append(numbers[Int(id)]) }
      for end in piece.ends { starts.append(offset + end) }
    }
  }

  /// The words within some limits.
  func vocabulary(_ limits: VocabularyLimits) throws -> Vocabulary {
    var counts = [Int](repeating: 0, count: table.count)
    for id in ids { counts[Int(id)] += 1 }
    let builder = VocabularyBuilder()
    for id in counts.indices { builder.add(table.text(Int32(id)), count: counts[id]) }
    return try builder.build(limits)
  }
}
