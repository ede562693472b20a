import WordtoolCore

/// Reads vectors as text: word2vec's and fastText's with a first line that gives the size, GloVe's
/// without it.
///
/// A row is a word and D numbers, parted by blanks or tabs, with or without a blank at the end. A
/// word may hold blanks itself (GloVe's 840B set has such) where it is plain which fields are
/// values: the last D fields are, and the one before them is no number.
enum TextVectorReader {
  /// Bytes that one thread takes at a time. Fixed, so that errors and results do not depend on how
  /// many threads there are.
  private static let pieceByteCount = 1 << 20

  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let text = unsafe TextLines(bytes)
    let header = SizeLine(text)
    var warnings: [String] = []
    if text.start > 0 { warnings.append("the byte order mark at the start was skipped") }
    if let header {
      // The shortest row: no word at all, and a blank and a digit for each value.
      try header.check(path: path, available: bytes.count - header.end + 1) {
        $0.multipliedReportingOverflow(by: 2).overflow ? .max : $0 * 2
      }
    }
    let dimension = try header?.dimension ?? guessDimension(text, path: path)
    if header == nil, dimension == 1, endsInCounts(text) {
      throw WordtoolError(
        .badData, path: path, found: "a vocabulary: words and whole numbers, one a line",
        expected: "a word and its vector in each line",
        remedy: "name the file of the vectors; vectors of one value have a first line that gives "
          + "their size, or values with a point")
    }
    let start = min(header?.end ?? text.start, text.end)
    let starts = pieceStarts(text, from: start)
    let counts = try countRows(text, starts, threads: options.threads)
    var firstRows = [0]
    var firstLines = [text.lineNumber(at: start)]
    for (rows, lines) in counts {
      firstRows.append(firstRows[firstRows.count - 1] + rows)
      firstLines.append(firstLines[firstLines.count - 1] + lines)
    }
    let rowCount = firstRows[firstRows.count - 1]
    let hasExtraUnknown =
      header.map { rowCount == $0.count + 1 && lastWordIsUnknown(text) } ?? false
    if let header, rowCount != header.count, !hasExtraUnknown {
      throw WordtoolError(
        .badData, path: path,
        at: .line(rowCount < header.count ? firstLines[firstLines.count - 1] : header.count + 2),
        found: rowCount < header.count
          ? "the end after \(rowCount, "row")" : "row \(header.count + 1)",
        expected: "\(header.count, "row") as the first line says",
        remedy: rowCount < header.count ? "the file is truncated" : nil)
    }
    if hasExtraUnknown {
      warnings.append("one more row than the first line says: the last, <unk>, was kept")
    }
    guard rowCount <= WordTable.maximumCount, rowCount * dimension <= bytes.count else {
      throw WordtoolError(
        .badData, path: path, found: "\(rowCount, "row") of \(dimension, "value")",
        expected: "at most what \(bytes.count, "byte") can hold")
    }

