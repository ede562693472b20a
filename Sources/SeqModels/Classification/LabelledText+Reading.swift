import Tokenize
import WordtoolCore

extension LabelledText {
  /// Reads texts and labels from a file, plain or gzip; `-` is standard input.
  ///
  /// What the layout leaves open is found out:
  /// - The format: a first line that begins with `__label__` is fastText's, one that begins with
  ///   `{` is JSON lines, with `[` a JSON array; then the suffix `.csv` or `.tsv` decides; then a
  ///   tab, a `__label__` at the end, a comma, a semicolon or `|`.
  /// - The header row of a table: there is one if a column is asked for by name; if the first row
  ///   has a usual name of a text column (text, sentence, review ...) and one of a label column
  ///   (label, class, category, sentiment ...), in any case; or if its label stands in no other row
  ///   and it has one usual name or all other labels stand in several. Where only its label speaks
  ///   for a header, among others that stand in one row, there is a warning.
  /// - The columns: by those names; otherwise the text is the column that is longest on the average
  ///   of the first 100 rows, and the label the first of the others in which a value stands twice,
  ///   else the first.
  ///
  /// Blank lines, rows without anything in their fields and remarks behind `#` are left out.
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
    if let hasMark = line.withContiguousStorageIfAvailable({ unsafe mayHaveLabels($0) }), !hasMark {
      return String(decoding: line, as: UTF8.self)
    }
    let words = line.split(whereSeparator: LabelledTextLayout.isSpace)
    let plain = words.filter { !$0.starts(with: LabelledTextLayout.labelPrefix) }
    if plain.count == words.count { return String(decoding: line, as: UTF8.self) }
    return String(decoding: Array(plain.joined(separator: [0x20])), as: UTF8.self)
  }
}

extension LabelledText {
  /// Adds a line of text without its words that begin with `__label__`; it has no labels.
  package mutating func append(lineWithoutLabels line: UnsafeBufferPointer<UInt8>) {
    if unsafe Self.mayHaveLabels(line) {
      append(text: unsafe Self.withoutLabels(line), labels: [])
    } else {
      unsafe append(text: line, labels: [], line: count + 1)
    }
  }

  /// Whether the text at a place has nothing but white space.
  package func isBlank(at index: Int) -> Bool {
    // Most texts begin with a letter of ASCII.
    let first = unsafe withUTF8(at: index) { unsafe $0.first }
    if let first, first > 0x20, first < 0x7F { return false }
    return text(at: index).allSatisfy(\.isWhitespace)
  }

  /// Whether what labels begin with is somewhere in a line: few texts to be classified have it, and
  /// all others stay as they are.
  private static func mayHaveLabels(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    // It begins with a low line, 0x5F.
    let mark = LabelledTextLayout.labelPrefix
    guard line.count >= mark.count else { return false }
    for start in 0...line.count - mark.count where unsafe line[start] == 0x5F {
      if unsafe line[start...].starts(with: mark) { return true }
    }
    return false
  }
}

/// Reads one file of labelled text.
struct LabelledTextReader {
  let path: String
  let layout: LabelledTextLayout
  let requiresLabels: Bool
  /// Bytes that are looked at to find the format.
  private static let sampleSize = 1 << 16
  /// A JSON array is taken into memory as a whole.
  private static let arrayLimit = 1 << 29

  func failure(
    _ line: Int, _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(line), found: found, expected: expected, remedy: remedy)
  }

  func read(into result: inout LabelledText) throws {
    try InputFiles.requireText(path)
    let source = try TextSource(path: path, encoding: layout.encoding)
    let sample = try source.peek(Self.sampleSize)
    let lines = LineReader(source, invalid: .replaced)
    switch try layout.format ?? (layout.delimiter == nil ? format(of: sample) : .csv) {
    case .fastText: try readFastText(lines, into: &result)
    case .jsonl: try readJSONLines(lines, into: &result)
    case .json:
      try readJSONArray(try source.readAll(limit: Self.arrayLimit), into: &result)
      result.replacedCount += source.replacedCount
    case .tsv: try readTable(lines, delimiter: UInt8(ascii: "\t"), isCSV: false, into: &result)
    case .csv:
      let delimiter = try self.delimiter(of: sample)
      try readTable(lines, delimiter: delimiter, isCSV: true, into: &result)
    }
    result.replacedCount += lines.replacedCount
  }

  /// The lines of the start of the file; the last may be cut off.
  func lines(of sample: [UInt8]) throws -> LineReader {
    unsafe LineReader(
      try TextSource(ByteSource(bytes: sample, path: path)), invalid: .replaced,
      maximumLength: Self.sampleSize)
  }

  private func format(of sample: [UInt8]) throws -> LabelledTextLayout.Format {
    let lines = try self.lines(of: sample)
    while true {
      let found = try unsafe lines.next { line in
        let start = unsafe line.first { !LabelledTextLayout.isSpace($0) }
        return unsafe (start, LabelledTextLayout.sniff(line, path: path))
      }
      guard let (start, format) = found else {
        throw WordtoolError(.badData, path: path, found: "no text", expected: "labelled text")
      }
      if let format, start != nil { return format }
      // A remark tells nothing.
      if start == nil || start == UInt8(ascii: "#") { continue }
      throw failure(
        lines.number, "no label",
        expected: "__label__ words, JSON objects, or fields apart by tabs or commas",
        remedy: "`format` names the format, `delimiter` another separator")
    }
  }

  private func readFastText(_ lines: LineReader, into result: inout LabelledText) throws {
    var text: [UInt8] = []
    var labels: [String] = []
    while true {
      let found = try unsafe lines.next { line in
        text.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        var isBlank = true
        let words = unsafe line.split(whereSeparator: LabelledTextLayout.isSpace)
        for index in unsafe words.indices {
          let word = unsafe words[index]
          isBlank = false
          if unsafe word.starts(with: LabelledTextLayout.labelPrefix) {
            let name = unsafe word.dropFirst(LabelledTextLayout.labelPrefix.count)
            if unsafe name.isEmpty { throw failure(lines.number, "an empty label") }
            unsafe labels.append(String(decoding: name, as: UTF8.self))
          } else {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            unsafe text.append(contentsOf: word)
          }
        }
        return isBlank
      }
      guard let isBlank = found else { return }
      if isBlank { continue }
      if labels.isEmpty, requiresLabels {
        if text.first == UInt8(ascii: "#") { continue }
        throw failure(lines.number, "no label", expected: "a word that begins with __label__")
      }
      result.append(text: text, labels: labels, line: lines.number)
    }
  }
}

extension LabelledTextLayout.Column {
  /// The name, if it is one.
  var name: String? { if case .name(let name) = self { name } else { nil } }
}
