import WordtoolCore

/// SplitMix64: the same numbers for the same seed, everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose numbers the seed decides.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Gives numbers of a range, drawn from a seed.
public func drawnNumbers(_ range: ClosedRange<Int>, seed: UInt64 = 1) -> @Sendable () -> Int {
  let generator = Locked(SeededGenerator(seed: seed))
  return { generator.withLock { Int.random(in: range, using: &$0) } }
}
