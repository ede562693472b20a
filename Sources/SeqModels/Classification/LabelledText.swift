/// Texts with the classes they belong to, in the order of a file.
///
/// Every text has one label, or several (a question with all its tags). Labels are numbered in the
/// order they were first seen.
public struct LabelledText: Sendable {
  /// The distinct labels; ``labelIDs(of:)`` are places in this list.
  public private(set) var labels: [String] = []

  private var positions: [String: Int32] = [:]
  private var bytes: [UInt8] = []
  private var starts = [0]
  private var labelIDs: [Int32] = []
  private var labelStarts = [0]
  /// The line of its file that each text begins at.
  private var lines: [Int32] = []
  /// How many byte sequences of the files were no text and became U+FFFD.
  public internal(set) var replacedCount = 0
  /// Texts of the files that had no label and were left out.
  public internal(set) var unlabelledCount = 0
  /// Which columns of the files that are tables were read.
  public internal(set) var tables: [Table] = []
  /// What was doubtful in the files, a line each.
  public internal(set) var warnings: [String] = []

  /// A table that was read.
  public struct Table: Codable, Hashable, Sendable {
    /// A column of it.
    public struct Column: Codable, Hashable, Sendable {
      /// Counted from 1.
      public var number: Int
      /// What the header row calls it; nil without one.
      public var name: String?

      /// - Parameters:
      ///   - place: counted from 0.
      ///   - names: of all columns; none without a header row.
      init(_ place: Int, _ names: [String]) {
        number = place + 1
        name = place < names.count ? names[place] : nil
      }
    }

    /// The file.
    public var path: String
    /// Where the texts are.
    public var text: Column
    /// Where the labels are; nil where none were looked for.
    public var label: Column?
  }

  /// An empty collection.
  public init() {}

  /// Texts without labels, numbered as lines.
  public init(texts: some Sequence<String>) {
    for text in texts { append(text: text.utf8, labels: [], line: count + 1) }
  }

  /// How many texts there are.
  public var count: Int { starts.count - 1 }

  /// The bytes of all texts together.
  public var byteCount: Int { bytes.count }

  /// The bytes of some texts together.
  func byteCount(of range: Range<Int>) -> Int {
    starts[range.upperBound] - starts[range.lowerBound]
  }

  /// Whether some text has more than one label.
  public var hasSeveralLabels: Bool { labelIDs.count > count }

  /// The text at a place, 0 ..< ``count``.
  public func text(at index: Int) -> String {
    String(decoding: bytes[starts[index]..<starts[index + 1]], as: UTF8.self)
  }

  /// The labels of the text at a place, as places in ``labels``.
  public func labelIDs(of index: Int) -> ArraySlice<Int32> {
    labelIDs[labelStarts[index]..<labelStarts[index + 1]]
  }

  /// The line of the file that a text begins at, counted from 1.
  public func line(of index: Int) -> Int { Int(lines[index]) }

  /// How many texts have each label.
  public var labelCounts: [Int] {
    labelIDs.reduce(into: [Int](repeating: 0, count: labels.count)) { $0[Int($1)] += 1 }
  }

  /// Lends the bytes of the text at a place.
  func withUTF8<Result>(
    at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try unsafe bytes.withUnsafeBufferPointer {
      try unsafe body(UnsafeBufferPointer(rebasing: $0[starts[index]..<starts[index + 1]]))
    }
  }

  /// Adds a text. A label that is named twice counts once.
  public mutating func append(text: String, labels: [String]) {
    append(text: text.utf8, labels: labels, line: count + 1)
  }

  /// Adds all texts of another collection.
  mutating func append(contentsOf other: LabelledText) {
    for index in 0..<other.count {
      append(
        text: other.bytes[other.starts[index]..<other.starts[index + 1]],
        labels: other.labelIDs(of: index).map { other.labels[Int($0)] },
        line: other.line(of: index))
    }
    replacedCount += other.replacedCount
    unlabelledCount += other.unlabelledCount
    warnings += other.warnings
    tables += other.tables
  }

  /// Adds a text that begins at some line of its file.
  mutating func append(text: some Sequence<UInt8>, labels names: [String], line: Int) {
    bytes.append(contentsOf: text)
    starts.append(bytes.count)
    let first = labelIDs.count
    for name in names {
      let id = positions[name] ?? Int32(labels.count)
      if Int(id) == labels.count {
        labels.append(name)
        positions[name] = id
      }
      if !labelIDs[first...].contains(id) { labelIDs.append(id) }
    }
    labelStarts.append(labelIDs.count)
    lines.append(Int32(clamping: line))
  }
}
