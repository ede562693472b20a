/// A place in a file of ABC notation.
public struct ABCPosition: Hashable, Comparable, Sendable {
  /// The line, counted from 1.
  public var line: Int
  /// The Unicode scalar in the line, counted from 1.
  public var column: Int

  /// A place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// Whether one place stands before another.
  public static func < (a: ABCPosition, b: ABCPosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}

/// Something in a tune that is not as the notation wants it.
public struct ABCProblem: Hashable, Sendable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable, Codable {
    /// Programs read the tune differently or not at all.
    case error
    /// The tune can be read, but something in it is likely not what was meant.
    case warning
  }

  /// How bad it is.
  public var severity: Severity
  /// Where it is.
  public var position: ABCPosition
  /// What was found and what was expected.
  public var message: String

  /// `LINE:COLUMN: error: MESSAGE`, to be printed behind the path of the file.
  public var description: String {
    "\(position.line):\(position.column): \(severity.rawValue): \(message)"
  }
}