    try NumericTable.checkMemory(rowCount: rowCount, dimension: dimension, path: path)
    let rows = Allocation(byteCount: rowCount * dimension * 4)
    let placeMemory = Allocation(byteCount: rowCount * MemoryLayout<Place>.stride)
    nonisolated(unsafe) let places = unsafe placeMemory.buffer(of: Place.self, count: rowCount)
    nonisolated(unsafe) let values = unsafe rows.buffer(of: Float.self, count: rowCount * dimension)
    let failures = FirstFailure()
    let pieces = (starts, firstRows, firstLines)
    PresentWork.begin(.reading, of: starts.count - 1)
    try VectorStorage.inPieces(of: starts.count - 1, size: 1, threads: options.threads) { range in
      let (starts, firstRows, firstLines) = pieces
      let parser = RowParser(text: text, dimension: dimension)
      guard let values = unsafe values.baseAddress else { return }
      for piece in range {
        var offset = starts[piece]
        var number = firstLines[piece]
        for row in firstRows[piece]..<firstRows[piece + 1] {
          var (line, next) = text.line(from: offset)
          while text.isBlank(line) {
            number += 1
            (line, next) = text.line(from: next)
          }
          do throws(RowParser.Problem) {
            unsafe places[row] = try unsafe parser.parse(line, into: values + row * dimension)
          } catch {
            failures.report(line: number, error)
            return
          }
          number += 1
          offset = next
        }
        PresentWork.advance(1)
      }
    }
    if let failure = failures.first {
      throw WordtoolError(
        .badData, path: path, at: .line(failure.line), found: failure.problem.found,
        expected: failure.problem.expected)
    }
    var assembly = VectorAssembly(
      path: path, format: header == nil ? .glove : .word2vecText, dimension: dimension, rows: rows)
    assembly.warnings = warnings
    return try withExtendedLifetime(placeMemory) {
      try unsafe assembly.finish(
        words: UnsafeBufferPointer(places), bytes: bytes, options: options
      ) { unsafe .line(text.lineNumber(at: places[$0].start)) }
    }
  }

  /// The dimension of text without a size line: the fewest values among its first lines, for a
  /// word with blanks makes a line look longer.
  private static func guessDimension(_ text: TextLines, path: String) throws -> Int {
    var fewest = Int.max
    var offset = text.start
    for _ in 0..<100 where offset < text.end {
      let (line, next) = text.line(from: offset)
      if text.isBlank(line) {
        offset = next
        continue
      }
      // More is a text on one line.
      guard let fields = text.fields(of: line, atMost: VectorStorage.maximumDimension + 1) else {
        throw WordtoolError(
          .badData, path: path, at: .line(text.lineNumber(at: offset)),
          found: "a line of more than \(VectorStorage.maximumDimension) values",
          expected: "a word and at most so many")
      }
      // A row whose word is empty begins with a blank.
      let hasEmptyWord =
        unsafe line.isEmpty ? false : TextLines.isBlank(text.bytes[line.lowerBound])
      fewest = min(fewest, hasEmptyWord ? fields.count : fields.count - 1)
      offset = next
    }
    guard fewest >= 1, fewest < Int.max else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "a line without values",
        expected: "a word and its values")
    }
    return fewest
  }

  /// Whether every line is a word, which may hold blanks, and one whole number without a sign, as the
  /// counts of a vocabulary are.
  private static func endsInCounts(_ text: TextLines) -> Bool {
    var offset = text.start
    while offset < text.end {
      let (line, next) = text.line(from: offset)
      offset = next
      if text.isBlank(line) { continue }
      let fields = text.fields(of: line)
      guard let last = fields.last, text.integer(last) != nil,
        fields.count < 3 || !text.looksLikeNumber(fields[fields.count - 2])
      else { return false }
    }
    return true
  }

  /// Where the pieces begin, each at the start of a line, and the end.
  private static func pieceStarts(_ text: TextLines, from start: Int) -> [Int] {
    var starts = [start]
    while let last = starts.last, last < text.end {
      let target = last + pieceByteCount
      guard target < text.end, let newline = text.newline(from: target, below: text.end) else {
        starts.append(text.end)
        break
      }
      starts.append(newline + 1)
    }
    return starts
  }

  /// The rows and the lines of each piece: blank lines are no rows.
  private static func countRows(
    _ text: TextLines, _ starts: [Int], threads: Int
  ) throws -> [(rows: Int, lines: Int)] {
    guard starts.count > 1 else { return [] }
    let counts = Locked([(rows: Int, lines: Int)](repeating: (0, 0), count: starts.count - 1))
    try VectorStorage.inPieces(of: starts.count - 1, size: 1, threads: threads) { range in
      for piece in range {
        var count = (rows: 0, lines: 0)
        var offset = starts[piece]
        let end = starts[piece + 1]
        while offset < end {
          let next = text.newline(from: offset, below: end) ?? end
          count.lines += 1
          if !text.isBlank(offset..<next) { count.rows += 1 }
          offset = next + 1
        }
        let total = count
        counts.withLock { $0[piece] = total }
      }
    }
    return counts.withLock { $0 }
  }

  private static func lastWordIsUnknown(_ text: TextLines) -> Bool {
    var offset = text.end
    while offset > text.start, unsafe text.bytes[offset - 1] != 0x0A { offset -= 1 }
    return unsafe text.bytes[offset..<text.end].starts(with: Array("<unk> ".utf8))
  }

  /// The failure in the lowest line.
  private final class FirstFailure: Sendable {
    private let failure = Locked<(line: Int, problem: RowParser.Problem)?>(nil)

    var first: (line: Int, problem: RowParser.Problem)? { failure.withLock { $0 } }

    func report(line: Int, _ problem: RowParser.Problem) {
      failure.withLock { failure in
        if let known = failure, known.line <= line { return }
        failure = (line, problem)
      }
    }
  }
}

