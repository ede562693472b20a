public import WordtoolCore

/// A generator whose numbers depend on nothing but its seed: SplitMix64.
///
/// Steele, Lea and Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014. Its state is
/// a counter, so seeds taken from a position in the work give streams that do not depend on who
/// does the work.
public struct RandomSource: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// A stream of its own for every seed.
  public init(seed: UInt64) {
    state = SplitMix.mix(seed)
  }

  /// A stream of its own for every position in a piece of work: epoch 3, chunk 17.
  public init(seed: UInt64, _ position: UInt64...) {
    state = position.reduce(SplitMix.mix(seed)) {
      SplitMix.mix($0 ^ SplitMix.mix($1 &+ SplitMix.increment))
    }
  }

  /// The next 64 bits.
  @inlinable
  @inline(__always)
  public mutating func next() -> UInt64 {
    state &+= SplitMix.increment
    return SplitMix.mix(state)
  }

  /// A float in 0 ..< 1, a multiple of 2^-24.
  @inlinable
  public mutating func nextUnitFloat() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number in 0 ..< 1, a multiple of 2^-53.
  @inlinable
  package mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of a range above 0 whose logarithm is drawn.
  package mutating func nextByLogarithm(in range: ClosedRange<Double>) -> Double {
    let span = PortableMath.log(range.upperBound / range.lowerBound)
    let value = range.lowerBound * PortableMath.exp(span * nextUnit())
    return min(max(value, range.lowerBound), range.upperBound)
  }
}
