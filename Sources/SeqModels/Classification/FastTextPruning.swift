import FastTextFiles
import WordtoolCore

/// Which rows of words and n-grams a small model keeps.
extension FastTextParts {
  /// Fewer rows than these are not worth their centroids: fastText's number.
  private static let fewestRows = 256

  /// Keeps the longest rows, as many as the options have room for, `</s>` in any case.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for a size that has no room for 256.
  mutating func prune(_ options: FastTextQuantizationOptions) throws {
    var count = min(options.cutoff ?? .max, input.rowCount)
    let all = Array(0..<input.rowCount)
    let isTooLarge = options.size.map { byteCount(of: all[...], options) > $0 } ?? false
    guard count < input.rowCount || isTooLarge else { return }
    let order = longestRows()
    if let size = options.size, isTooLarge {
      var room = size - byteCount(of: [], options)
      let fitting = order[..<count].prefix {
        room -= rowByteCount($0, options)
        return room >= 0
      }.count
      let fewest = min(Self.fewestRows, count)
      try OptionCheck.require(
        fitting >= fewest, found: "`size` is \(size)",
        expected: "at least \(byteCount(of: order[..<fewest], options)) bytes for "
          + "\(fewest, "row") of \(header.dimension) values and \(labels.count, "label")",
        remedy: "fewer dimensions make smaller rows")
      count = fitting
    }
    keep(order[..<count])
  }

  /// The rows of the file from the longest on, `</s>` before all.
  private func longestRows() -> [Int] {
    let end = words.firstIndex(of: CharacterNGrams.endOfLine)
    let lengths = (0..<input.rowCount).map { row in
      row == end
        ? .infinity : input.values(ofRow: row).reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    return lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
  }

  /// Bytes of a quantized file that keeps some of the rows.
  private func byteCount(
    of rows: ArraySlice<Int>, _ options: FastTextQuantizationOptions
  ) -> Int {
    let (dimension, separates) = (header.dimension, options.separatesLengths)
    let ofOutput =
      options.quantizesLabels
      ? QuantizedRows.byteCount(
        rowCount: output.rowCount, dimension: dimension, partWidth: Self.labelPartWidth,
        separatesLengths: separates)
      : FastTextWriter.matrixByteCount(rowCount: output.rowCount, dimension: dimension)
    let fixed =
      FastTextHeader.byteCount + FastTextWriter.dictionaryHeadByteCount
      + labels.reduce(0) { $0 + FastTextWriter.entryByteCount(ofUTF8: $1.utf8.count) }
      + QuantizedRows.byteCount(
        rowCount: 0, dimension: dimension, partWidth: options.partWidth,
        separatesLengths: separates)
      + ofOutput
    let isWhole = buckets == nil && rows.count == input.rowCount
    return rows.reduce(fixed) { $0 + rowByteCount($1, options, isWhole: isWhole) }
  }

  /// Bytes of a row's codes and name.
  private func rowByteCount(
    _ row: Int, _ options: FastTextQuantizationOptions, isWhole: Bool = false
  ) -> Int {
    let width = min(options.partWidth, header.dimension)
    let codes =
      (header.dimension + width - 1) / width + (options.separatesLengths ? 1 : 0)
    if row < words.count {
      return codes + FastTextWriter.entryByteCount(ofUTF8: words[row].count)
    }
    return codes + (isWhole ? 0 : FastTextWriter.bucketByteCount)
  }

  /// Keeps rows, the words' and then those of n-grams.
  private mutating func keep(_ kept: ArraySlice<Int>) {
    let wordRows = kept.filter { $0 < words.count }.sorted()
    let nGramRows = kept.filter { $0 >= words.count }
    buckets = nGramRows.map { row in
      buckets?[row - words.count] ?? Int32(truncatingIfNeeded: row - words.count)
    }
    input = ChosenRows(matrix: input, rows: wordRows + nGramRows)
    words = wordRows.map { words[$0] }
    wordCounts = wordRows.map { wordCounts[$0] }
  }
}

/// Some rows of a matrix.
struct ChosenRows: FastTextMatrix {
  let matrix: any FastTextMatrix
  let rows: [Int]
  var rowCount: Int { rows.count }
  var dimension: Int { matrix.dimension }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    unsafe matrix.add(row: rows[row], to: sum)
  }

  func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    unsafe matrix.dot(row: rows[row], with: vector)
  }
}
