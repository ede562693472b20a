public import Tokenize
import WordtoolCore

/// How labelled text stands in a file.
public struct LabelledTextLayout: Hashable, Sendable {
  /// The formats that are read.
  public enum Format: String, Codable, Hashable, Sendable, CaseIterable {
    /// A line a text; the words that begin with `__label__` are its labels.
    case fastText = "fasttext"
    /// Fields between tabs; a quotation mark is a character like any other.
    case tsv
    /// Fields between commas or another delimiter, with quotation marks as RFC 4180 has them.
    case csv
    /// A JSON object a line.
    case jsonl
    /// A JSON array of objects.
    case json
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
  /// What stands between the fields of CSV, a character of ASCII; nil is found out: the first of
  /// comma, semicolon, tab and `|` that stands equally often in each of the first records.
  public var delimiter: Unicode.Scalar?
  /// The encoding of the file.
  public var encoding: TextEncoding
  /// What a word begins with that is a label in fastText's format; nil for ``usualLabelPrefix``. Where it
  /// is given and the format is not, the format is fastText's.
  public var labelPrefix: String?
  /// Whether a text without a label is an error. Otherwise such texts are left out and counted.
  public var isStrict: Bool

  /// A layout that is found out unless something is said about it.
  public init(
    format: Format? = nil, textColumn: Column? = nil, labelColumn: Column? = nil,
    hasHeader: Bool? = nil, delimiter: Unicode.Scalar? = nil, encoding: TextEncoding = .utf8,
    labelPrefix: String? = nil, isStrict: Bool = false
  ) {
    self.format = format
    self.textColumn = textColumn
    self.labelColumn = labelColumn
    self.hasHeader = hasHeader
    self.delimiter = delimiter
    self.encoding = encoding
    self.labelPrefix = labelPrefix
    self.isStrict = isStrict
  }

  /// What columns with a text are usually called, the best first.
  static let textNames = [
    "text", "sentence", "review", "content", "document", "body", "comment", "question", "message",
    "tweet", "utterance", "description", "headline", "title",
  ]
  /// What columns with a label are usually called, the best first.
  static let labelNames = [
    "label", "labels", "class", "category", "sentiment", "target", "tag", "emotion", "intent",
    "topic", "language", "polarity", "stars", "rating", "class index",
  ]
  /// What a label begins with in fastText's files.
  public static let usualLabelPrefix = "__label__"
  /// Its bytes.
  static let labelMark = Array(usualLabelPrefix.utf8)

  /// The bytes that a label begins with.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for none, and for white space among them.
  func labelMark() throws -> [UInt8] {
    guard let labelPrefix else { return Self.labelMark }
    let bytes = Array(labelPrefix.utf8)
    try OptionCheck.require(
      !bytes.isEmpty && !bytes.contains(where: Self.isSpace),
      found: "`labelPrefix` is '\(labelPrefix)'", expected: "characters, no white space")
    return bytes
  }

  /// Whether a file's name says that it is a table.
  static func isTable(_ path: String) -> Bool {
    let name = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
    return name.hasSuffix(".csv") || name.hasSuffix(".tsv")
  }

  /// What the first line and the name of a file say about its format.
  static func sniff(_ line: UnsafeBufferPointer<UInt8>, path: String) -> Format? {
    let words = unsafe line.split(whereSeparator: isSpace)
    if unsafe words.first?.starts(with: labelMark) == true { return .fastText }
    if unsafe words.first?.first == UInt8(ascii: "{") { return .jsonl }
    let start = unsafe words.prefix(2).joined().prefix(2)
    var name = path
    if name.hasSuffix(".gz") { name.removeLast(3) }
    if unsafe name.hasSuffix(".json") || start.elementsEqual("[{".utf8)
      || start.elementsEqual("[".utf8)
    {
      return .json
    }
    if name.hasSuffix(".csv") { return .csv }
    if unsafe name.hasSuffix(".tsv") || line.contains(UInt8(ascii: "\t")) { return .tsv }
    if unsafe words.last?.starts(with: labelMark) == true { return .fastText }
    return unsafe line.contains(where: { [0x2C, 0x3B, 0x7C].contains($0) }) ? .csv : nil
  }

  /// White space as fastText splits at it.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || byte == 0
  }
}
