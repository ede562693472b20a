import WordtoolCore

/// Reads one table of labelled text: where its columns are is found out by its first rows, the rest
/// follows row by row.
struct LabelledTableReader {
  private let reader: LabelledTextReader
  private let records: RecordReader
  private let delimiter: UInt8
  private let isCSV: Bool
  /// The first row, of names or not.
  private let first: TableRecord
  /// The rows behind it that have been looked at.
  private let rows: ArraySlice<TableRecord>
  private let names: [String]
  private let header: LabelledTextReader.Header
  /// The column of the texts, from 0.
  private let text: Int
  /// The column of the labels, from 0; nil where none are looked for.
  private let label: Int?

  /// Rows that are looked at to find the columns.
  private static let sampleCount = 100

  /// Looks at the first rows; nil for a table without any.
  ///
  /// - Throws: as `LabelledTextReader.columns`, and as reading does.
  init?(
    _ lines: LineReader, delimiter: UInt8, isCSV: Bool, reader: LabelledTextReader
  ) throws {
    self.reader = reader
    self.delimiter = delimiter
    self.isCSV = isCSV
    records = RecordReader(lines, delimiter: delimiter, isQuoted: isCSV)
    var sample: [TableRecord] = []
    while sample.count <= Self.sampleCount,
      let record = try Self.next(of: records, isCSV: isCSV)
    {
      sample.append(record)
    }
    guard let first = sample.first else { return nil }
    let rows = sample.dropFirst()
    let names = (0..<first.count).map { first.text($0).trimmed }
    var header = try reader.header(names)
    func columns(_ rows: ArraySlice<TableRecord>, isNamed: Bool) throws -> (Int, Int?) {
      try reader.columns(names, first: first, rows: rows, isNamed: isNamed)
    }
    var places: (text: Int, label: Int?)
    switch header {
    case .yes: places = try columns(rows, isNamed: true)
    case .no: places = try columns(sample[...], isNamed: false)
    case .unlessRepeated(let hasUsualName):
      places = try columns(rows, isNamed: false)
      if reader.isRepeated(places.label, of: first, in: rows) {
        header = .no
        places = try columns(sample[...], isNamed: false)
      } else if hasUsualName {
        places = try columns(rows, isNamed: true)
      }
    }
    (self.first, self.rows, self.names, self.header) = (first, rows, names, header)
    (text, label) = places
  }

  /// Reads all rows.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a row with too few columns or too many, and, where
  ///   the layout is strict, for one without a label.
  func read(into result: inout LabelledText) throws {
    switch header {
    case .yes:
      note(hasNames: true, in: &result)
      try addRest(to: &result)
    case .no:
      note(hasNames: false, in: &result)
      try add(first, to: &result)
      try addRest(to: &result)
    case .unlessRepeated(let hasUsualName):
      try addDoubtful(hasUsualName: hasUsualName, to: &result)
    }
  }

  /// The next row with something in it.
  private static func next(of records: RecordReader, isCSV: Bool) throws -> TableRecord? {
    while let record = try records.next() {
      let isDirective =
        isCSV && record.line == 1 && record.count <= 2 && record.text(0).hasPrefix("sep=")
      if !record.isBlank && !isDirective { return record }
    }
    return nil
  }

  /// Takes note of where the columns were found.
  private func note(hasNames: Bool, in result: inout LabelledText) {
    let names = hasNames ? names : []
    result.tables.append(
      LabelledText.Table(
        path: reader.path, text: .init(text, names), label: label.map { .init($0, names) }))
  }

  /// Adds the rows behind the first.
  private func addRest(to result: inout LabelledText) throws {
    for record in rows { try add(record, to: &result) }
    while let record = try Self.next(of: records, isCSV: isCSV) { try add(record, to: &result) }
  }

  /// Adds all rows where only the whole table tells whether the first is one of names.
  private func addDoubtful(hasUsualName: Bool, to result: inout LabelledText) throws {
    var rest = LabelledText()
    try addRest(to: &rest)
    let own = label.map { first.text($0) } ?? ""
    let counts = zip(rest.labels, rest.labelCounts)
    let isNew = !counts.contains { $0.0 == own } && rest.count > 0
    let othersRepeat = counts.allSatisfy { $0.1 > 1 }
    let isHeader = isNew && (hasUsualName || othersRepeat)
    note(hasNames: isHeader, in: &result)
    if !isHeader { try add(first, to: &result) }
    if isNew, !(isHeader && hasUsualName) {
      let taken = isHeader ? "the names of the columns" : "a text"
      let asked = isHeader ? "it is a text" : "the row names the columns"
      result.warnings.append(
        "\(reader.path):\(first.line): no other row has the label '\(Excerpt.of(own))': it was taken for "
          + "\(taken); `hasHeader` says whether \(asked)")
    }
    result.append(contentsOf: rest)
  }

  private func add(_ record: TableRecord, to result: inout LabelledText) throws {
    try checkWidth(of: record)
    let name = label.map { record.text($0) }
    if name?.isEmpty == true, reader.requiresLabels {
      return try reader.leaveOut(
        &result,
        reader.failure(
          record.line, "an empty label",
          expected: "one in column \((label ?? 0) + 1), which was taken for the labels",
          remedy: "`labelColumn` names another"))
    }
    result.append(
      text: record[text], labels: name.map { $0.isEmpty ? [] : [$0] } ?? [], line: record.line)
  }

  /// Makes sure that a row has the columns that are wanted, and nothing behind those of the first.
  private func checkWidth(of record: TableRecord) throws {
    let needed = max(text, label ?? 0) + 1
    guard record.count >= needed else {
      throw reader.failure(
        record.line, "\(record.count, "column")", expected: "at least \(needed)",
        remedy: "see `textColumn`, `labelColumn` and `delimiter`")
    }
    guard record.count > first.count,
      (first.count..<record.count).contains(where: { !record[$0].isEmpty })
    else { return }
    let sign = delimiter == UInt8(ascii: "\t") ? "a tab" : "'\(Unicode.Scalar(delimiter))'"
    throw reader.failure(
      record.line, "\(record.count, "column")",
      expected: "\(first.count), as line \(first.line) has",
      remedy: isCSV
        ? "a field with \(sign) in it stands in quotation marks"
        : "a field may not have \(sign) in it")
  }
}
