/// SHA-256 (FIPS 180-4): for the digests by which a page's policy names its parts, and for results that
/// tests pin. Plain, and slow beside the system's.
package struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var block: [UInt8] = []
  private var length: UInt64 = 0

  /// A digest of nothing yet.
  package init() { block.reserveCapacity(64) }

  /// Adds bytes.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      block.append(byte)
      length &+= 1
      if block.count == 64 { compress() }
    }
  }

  /// Adds the bits of numbers, the low byte first.
  package mutating func update(_ values: some Sequence<Float>) {
    for value in values { update(littleEndian: value.bitPattern) }
  }

  /// Adds the bits of numbers, the low byte first.
  package mutating func update(_ values: some Sequence<Double>) {
    for value in values { update(littleEndian: value.bitPattern) }
  }

  private mutating func update(littleEndian bits: some FixedWidthInteger & UnsignedInteger) {
    update(
      stride(from: 0, to: bits.bitWidth, by: 8).lazy.map { UInt8(truncatingIfNeeded: bits >> $0) })
  }

  /// The digest of what was added, 32 bytes.
  package var bytes: [UInt8] {
    var copy = self
    let bits = length &* 8
    var padding: [UInt8] = [0x80]
    while (Int(length % 64) + padding.count) % 64 != 56 { padding.append(0) }
    padding += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
    copy.update(padding)
    return copy.state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  /// The digest of what was added, in 64 hexadecimal digits.
  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A digest of some bytes.
  package init(of bytes: some Sequence<UInt8>) {
    self.init()
    update(bytes)
  }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in
      // The largest r with r³ ≤ prime · 2^96, bit by bit: 2^32 times the cube root.
      var root: UInt64 = 0
      for bit in (0..<35).reversed() {
        let next = root | 1 << UInt64(bit)
        let square = next.multipliedFullWidth(by: next)
        let low = square.low.multipliedFullWidth(by: next)
        let (high, overflow) = square.high.multipliedReportingOverflow(by: next)
        let (middle, carry) = high.addingReportingOverflow(low.high)
        // prime · 2^96 in words of 64 bits is 0, prime · 2^32.
        if !overflow && !carry && (middle, low.low) <= (prime << 32, 0) { root = next }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()

  private mutating func compress() {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    var w = [UInt32](repeating: 0, count: 64)
    for i in 0..<16 {
      w[i] = block[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for i in 16..<64 {
      let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
      let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
      w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
    }
    var v = state
    for i in 0..<64 {
      let s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let t1 = v[7] &+ s1 &+ choice &+ Self.constants[i] &+ w[i]
      let s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] &+= v[i] }
    block.removeAll(keepingCapacity: true)
  }
}
