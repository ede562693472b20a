import WordtoolCore

/// What a piece is looked for by: its bytes and their number, where those are at most 15; otherwise a hash
/// and their number, and then the bytes are compared too. `high` is never 0.
struct PieceKey {
  var low: UInt64
  var high: UInt64

  /// The longest piece that is its own key.
  static let shortCount = 15

  @inline(__always)
  init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

  /// The key of a piece of `count` bytes, 1 to 2^32 - 1.
  ///
  /// - Parameter slack: how many bytes behind the piece may be read.
  @inline(__always)
  init(_ piece: UnsafePointer<UInt8>, count: Int, slack: Int) {
    guard count <= Self.shortCount, count &+ slack >= 16 else {
      self = unsafe Self.careful(UnsafeBufferPointer(start: piece, count: count))
      return
    }
    let bytes = unsafe UnsafeRawPointer(piece)
    // SAFETY: 16 bytes from the piece's begin on may be read.
    let first = UInt64(littleEndian: unsafe bytes.loadUnaligned(as: UInt64.self))
    let second = UInt64(
      littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let bits = UInt64(truncatingIfNeeded: count) &* 8
    let isLong = bits >= 64
    low = first & (isLong ? UInt64.max : (1 &<< bits) &- 1)
    high = second & (isLong ? (1 &<< (bits &- 64)) &- 1 : 0)
    high |= UInt64(truncatingIfNeeded: count) &<< 56
  }

  /// The key of a piece that is long, or near the end of what may be read.
  @inline(never)
  private static func careful(_ piece: UnsafeBufferPointer<UInt8>) -> PieceKey {
    guard piece.count <= shortCount else {
      return unsafe PieceKey(
        low: WordHash.hash(piece.span), high: 0xFF << 56 | UInt64(piece.count))
    }
    var (low, high) = (UInt64(0), UInt64(piece.count) << 56)
    for place in piece.indices {
      let byte = UInt64(unsafe piece[place])
      if place < 8 {
        low |= byte << UInt64(8 * place)
      } else {
        high |= byte << UInt64(8 * place - 64)
      }
    }
    return PieceKey(low: low, high: high)
  }

  /// Whether the key is the piece itself.
  @inline(__always)
  var isShort: Bool { high >> 56 <= UInt64(Self.shortCount) }

  /// The bytes of the piece.
  var pieceCount: Int { isShort ? Int(high >> 56) : Int(high & 0xFFFF_FFFF) }

  /// Where the search for the key begins.
  @inline(__always)
  var hash: UInt64 {
    let product = (low ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: high ^ 0xC2B2_AE3D_27D4_EB4F)
    return product.high ^ product.low
  }
}
