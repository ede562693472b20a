/// A generator whose numbers depend on nothing but its seed: SplitMix64.
///
/// Steele, Lea and Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014. Its state is
/// a counter, so seeds taken from a position in the work give streams that do not depend on who
/// does the work.
public struct RandomSource: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// A stream of its own for every seed.
  public init(seed: UInt64) {
    state = Self.mix(seed)
  }

  /// A stream of its own for every position in a piece of work: epoch 3, chunk 17.
  public init(seed: UInt64, _ position: UInt64...) {
    state = position.reduce(Self.mix(seed)) { Self.mix($0 ^ Self.mix($1 &+ Self.increment)) }
  }

  @usableFromInline static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inlinable
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 bits.
  @inlinable
  @inline(__always)
  public mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A float in 0 ..< 1, a multiple of 2^-24.
  @inlinable
  public mutating func nextUnitFloat() -> Float {
    Float(next() >> 40) * 0x1p-24
  }
}
