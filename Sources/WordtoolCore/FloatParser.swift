/// Reads decimal numbers into floats, correctly rounded and fast (Clinger, How to read floating point
/// numbers accurately, PLDI 1990).
package struct FloatParser: Sendable {
  /// The powers of ten that a double holds exactly.
  @usableFromInline let powers: [Double] = (0...22).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0.1) * 10)
  }

  /// A parser; making one takes longer than reading a number.
  package init() {}

  /// Reads a number at `offset` and moves `offset` behind it.
  ///
  /// With at most 15 digits and a power of ten up to 22 both parts are exact in a double, so one
  /// operation gives the correctly rounded double. Rounding that to a float gives the correctly
  /// rounded float unless the double lies exactly between two floats or where floats lose digits;
  /// those, and all longer numbers, go to the standard library.
  ///
  /// - Returns: the number, which is infinite when it is too large; nil when there is none that
  ///   ends at a blank or at `limit`.
  @inlinable
  @inline(__always)
  package func parse(_ bytes: UnsafePointer<UInt8>, _ offset: inout Int, limit: Int) -> Float? {
    let start = offset
    var position = offset
    var negative = false
    if position < limit, unsafe bytes[position] == 0x2D || bytes[position] == 0x2B {
      negative = unsafe bytes[position] == 0x2D
      position += 1
    }
    var digits: UInt64 = 0
    var digitCount = 0
    var significant = 0
    var exponent = 0
    var byte: UInt8 = 0
    while position < limit {
      byte = unsafe bytes[position] &- 0x30
      if byte > 9 { break }
      digits = digits &* 10 &+ UInt64(byte)
      digitCount += 1
      if digits != 0 { significant += 1 }
      position += 1
    }
    if position < limit, unsafe bytes[position] == 0x2E {
      position += 1
      let point = position
      while position < limit {
        byte = unsafe bytes[position] &- 0x30
        if byte > 9 { break }
        digits = digits &* 10 &+ UInt64(byte)
        if digits != 0 { significant += 1 }
        position += 1
      }
      digitCount += position - point
      exponent = point - position
    }
    if digitCount == 0 { return unsafe other(bytes, start, &offset, limit) }
    if position < limit, unsafe bytes[position] | 0x20 == 0x65 {
      position += 1
      var below = false
      if position < limit, unsafe bytes[position] == 0x2D || bytes[position] == 0x2B {
        below = unsafe bytes[position] == 0x2D
        position += 1
      }
      var power = 0
      let first = position
      while position < limit {
        byte = unsafe bytes[position] &- 0x30
        if byte > 9 { break }
        power = min(power * 10 + Int(byte), 100_000)
        position += 1
      }
      if position == first { return nil }
      exponent += below ? -power : power
    }
    if position < limit, unsafe bytes[position] != 0x20 && bytes[position] != 0x09 { return nil }
    offset = position
    if significant > 15 || exponent > 22 || exponent < -22 {
      return unsafe standard(bytes, start, position)
    }
    var value = Double(digits)
    if exponent < 0 { value /= powers[-exponent] } else { value *= powers[exponent] }
    let pattern = value.bitPattern
    if pattern & 0x1FFF_FFFF == 0x1000_0000 || value < 0x1p-120 {
      if digits == 0 { return negative ? -0.0 : 0 }
      return unsafe standard(bytes, start, position)
    }
    return Float(negative ? -value : value)
  }

  @usableFromInline
  func standard(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Float? {
    unsafe Float(
      String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
    )
  }

  /// `nan` and `inf` in the spellings of C: read, so that they can be refused by name.
  @usableFromInline
  func other(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ offset: inout Int, _ limit: Int
  ) -> Float? {
    var end = start
    while end < limit, unsafe bytes[end] != 0x20 && bytes[end] != 0x09, end - start < 16 {
      end += 1
    }
    let text = unsafe String(
      decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self
    ).lowercased()
    switch text {
    case "nan", "-nan", "+nan":
      offset = end
      return .nan
    case "inf", "+inf", "infinity", "-inf", "-infinity":
      offset = end
      return .infinity
    default: return nil
    }
  }
}
