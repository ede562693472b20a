import WordtoolCore

/// One row of a table: its fields, and the line it began at.
struct TableRecord {
  var line: Int
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  init(line: Int) { self.line = line }

  /// How many fields there are.
  var count: Int { ends.count }

  /// The bytes of a field, 0 ..< `count`.
  subscript(field: Int) -> ArraySlice<UInt8> {
    bytes[(field == 0 ? 0 : ends[field - 1])..<ends[field]]
  }

  /// A field as text.
  func text(_ field: Int) -> String { String(decoding: self[field], as: UTF8.self) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func append(_ more: UnsafeBufferPointer<UInt8>.SubSequence) {
    unsafe bytes.append(contentsOf: more)
  }
  /// Whether all fields are white space, or the only one is a remark behind `#`.
  var isBlank: Bool {
    bytes.allSatisfy(LabelledTextLayout.isSpace) || (count == 1 && bytes.first == UInt8(ascii: "#"))
  }

  mutating func endField() { ends.append(bytes.count) }
}

/// The rows of a table.
///
/// In CSV a field may stand in quotation marks; then it may hold delimiters, line ends and doubled
/// quotation marks. Otherwise a quotation mark is a character like any other. Blank lines are left
/// out.
final class RecordReader {
  private let lines: LineReader
  private let delimiter: UInt8
  private let isQuoted: Bool

  /// Reads the rows of some lines.
  ///
  /// - Parameter isQuoted: whether quotation marks enclose fields, as in CSV.
  init(_ lines: LineReader, delimiter: UInt8, isQuoted: Bool) {
    self.lines = lines
    self.delimiter = delimiter
    self.isQuoted = isQuoted
  }

  /// The next row, or nil at the end.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a quotation mark that is never closed, or that
  ///   is followed by something that is neither a delimiter nor the end of the line.
  func next() throws -> TableRecord? {
    while true {
      var record = TableRecord(line: lines.number + 1)
      let found = try unsafe lines.next { line in
        if unsafe line.allSatisfy(LabelledTextLayout.isSpace) { return true }
        if isQuoted { return try unsafe addQuoted(line, to: &record) }
        unsafe line.split(separator: delimiter, omittingEmptySubsequences: false).forEach {
          unsafe record.append($0)
          record.endField()
        }
        return true
      }
      guard var isWhole = found else { return nil }
      var size = 0
      while !isWhole {
        record.append(UInt8(ascii: "\n"))
        let more = try unsafe lines.next { line in
          size += line.count
          return try unsafe addQuoted(line, to: &record, insideQuotes: true)
        }
        guard let more, size <= LineReader.usualLimit else {
          throw WordtoolError(
            .badData, path: lines.path, at: .line(record.line),
            found: "a quotation mark that is not closed", expected: "a field of CSV",
            remedy: "for text between tabs, say `format` tsv")
        }
        isWhole = more
      }
      if record.count > 0 { return record }
    }
  }

  /// Adds a line and returns whether the row is whole.
  private func addQuoted(
    _ line: UnsafeBufferPointer<UInt8>, to record: inout TableRecord, insideQuotes: Bool = false
  ) throws -> Bool {
    let quote = UInt8(ascii: "\"")
    var at = line.startIndex
    var isInside = insideQuotes
    while true {
      if !isInside, at < line.endIndex, unsafe line[at] == quote {
        isInside = true
        at += 1
      }
      if isInside {
        while at < line.endIndex {
          if unsafe line[at] != quote {
            unsafe record.append(line[at])
            at += 1
          } else if at + 1 < line.endIndex, unsafe line[at + 1] == quote {
            record.append(quote)
            at += 2
          } else {
            break
          }
        }
        if at == line.endIndex { return false }
        at += 1
        isInside = false
        guard unsafe at == line.endIndex || line[at] == delimiter else {
          throw WordtoolError(
            .badData, path: lines.path, at: .line(lines.number),
            found: "text after a closing quotation mark",
            expected: "'\(Unicode.Scalar(delimiter))' or the end of the line",
            remedy: "see `delimiter` and `format`")
        }
      } else {
        let end = unsafe line[at...].firstIndex(of: delimiter) ?? line.endIndex
        unsafe record.append(line[at..<end])
        at = end
      }
      record.endField()
      if at == line.endIndex { return true }
      at += 1
    }
  }
}
