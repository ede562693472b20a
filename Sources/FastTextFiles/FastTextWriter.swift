package import WordtoolCore

/// Writes a fastText model part by part, in the order of its methods: header, dictionary, the input
/// matrix, the output matrix.
package struct FastTextWriter {
  private let file: OutputFile
  private var pending: [UInt8] = []
  private static let pieceSize = 1 << 16

  /// - Parameter file: stays to be committed.
  package init(to file: OutputFile) { self.file = file }

  /// Writes signature, version and arguments, floret's two among them where the header has them.
  package mutating func write(_ header: FastTextHeader) throws {
    pending += FastTextHeader.signature
    append(Int32(FastTextHeader.currentVersion))
    let floret = header.floret.map { [$0.mode, $0.hashCount] } ?? []
    for value in [
      header.dimension, header.windowRadius, header.epochs, header.minimumCount,
      header.negativeSamples, header.wordNGramOrder, header.loss, header.model, header.bucketCount,
      header.nGrams.shortest, header.nGrams.longest,
    ] + floret + [header.rateUpdates] {
      append(Int32(value))
    }
    append(header.subsampling.bitPattern)
  }

  /// Writes the words, and behind them the labels.
  ///
  /// - Parameters:
  ///   - kept: the buckets that have rows, in the order of those; nil for all.
  ///   - entry: the bytes of a word or label, and how often it occurred.
  package mutating func writeDictionary(
    wordCount: Int, labelCount: Int = 0, tokenCount: Int64, kept: [Int32]? = nil,
    entry: (Int) -> (bytes: [UInt8], count: Int64)
  ) throws {
    append(Int32(wordCount + labelCount))
    append(Int32(wordCount))
    append(Int32(labelCount))
    append(tokenCount)
    append(Int64(kept?.count ?? -1))
    for number in 0..<wordCount + labelCount {
      let (bytes, count) = entry(number)
      pending += bytes
      pending.append(0)
      append(count)
      pending.append(number < wordCount ? 0 : 1)
      try flush(atLeast: Self.pieceSize)
    }
    for (row, bucket) in (kept ?? []).enumerated() {
      append(bucket)
      append(Int32(row))
      try flush(atLeast: Self.pieceSize)
    }
  }

  /// Bytes of a dictionary before its first word.
  package static let dictionaryHeadByteCount = 3 * 4 + 8 + 8

  /// Bytes of a word or label of the dictionary.
  package static func entryByteCount(ofUTF8 count: Int) -> Int { count + 1 + 8 + 1 }

  /// Bytes of a bucket that was kept.
  package static let bucketByteCount = 4 + 4

  /// Bytes of a matrix of floats with its flag and sizes.
  package static func matrixByteCount(rowCount: Int, dimension: Int) -> Int {
    1 + 8 + 8 + 4 * rowCount * dimension
  }

  /// Writes the flag of quantization and floats.
  package mutating func writeMatrix(
    rowCount: Int, dimension: Int, row: (Int) throws -> [Float]
  ) throws {
    try beginMatrix(rowCount: rowCount, dimension: dimension)
    for number in 0..<rowCount { try add(row: row(number)) }
  }

  /// Writes the flag of quantization and the size of a matrix of floats; ``add(row:)`` goes on.
  package mutating func beginMatrix(rowCount: Int, dimension: Int) throws {
    pending.append(0)
    append(Int64(rowCount))
    append(Int64(dimension))
  }

  /// Writes a row of a matrix of floats.
  package mutating func add(row: [Float]) throws {
    unsafe row.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    try flush(atLeast: Self.pieceSize)
  }

  /// Writes what is still in memory.
  package mutating func finish() throws { try flush(atLeast: 0) }

  private mutating func flush(atLeast size: Int) throws {
    guard pending.count >= size else { return }
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe pending.append(contentsOf: $0) }
  }

  /// Takes bytes as they are.
  mutating func append(bytes: [UInt8]) throws {
    pending += bytes
    try flush(atLeast: Self.pieceSize)
  }
}
