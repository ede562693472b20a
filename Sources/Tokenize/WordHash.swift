/// A 64-bit hash of a word's bytes, the same on every machine and in every run.
///
/// Two 64-bit halves of the word are multiplied to 128 bits and folded; longer words go through
/// in steps of 16 bytes. The multiplication spreads every input bit over the folded product.
enum WordHash {
  private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let count = word.count
    guard let base = unsafe UnsafeRawPointer(word.baseAddress), count > 0 else { return first }
    var state = UInt64(truncatingIfNeeded: count) &* second ^ first
    // SAFETY: the offsets below stay inside the word in each case of its length.
    func eight(_ at: Int) -> UInt64 {
      UInt64(littleEndian: unsafe base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
    func four(_ at: Int) -> UInt64 {
      UInt64(UInt32(littleEndian: unsafe base.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
    }
    var low: UInt64
    var high: UInt64 = 0
    if count >= 8 {
      var at = 0
      while at + 16 < count {
        state = fold(eight(at) ^ state, eight(at + 8) ^ first) ^ second
        at += 16
      }
      low = at + 8 <= count ? eight(at) : 0
      high = eight(count - 8)
    } else if count >= 4 {
      low = four(0)
      high = four(count - 4)
    } else {
      low = UInt64(unsafe word[0]) | UInt64(unsafe word[count >> 1]) << 8
      low |= UInt64(unsafe word[count - 1]) << 16
    }
    return fold(fold(low ^ second, high ^ state), state ^ first)
  }
}
