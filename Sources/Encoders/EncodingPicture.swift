public import Tokenize
import WordtoolCore

/// The lesson's picture of how a text becomes numbers, as plain text: its words, one row of zeros
/// and ones for each, the bag that counts them, and a window of the last few, side by side.
public struct EncodingPicture: Sendable {
  /// The text.
  public let text: String
  /// Its words in order.
  public let words: [String]
  /// Its distinct words in the order of their first appearance: the columns.
  public let vocabulary: [String]
  /// How many words the window holds.
  public let windowSize: Int

  /// Prepares the picture of a text.
  ///
  /// - Parameters:
  ///   - text: the sentence.
  ///   - rule: how the text is cut.
  ///   - windowSize: at least 1.
  /// - Throws: `WordtoolError`: `badData` when the text has no words; `usage` for the window; what
  ///   `WordTokenizer.init(rule:)` throws.
  public init(_ text: String, rule: TokenizerRule = .words, windowSize: Int = 3) throws {
    try OptionCheck.require("windowSize", windowSize, in: 1...Int(Int32.max))
    self.text = text
    self.windowSize = windowSize
    words = try WordTokenizer(rule: rule).tokens(in: text)
    guard !words.isEmpty else {
      throw WordtoolError(
        .badData, found: "no words in '\(text)'", expected: "a sentence to look at")
    }
    let table = ByteStringTable(words)
    vocabulary = (0..<Int32(table.count)).map(table.text)
  }

  /// The rows of zeros and ones, one a word.
  public func oneHot() throws -> SparseMatrix {
    try OneHotEncoder(categories: [vocabulary]).transform(words.map { [$0] })
  }

  /// How often each word of the vocabulary occurs.
  public var bag: [Int] {
    var counts = [Int](repeating: 0, count: vocabulary.count)
    for id in ids { counts[id] += 1 }
    return counts
  }

  private var ids: [Int] {
    let table = ByteStringTable(vocabulary)
    return words.compactMap { table.find($0).map { Int($0) } }
  }

  /// The picture.
  ///
  /// - Parameter columns: the cells of a line; what is longer goes on below, tables in parts of as many
  ///   columns as fit. Nil for no limit.
  public func rendered(columns: Int? = nil) throws -> String {
    let page = Page(columns: columns)
    var lines = page.prose("", "\"\(text)\"".split(separator: " ").map(String.init), " ") + [""]
    lines += page.prose("words       ", words, " | ")
    lines.append("vocabulary  \(vocabulary.count) different words out of \(words.count)")
    lines.append("")
    let matrix = try oneHot()
    lines.append("one-hot: a row of zeros and a single one for each word")
    let rows = words.enumerated().map { row, word in
      [word] + matrix.denseRow(row).map { $0 == 0 ? "0" : "1" }
    }
    // The bag stands below the rows, in the same columns.
    let bag = [["counts"] + bag.map { "\($0)" }]
    let least = page.widths(of: [[""] + vocabulary] + rows + bag)
    lines += page.table([[""] + vocabulary] + rows, least)
    lines.append("")
    lines.append("bag of words: the rows added up; the order is gone")
    lines += page.table([[""] + vocabulary] + bag, least)
    lines.append("")
    let shown = words.suffix(windowSize)
    lines += page.prose(
      "",
      ("window: the last \(shown.count == 1 ? "word" : "\(shown.count) words") side by side, "
        + "\(shown.count) x \(vocabulary.count) = \(shown.count * vocabulary.count, "column")")
        .split(separator: " ").map(String.init), " ")
    lines += page.prose("  ", Array(shown), " | ")
    let blocks = ids.suffix(windowSize).map { id in
      vocabulary.indices.map { $0 == id ? "1" : "0" }.joined(separator: " ")
    }
    let digits = blocks.joined(separator: " | ").split(separator: " ").map(String.init)
    lines += page.prose("  ", digits, " ")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Shows that a sentence and another one have one bag, or where their bags differ.
  ///
  /// - Parameters:
  ///   - other: the one that stands beside this.
  ///   - columns: as ``rendered(columns:)`` takes them.
  /// - Throws: as ``init(_:rule:windowSize:)``.
  public func comparison(with other: EncodingPicture, columns: Int? = nil) throws -> String {
    let page = Page(columns: columns)
    let table = ByteStringTable(vocabulary + other.vocabulary)
    func counts(_ words: [String]) -> [Int] {
      var counts = [Int](repeating: 0, count: table.count)
      for word in words { if let id = table.find(word) { counts[Int(id)] += 1 } }
      return counts
    }
    let (left, right) = (counts(words), counts(other.words))
    let names = (0..<Int32(table.count)).map(table.text)
    var lines = page.prose(
      "",
      (left == right && words != other.words
        ? "two sentences, one bag: what was said is gone with the order"
        : "the bags of two sentences").split(separator: " ").map(String.init), " ")
    for text in [text, other.text] {
      lines += page.prose("  ", "\"\(text)\"".split(separator: " ").map(String.init), " ")
    }
    let rows = [names, left.map { "\($0)" }, right.map { "\($0)" }]
    lines += page.table(rows, page.widths(of: rows), names: false)
    return lines.joined(separator: "\n") + "\n"
  }

  /// A sentence of the lesson.
  public static let example = "the food was good, not bad at all"
  /// The sentence that says the opposite with the same words.
  public static let oppositeExample = "the food was bad, not good at all"
}

/// Lines of so many cells.
private struct Page {
  /// Cells of a line; nil for no limit.
  let columns: Int?
  private static let indent = "  "

