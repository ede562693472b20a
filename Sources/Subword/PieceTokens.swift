import WordtoolCore

/// The tokens of distinct pieces, which become fewer by joining, in one block. Belongs to one thread.
///
/// A piece is known by the place where it begins: there stand its length, how often it occurs, as two
/// halves, and its tokens, so that one line or two of the cache have all of it.
@safe final class PieceTokens {
  private let words: UnsafeMutablePointer<Int32>
  private let count: Int
  private static let headCount = 3

  /// Takes pieces as their bytes.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` for more than places can be told of.
  init(_ pieces: PieceCounter, byteIDs: [Int32]) throws {
    count = pieces.byteCount + Self.headCount * pieces.count
    // So that places, and two neighbours of each join, have numbers of 32 bits.
    guard count < 1 << 30 else {
      throw WordtoolError(
        .badData, found: "\(pieces.count) different words of \(pieces.byteCount) bytes",
        expected: "fewer than 2^30 of both together", remedy: "learn from a part of the text")
    }
    unsafe words = .allocate(capacity: max(1, count))
    var at = 0
    unsafe pieces.forEach { piece, count in
      let halves = UInt64(bitPattern: count)
      unsafe (words + at).initialize(to: Int32(piece.count))
      unsafe (words + at + 1).initialize(to: Int32(truncatingIfNeeded: halves))
      unsafe (words + at + 2).initialize(to: Int32(truncatingIfNeeded: halves >> 32))
      at += Self.headCount
      for index in piece.indices {
        unsafe (words + at).initialize(to: byteIDs[Int(piece[index])])
        at += 1
      }
    }
  }

  deinit { unsafe words.deallocate() }

  /// Calls `body` with the place of each piece, in order, its first byte's token being its first.
  func places(of pieces: PieceCounter, _ body: (Int32, UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    var at = 0
    unsafe pieces.forEach { piece, count in
      unsafe body(Int32(at), piece, count)
      at += Self.headCount + piece.count
    }
  }

  /// Joins a pair in a piece, from left to right; what is joined moves to the front, in one pass however
  /// many places there are.
  ///
  /// - Parameter before: is told of each joined pair's neighbour on the left, `behind` of the one on the
  ///   right, as they stand at that moment, with how often the piece occurs.
  @inline(__always)
  func join(
    _ left: Int32, _ right: Int32, into result: Int32, at place: Int32,
    before: (Int32, Int64) -> Void, behind: (Int32, Int64) -> Void
  ) {
    // SAFETY: places are those that the initialiser made; lengths only fall.
    let head = unsafe words + Int(place)
    let tokens = unsafe head + Self.headCount
    let end = Int(unsafe head[0])
    let times = unsafe Int64(head[2]) << 32 | Int64(UInt32(bitPattern: head[1]))
    var at = 0
    var kept = 0
    while at < end {
      let token = unsafe tokens[at]
      guard token == left, at &+ 1 < end, unsafe tokens[at &+ 1] == right else {
        unsafe tokens[kept] = token
        kept &+= 1
        at &+= 1
        continue
      }
      if kept > 0 { unsafe before(tokens[kept &- 1], times) }
      at &+= 2
      unsafe tokens[kept] = result
      kept &+= 1
      if at < end { unsafe behind(tokens[at], times) }
    }
    unsafe head[0] = Int32(truncatingIfNeeded: kept)
  }
}
