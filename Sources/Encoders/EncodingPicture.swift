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
  ///   - rule: how the text is cut.
  ///   - windowSize: at least 1.
  /// - Throws: ``WordtoolError``: `badData` when the text has no words; `usage` for the window; what
  ///   ``WordTokenizer/init(rule:)`` throws.
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
  public func rendered() throws -> String {
    var lines = ["\"\(text)\"", ""]
    lines.append("words       \(words.joined(separator: " | "))")
    lines.append("vocabulary  \(vocabulary.count) different words out of \(words.count)")
    lines.append("")
    let label = max(6, words.map(Self.width).max() ?? 0)
    let bag = bag
    let widths = zip(vocabulary, bag).map { max(Self.width($0), "\($1)".count) }
    func line(_ name: String, _ cells: [String]) -> String {
      let padded = zip(cells, widths).map {
        String(repeating: " ", count: $1 - Self.width($0)) + $0
      }
      return "  \(Self.padded(name, to: label))  \(padded.joined(separator: " "))"
    }
    lines.append("one-hot: a row of zeros and a single one for each word")
    lines.append(line("", vocabulary))
    let matrix = try oneHot()
    for (row, word) in words.enumerated() {
      lines.append(line(word, matrix.denseRow(row).map { $0 == 0 ? "0" : "1" }))
    }
    lines.append("")
    lines.append("bag of words: the rows added up; the order is gone")
    lines.append(line("", vocabulary))
    lines.append(line("counts", bag.map { "\($0)" }))
    lines.append("")
    let shown = words.suffix(windowSize)
    lines.append(
      "window: the last \(shown.count, "word") side by side, "
        + "\(shown.count) x \(vocabulary.count) = \(shown.count * vocabulary.count, "column")")
    lines.append("  " + shown.joined(separator: " | "))
    let blocks = ids.suffix(windowSize).map { id in
      vocabulary.indices.map { $0 == id ? "1" : "0" }.joined(separator: " ")
    }
    lines.append("  " + blocks.joined(separator: " | "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// Shows that a sentence and another one have one bag, or where their bags differ.
  ///
  /// - Throws: as ``init(_:rule:windowSize:)``.
  public func comparison(with other: EncodingPicture) throws -> String {
    let table = ByteStringTable(vocabulary + other.vocabulary)
    func counts(_ words: [String]) -> [Int] {
      var counts = [Int](repeating: 0, count: table.count)
      for word in words { if let id = table.find(word) { counts[Int(id)] += 1 } }
      return counts
    }
    let (left, right) = (counts(words), counts(other.words))
    let names = (0..<Int32(table.count)).map(table.text)
    var lines = [
      left == right && words != other.words
        ? "two sentences, one bag: what was said is gone with the order"
        : "the bags of two sentences",
      "  \"\(text)\"", "  \"\(other.text)\"",
    ]
    let widths = names.indices.map {
      max(Self.width(names[$0]), "\(max(left[$0], right[$0]))".count)
    }
    for cells in [names, left.map { "\($0)" }, right.map { "\($0)" }] {
      let padded = zip(cells, widths).map {
        String(repeating: " ", count: $1 - Self.width($0)) + $0
      }
      lines.append("  " + padded.joined(separator: " "))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A sentence of the lesson.
  public static let example = "the food was good, not bad at all"
  /// The sentence that says the opposite with the same words.
  public static let oppositeExample = "the food was bad, not good at all"

  private static func width(_ text: String) -> Int { TerminalCells.count(in: text) }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Self.width(text)))
  }
}
