/// MurmurHash3 by Austin Appleby, the variant for x86 with 32 bits.
package enum MurmurHash3 {
  /// The hash of some bytes.
  package static func x86(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt32 = 0) -> UInt32 {
    var hash = seed
    let blockCount = bytes.count / 4
    for block in 0..<blockCount {
      let at = 4 * block
      let value =
        unsafe UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
        | UInt32(bytes[at + 3]) << 24
      hash ^= scramble(value)
      hash = (hash << 13 | hash >> 19) &* 5 &+ 0xE654_6B64
    }
    var tail: UInt32 = 0
    for at in stride(from: bytes.count - 1, through: 4 * blockCount, by: -1) {
      tail = unsafe tail << 8 | UInt32(bytes[at])
    }
    if bytes.count % 4 != 0 { hash ^= scramble(tail) }
    hash ^= UInt32(truncatingIfNeeded: bytes.count)
    hash = (hash ^ hash >> 16) &* 0x85EB_CA6B
    hash = (hash ^ hash >> 13) &* 0xC2B2_AE35
    return hash ^ hash >> 16
  }

  private static func scramble(_ value: UInt32) -> UInt32 {
    let mixed = value &* 0xCC9E_2D51
    return (mixed << 15 | mixed >> 17) &* 0x1B87_3593
  }
}
