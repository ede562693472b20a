/// Elementary functions whose bits are the same on every machine.
///
/// The C library's are not: glibc chooses among variants by the processor, and musl and Darwin have
/// code of their own. Whatever reaches a model, a vector, a pixel or a drawn token uses these. They
/// take only sums, products, quotients and roots, whose bits IEEE 754 fixes, and no fused products,
/// which many processors lack.
///
/// Errors are below 1 unit in the last place (for subnormal results of the subnormal unit), as
/// `PortableMathTests` checks. Infinities, zeros and NaN give what C's functions of these names
/// give. `python3 Scripts/golden/portable_math.py` derives the constants.
package enum PortableMath {
  // ln 2; the product of the first part with any exponent is exact.
  private static let ln2High = 0x1.62e42fefa38p-1
  private static let ln2Low = 0x1.ef35793c7673p-45
  private static let perLn2 = 0x1.71547652b82fep+0
  /// Added, it leaves the nearest integer in the low bits of the sum.
  private static let rounder = 0x1.8p52

  // MARK: Powers

  /// e^x.
  package static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    return exponential(Parts(high: min(max(x, -800), 800), low: 0))
  }

  /// e^x, within 0.51 units of the last place.
  package static func exp(_ x: Float) -> Float { Float(exp(Double(x))) }

  /// 10^x.
  package static func exp10(_ x: Double) -> Double {
    if x.isNaN { return x }
    return exponential(
      Parts(high: 0x1.26bb1bbb55516p+1, low: -0x1.f48ad494ea3e9p-53)
        .times(min(max(x, -400), 400)))
  }

  /// x^y.
  package static func pow(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if x.isNaN || y.isNaN { return x + y }
    // Larger exponents are even.
    let isWhole = y.magnitude >= 0x1p53 || y == Double(Int64(y))
    let isOdd = isWhole && y.magnitude < 0x1p53 && Int64(y) & 1 != 0
    let size = x.magnitude
    let result: Double
    if y.magnitude == .infinity {
      result = size == 1 ? 1 : (size > 1) == (y > 0) ? .infinity : 0
    } else if size == 0 || size == .infinity {
      result = (size == 0) == (y > 0) ? 0 : .infinity
    } else if x < 0 && !isWhole {
      return .nan
    } else {
      // Beyond 2^64 the result is zero, infinity or, for ±1, 1 all the same.
      let power = logarithm(size).times(min(max(y, -0x1p64), 0x1p64))
      result = exponential(
        power.high > 800
          ? Parts(high: 800, low: 0) : power.high < -800 ? Parts(high: -800, low: 0) : power)
    }
    return x.sign == .minus && isOdd ? -result : result
  }

  /// e^(high + low) for sizes up to 800: 2^n e^r with n the nearest integer to x / ln 2.
  @inline(__always)
  private static func exponential(_ x: Parts) -> Double {
    let shifted = x.high * perLn2 + rounder
    let n = shifted - rounder
    // The difference is exact.
    let rest = x.high - n * ln2High
    let small = n * ln2Low - x.low
    let r = rest - small
    let error = (rest - r) - small
    let z = r * r
    let even =
      0x1p-1 + z
      * (0x1.5555555555557p-5 + z
        * (0x1.6c16c16c15a68p-10 + z
          * (0x1.a01a01a9e991bp-16 + z
            * (0x1.27e4d41966f2fp-22 + z * 0x1.1f7f2776cfaf2p-29))))
    let odd =
      0x1.5555555555555p-3 + z
      * (0x1.1111111111111p-7 + z
        * (0x1.a01a01a0196acp-13 + z
          * (0x1.71de3a5aa7bb7p-19 + z
            * (0x1.ae642c82e33d5p-26 + z * 0x1.61bfaa228dde5p-33))))
    let power = 1 + (r + (z * (even + r * odd) + error * (1 + r)))
    // In two steps, of which only the second can leave the normal numbers.
    let exponent = Int64(n)
    let half = exponent >> 1
    return power * powerOfTwo(half) * powerOfTwo(exponent - half)
  }

  /// 2^n for n in -1022 ... 1023.
  @inline(__always)
  private static func powerOfTwo(_ n: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: (n &+ 1023) &<< 52))
  }

  // MARK: Logarithms

  /// The natural logarithm.
  package static func log(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return logarithmBeyond(x) }
    let (n, m) = split(x)
    let f = m - 1
    let s = f / (2 + f)
    let z = s * s
    let w = z * z
    let even =
      0x1.5555555555558p-2 + w
      * (0x1.2492492df281ap-3 + w * (0x1.7462b51cb66b1p-4 + w * 0x1.2b5900de53b32p-4))
    let odd =
      0x1.99999999952d7p-3 + w * (0x1.c71c62e3f11e6p-4 + w * 0x1.39fe51a7c18f9p-4)
    // 2 atanh s = 2 s + t s. Since 2 s = f - f s, and so f s = f²/2 - s f²/2, that is
    // f - (f²/2 - s (f²/2 + t)), whose small terms carry the errors.
    let t = 2 * z * (even + z * odd)
    let square = 0.5 * f * f
    return n * ln2High - ((square - (s * (square + t) + n * ln2Low)) - f)
  }

  /// The natural logarithm, within 0.51 units of the last place.
  package static func log(_ x: Float) -> Float { Float(log(Double(x))) }

  /// The logarithm to the base 10; those of powers of 10 are exact.
  package static func log10(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return logarithmBeyond(x) }
    let value = Parts(high: 0x1.bcb7b1526e50ep-2, low: 0x1.95355baaafad3p-57)
      .times(logarithm(x))
    return value.high + value.low
  }

  /// The logarithm of what is no positive finite number.
  private static func logarithmBeyond(_ x: Double) -> Double {
    x == 0 ? -.infinity : x == .infinity ? x : .nan
  }

  /// x = 2^n m with m in √½ ..< √2, for x above 0.
  @inline(__always)
  private static func split(_ x: Double) -> (n: Double, m: Double) {
    let isTiny = x < 0x1p-1022
    let bits = Int64(bitPattern: (isTiny ? x * 0x1p54 : x).bitPattern)
    let n = (bits &- Int64(bitPattern: (0x1.6a09e667f3bcdp-1).bitPattern)) >> 52
    return (
      Double(isTiny ? n - 54 : n), Double(bitPattern: UInt64(bitPattern: bits &- (n &<< 52)))
    )
  }

  /// The natural logarithm of x above 0 in two parts, with a relative error below 2^-64.
  private static func logarithm(_ x: Double) -> Parts {
    let (n, m) = split(x)
    let f = m - 1
    // s = f / (1 + m)
    let divisor = Parts(sumOf: 1, m)
    let quotient = f / divisor.high
    let back = Parts(productOf: quotient, divisor.high)
    let s = Parts(
      high: quotient,
      low: (((f - back.high) - back.low) - quotient * divisor.low) / divisor.high)
    // 2 atanh s = 2 s (1 + z (1/3 + z q)), z = s²; the last sum's errors no longer count.
    let z = s.times(s)
    let w = z.high * z.high
    let even =
      0x1.999999999999ap-3 + w
      * (0x1.c71c71c71cfd9p-4 + w
        * (0x1.3b13b1bc75cd4p-4 + w * (0x1.e1f7fa7547177p-5 + w * 0x1.b8d433113b7fap-5)))
    let odd =
      0x1.2492492492491p-3 + w
      * (0x1.745d174513593p-4 + w * (0x1.1110dfad0f8eap-4 + w * 0x1.ac4a89c964b82p-5))
    var third = Parts(larger: 0x1.5555555555555p-2, z.high * (even + z.high * odd))
    third.low += 0x1.5555555555555p-56
    let bend = s.times(z.times(third))
    var sum = Parts(larger: s.high, bend.high)
    sum.low += s.low + bend.low
    if n == 0 { return Parts(larger: 2 * sum.high, 2 * sum.low) }
    var result = Parts(larger: n * ln2High, 2 * sum.high)
    result.low += 2 * sum.low + n * ln2Low
    return Parts(larger: result.high, result.low)
  }

  // MARK: Angles

  /// sin 2πx: of an angle in turns, which are reduced without an error.
  package static func sine(turns x: Double) -> Double {
    guard let angle = Angle(x, period: 1, unit: twoPi) else { return .nan }
    return x.sign == .minus ? -angle.sine : angle.sine
  }

  /// cos 2πx: of an angle in turns.
  package static func cosine(turns x: Double) -> Double {
    Angle(x, period: 1, unit: twoPi)?.cosine ?? .nan
  }

  /// The sine of an angle in degrees; exact at multiples of 90.
  package static func sine(degrees x: Double) -> Double {
    guard let angle = Angle(x, period: 360, unit: degree) else { return .nan }
    return x.sign == .minus ? -angle.sine : angle.sine
  }

  /// The cosine of an angle in degrees; exact at multiples of 90.
  package static func cosine(degrees x: Double) -> Double {
    Angle(x, period: 360, unit: degree)?.cosine ?? .nan
  }

  private static let twoPi = Parts(high: 0x1.921fb54442d18p+2, low: 0x1.1a62633145c07p-52)
  private static let degree = Parts(high: 0x1.1df46a2529d39p-6, low: 0x1.5c1d8becdd291p-62)

  /// The size of an angle as quarters of a turn and a rest of at most an eighth.
  private struct Angle {
    let quarter: Int
    /// The rest in radians.
    private let rest: Parts

    init?(_ x: Double, period: Double, unit: Parts) {
      guard x.isFinite else { return nil }
      // Both remainders are exact.
      let part =
        x.magnitude < period
        ? x.magnitude : x.magnitude.truncatingRemainder(dividingBy: period)
      quarter = Int(part / (period / 4) + 0.5)
      rest = unit.times(part - Double(quarter) * (period / 4))
    }

    var sine: Double { turned(quarter) }
    var cosine: Double { turned(quarter + 1) }

    /// The sine of the rest and so many quarters.
    private func turned(_ quarters: Int) -> Double {
      let value = quarters & 1 == 0 ? sineOfRest : cosineOfRest
      // Not -value, which makes -0 of 0.
      return quarters & 2 == 0 ? value : 0 - value
    }

    private var sineOfRest: Double {
      let (y, z) = (rest.high, rest.high * rest.high)
      let p =
        -0x1.5555555555555p-3 + z
        * (0x1.111111111111p-7 + z
          * (-0x1.a01a01a019936p-13 + z
            * (0x1.71de3a54605eep-19 + z
              * (-0x1.ae64541266378p-26 + z
                * (0x1.61217ec01749dp-33 + z * -0x1.ab17a79237a19p-41)))))
      return y + (y * (z * p) + rest.low * (1 - 0.5 * z))
    }

    private var cosineOfRest: Double {
      let (y, z) = (rest.high, rest.high * rest.high)
      let p =
        0x1.5555555555555p-5 + z
        * (-0x1.6c16c16c16c16p-10 + z
          * (0x1.a01a01a019d0ap-16 + z
            * (-0x1.27e4fb7712bdfp-22 + z
              * (0x1.1eed8deb6d561p-29 + z
                * (-0x1.9394b9c9c20a4p-37 + z * 0x1.ab783376962cfp-45)))))
      let half = 0.5 * z
      let near = 1 - half
      return near + (((1 - near) - half) + (z * z * p - y * rest.low))
    }
  }

  // MARK: Numbers in two parts

  /// The unrounded sum of two numbers, the second a rounding error of the first.
  private struct Parts {
    var high: Double
    var low: Double

    @inline(__always)
    init(high: Double, low: Double) { (self.high, self.low) = (high, low) }

    /// The exact sum of two numbers of any size (Knuth, The Art of Computer Programming 2, 4.2.2).
    @inline(__always)
    init(sumOf a: Double, _ b: Double) {
      high = a + b
      let second = high - a
      low = (a - (high - second)) + (b - second)
    }

    /// The exact sum of two numbers of which the first is the larger (Dekker 1971).
    @inline(__always)
    init(larger a: Double, _ b: Double) {
      high = a + b
      low = b - (high - a)
    }

    /// The exact product (Dekker, A floating-point technique for extending the available precision,
    /// 1971).
    @inline(__always)
    init(productOf a: Double, _ b: Double) {
      let (a1, a2) = Self.halves(a)
      let (b1, b2) = Self.halves(b)
      high = a * b
      low = ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2
    }

    /// A number as the sum of two of 26 bits.
    @inline(__always)
    private static func halves(_ x: Double) -> (Double, Double) {
      let wide = x * 0x1.0000002p27
      let first = wide - (wide - x)
      return (first, x - first)
    }

    @inline(__always)
    func times(_ other: Double) -> Parts {
      var product = Parts(productOf: high, other)
      product.low += low * other
      return product
    }

    @inline(__always)
    func times(_ other: Parts) -> Parts {
      var product = Parts(productOf: high, other.high)
      product.low += high * other.low + low * other.high
      return product
    }
  }
}
