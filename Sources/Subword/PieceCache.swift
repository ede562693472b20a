import WordtoolCore

/// The tokens of pieces that were seen before. It changes nothing but the time.
struct PieceCache {
  private var pieces = ByteStringTable()
  private var ids: [Int32] = []
  private var ends: [Int] = [0]
  private static let longestPiece = 64
  private static let mostPieces = 1 << 18

  /// Appends the tokens of a piece; false when it is not known.
  @inline(__always)
  func append(_ piece: UnsafeBufferPointer<UInt8>, to result: inout [Int32]) -> Bool {
    guard piece.count <= Self.longestPiece else { return false }
    guard let index = unsafe pieces.find(piece).map({ Int($0) }) else { return false }
    for place in ends[index]..<ends[index + 1] { result.append(ids[place]) }
    return true
  }

  /// Remembers the tokens of a piece that is not known.
  mutating func store(_ piece: UnsafeBufferPointer<UInt8>, _ tokens: ArraySlice<Int32>) {
    guard piece.count <= Self.longestPiece, pieces.count < Self.mostPieces else { return }
    _ = unsafe pieces.add(piece)
    ids += tokens
    ends.append(ids.count)
  }
}

/// What threads remember, one for each that works at a time.
final class PieceCaches: Sendable {
  private let idle = Locked<[PieceCache]>([])

  /// Hands out what nobody else has.
  func take() -> PieceCache { idle.withLock { $0.popLast() } ?? PieceCache() }

  /// Takes it back.
  func giveBack(_ cache: PieceCache) { idle.withLock { $0.append(cache) } }
}
