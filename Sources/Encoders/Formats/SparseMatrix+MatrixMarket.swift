package import WordtoolCore

extension SparseMatrix {
  /// Writes the matrix in the Matrix Market exchange format: coordinates, real, general.
  ///
  /// Values have the shortest digits that read back as the same number.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func writeMatrixMarket(to path: String) throws {
    try OutputFile.write(to: path) { try writeMatrixMarket(to: $0) }
  }

  /// Writes into an open file.
  package func writeMatrixMarket(to output: OutputFile) throws {
    try output.write(
      "%%MatrixMarket matrix coordinate real general\n\(rowCount) \(columnCount) \(storedCount)\n")
    for row in 0..<rowCount {
      for place in rowOffsets[row]..<rowOffsets[row + 1] {
        let value = values[place]
        let text = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        try output.write("\(row + 1) \(columns[place] + 1) \(text)\n")
      }
    }
  }

  /// Writes one JSON object a row: `{"columns":[…],"values":[…]}`.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func writeJSONLines(to path: String) throws {
    try OutputFile.write(to: path) { try writeJSONLines(to: $0) }
  }

  /// Writes into an open file.
  package func writeJSONLines(to output: OutputFile) throws {
    for row in 0..<rowCount {
      let places = rowOffsets[row]..<rowOffsets[row + 1]
      let names = places.map { "\(columns[$0])" }.joined(separator: ",")
      let numbers = places.map { place in
        let value = values[place]
        if !value.isFinite { return "null" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
      }
      try output.write(
        "{\"columns\":[\(names)],\"values\":[\(numbers.joined(separator: ","))]}\n")
    }
  }

  /// Reads a Matrix Market file of coordinates: real, integer or pattern; general or symmetric.
  /// Values of one place are added up.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` with the line that does not fit.
  public init(matrixMarket path: String) throws {
    let text = try TextSource(path: path).readAll()
    var reader = MatrixMarketReader(text: text, path: path)
    self = try reader.read()
  }
}

private struct MatrixMarketReader {
  let text: [UInt8]
  let path: String
  private var at = 0
  private var line = 0

  init(text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  private func fail(_ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(.badData, path: path, at: .line(line), found: found, expected: expected)
  }

  /// The words of the next line, or nil at the end.
  private mutating func nextLine() -> [Substring]? {
    guard at < text.count else { return nil }
    var end = at
    while end < text.count, text[end] != 0x0A { end += 1 }
    let words = String(decoding: text[at..<end], as: UTF8.self)
      .split { $0 == " " || $0 == "\t" || $0 == "\r" }
    at = end + 1
    line += 1
    return words
  }

  mutating func read() throws -> SparseMatrix {
    let banner = nextLine()?.map { $0.lowercased() } ?? []
    guard banner.count == 5, banner[0] == "%%matrixmarket", banner[1] == "matrix",
      banner[2] == "coordinate"
    else { throw fail("'\(banner.joined(separator: " "))'", "%%MatrixMarket matrix coordinate …") }
    guard ["real", "integer", "pattern"].contains(banner[3]) else {
      throw fail("the field '\(banner[3])'", "real, integer or pattern")
    }
    guard ["general", "symmetric"].contains(banner[4]) else {
      throw fail("the symmetry '\(banner[4])'", "general or symmetric")
    }
    let isPattern = banner[3] == "pattern"
    let isSymmetric = banner[4] == "symmetric"
    var words = nextLine()
    while let found = words, found.first?.hasPrefix("%") ?? true { words = nextLine() }
    guard let sizes = words?.compactMap({ Int($0) }), sizes.count == 3, words?.count == 3,
      sizes.allSatisfy({ $0 >= 0 }), sizes[0] <= Int(Int32.max), sizes[1] <= Int(Int32.max)
    else { throw fail("no size", "rows, columns and entries, below 2^31") }
    // Rows take memory whether they hold something or not.
    guard sizes[0] <= 1 << 24 || sizes[0] / 64 <= sizes[2] else {
      throw fail("\(sizes[0]) rows for \(sizes[2]) entries", "fewer rows")
    }
    // An entry takes four bytes at least: the file itself bounds what is believed.
    guard sizes[2] <= (text.count - min(at, text.count)) / 4 + 1 else {
      throw fail("\(sizes[2]) entries", "no more than the file can hold")
    }
    var entries: [(row: Int32, column: Int32, value: Double)] = []
    entries.reserveCapacity(sizes[2])
    var count = 0
    while let words = nextLine() {
      if words.isEmpty || words[0].hasPrefix("%") { continue }
      guard count < sizes[2] else { throw fail("more entries", "\(sizes[2])") }
      guard words.count == (isPattern ? 2 : 3), let row = Int32(words[0]),
        let column = Int32(words[1]), row >= 1, row <= sizes[0], column >= 1, column <= sizes[1],
        let value = isPattern ? 1 : Double(words[2])
      else {
        throw fail(
          "'\(words.joined(separator: " "))'",
          "a row to \(sizes[0]), a column to \(sizes[1])\(isPattern ? "" : " and a value")")
      }
      entries.append((row - 1, column - 1, value))
      if isSymmetric, row != column { entries.append((column - 1, row - 1, value)) }
      count += 1
    }
    guard count == sizes[2] else { throw fail("\(count, "entry")", "\(sizes[2])") }
    return matrix(entries, rowCount: sizes[0], columnCount: sizes[1])
  }

  private func matrix(
    _ entries: [(row: Int32, column: Int32, value: Double)], rowCount: Int, columnCount: Int
  ) -> SparseMatrix {
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for entry in entries { starts[Int(entry.row) + 1] += 1 }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    var next = starts
    var order = [Int](repeating: 0, count: entries.count)
    for (index, entry) in entries.enumerated() {
      order[next[Int(entry.row)]] = index
      next[Int(entry.row)] += 1
    }
    var builder = SparseMatrixBuilder(columnCount: columnCount)
    for row in 0..<rowCount {
      for place in starts[row]..<starts[row + 1] {
        builder.add(entries[order[place]].value, column: Int(entries[order[place]].column))
      }
      builder.endRow()
    }
    return builder.finish()
  }
}
