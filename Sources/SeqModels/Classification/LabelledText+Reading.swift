import WordtoolCore

extension LabelledText {
  /// Reads texts and labels from a file, plain or gzip; `-` is standard input.
  ///
  /// What the layout leaves open is found out:
  /// - The format: a first line that begins with `__label__` is fastText's, one that begins with
  ///   `{` is JSON lines; then the suffix `.csv` or `.tsv` decides; then a tab, a `__label__` at the
  ///   end, a comma.
  /// - The header row of a table: there is one if a column is asked for by name, or if the first
  ///   row has both a usual name of a text column (text, sentence, review ...) and of a label column
  ///   (label, class, category, sentiment ...), in any case.
  /// - The columns: by those names; without a header the text is the column that is longest on the
  ///   average of the first 100 rows, and the label the first of the others.
  ///
  /// In JSON lines the label may be a string, a number, a truth value or a list of strings.
  ///
  /// - Parameter requiresLabels: whether a text without a label is an error.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` with the line.
  public init(
    contentsOf path: String, layout: LabelledTextLayout = LabelledTextLayout(),
    requiresLabels: Bool = true
  ) throws {
    self.init()
    try append(contentsOf: path, layout: layout, requiresLabels: requiresLabels)
  }

  /// Reads one more file as ``init(contentsOf:layout:requiresLabels:)`` does.
  public mutating func append(
    contentsOf path: String, layout: LabelledTextLayout = LabelledTextLayout(),
    requiresLabels: Bool = true
  ) throws {
    let before = count
    try LabelledTextReader(path: path, layout: layout, requiresLabels: requiresLabels)
      .read(into: &self)
    guard count > before else {
      throw WordtoolError(.badData, path: path, found: "no text", expected: "labelled text")
    }
  }
}

extension LabelledText {
  /// A line of text without its words that begin with `__label__`; unchanged if there are none.
  public static func withoutLabels(_ line: some Collection<UInt8>) -> String {
    let words = line.split(whereSeparator: LabelledTextLayout.isSpace)
    let plain = words.filter { !$0.starts(with: LabelledTextLayout.labelPrefix) }
    if plain.count == words.count { return String(decoding: line, as: UTF8.self) }
    return String(decoding: Array(plain.joined(separator: [0x20])), as: UTF8.self)
  }
}

/// Reads one file of labelled text.
struct LabelledTextReader {
  let path: String
  let layout: LabelledTextLayout
  let requiresLabels: Bool
  /// Rows that are looked at to find the columns.
  private static let sampleCount = 100

  init(path: String, layout: LabelledTextLayout, requiresLabels: Bool) {
    self.path = path
    self.layout = layout
    self.requiresLabels = requiresLabels
  }

