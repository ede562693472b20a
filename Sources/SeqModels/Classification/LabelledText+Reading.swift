import Tokenize
import WordtoolCore

extension LabelledText {
  /// Reads texts and labels from a file, plain or gzip; `-` is standard input.
  ///
  /// What the layout leaves open is found out:
  /// - The format: a first line that begins with `__label__` is fastText's, one that begins with
  ///   `{` is JSON lines, with `[` a JSON array; then the suffix `.csv` or `.tsv` decides; then any of the
  ///   first lines that begins with `__label__`; then in the first a tab, a `__label__` at the end, a
  ///   comma, a semicolon or `|`.
  ///   The last three count only where they stand equally often in each of the first rows.
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
  /// - Parameters:
  ///   - path: the file.
  ///   - layout: where labels and texts stand in it.
  ///   - requiresLabels: whether texts without a label are left out and counted, or refused where
  ///     `layout` is strict.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` with the line, or when no text has
  ///   a label.
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
    let (before, unlabelled) = (count, unlabelledCount)
    let reader = LabelledTextReader(
      path: path, layout: layout, labelMark: try layout.labelMark(), requiresLabels: requiresLabels)
    let format = try reader.read(into: &self)
    guard count > before else {
      let missing = unlabelledCount - unlabelled
      guard missing > 0 else {
        throw WordtoolError(.badData, path: path, found: "no text", expected: "labelled text")
      }
      throw WordtoolError(
        .badData, path: path, found: "no label, in \(missing, "text")",
        expected: format == .fastText
          ? "words that begin with \(layout.labelPrefix ?? LabelledTextLayout.usualLabelPrefix)"
          : "one in some of them",
        remedy: format == .fastText
          ? "`labelPrefix` names what labels begin with" : "`labelColumn` names where it is")
    }
  }
}

extension LabelledText {
  /// What the first lines of a file read as, with their format.
  ///
  /// - Parameters:
  ///   - start: whole lines of UTF-8.
  ///   - path: the file, whose name counts.
  /// - Throws: as ``init(contentsOf:layout:requiresLabels:)`` for what is no labelled text.
  package static func sample(
    _ start: [UInt8], path: String
  ) throws -> (text: LabelledText, format: LabelledTextLayout.Format) {
    let layout = LabelledTextLayout()
    let reader = LabelledTextReader(
      path: path, layout: layout, labelMark: try layout.labelMark(), requiresLabels: true)
    var text = LabelledText()
    let source = try unsafe TextSource(ByteSource(bytes: start, path: path))
    let format = try reader.read(source, into: &text)
    return (text, format)
  }
}

extension LabelledText {
  /// A line of text without its words that begin as labels do; unchanged if there are none.
  ///
  /// - Parameters:
  ///   - line: a line of a file.
  ///   - labelPrefix: what labels begin with, at least one character.
  public static func withoutLabels(
    _ line: some Collection<UInt8>, labelPrefix: String = LabelledTextLayout.usualLabelPrefix
  ) -> String {
    withoutLabels(line, mark: Array(labelPrefix.utf8))
  }

  private static func withoutLabels(_ line: some Collection<UInt8>, mark: [UInt8]) -> String {
    if let hasMark = line.withContiguousStorageIfAvailable({ unsafe mayHaveLabels($0, mark) }),
      !hasMark
    {
      return String(decoding: line, as: UTF8.self)
    }
    let words = line.split(whereSeparator: LabelledTextLayout.isSpace)
    let plain = words.filter { !$0.starts(with: mark) }
    if plain.count == words.count { return String(decoding: line, as: UTF8.self) }
    return String(decoding: Array(plain.joined(separator: [0x20])), as: UTF8.self)
  }
}