  init(columns: Int?) { self.columns = columns.map { max(20, $0) } }

  private static func width(_ text: String) -> Int { TerminalCells.count(in: text) }

  private static func padding(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - Self.width(text)))
  }

  /// Parts with something between them; what does not fit goes on under the first.
  func prose(_ name: String, _ parts: [String], _ separator: String) -> [String] {
    var lines: [String] = []
    var line = name
    var isFirst = true
    for part in parts {
      let joined = line + (isFirst ? "" : separator) + part
      if let columns, !isFirst, Self.width(joined) > columns {
        lines.append(line)
        line = String(repeating: " ", count: name.count) + part
      } else {
        line = joined
      }
      isFirst = false
    }
    lines.append(line)
    guard let columns else { return lines }
    return lines.map { TerminalCells.shortened($0, to: columns) }
  }

  /// The cells that each column of a table takes, a long word no more than a quarter of the line.
  func widths(of rows: [[String]]) -> [Int] {
    (0..<(rows.first?.count ?? 0)).map { column in
      let widest = rows.map { Self.width($0[column]) }.max() ?? 0
      return columns.map { min(widest, max(6, $0 / 4)) } ?? widest
    }
  }

  /// A table of rows, in parts of as many columns as fit the line.
  ///
  /// - Parameter names: whether the first column has the rows' names, which stand in every part.
  func table(_ rows: [[String]], _ widths: [Int], names: Bool = true) -> [String] {
    let label = names ? max(6, widths[0]) : 0
    let lead = Self.indent.count + (names ? label + 1 : 0)
    var lines: [String] = []
    var first = names ? 1 : 0
    while first < widths.count {
      var (end, total) = (first, lead)
      while end < widths.count, end == first || total + 1 + widths[end] <= columns ?? .max {
        total += widths[end] + (names || end > first ? 1 : 0)
        end += 1
      }
      if !lines.isEmpty { lines.append("") }
      for row in rows {
        let cells = (first..<end).map { column in
          let cell = TerminalCells.shortened(row[column], to: widths[column])
          return Self.padding(cell, to: widths[column]) + cell
        }
        let name = names ? TerminalCells.shortened(row[0], to: label) : ""
        let start = names ? name + Self.padding(name, to: label) + "  " : ""
        lines.append(Self.indent + start + cells.joined(separator: " "))
      }
      first = end
    }
    return lines
  }
}
