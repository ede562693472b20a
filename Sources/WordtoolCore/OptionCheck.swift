/// Checks of single options, for the `validate()` of every kind of options.
///
/// The message names the property in backticks; a command line puts the name of its flag there.
package enum OptionCheck {
  /// What a floating-point option may be.
  package enum Rule: String {
    case positive = "a number above 0"
    case notNegative = "0 or a number above"
    case share = "0 to below 1"
    case probability = "0 to 1"
    case finite = "a finite number"

    func allows(_ value: Double) -> Bool {
      guard value.isFinite else { return false }
      switch self {
      case .positive: return value > 0
      case .notNegative: return value >= 0
      case .share: return value >= 0 && value < 1
      case .probability: return value >= 0 && value <= 1
      case .finite: return true
      }
    }
  }

  /// - Throws: ``WordtoolError`` of kind `usage` when `value` is outside `range`.
  package static func require(
    _ property: String, _ value: Int, in range: ClosedRange<Int>
  ) throws {
    if range.contains(value) { return }
    throw WordtoolError(
      .usage, found: "`\(property)` is \(value)",
      expected: range.upperBound == .max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)")
  }

  /// - Throws: ``WordtoolError`` of kind `usage` when `value` is not as `rule` says.
  package static func require(_ property: String, _ value: Double, _ rule: Rule) throws {
    if rule.allows(value) { return }
    throw WordtoolError(
      .usage, found: "`\(property)` is \(value)", expected: rule.rawValue)
  }

  /// - Throws: ``WordtoolError`` of kind `usage` when what was given is not what it has to be.
  package static func require(
    _ condition: Bool, found: @autoclosure () -> String, expected: @autoclosure () -> String,
    remedy: String? = nil
  ) throws {
    if condition { return }
    throw WordtoolError(.usage, found: found(), expected: expected(), remedy: remedy)
  }

  /// - Throws: ``WordtoolError`` of kind `usage` for less than one thread.
  package static func requireThreads(_ count: Int) throws {
    try require("threads", count, in: 1...Int.max)
  }
}
