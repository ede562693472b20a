package import WordtoolCore

/// The tunes of a file in ABC notation, standard 2.1.
///
/// Tunes stand apart by empty lines. What is between them and no tune is left alone: a header for
/// the whole file, or text.
public struct ABCBook: Sendable {
  /// The tunes in the order of the file.
  public private(set) var tunes: [ABCTune] = []
  /// What is wrong outside the tunes.
  public private(set) var problems: [ABCProblem] = []

  /// How many byte sequences of the file were no text and became U+FFFD.
  public private(set) var replacedCount = 0

  /// Reads the tunes of a file, plain or gzip; `-` is standard input.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` for what is no text.
  public init(contentsOf path: String) throws { try self.init(TextSource(path: path)) }

  /// Bytes of a line; scores have some hundred.
  private static let longestLine = 1 << 20
  /// Bytes of a file: some 100,000 tunes.
  private static let largestBook = 1 << 26

  /// Reads the tunes of a text, which is taken into memory as a whole.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a text or a line that is too long, and what
  ///   reading throws.
  package init(_ source: TextSource) throws {
    let lines = LineReader(source, invalid: .replaced, maximumLength: Self.longestLine)
    var text: [UInt8] = []
    while try unsafe lines.next({ unsafe text.append(contentsOf: $0) }) != nil {
      text.append(UInt8(ascii: "\n"))
      guard text.count <= Self.largestBook else {
        throw WordtoolError(
          .badData, path: source.path, found: "more than \(Self.largestBook) bytes of tunes",
          expected: "at most so many; the text is taken into memory as a whole",
          remedy: "split the file between tunes")
      }
    }
    self.init(text: String(decoding: text, as: UTF8.self))
    replacedCount = lines.replacedCount
  }

  /// Reads the tunes out of a text. Whatever is in it, this succeeds; what is wrong is among the
  /// problems of the tunes and of the book.
  public init(text: String) {
    var fileFields: [ABCField] = []
    var block: [(number: Int, text: Substring)] = []
    var number = 0
    /// The end of a block such as `%%begintext`, which is no music whatever stands in it.
    var blockEnd: String?
    var blockStart = 0
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if let end = blockEnd {
        if line.hasPrefix(end) { blockEnd = nil }
      } else if line.hasPrefix("%%begin") {
        blockStart = number
        blockEnd = "%%end" + line.dropFirst(7).prefix { $0.isLetter }
      } else if isBlank(line) {
        finish(block, fileFields: &fileFields)
        block = []
      } else {
        block.append((number, line))
      }
    }
    finish(block, fileFields: &fileFields)
    if let end = blockEnd {
      problems.append(
        ABCProblem(
          severity: .error, position: ABCPosition(line: blockStart, column: 1),
          message: "'%%begin\(end.dropFirst(5))' without an end: all that follows was left out, "
            + "expected a line '\(end)'"))
    }
    if tunes.isEmpty && problems.isEmpty {
      problems.append(
        ABCProblem(
          severity: .error, position: ABCPosition(line: 1, column: 1),
          message: "no tune, expected a line that begins with X:"))
    }
  }

  /// Whether neither the book nor a tune of it has an error.
  public var isGood: Bool {
    tunes.allSatisfy(\.isGood) && !problems.contains { $0.severity == .error }
  }

  /// Every problem of the book and its tunes, by position.
  public var allProblems: [ABCProblem] {
    (problems + tunes.flatMap(\.problems)).enumerated().sorted {
      ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
    }.map(\.element)
  }

  /// Takes in lines without an empty one between them.
  private mutating func finish(
    _ block: [(number: Int, text: Substring)], fileFields: inout [ABCField]
  ) {
    guard !block.isEmpty else { return }
    let starts = block.indices.filter { block[$0].text.hasPrefix("X:") }
    guard let first = starts.first else { return finishWithoutTune(block, fileFields: &fileFields) }
    for line in block[..<first] where !line.text.hasPrefix("%") {
      if let field = ABCTuneParser.field(of: line.text, line: line.number) {
        problems.append(
          ABCProblem(
            severity: .error, position: field.position,
            message: "'\(field.letter):' before 'X:', expected X: as the first line of a tune"))
      }
    }
    for (place, start) in starts.enumerated() {
      let end = place + 1 < starts.count ? starts[place + 1] : block.endIndex
      var parser = ABCTuneParser(at: block[start].number, fileFields: fileFields)
      if place > 0 {
        parser.report(
          .error, ABCPosition(line: block[start].number, column: 1),
          "'X:' inside a tune, expected an empty line before the next one")
      }
      for line in block[start..<end] { parser.parse(line: line.text, number: line.number) }
      tunes.append(parser.finished())
    }
  }

  /// Takes in lines that hold no tune: the header of the file, text, or a tune without a number.
  private mutating func finishWithoutTune(
    _ block: [(number: Int, text: Substring)], fileFields: inout [ABCField]
  ) {
    let fields = block.map { ABCTuneParser.field(of: $0.text, line: $0.number) }
    if let key = fields.firstIndex(where: { $0?.letter == "K" }),
      let first = fields[0] ?? fields[key]
    {
      problems.append(
        ABCProblem(
          severity: .error, position: first.position,
          message: "a tune without 'X:', expected a number such as X:1 in its first line"))
    } else if tunes.isEmpty, block.first?.number == 1 {
      fileFields = fields.compactMap { $0 }
    }
  }
}