/// Reads one line of a word and its values.
struct RowParser {
  struct Problem: Error {
    var found: String
    var expected: String?
  }

  let text: TextLines
  let dimension: Int
  private let numbers = FloatParser()

  init(text: TextLines, dimension: Int) {
    self.text = text
    self.dimension = dimension
  }

  /// Writes the values to `target` and says where the word is.
  func parse(
    _ line: Range<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(Problem) -> Place {
    guard let bytes = unsafe text.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      throw Problem(found: "an empty line", expected: "a word and \(dimension, "value")")
    }
    var end = line.upperBound
    while end > line.lowerBound, unsafe TextLines.isBlank(bytes[end - 1]) { end -= 1 }
    var offset = line.lowerBound
    while offset < end, unsafe !TextLines.isBlank(bytes[offset]) { offset += 1 }
    let wordEnd = offset
    if unsafe values(bytes, from: offset, to: end, into: target) {
      return Place(start: line.lowerBound, count: wordEnd - line.lowerBound)
    }
    return try unsafe fromTheRight(bytes, line.lowerBound..<end, into: target)
  }

  /// Whether exactly the right number of values stands between two places.
  @inline(__always)
  private func values(
    _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int,
    into target: UnsafeMutablePointer<Float>
  ) -> Bool {
    var offset = start
    for column in 0..<dimension {
      let blank = offset
      while offset < end, unsafe TextLines.isBlank(bytes[offset]) { offset += 1 }
      if offset == blank || offset >= end { return false }
      guard let value = unsafe numbers.parse(bytes, &offset, limit: end) else { return false }
      unsafe target[column] = value
    }
    return offset == end
  }

  /// A line whose word holds blanks, or one that is wrong.
  private func fromTheRight(
    _ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into target: UnsafeMutablePointer<Float>
  ) throws(Problem) -> Place {
    let fields = text.fields(of: line)
    guard fields.count > 0 else {
      throw Problem(found: "an empty line", expected: "a word and \(dimension, "value")")
    }
    if fields.count > dimension + 1 {
      let before = fields[fields.count - dimension - 1]
      if !text.looksLikeNumber(before) {
        let wordEnd = before.upperBound
        if unsafe values(bytes, from: wordEnd, to: line.upperBound, into: target) {
          return Place(start: line.lowerBound, count: wordEnd - line.lowerBound)
        }
      }
    }
    let hasEmptyWord = unsafe TextLines.isBlank(bytes[line.lowerBound])
    let valueFields = hasEmptyWord ? fields[...] : fields.dropFirst()
    if let bad = valueFields.first(where: { !text.looksLikeNumber($0) }) {
      throw Problem(
        found: "\(text.quoted(bad)) among the values", expected: "\(dimension, "number")")
    }
    throw Problem(found: "\(valueFields.count, "value")", expected: "\(dimension)")
  }
}
