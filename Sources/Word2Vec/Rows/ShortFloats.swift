/// Numbers of 16 bits and the floats they stand for, by their bits: Swift has no `Float16` on some of
/// the systems this runs on.
enum ShortFloats {
  /// The value of an IEEE 754 number of 16 bits, without loss.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 31)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Below the normal numbers a step is 2^-24.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest IEEE 754 number of 16 bits, of two the even one; infinite from 65,520 on.
  static func half(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    if value.isNaN { return sign | 0x7E00 }
    if magnitude >= 65_520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    // Halves of the last place round up where what stays is odd; the carry runs into the exponent.
    let bits = magnitude.bitPattern - 112 << 23
    return sign | UInt16((bits + 0xFFF + (bits >> 13 & 1)) >> 13)
  }

  /// The value of a number of 16 bits that is the upper half of a float.
  static func float(brain bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
