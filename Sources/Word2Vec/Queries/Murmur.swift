/// Austin Appleby's MurmurHash.
enum Murmur {
  /// MurmurHash3 for x64 with 128 bits, in two halves.
  static func x64(_ bytes: ArraySlice<UInt8>, seed: UInt32) -> (low: UInt64, high: UInt64) {
    func word(_ start: Int, _ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for place in stride(from: count - 1, through: 0, by: -1) {
        value = value << 8 | UInt64(bytes[start + place])
      }
      return value
    }
    func rotated(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }
    func mixed(_ value: UInt64) -> UInt64 {
      var value = value
      value = (value ^ value >> 33) &* 0xFF51_AFD7_ED55_8CCD
      value = (value ^ value >> 33) &* 0xC4CE_B9FE_1A85_EC53
      return value ^ value >> 33
    }
    let (first, second): (UInt64, UInt64) = (0x87C3_7B91_1142_53D5, 0x4CF5_AD43_2745_937F)
    var (low, high) = (UInt64(seed), UInt64(seed))
    var at = bytes.startIndex
    while bytes.endIndex - at >= 16 {
      low ^= rotated(word(at, 8) &* first, 31) &* second
      low = (rotated(low, 27) &+ high) &* 5 &+ 0x52DC_E729
      high ^= rotated(word(at + 8, 8) &* second, 33) &* first
      high = (rotated(high, 31) &+ low) &* 5 &+ 0x3849_5AB5
      at += 16
    }
    let rest = bytes.endIndex - at
    if rest > 8 { high ^= rotated(word(at + 8, rest - 8) &* second, 33) &* first }
    if rest > 0 { low ^= rotated(word(at, min(8, rest)) &* first, 31) &* second }
    low ^= UInt64(bytes.count)
    high ^= UInt64(bytes.count)
    low = low &+ high
    high = high &+ low
    low = mixed(low)
    high = mixed(high)
    low = low &+ high
    high = high &+ low
    return (low, high)
  }

  /// MurmurHash2 for 64-bit machines, 64 bits, variant A.
  static func hash64A(_ bytes: some Collection<UInt8>, seed: UInt64) -> UInt64 {
    let factor: UInt64 = 0xC6A4_A793_5BD1_E995
    let bytes = Array(bytes)
    var hash = seed ^ UInt64(bytes.count) &* factor
    var at = 0
    while bytes.count - at >= 8 {
      var word: UInt64 = 0
      for place in 0..<8 { word |= UInt64(bytes[at + place]) << (8 * place) }
      word = word &* factor
      word = (word ^ word >> 47) &* factor
      hash = (hash ^ word) &* factor
      at += 8
    }
    if at < bytes.count {
      for place in at..<bytes.count { hash ^= UInt64(bytes[place]) << (8 * (place - at)) }
      hash = hash &* factor
    }
    hash = (hash ^ hash >> 47) &* factor
    return hash ^ hash >> 47
  }
}