extension LabelledText {
  /// Adds a line of text without its words that begin as labels do; it has no labels.
  package mutating func append(
    lineWithoutLabels line: UnsafeBufferPointer<UInt8>, mark: [UInt8]
  ) {
    if unsafe Self.mayHaveLabels(line, mark) {
      append(text: unsafe Self.withoutLabels(line, mark: mark), labels: [])
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
  private static func mayHaveLabels(
    _ line: UnsafeBufferPointer<UInt8>, _ mark: [UInt8]
  ) -> Bool {
    guard let first = mark.first, line.count >= mark.count else { return false }
    for start in 0...line.count - mark.count where unsafe line[start] == first {
      if unsafe line[start...].starts(with: mark) { return true }
    }
    return false
  }
}

/// Reads one file of labelled text.
struct LabelledTextReader {
  let path: String
  let layout: LabelledTextLayout
  /// What labels begin with in fastText's format.
  let labelMark: [UInt8]
  let requiresLabels: Bool
  /// Bytes that are looked at to find the format.
  static let sampleSize = 1 << 16
  /// A JSON array is taken into memory as a whole.
  private static let arrayLimit = 1 << 29

  func failure(
    _ line: Int, _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(line), found: found, expected: expected, remedy: remedy)
  }

  /// Reads the file and says what format it has.
  func read(into result: inout LabelledText) throws -> LabelledTextLayout.Format {
    try InputFiles.requireText(path)
    return try read(TextSource(path: path, encoding: layout.encoding), into: &result)
  }

  /// Reads what a source gives and says what format it has.
  func read(
    _ source: TextSource, into result: inout LabelledText
  ) throws -> LabelledTextLayout.Format {
    let sample = try source.peek(Self.sampleSize)
    let lines = LineReader(source, invalid: .replaced)
    let format = try layout.format ?? givenFormat ?? format(of: sample)
    switch format {
    case .fastText: try readFastText(lines, into: &result)
    case .jsonl: try readJSONLines(lines, into: &result)
    case .json:
      try readJSONArray(try source.readAll(limit: Self.arrayLimit), into: &result)
      result.replacedCount += source.replacedCount
    case .tsv, .csv:
      let isCSV = format == .csv
      let delimiter = try isCSV ? self.delimiter(of: sample) : UInt8(ascii: "\t")
      let table = try LabelledTableReader(
        lines, delimiter: delimiter, isCSV: isCSV, reader: self)
      try table?.read(into: &result)
    }
    result.replacedCount += lines.replacedCount
    return format
  }

  /// The format that the layout's other properties stand for.
  private var givenFormat: LabelledTextLayout.Format? {
    layout.delimiter != nil ? .csv : layout.labelPrefix != nil ? .fastText : nil
  }

  /// Counts a text that has no label, where texts must have one.
  ///
  /// - Throws: `error` where the layout is strict.
  func leaveOut(_ result: inout LabelledText, _ error: @autoclosure () -> WordtoolError) throws {
    if layout.isStrict { throw error() }
    result.unlabelledCount += 1
  }

  /// The lines of the start of the file; the last may be cut off.
  func lines(of sample: [UInt8]) throws -> LineReader {
    unsafe LineReader(
      try TextSource(ByteSource(bytes: sample, path: path)), invalid: .replaced,
      maximumLength: Self.sampleSize)
  }

  private func format(of sample: [UInt8]) throws -> LabelledTextLayout.Format {
    let lines = try self.lines(of: sample)
    // What the first line with something on it says, unless it is a remark that says nothing.
    var first: (format: LabelledTextLayout.Format?, line: Int)?
    let isTable = LabelledTextLayout.isTable(path)
    while let line = try unsafe lines.next({ unsafe look(at: $0) }) {
      guard let start = line.start else { continue }
      if first == nil, line.format != nil || start != UInt8(ascii: "#") {
        first = (line.format, lines.number)
        if isTable || line.format == .json || line.format == .jsonl { break }
      }
      // Texts without a label may stand before the first that has one.
      if line.hasLabel { return .fastText }
    }
    guard let first else {
      throw WordtoolError(.badData, path: path, found: "no text", expected: "labelled text")
    }
    // Prose has commas too, now more and now fewer.
    if let format = first.format,
      try isTable || format != .csv || regularDelimiter(of: sample) != nil
    {
      return format
    }
    throw failure(
      first.line, "no label",
      expected: "__label__ words, JSON objects, or fields apart by tabs or commas",
      remedy:
        "`format` names the format, `labelPrefix` what labels begin with, `delimiter` another "
        + "separator")
  }

  /// What a line begins with, what it says of the format, and whether it begins with a label.
  private func look(
    at line: UnsafeBufferPointer<UInt8>
  ) -> (start: UInt8?, format: LabelledTextLayout.Format?, hasLabel: Bool) {
    let rest = unsafe line.drop(while: LabelledTextLayout.isSpace)
    return unsafe (
      rest.first, LabelledTextLayout.sniff(line, path: path), rest.starts(with: labelMark)
    )
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
          if unsafe word.starts(with: labelMark) {
            let name = unsafe word.dropFirst(labelMark.count)
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
        try leaveOut(
          &result,
          failure(
            lines.number, "no label",
            expected: "a word that begins with \(String(decoding: labelMark, as: UTF8.self))"))
        continue
      }
      result.append(text: text, labels: labels, line: lines.number)
    }
  }
}

extension LabelledTextLayout.Column {
  /// The name, if it is one.
  var name: String? { if case .name(let name) = self { name } else { nil } }
}
