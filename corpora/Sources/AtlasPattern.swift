import WordtoolCore

/// What stands in one place of a sentence pattern.
enum AtlasSlot: Equatable, Sendable {
  /// A value of the paragraph's own entry: column number of its group.
  case own(Int)
  /// A value of another entry that goes with it: which one, and the column number.
  case related(Int, Int)
  /// A value that any sentence may use, such as a name or a month.
  case common(Int)
  /// A year in digits.
  case year
  /// A count of people in words.
  case inhabitants
}

/// A sentence with places to fill: "The mayor of {capital} promised cleaner streets."
///
/// `{a nationality}` puts the fitting article before the value.
struct AtlasPattern: Sendable {
  /// A piece of fixed text, then perhaps a place to fill.
  struct Piece: Sendable {
    var text: [UInt8]
    var slot: AtlasSlot?
    var hasArticle: Bool
  }

  /// The pieces in order.
  let pieces: [Piece]

  /// Reads a pattern.
  ///
  /// - Parameters:
  ///   - text: the pattern.
  ///   - slot: what a name inside braces stands for, nil for an unknown name.
  /// - Throws: ``WordtoolError`` of kind `badData` for an unknown name or an open brace.
  init(_ text: String, path: String, line: Int, slot: (String) -> AtlasSlot?) throws {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw WordtoolError(
          .badData, path: path, at: .line(line), found: "{ without }",
          expected: "a name in braces")
      }
      var name = String(rest[rest.index(after: open)..<close])
      let hasArticle = name.hasPrefix("a ")
      if hasArticle { name.removeFirst(2) }
      guard let slot = slot(name) else {
        throw WordtoolError(
          .badData, path: path, at: .line(line), found: "unknown place {\(name)}",
          expected: "a place that patterns of this kind know")
      }
      pieces.append(
        Piece(text: Array(rest[..<open].utf8), slot: slot, hasArticle: hasArticle))
      rest = rest[rest.index(after: close)...]
    }
    pieces.append(Piece(text: Array(rest.utf8), slot: nil, hasArticle: false))
    self.pieces = pieces
  }
}
