/// A stretch of time in a tune, in exact parts of a whole note.
///
/// The grid of 2^11 * 3^4 * 5^2 * 7 parts holds all lengths of everyday music, tuplets of 2 to 9 and
/// their nestings in broken rhythm included, as whole numbers; what falls beside it is rounded.
public struct ABCDuration: Hashable, Comparable, Sendable {
  /// How many parts of ``unitsPerWholeNote``.
  public var units: Int

  /// The parts of a whole note.
  public static let unitsPerWholeNote = 2048 * 81 * 25 * 7
  /// No time at all.
  public static let zero = ABCDuration(units: 0)
  /// A whole note.
  public static let wholeNote = ABCDuration(units: unitsPerWholeNote)

  /// That many parts.
  public init(units: Int) { self.units = units }

  /// `numerator`/`denominator` of a whole note; `denominator` is at least 1.
  public init(_ numerator: Int, over denominator: Int) {
    self = Self.wholeNote.scaled(by: numerator, over: denominator)
  }

  /// The length times `numerator`/`denominator`, rounded to the grid.
  public func scaled(by numerator: Int, over denominator: Int) -> ABCDuration {
    precondition(denominator >= 1, "a denominator of \(denominator)")
    let (whole, rest) = units.quotientAndRemainder(dividingBy: denominator)
    return ABCDuration(
      units: whole * numerator + (rest * numerator + denominator / 2) / denominator)
  }

  /// The length in whole notes.
  public var wholeNotes: Double { Double(units) / Double(Self.unitsPerWholeNote) }

  /// The length as a fraction of a whole note in lowest terms: `3/8`.
  public var fraction: String {
    var (a, b) = (units, Self.unitsPerWholeNote)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = max(1, abs(a))
    return "\(units / divisor)/\(Self.unitsPerWholeNote / divisor)"
  }

  /// The order by time.
  public static func < (a: ABCDuration, b: ABCDuration) -> Bool { a.units < b.units }
  /// One after the other.
  public static func + (a: ABCDuration, b: ABCDuration) -> ABCDuration {
    ABCDuration(units: a.units + b.units)
  }
  /// What is left.
  public static func - (a: ABCDuration, b: ABCDuration) -> ABCDuration {
    ABCDuration(units: a.units - b.units)
  }
}
