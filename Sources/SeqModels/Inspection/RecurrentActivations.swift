import WordtoolCore

/// What the units of a recurrent layer computed while they read a text: gates, cells, outputs.
public struct RecurrentActivations: Codable, Hashable, Sendable {
  /// One quantity of all units at all tokens.
  public struct Quantity: Codable, Hashable, Sendable {
    /// As equations call it: i, f, g, o, c, h; r, z, n, h; or h alone.
    public var symbol: String
    /// What it is: "input gate".
    public var name: String
    /// Whether it is a gate, between 0 and 1; others have either sign.
    public var isGate: Bool
    /// [tokens][units]; outputs of a layer with a projection have as many values as that.
    public var values: [[Float]]
  }

  /// What the units compute.
  public var cell: RecurrentCell
  /// Which layer, from 1.
  public var layer: Int
  /// How many layers the model has.
  public var layerCount: Int
  /// Whether it reads from the end to the start.
  public var isReverse: Bool
  /// What was read, `<unk>` for what the model does not know.
  public var tokens: [String]
  /// In the order of the equations; the last one is h, the output.
  public var quantities: [Quantity]

  /// The most tokens of a text that is looked into.
  public static let maximumTokenCount = 1000

  /// The units whose outputs change most from token to token, in their own order.
  ///
  /// - Parameter count: at most so many.
  public func liveliestUnits(_ count: Int) -> [Int] {
    guard let outputs = quantities.last?.values, let first = outputs.first else { return [] }
    let changes = first.indices.map { unit -> Float in
      var before: Float = 0
      return outputs.reduce(0) { sum, row in
        defer { before = row[unit] }
        return sum + (row[unit] - before).magnitude
      }
    }
    let order = changes.indices.sorted { (changes[$1], $0) < (changes[$0], $1) }
    return order.prefix(max(0, count)).sorted()
  }

  /// The layer that a number from 1 means; the last for nil.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for one that the model does not have.
  static func layer(_ number: Int?, of options: RecurrentOptions) throws -> Int {
    let number = number ?? options.layers
    try OptionCheck.require("layer", number, in: 1...options.layers)
    return number - 1
  }

  /// - Throws: `WordtoolError` of kind `usage` for a text without a token, or with too many.
  static func check(tokenCount: Int) throws {
    try OptionCheck.require(
      tokenCount > 0, found: "a text without a token", expected: "a text with words")
    try OptionCheck.require(
      tokenCount <= maximumTokenCount, found: "a text of \(tokenCount, "token")",
      expected: "at most \(maximumTokenCount)")
  }
}
