/// The numbers and the mixing step of SplitMix64.
///
/// Steele, Lea and Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
public enum SplitMix {
  /// What the state of the generator grows by: 2^64 divided by the golden ratio, odd.
  @inlinable public static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// Every bit of the value moves every bit of the result; different values stay different.
  @inlinable
  @inline(__always)
  public static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo), for what is stored in files: fingerprints of
/// training data and the index of vector files. Tables in memory use ``WordHash``.
package struct FNV1a: Sendable {
  /// The hash of what was added so far.
  @usableFromInline package var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of nothing.
  @inlinable package init() {}

  /// Adds one unit: a byte in FNV proper; some fingerprints add wider numbers.
  @inlinable
  @inline(__always)
  package mutating func add(_ unit: some FixedWidthInteger & UnsignedInteger) {
    value = (value ^ UInt64(truncatingIfNeeded: unit)) &* 0x0000_0100_0000_01B3
  }

  /// Adds bytes in their order.
  @inlinable
  @inline(__always)
  package mutating func add(bytes: UnsafeBufferPointer<UInt8>) {
    // SAFETY: indices of the buffer itself.
    for index in bytes.indices { unsafe add(bytes[index]) }
  }
}

/// A 64-bit hash of a word's bytes for tables in memory, the same on every machine and in every run.
/// Of what is written to files, only notes that may be lost depend on it.
///
/// Two 64-bit halves of the word are multiplied to 128 bits and folded; longer words go through
/// in steps of 16 bytes. The multiplication spreads every input bit over the folded product.
///
/// Public, because the compiler does not inline what is `package` into another module: counting words
/// took 5 % longer with a call for each.
public enum WordHash {
  @inlinable static var first: UInt64 { 0x9E37_79B9_7F4A_7C15 }
  @inlinable static var second: UInt64 { 0xC2B2_AE3D_27D4_EB4F }

  @inlinable
  @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// The hash of some bytes.
  @inlinable
  @inline(__always)
  public static func hash(_ word: Span<UInt8>) -> UInt64 {
    unsafe word.withUnsafeBufferPointer { unsafe hash(of: $0) }
  }

  @inlinable
  @inline(__always)
  static func hash(of word: UnsafeBufferPointer<UInt8>) -> UInt64 {
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
