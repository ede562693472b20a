import WordtoolCore

extension LabelledTextReader {
  /// Rows that are looked at to find the columns.
  private static let sampleCount = 100
  /// What may stand between the fields of CSV.
  private static let delimiters = Array(",;\t|".utf8)

  /// Whether the first row is one of names.
  private enum Header {
    case yes, no
    /// It is one unless another row has its label.
    case unlessRepeated(hasUsualName: Bool)
  }

  func readTable(
    _ lines: LineReader, delimiter: UInt8, isCSV: Bool, into result: inout LabelledText
  ) throws {
    let records = RecordReader(lines, delimiter: delimiter, isQuoted: isCSV)
    func next() throws -> TableRecord? {
      while let record = try records.next() {
        let isDirective =
          isCSV && record.line == 1 && record.count <= 2 && record.text(0).hasPrefix("sep=")
        if !record.isBlank && !isDirective { return record }
      }
      return nil
    }
    var sample: [TableRecord] = []
    while sample.count <= Self.sampleCount, let record = try next() { sample.append(record) }
    guard let first = sample.first else { return }
    let rows = sample.dropFirst()
    let names = (0..<first.count).map { first.text($0).trimmed }
    var header = try self.header(names)
    var (text, label): (Int, Int?)
    switch header {
    case .yes: (text, label) = try columns(names, first: first, rows: rows, isNamed: true)
    case .no: (text, label) = try columns(names, first: first, rows: sample[...], isNamed: false)
    case .unlessRepeated(let hasUsualName):
      (text, label) = try columns(names, first: first, rows: rows, isNamed: false)
      if isRepeated(label, of: first, in: rows) {
        header = .no
        (text, label) = try columns(names, first: first, rows: sample[...], isNamed: false)
      } else if hasUsualName {
        (text, label) = try columns(names, first: first, rows: rows, isNamed: true)
      }
    }
    func tell(_ isNamed: Bool, to result: inout LabelledText) {
      result.tables.append(
        LabelledText.Table(
          path: path, text: .init(text, isNamed ? names : []),
          label: label.map { .init($0, isNamed ? names : []) }))
    }
    func add(_ record: TableRecord, to result: inout LabelledText) throws {
      let needed = max(text, label ?? 0) + 1
      guard record.count >= needed else {
        throw failure(
          record.line, "\(record.count, "column")", expected: "at least \(needed)",
          remedy: "see `textColumn`, `labelColumn` and `delimiter`")
      }
      if record.count > first.count, let place = (first.count..<record.count).last,
        (first.count...place).contains(where: { !record[$0].isEmpty })
      {
        let sign = delimiter == UInt8(ascii: "\t") ? "a tab" : "'\(Unicode.Scalar(delimiter))'"
        throw failure(
          record.line, "\(record.count, "column")",
          expected: "\(first.count), as line \(first.line) has",
          remedy: isCSV
            ? "a field with \(sign) in it stands in quotation marks"
            : "a field may not have \(sign) in it")
      }
      let name = label.map { record.text($0) }
      if name?.isEmpty == true, requiresLabels {
        return try leaveOut(
          &result,
          failure(
            record.line, "an empty label",
            expected: "one in column \((label ?? 0) + 1), which was taken for the labels",
            remedy: "`labelColumn` names another"))
      }
      result.append(
        text: record[text], labels: name.map { $0.isEmpty ? [] : [$0] } ?? [], line: record.line)
    }
    func addRest(to result: inout LabelledText) throws {
      for record in rows { try add(record, to: &result) }
      while let record = try next() { try add(record, to: &result) }
    }
    switch header {
    case .yes:
      tell(true, to: &result)
      try addRest(to: &result)
    case .no:
      tell(false, to: &result)
      try add(first, to: &result)
      try addRest(to: &result)
    case .unlessRepeated(let hasUsualName):
      // Only the whole file tells.
      var rest = LabelledText()
      try addRest(to: &rest)
      let own = label.map { first.text($0) } ?? ""
      let counts = zip(rest.labels, rest.labelCounts)
      let isNew = !counts.contains { $0.0 == own } && rest.count > 0
      let othersRepeat = counts.allSatisfy { $0.1 > 1 }
      let isHeader = isNew && (hasUsualName || othersRepeat)
      tell(isHeader, to: &result)
      if !isHeader {
        try add(first, to: &result)
        if isNew {
          result.warnings.append(
            "\(path):\(first.line): no other row has the label '\(Excerpt.of(own))': it was taken for a text; "
              + "`hasHeader` says whether the row names the columns")
        }
      } else if !hasUsualName {
        result.warnings.append(
          "\(path):\(first.line): no other row has the label '\(Excerpt.of(own))': it was taken for the names of "
            + "the columns; `hasHeader` says whether it is a text")
      }
      result.append(contentsOf: rest)
    }
  }

  /// What stands between the fields of CSV.
  func delimiter(of sample: [UInt8]) throws -> UInt8 {
    if let given = layout.delimiter {
      guard given.isASCII, given != "\"", given != "\n", given != "\r" else {
        throw WordtoolError(
          .usage, found: "the delimiter '\(given)'", expected: "a character of ASCII")
      }
      return UInt8(given.value)
    }
    return try regularDelimiter(of: sample) ?? UInt8(ascii: ",")
  }

