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
    /// A list of texts, each of 1 up to `longest` characters. In a query its name is given for each.
    case texts(count: ClosedRange<Int>, longest: Int)
    /// A list of lists of `size` texts each. JSON has these, a query has not.
    case tuples(size: Int, count: ClosedRange<Int>, longest: Int)
    /// A list of numbers. JSON has these, a query has not.
    case numbers(count: ClosedRange<Int>, ClosedRange<Double>)
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
  /// Whether only the body of a POST has it.
  package var isInBodyOnly = false

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

  /// A parameter that only the body of a POST has.
  package static func inBody(_ name: String, _ kind: Kind, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: kind, summary: summary, usual: nil, isRequired: true, example: nil,
      isInBodyOnly: true)
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
    case .texts(let count, let longest):
      "\(Self.words(count)) texts of 1 to \(longest) characters"
    case .tuples(let size, let count, let longest):
      "\(Self.words(count)) lists of \(size) texts of 1 to \(longest) characters"
    case .numbers(let count, let range):
      "\(Self.words(count)) numbers, \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// `100`, or `1 to 100`.
  private static func words(_ count: ClosedRange<Int>) -> String {
    count.lowerBound == count.upperBound
      ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
  }
}
