import ArgumentParser

/// Ranges of numbers that several options share.
enum OptionCheck {
  /// Epochs that any training may have; steps times epochs stay far from overflowing.
  static let epochs = 1...1_000_000

  /// Fails unless each whole number is in its range.
  static func whole(_ options: [(name: String, value: Int?, range: ClosedRange<Int>)]) throws {
    for (name, value, range) in options {
      guard let value, !range.contains(value) else { continue }
      let expected =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw ValidationError("\(name) is \(value), expected \(expected)")
    }
  }

  /// Fails unless each number is finite and above 0.
  static func positive(_ options: [(name: String, value: Double?)]) throws {
    for (name, value) in options {
      guard let value, !(value > 0 && value.isFinite) else { continue }
      throw ValidationError("\(name) is \(value), expected a number above 0")
    }
  }

  /// Fails unless each number is finite and at least 0.
  static func notNegative(_ options: [(name: String, value: Double?)]) throws {
    for (name, value) in options {
      guard let value, !(value >= 0 && value.isFinite) else { continue }
      throw ValidationError("\(name) is \(value), expected at least 0")
    }
  }

  /// Fails unless each number is finite.
  static func finite(_ name: String, _ value: Float) throws {
    guard !value.isFinite else { return }
    throw ValidationError("\(name) is \(value), expected a number")
  }

  /// Fails unless each number is at least 0 and below 1.
  static func shares(_ options: [(name: String, value: Double?)]) throws {
    for (name, value) in options {
      guard let value, !(value >= 0 && value < 1) else { continue }
      throw ValidationError("\(name) is \(value), expected 0 to below 1")
    }
  }
}
