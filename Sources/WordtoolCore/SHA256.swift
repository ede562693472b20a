import Libc

/// SHA-256 (FIPS 180-4): for the digests by which a page's policy names its parts, for files that are
/// downloaded, and for results that tests pin.
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

  /// Adds the bytes of a file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, `inputOutput`.
  package mutating func update(contentsOf path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
    }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
      }
      if count == 0 { return }
      Traffic.read(count)
      update(buffer[..<count])
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

  /// The schedule of a block: sixteen words of the message, and those that follow from them.
  private var schedule = [UInt32](repeating: 0, count: 64)

  /// Takes the full block in.
  private mutating func compress() {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }
    for i in 0..<16 {
      let high = UInt32(block[4 * i]) << 24 | UInt32(block[4 * i + 1]) << 16
      schedule[i] = high | UInt32(block[4 * i + 2]) << 8 | UInt32(block[4 * i + 3])
    }
    for i in 16..<64 {
      let (old, new) = (schedule[i - 15], schedule[i - 2])
      let s0 = rotated(old, 7) ^ rotated(old, 18) ^ old &>> 3
      let s1 = rotated(new, 17) ^ rotated(new, 19) ^ new &>> 10
      schedule[i] = schedule[i - 16] &+ s0 &+ schedule[i - 7] &+ s1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    let constants = Self.constants
    for i in 0..<64 {
      let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ constants[i] &+ schedule[i]
      let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let t2 = s0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
    }
    for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
    block.removeAll(keepingCapacity: true)
  }
}
