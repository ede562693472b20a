/// A small random generator whose sequence is fixed by its definition, so that generated text has
/// the same bytes on every machine and with every Swift version.
///
/// The generator is SplitMix64 of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014. The standard library's `random(in:using:)` and `shuffled(using:)` are
/// not used with it: their algorithms may change between versions.
package struct SplitMix64: Sendable {
  private var state: UInt64

  /// Starts the sequence that belongs to `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to `bound` - 1. The bias is below `bound` / 2^64 and does not matter here.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "the bound is \(bound), it must be positive")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Puts `items` into random order (Fisher and Yates).
  package mutating func shuffle<Item>(_ items: inout [Item]) {
    guard items.count > 1 else { return }
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, below(last + 1))
    }
  }
}
