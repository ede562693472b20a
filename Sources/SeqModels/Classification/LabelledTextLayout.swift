import WordtoolCore

/// How labelled text stands in a file.
public struct LabelledTextLayout: Hashable, Sendable {
  /// The formats that are read.
  public enum Format: String, Codable, Hashable, Sendable, CaseIterable {
    /// A line a text; the words that begin with `__label__` are its labels.
    case fastText = "fasttext"
    /// Fields between tabs; a quotation mark is a character like any other.
    case tsv
    /// Fields between commas, with quotation marks as RFC 4180 has them.
    case csv
    /// A JSON object a line.
    case jsonl
  }

  /// A column of a table, or a member of a JSON object.
  public enum Column: Hashable, Sendable {
    /// Counted from 1.
    case number(Int)
    /// As the header row, or the object, calls it.
    case name(String)

    /// Reads a column: digits are a number, everything else is a name.
    ///
    /// - Returns: nil for an empty text and for the number 0.
    public init?(_ text: String) {
      if text.isEmpty { return nil }
      guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
        self = .name(text)
        return
      }
      guard let number = Int(text), number > 0 else { return nil }
      self = .number(number)
    }
  }

  /// The format; nil is found out by the content and the suffix.
  public var format: Format?
  /// Where the text is; nil is found out, see ``LabelledText/init(contentsOf:layout:requiresLabels:)``.
  public var textColumn: Column?
  /// Where the label is; nil is found out.
  public var labelColumn: Column?
  /// Whether a table begins with a row of names; nil is found out.
  public var hasHeader: Bool?

  /// A layout that is found out unless something is said about it.
  public init(
    format: Format? = nil, textColumn: Column? = nil, labelColumn: Column? = nil,
    hasHeader: Bool? = nil
  ) {
    self.format = format
    self.textColumn = textColumn
    self.labelColumn = labelColumn
    self.hasHeader = hasHeader
  }

  /// What columns with a text are usually called.
  static let textNames = [
    "text", "sentence", "review", "content", "document", "body", "comment", "question", "message",
  ]
  /// What columns with a label are usually called.
  static let labelNames = ["label", "labels", "class", "category", "sentiment", "target", "tag"]
  /// What a label begins with in fastText's files.
  static let labelPrefix = Array("__label__".utf8)

  /// What the first line and the name of a file say about its format.
  static func sniff(
    _ line: UnsafeBufferPointer<UInt8>.SubSequence, path: String
  ) -> Format? {
    let words = line.split(whereSeparator: isSpace)
    if words.first?.starts(with: labelPrefix) == true { return .fastText }
    if words.first?.first == UInt8(ascii: "{") { return .jsonl }
    var name = path
    if name.hasSuffix(".gz") { name.removeLast(3) }
    if name.hasSuffix(".csv") { return .csv }
    if name.hasSuffix(".tsv") || line.contains(UInt8(ascii: "\t")) { return .tsv }
    if words.last?.starts(with: labelPrefix) == true { return .fastText }
    return line.contains(UInt8(ascii: ",")) ? .csv : nil
  }

  /// White space as fastText splits at it.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || byte == 0
  }
}
