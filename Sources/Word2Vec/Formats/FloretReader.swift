import FastTextFiles
import WordtoolCore

/// Reads floret's tables, `.floret`: a line with the number of buckets, the dimension, the lengths of
/// n-grams, the number of hashes, their seed and the marks around a word; then a line a bucket, its number
/// and its values.
///
/// A word's vector is the mean of the rows of the word and of its n-grams, several for each. There are no
/// words: a list of words gives them rows.
enum FloretReader {
  /// Whether the first line is a table's.
  static func matches(_ text: TextLines) -> Bool {
    let first = text.fields(of: text.line(from: text.start).range)
    return first.count == 8 && first.prefix(6).allSatisfy { text.integer($0) != nil }
  }

  static func read(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let text = unsafe TextLines(file.bytes)
    let path = file.path
    let (first, start) = text.line(from: text.start)
    let fields = text.fields(of: first)
    let numbers = fields.prefix(6).compactMap { text.integer($0) }
    guard fields.count == 8, numbers.count == 6, let seed = UInt32(exactly: numbers[5]) else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "no line of floret's numbers",
        expected: "buckets, dimension, lengths, hashes, seed and two marks")
    }
    let (bucketCount, dimension) = (numbers[0], numbers[1])
    var index = NGramIndex()
    (index.shortest, index.longest) = (numbers[2], numbers[3])
    index.begin = unsafe Array(file.bytes[fields[6]])
    index.end = unsafe Array(file.bytes[fields[7]])
    index.includesWord = true
    index.rows = .floret(bucketCount: bucketCount, hashCount: numbers[4], seed: seed)
    var fieldsOfHeader = unsafe BinaryFields(file.bytes, path: path)
    try index.check(&fieldsOfHeader)
    // A row is a number, and a blank and a digit for each value at least.
    guard (1...VectorStorage.maximumDimension).contains(dimension), bucketCount >= 1,
      unsafe bucketCount <= file.bytes.count / (2 * dimension + 1)
    else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "\(bucketCount, "row") of \(dimension, "value")",
        expected: unsafe "at most what \(file.bytes.count, "byte") can hold")
    }
    let memory = Allocation(byteCount: 4 * bucketCount * dimension)
    let values = unsafe memory.buffer(of: Float.self, count: bucketCount * dimension)
    let parser = RowParser(text: text, dimension: dimension)
    var offset = start
    for row in 0..<bucketCount {
      guard offset < text.end, let base = values.baseAddress else {
        throw WordtoolError(
          .badData, path: path, at: .line(row + 2), found: "the end after \(row, "row")",
          expected: "\(bucketCount, "row") as the first line says", remedy: "the file is truncated")
      }
      let (line, next) = text.line(from: offset)
      do throws(RowParser.Problem) {
        let place = try unsafe parser.parse(line, into: base + row * dimension)
        guard text.integer(place.start..<place.start + place.count) == row else {
          throw RowParser.Problem(
            found: text.quoted(place.start..<place.start + place.count), expected: "row \(row)")
        }
      } catch {
        throw WordtoolError(
          .badData, path: path, at: .line(row + 2), found: error.found, expected: error.expected)
      }
      for column in 0..<dimension where unsafe !base[row * dimension + column].isFinite {
        throw WordtoolError(
          .badData, path: path, at: .line(row + 2),
          found: "value \(column + 1) of row \(row) is not a finite number",
          expected: "finite numbers", remedy: "the training that made the file went wrong")
      }
      offset = next
    }
    guard offset >= text.end else {
      throw WordtoolError(
        .badData, path: path, at: .line(bucketCount + 2), found: "row \(bucketCount)",
        expected: "\(bucketCount, "row") as the first line says")
    }
    let composer = unsafe NGramComposer(
      matrix: DenseMatrix(
        rows: bucketCount, columns: dimension, values: UnsafeRawPointer(values.baseAddress)),
      index: index, firstRow: 0, isUnit: false, owner: memory)
    return try composer.vectors(format: .floret, path: path, options: options)
  }
}
