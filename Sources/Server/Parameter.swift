/// What a route may be asked with: a name, and which values there are.
///
/// Requests are checked by it, and the description of the interface is made of it, so that both agree.
package struct Parameter: Sendable {
  /// Which values there are.
  package enum Kind: Sendable {
    /// Text of 1 up to so many characters, counted as Unicode scalars.
    case text(longest: Int)
    /// The same, which may also be blank.
    case blankText(longest: Int)
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number.
    case number(ClosedRange<Double>)
    /// True or false.
    case flag
    /// One of some names.
    case choice([String])
  }

  /// Its name.
  package var name: String
  /// Which values there are.
  package var kind: Kind
  /// What it means, in one sentence.
  package var summary: String
  /// The value that counts where none is given, as JSON; nil where none does.
  package var usual: String?
  /// Whether it must be given.
  package var isRequired: Bool
  /// A value as an example, as JSON.
  package var example: String?

  /// A parameter that must be given.
  package static func required(
    _ name: String, _ kind: Kind, _ summary: String, example: String
  ) -> Parameter {
    Parameter(
      name: name, kind: kind, summary: summary, usual: nil, isRequired: true, example: example)
  }

  /// A parameter that may be given.
  package static func optional(
    _ name: String, _ kind: Kind, _ summary: String, usual: String? = nil
  ) -> Parameter {
    Parameter(
      name: name, kind: kind, summary: summary, usual: usual, isRequired: false, example: nil)
  }

  /// What is expected, in words.
  var expected: String {
    switch kind {
    case .text(let longest): "text of 1 to \(longest) characters"
    case .blankText(let longest): "text of at most \(longest) characters"
    case .integer(let range):
      range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number, \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number, \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .choice(let names): names.joined(separator: " or ")
    }
  }
}
