import WordtoolCore

extension LabelledTextReader {
  /// What may stand between the fields of CSV.
  private static let delimiters = Array(",;\t|".utf8)

  /// Whether the first row is one of names.
  enum Header {
    case yes, no
    /// It is one unless another row has its label.
    case unlessRepeated(hasUsualName: Bool)
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
  func isRepeated(
    _ label: Int?, of first: TableRecord, in rows: ArraySlice<TableRecord>
  ) -> Bool {
    guard let label, label < first.count, !first[label].isEmpty else { return true }
    return rows.contains { label < $0.count && $0[label].elementsEqual(first[label]) }
  }

  /// What the first row says about itself.
  func header(_ names: [String]) throws -> Header {
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
  func columns(
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