  func failure(
    _ line: Int, _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(line), found: found, expected: expected, remedy: remedy)
  }

  func read(into result: inout LabelledText) throws {
    if path == "-", layout.format == nil {
      throw WordtoolError(
        .usage, path: path, found: "labelled text of unknown format",
        expected: "--format fasttext, tsv, csv or jsonl")
    }
    switch try layout.format ?? foundFormat() {
    case .fastText: try readFastText(into: &result)
    case .jsonl: try readJSON(into: &result)
    case .tsv: try readTable(isCSV: false, into: &result)
    case .csv: try readTable(isCSV: true, into: &result)
    }
  }

  private func foundFormat() throws -> LabelledTextLayout.Format {
    let lines = try LineReader(path: path)
    while true {
      let isFirst = lines.number == 0
      let found = try lines.next { line in
        let line = isFirst ? ByteOrderMark.skipped(line) : line[...]
        let isBlank = line.allSatisfy(LabelledTextLayout.isSpace)
        return (isBlank, LabelledTextLayout.sniff(line, path: path))
      }
      guard let (isBlank, format) = found else {
        throw WordtoolError(.badData, path: path, found: "no text", expected: "labelled text")
      }
      if isBlank { continue }
      guard let format else {
        throw failure(
          lines.number, "no label", expected: "__label__ words, tabs, commas or JSON objects",
          remedy: "--format names the format")
      }
      return format
    }
  }

  private func readFastText(into result: inout LabelledText) throws {
    let lines = try LineReader(path: path)
    var text: [UInt8] = []
    var labels: [String] = []
    while true {
      let isFirst = lines.number == 0
      let found = try lines.next { line in
        let line = isFirst ? ByteOrderMark.skipped(line) : line[...]
        text.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        var isBlank = true
        for word in line.split(whereSeparator: LabelledTextLayout.isSpace) {
          isBlank = false
          if word.starts(with: LabelledTextLayout.labelPrefix) {
            let name = word.dropFirst(LabelledTextLayout.labelPrefix.count)
            if name.isEmpty { throw failure(lines.number, "an empty label") }
            labels.append(String(decoding: name, as: UTF8.self))
          } else {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            text.append(contentsOf: word)
          }
        }
        return isBlank
      }
      guard let isBlank = found else { return }
      if isBlank { continue }
      if labels.isEmpty, requiresLabels {
        throw failure(lines.number, "no label", expected: "a word that begins with __label__")
      }
      result.append(text: text, labels: labels, line: lines.number)
    }
  }

  private func readTable(isCSV: Bool, into result: inout LabelledText) throws {
    let records = try RecordReader(path: path, isCSV: isCSV)
    var sample: [TableRecord] = []
    while sample.count <= Self.sampleCount, let record = try records.next() {
      sample.append(record)
    }
    guard let first = sample.first else { return }
    let header = try headerNames(first)
    let rows = header == nil ? sample[...] : sample.dropFirst()
    let (text, label) = try columns(header: header, first: first, rows: rows)
    func add(_ record: TableRecord) throws {
      let needed = max(text, label ?? 0) + 1
      guard record.count >= needed else {
        throw failure(
          record.line, "\(record.count) columns", expected: "at least \(needed)",
          remedy: "--text-column and --label-column name others")
      }
      let name = label.map { record.text($0) }
      if name?.isEmpty == true, requiresLabels {
        throw failure(record.line, "an empty label", expected: "one in column \((label ?? 0) + 1)")
      }
      result.append(
        text: record[text], labels: name.map { $0.isEmpty ? [] : [$0] } ?? [], line: record.line)
    }
    for record in rows { try add(record) }
    while let record = try records.next() { try add(record) }
  }

  /// The names in the first row, if it is a row of names.
  private func headerNames(_ first: TableRecord) throws -> [String]? {
    let names = (0..<first.count).map { first.text($0) }
    if let said = layout.hasHeader {
      if !said, let name = [layout.textColumn, layout.labelColumn].compactMap(\.?.name).first {
        throw WordtoolError(
          .usage, found: "the column '\(name)' with --no-header", expected: "a column number")
      }
      return said ? names : nil
    }
    if layout.textColumn?.name != nil || layout.labelColumn?.name != nil { return names }
    let isHeader =
      Self.position(of: LabelledTextLayout.textNames, in: names) != nil
      && Self.position(of: LabelledTextLayout.labelNames, in: names) != nil
    return isHeader ? names : nil
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
    header: [String]?, first: TableRecord, rows: ArraySlice<TableRecord>
  ) throws -> (text: Int, label: Int?) {
    func resolve(_ column: LabelledTextLayout.Column?, _ option: String) throws -> Int? {
      switch column {
      case nil: return nil
      case .number(let number):
        guard number <= first.count else {
          throw failure(
            first.line, "\(first.count) columns", expected: "column \(number) as \(option) says")
        }
        return number - 1
      case .name(let name):
        guard let place = header?.firstIndex(of: name) else {
          throw failure(
            first.line, "columns \((header ?? []).joined(separator: ", "))",
            expected: "'\(name)' as \(option) says")
        }
        return place
      }
    }
    var text = try resolve(layout.textColumn, "--text-column")
    var label = try resolve(layout.labelColumn, "--label-column")
    if let header {
      text = text ?? Self.position(of: LabelledTextLayout.textNames, in: header)
      label = label ?? Self.position(of: LabelledTextLayout.labelNames, in: header)
    } else {
      let others = (0..<first.count).filter { $0 != label }
      let lengths = others.map { column in
        rows.reduce(0) { $0 + (column < $1.count ? $1[column].count : 0) }
      }
      text = text ?? zip(others, lengths).max { $0.1 < $1.1 }?.0
      label = label ?? (0..<first.count).first { $0 != text }
    }
    guard let text else {
      throw failure(
        first.line, "no column with a usual name for a text", remedy: "name it with --text-column")
    }
    if label == text || (label == nil && requiresLabels) {
      throw failure(
        first.line, label == nil ? "no column for a label" : "one column for text and label",
        remedy: "name it with --label-column")
    }
    return (text, label)
  }
}

extension LabelledTextLayout.Column {
  /// The name, if it is one.
  var name: String? { if case .name(let name) = self { name } else { nil } }
}