  /// What stands equally often in each of the first records, or is said to be the delimiter; nil of prose.
  func regularDelimiter(of sample: [UInt8]) throws -> UInt8? {
    let lines = try self.lines(of: sample)
    var counts: [[Int]] = []
    var count = [Int](repeating: 0, count: Self.delimiters.count)
    var isInside = false
    var directive: UInt8?
    while counts.count < 20, directive == nil {
      let isMore: Bool? = try unsafe lines.next { line in
        if lines.number == 1, line.count == 5, unsafe line.starts(with: "sep=".utf8) {
          directive = unsafe line[4]
        }
        for index in line.indices {
          let byte = unsafe line[index]
          if byte == UInt8(ascii: "\"") { isInside.toggle() }
          if !isInside, let place = Self.delimiters.firstIndex(of: byte) { count[place] += 1 }
        }
        return unsafe line.first != UInt8(ascii: "#")
          && !line.allSatisfy(LabelledTextLayout.isSpace)
      }
      guard let isMore else { break }
      if isInside { continue }
      if isMore { counts.append(count) }
      count = count.map { _ in 0 }
    }
    // The sample may end in the middle of a record.
    if counts.count > 1, counts.count < 20, sample.count == Self.sampleSize { counts.removeLast() }
    let found = Self.delimiters.indices.first { place in
      (counts.first?[place] ?? 0) > 0 && counts.allSatisfy { $0[place] == counts[0][place] }
    }
    return directive ?? found.map { Self.delimiters[$0] }
  }

  /// Whether a row's label stands in one of some others, or is none.
  private func isRepeated(
    _ label: Int?, of first: TableRecord, in rows: ArraySlice<TableRecord>
  ) -> Bool {
    guard let label, label < first.count, !first[label].isEmpty else { return true }
    return rows.contains { label < $0.count && $0[label].elementsEqual(first[label]) }
  }

  /// What the first row says about itself.
  private func header(_ names: [String]) throws -> Header {
    if let said = layout.hasHeader {
      if !said, let name = [layout.textColumn, layout.labelColumn].compactMap(\.?.name).first {
        throw WordtoolError(
          .usage, found: "the column '\(name)' of a text without a header",
          expected: "a column number")
      }
      return said ? .yes : .no
    }
    if layout.textColumn?.name != nil || layout.labelColumn?.name != nil { return .yes }
    let text = Self.position(of: LabelledTextLayout.textNames, in: names)
    let label = Self.position(of: LabelledTextLayout.labelNames, in: names)
    if text != nil && label != nil { return .yes }
    return .unlessRepeated(hasUsualName: text != nil || label != nil)
  }

  static func position(of known: [String], in names: [String]) -> Int? {
    let lower = names.map { $0.lowercased() }
    for name in known {
      if let place = lower.firstIndex(of: name) { return place }
    }
    return nil
  }

  /// The columns of the text and of the label, counted from 0.
  private func columns(
    _ names: [String], first: TableRecord, rows: ArraySlice<TableRecord>, isNamed: Bool
  ) throws -> (text: Int, label: Int?) {
    func resolve(_ column: LabelledTextLayout.Column?, _ option: String) throws -> Int? {
      switch column {
      case nil: return nil
      case .number(let number):
        guard number <= first.count else {
          throw failure(
            first.line, "\(first.count, "column")", expected: "column \(number) as \(option) says")
        }
        return number - 1
      case .name(let name):
        guard let place = names.firstIndex(of: name) else {
          throw failure(
            first.line,
            "columns \(names.map { Excerpt.of($0) }.joined(separator: ", "))",
            expected: "'\(name)' as \(option) says")
        }
        return place
      }
    }
    var text = try resolve(layout.textColumn, "`textColumn`")
    var label = try resolve(layout.labelColumn, "`labelColumn`")
    if isNamed {
      text = text ?? Self.position(of: LabelledTextLayout.textNames, in: names)
      label = label ?? Self.position(of: LabelledTextLayout.labelNames, in: names)
    }
    if text == nil {
      let measured = rows.isEmpty ? [first] : Array(rows)
      let others = (0..<first.count).filter { $0 != label }
      let lengths = others.map { column in
        measured.reduce(0) { $0 + (column < $1.count ? $1[column].count : 0) }
      }
      text = zip(others, lengths).max { $0.1 < $1.1 }?.0
    }
    if label == nil {
      // Labels stand in several rows, the numbers of rows do not.
      let others = (0..<first.count).filter { $0 != text }
      label =
        others.first { column in
          let values = rows.filter { column < $0.count }.map { $0.text(column) }
          return Set(values).count < values.count
        } ?? others.first
    }
    guard let text, label != text, label != nil || !requiresLabels else {
      throw failure(
        first.line, label == nil ? "no column for a label" : "one column for text and label",
        remedy: "name it with `labelColumn`, or what stands between columns with `delimiter`")
    }
    return (text, label)
  }
}
