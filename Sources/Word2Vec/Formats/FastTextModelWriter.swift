import WordtoolCore

extension WordVectors {
  /// Writes a model of fastText's, `.bin` of version 12, that fastText and gensim load: the words, their
  /// counts, and the rows of words and n-grams. Vectors without n-grams are a model of none.
  ///
  /// The output matrix, which nothing but training on needs, has no rows.
  func writeFastTextModel(to file: OutputFile) throws {
    try file.requirePlain("a fastText model")
    let table = nGramTable
    let rowCount = count + (table?.bucketCount ?? 0)
    guard count <= Int(Int32.max), table?.bucketCount ?? 0 <= Int(Int32.max) else {
      throw WordtoolError(
        .unavailable, found: "\(count) words", expected: "at most \(Int32.max) in a fastText model")
    }
    var head = FastTextModelReader.signature
    func append<Number: FixedWidthInteger>(_ number: Number) {
      unsafe withUnsafeBytes(of: number.littleEndian) { unsafe head.append(contentsOf: $0) }
    }
    func flush() throws {
      try file.write(head)
      head.removeAll(keepingCapacity: true)
    }
    let textCount = (0..<count).reduce(0) { unsafe $0 + storage.words.bytes(at: $1).count }
    try file.expect(
      byteCount: 8 + 56 + 28 + textCount + 10 * count + 34 + 4 * rowCount * dimension)
    append(Int32(12))
    let training = trained
    for value in [
      dimension, training?.windowRadius ?? 5, training?.epochs ?? 5, 1,
      training?.negativeSamples ?? 5, 1, training?.hierarchicalSoftmax ?? false ? 1 : 2,
      training?.model == .cbow ? 1 : 2, table?.bucketCount ?? 0, table?.shortest ?? 0,
      table?.longest ?? 0, 100,
    ] {
      append(Int32(value))
    }
    append((training?.subsampling ?? 1e-4).bitPattern)
    append(Int32(count))
    append(Int32(count))
    append(Int32(0))
    append(counts.map { $0.reduce(0) { $0 &+ $1 } } ?? Int64(count))
    append(Int64(-1))
    for row in 0..<count {
      unsafe head += Array(storage.words.bytes(at: row))
      head.append(0)
      append(counts?[row] ?? 1)
      head.append(0)
      if head.count > 1 << 16 { try flush() }
    }
    head.append(0)
    append(Int64(rowCount))
    append(Int64(dimension))
    try flush()
    for row in 0..<count {
      var values = vector(at: row)
      if let table {
        values = table.ownRow(of: unsafe Array(storage.words.bytes(at: row)), vector: values)
      }
      try unsafe values.withUnsafeBytes { try unsafe file.write($0) }
    }
    try table?.forEachRow { row in
      try unsafe row.withUnsafeBytes { try unsafe file.write($0) }
    }
    head.append(0)
    append(Int64(0))
    append(Int64(dimension))
    try flush()
  }

  /// How they were trained, where they say so.
  private var trained: WordVectorOptions? {
    struct Stored: Decodable {
      var skipGram: WordVectorOptions
    }
    guard let text = metadata[MetadataKey.trainingOptions] else { return nil }
    return (try? StoredJSON.decode(Stored.self, from: text))?.skipGram
      ?? (try? StoredJSON.decode(WordVectorOptions.self, from: text))
  }
}
