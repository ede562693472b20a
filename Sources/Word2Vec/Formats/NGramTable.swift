import BLASCore
import FastTextFiles
import WordtoolCore

/// The rows of hashed n-grams that belong to vectors, found as fastText finds them.
struct NGramTable {
  var shortest: Int
  var longest: Int
  var bucketCount: Int
  /// Holds the row of bucket b at `firstRow + b`.
  var matrix: any SubwordMatrix
  var firstRow: Int

  /// How the n-grams of a word find their rows, from 0.
  var index: NGramIndex {
    var index = NGramIndex()
    index.shortest = shortest
    index.longest = longest
    index.leavesOutMarks = true
    index.rows = .fastText(bucketCount: bucketCount)
    return index
  }

  /// Calls `body` with the floats of each bucket's row.
  func forEachRow(_ body: ([Float]) throws -> Void) rethrows {
    var row = [Float](repeating: 0, count: matrix.dimension)
    for bucket in 0..<bucketCount {
      write(bucket, to: &row)
      try body(row)
    }
  }

  private func write(_ bucket: Int, to row: inout [Float]) {
    for column in row.indices { row[column] = 0 }
    unsafe row.withUnsafeMutableBufferPointer { row in
      guard let base = row.baseAddress else { return }
      unsafe matrix.add(row: firstRow + bucket, to: base)
    }
  }

  /// The row that a word has of its own, beside those of its n-grams: what makes their mean `vector`.
  func ownRow(of word: [UInt8], vector: [Float]) -> [Float] {
    guard word != CharacterNGrams.endOfLine else { return vector }
    var sum = [Float](repeating: 0, count: vector.count)
    var count = 1.0
    unsafe sum.withUnsafeMutableBufferPointer { sum in
      guard let base = sum.baseAddress else { return }
      index.forEachRow(of: word) { row in
        unsafe matrix.add(row: firstRow + row, to: base)
        count += 1
      }
    }
    return zip(vector, sum).map { Float(Double($0) * count - Double($1)) }
  }

  /// What a safetensors file says of its n-grams.
  struct Description: Codable {
    var hash = "fasttext"
    var shortest: Int
    var longest: Int
  }

  /// The n-grams of a safetensors file of this project; nil when it has none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a table that does not fit the vectors, or values that
  ///   are not finite.
  static func composer(
    of tensors: TensorFile, dimension: Int
  ) throws -> NGramComposer? {
    guard let entry = tensors.entry(named: SafetensorsVectors.nGrams) else { return nil }
    func failure(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: tensors.path, found: found, expected: expected)
    }
    guard entry.type == .float32, entry.shape.count == 2, entry.shape[0] >= 1,
      entry.shape[1] == dimension
    else {
      throw failure(
        "tensor \"\(entry.name)\" is \(entry.type.rawValue) \(entry.shape)",
        "F32 [buckets, \(dimension)]")
    }
    guard let text = tensors.metadata[WordVectors.MetadataKey.nGrams],
      let description = try? StoredJSON.decode(Description.self, from: text),
      description.hash == "fasttext", description.shortest >= 1,
      description.longest >= description.shortest, description.longest < 1 << 16
    else {
      throw failure(
        "a tensor \"\(entry.name)\" without the lengths of its n-grams",
        "\(WordVectors.MetadataKey.nGrams) in the metadata, with hash, shortest and longest")
    }
    let bytes = unsafe tensors.bytes(of: entry)
    for place in 0..<entry.elementCount {
      let value = unsafe bytes.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
      guard value.isFinite else {
        throw failure(
          "value \(place % dimension + 1) of row \(place / dimension + 1) of \"\(entry.name)\" is "
            + "not a finite number", "finite numbers")
      }
    }
    let matrix = unsafe DenseMatrix(
      rows: entry.shape[0], columns: dimension, values: bytes.baseAddress)
    let table = NGramTable(
      shortest: description.shortest, longest: description.longest, bucketCount: entry.shape[0],
      matrix: matrix, firstRow: 0)
    return NGramComposer(
      matrix: matrix, index: table.index, firstRow: 0, isUnit: false, owner: tensors,
      unmade: CharacterNGrams.endOfLine)
  }
}

extension WordVectors {
  /// The n-grams that make vectors of unknown words, where they are found as fastText finds them.
  var nGramTable: NGramTable? {
    if let rows = storage.composer as? SubwordRows { return rows.table }
    guard let composer = storage.composer as? NGramComposer, !composer.isUnit,
      case .fastText(let bucketCount) = composer.index.rows, composer.index.leavesOutMarks,
      composer.index.shortest >= 1
    else { return nil }
    return NGramTable(
      shortest: composer.index.shortest, longest: composer.index.longest,
      bucketCount: bucketCount, matrix: composer.matrix, firstRow: composer.firstRow)
  }

  /// Whether what makes vectors of unknown words is written in this format as well.
  package func keepsUnknownWords(in format: Format) -> Bool {
    (format == .safetensors || format == .fastTextModel) && nGramTable != nil
  }
}
