import WordtoolCore

/// Reads the files of TensorBoard's Embedding Projector: values parted by tabs, a row a line, and the
/// words in a file of metadata beside it.
///
/// The metadata have a line of names when they have two or more columns, and none when they have one;
/// both are read with and without it: the number of rows tells.
enum ProjectorReader {
  /// Whether text is rows of nothing but values, parted by tabs.
  ///
  /// GloVe's text may have tabs, and words that are numbers; so the metadata must be there, or all of the
  /// first rows must begin with a number that no list of words would begin with.
  static func matches(_ text: TextLines, path: String) -> Bool {
    var offset = text.start
    var rows = 0
    var hasFraction = false
    while offset < text.end, rows < 20 {
      let (line, next) = text.line(from: offset)
      let fields = text.fields(of: line)
      let hasBlank = unsafe text.bytes[line].contains(0x20)
      guard !hasBlank, !fields.isEmpty, fields.allSatisfy(text.looksLikeNumber) else {
        return false
      }
      hasFraction = unsafe hasFraction || text.bytes[fields[0]].contains(UInt8(ascii: "."))
      offset = next
      rows += 1
    }
    return rows > 0 && (hasFraction || metadata(beside: path) != nil)
  }

  /// The file of metadata that belongs to a file of vectors; nil when there is none.
  private static func metadata(beside path: String) -> String? {
    guard path != "-" else { return nil }
    let name = OutputTarget.split(path).name
    let folder = String(path.dropLast(name.count))
    let candidates = [
      WordVectors.Format.projector.wordListPath(forPath: path), folder + "metadata.tsv",
    ]
    return candidates.lazy.compactMap(\.self).first { $0 != path && WordList.isFile($0) }
  }

  static func read(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let text = unsafe TextLines(file.bytes)
    let path = file.path
    let dimension = text.fields(of: text.line(from: text.start).range).count
    var rowCount = 0
    var offset = text.start
    while offset < text.end {
      let (line, next) = text.line(from: offset)
      if !text.isBlank(line) { rowCount += 1 }
      offset = next
    }
    // A value and what parts it from the next take two bytes at least.
    guard dimension <= VectorStorage.maximumDimension,
      unsafe rowCount <= (file.bytes.count + 1) / max(1, 2 * dimension)
    else {
      throw WordtoolError(
        .badData, path: path, found: "\(rowCount, "row") of \(dimension, "value")",
        expected: unsafe "at most what \(file.bytes.count, "byte") can hold")
    }
    let memory = Allocation(byteCount: 4 * rowCount * dimension)
    let values = unsafe memory.buffer(of: Float.self, count: rowCount * dimension)
    let numbers = FloatParser()
    guard let bytes = unsafe file.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      var target = values.baseAddress
    else { throw WordtoolError(.badData, path: path, found: "no rows", expected: "rows of values") }
    offset = text.start
    var number = 0
    while offset < text.end {
      let (line, next) = text.line(from: offset)
      number += 1
      offset = next
      if text.isBlank(line) { continue }
      var at = line.lowerBound
      for column in 0..<dimension {
        while at < line.upperBound, unsafe TextLines.isBlank(bytes[at]) { at += 1 }
        guard at < line.upperBound,
          let value = unsafe numbers.parse(bytes, &at, limit: line.upperBound),
          unsafe at == line.upperBound || TextLines.isBlank(bytes[at])
        else { throw problem(text, line, number, dimension, path) }
        unsafe target[column] = value
      }
      while at < line.upperBound, unsafe TextLines.isBlank(bytes[at]) { at += 1 }
      guard at == line.upperBound else { throw problem(text, line, number, dimension, path) }
      unsafe target += dimension
    }
    guard let listPath = options.wordList ?? metadata(beside: path) else {
      throw WordtoolError(
        .badData, path: path, found: "rows of values without words",
        expected: "their words in "
          + (WordVectors.Format.projector.wordListPath(forPath: path) ?? "metadata.tsv"),
        remedy: "or name the list with `wordList`")
    }
    let list = try WordList(contentsOf: listPath, rowCount: rowCount, for: path)
    var assembly = VectorAssembly(
      path: path, format: .projector, dimension: dimension, rows: memory)
    assembly.wordPath = listPath
    assembly.counts = list.counts
    return try unsafe list.places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: list.contents.bytes, options: options) { row in
        list.lines.map { .line($0[row]) }
      }
    }
  }

  private static func problem(
    _ text: TextLines, _ line: Range<Int>, _ number: Int, _ dimension: Int, _ path: String
  ) -> WordtoolError {
    let fields = text.fields(of: line)
    if let bad = fields.first(where: { !text.looksLikeNumber($0) }) {
      return WordtoolError(
        .badData, path: path, at: .line(number), found: "\(text.quoted(bad)) among the values",
        expected: "\(dimension, "number")")
    }
    return WordtoolError(
      .badData, path: path, at: .line(number), found: "\(fields.count, "value")",
      expected: "\(dimension), as in the first line")
  }
}
