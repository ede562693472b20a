import FastTextFiles
import WordtoolCore

extension WordVectors {
  /// Writes floret's table, `.floret`, which spaCy loads: a line with its numbers, then a line a bucket.
  /// The words are left behind; each has the vector that its rows make.
  ///
  /// - Parameter threads: how many threads make text; the bytes do not depend on it.
  /// - Throws: `WordtoolError`: `usage` for vectors of another kind, `badData` for a value that is not
  ///   finite, `unavailable` for marks of words that the first line cannot hold.
  func writeFloret(to file: OutputFile, threads: Int) throws {
    let (table, hashCount, seed) = try requireFloretTable(for: .floret)
    let marks = [table.index.begin, table.index.end]
    guard marks.allSatisfy({ !$0.isEmpty && !$0.contains { $0 <= 0x20 } }) else {
      throw WordtoolError(
        .unavailable, found: "words between marks that are empty or hold blanks",
        expected: "marks that a line of floret's can hold", remedy: "write safetensors")
    }
    try file.write(
      "\(table.bucketCount) \(dimension) \(table.shortest) \(table.longest) \(hashCount) \(seed)")
    for mark in marks { try file.write([0x20] + mark) }
    try file.write([0x0A])
    let dimension = dimension
    try writeLines(of: table.bucketCount, to: file, threads: threads) { rows in
      var text: [UInt8] = []
      text.reserveCapacity(rows.count * (dimension * 13 + 8))
      for row in rows {
        text.append(contentsOf: String(row).utf8)
        for value in table.values(ofBucket: row) {
          text.append(0x20)
          text.append(contentsOf: value.description.utf8)
        }
        text.append(0x0A)
      }
      return text
    }
  }

  /// Writes a model of floret's, `.bin` in the mode `floret`, which floret loads: the words, their counts
  /// and the table.
  ///
  /// Words have rows there that stand for nothing and are zero here. Of the first word alone floret counts
  /// that row in the mean, so that it is the word's vector, which leaves the mean as it is. The output
  /// matrix, which nothing but training on needs, has no rows.
  ///
  /// - Throws: `WordtoolError`: `usage` for vectors of another kind, `badData` for a value that is not
  ///   finite, `unavailable` for a table that such a model cannot hold.
  func writeFloretModel(to file: OutputFile) throws {
    try file.requirePlain("a floret model")
    let (table, hashCount, seed) = try requireFloretTable(for: .floretModel)
    let marked = CharacterNGrams.marked([])
    guard table.index.begin + table.index.end == marked, seed == NGramIndex.floretSeed,
      count <= Int(Int32.max), table.bucketCount <= Int(Int32.max)
    else {
      throw WordtoolError(
        .unavailable, found: "a table with other marks, another seed or more rows than floret's",
        expected: "words between < and >, the seed \(NGramIndex.floretSeed), "
          + "at most \(Int32.max) rows",
        remedy: "write floret")
    }
    let textCount = (0..<count).reduce(0) { unsafe $0 + storage.words.bytes(at: $1).count }
    try file.expect(
      byteCount: FastTextHeader.byteCount + 36 + textCount + 10 * count + 34
        + 4 * (count + table.bucketCount) * dimension)
    var header = fastTextHeader
    header.bucketCount = table.bucketCount
    header.nGrams = CharacterNGrams(shortest: table.shortest, longest: table.longest)
    header.floret = FastTextHeader.Floret(
      mode: FastTextHeader.Floret.hashedMode, hashCount: hashCount)
    var writer = FastTextWriter(to: file)
    try writer.write(header)
    try writer.writeDictionary(of: self)
    try writer.beginMatrix(rowCount: count + table.bucketCount, dimension: dimension)
    let zeros = [Float](repeating: 0, count: dimension)
    for row in 0..<count { try writer.add(row: row == 0 ? vector(at: row) : zeros) }
    try table.forEachRow { try writer.add(row: $0) }
    try writer.beginMatrix(rowCount: 0, dimension: dimension)
    try writer.finish()
  }

  /// The table, how many hashes find its rows, and where these begin.
  private func requireFloretTable(
    for format: Format
  ) throws -> (NGramTable, hashCount: Int, seed: UInt32) {
    guard let table = floretTable, case .floret(_, let hashCount, let seed) = table.index.rows
    else {
      throw WordtoolError(
        .usage,
        found: "the format \(format.rawValue) for vectors that are not made of floret's n-grams",
        expected: "vectors of floret's table",
        remedy: "train them with `hashCount`, or write safetensors")
    }
    for bucket in 0..<table.bucketCount
    where !table.values(ofBucket: bucket).allSatisfy(\.isFinite) {
      throw WordtoolError(
        .badData, path: path, found: "row \(bucket) of the n-grams is not finite",
        expected: "finite numbers", remedy: "the file is damaged, or its training went wrong")
    }
    return (table, hashCount, seed)
  }
}

extension FastTextWriter {
  /// Writes the words of vectors and their counts; words without counts count once.
  mutating func writeDictionary(of vectors: WordVectors) throws {
    let counts = vectors.counts
    try writeDictionary(
      wordCount: vectors.count,
      tokenCount: counts.map { $0.reduce(0) { $0 &+ $1 } } ?? Int64(vectors.count)
    ) { row in
      unsafe (Array(vectors.storage.words.bytes(at: row)), counts?[row] ?? 1)
    }
  }
}
