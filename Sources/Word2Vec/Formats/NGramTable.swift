import FastTextFiles
import WordtoolCore

/// The rows of hashed n-grams that belong to vectors, found as fastText or floret finds them.
struct NGramTable {
  /// How the n-grams of a word find their rows, from 0: fastText's way, beside a row of each word's own,
  /// or floret's.
  var index: NGramIndex
  /// Holds the row of bucket b at `firstRow + b`.
  var matrix: any SubwordMatrix
  var firstRow: Int

  var shortest: Int { index.shortest }
  var longest: Int { index.longest }
  var bucketCount: Int { index.bucketCount }

  /// The floats of a bucket's row.
  func values(ofBucket bucket: Int) -> [Float] { matrix.values(ofRow: firstRow + bucket) }

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
}

extension WordVectors {
  /// The n-grams that make vectors of unknown words, where they are found as fastText finds them.
  var nGramTable: NGramTable? {
    if let rows = storage.composer as? SubwordRows { return rows.table }
    guard let composer = storage.composer as? NGramComposer, !composer.isUnit,
      case .fastText = composer.index.rows, composer.index.leavesOutMarks,
      composer.index.shortest >= 1
    else { return nil }
    return NGramTable(
      index: composer.index, matrix: composer.matrix, firstRow: composer.firstRow)
  }

  /// floret's table, of which the vectors of all words are made, known or not.
  var floretTable: NGramTable? {
    guard let composer = storage.composer as? NGramComposer, !composer.isUnit,
      composer.index.isFloret, composer.index.includesWord, composer.index.shortest >= 1,
      // spaCy's n-grams of one character may be the marks, which floret leaves out.
      composer.index.shortest > 1 || !composer.index.includesMarks
    else { return nil }
    return NGramTable(
      index: composer.index, matrix: composer.matrix, firstRow: composer.firstRow)
  }

  /// Whether the vectors of all words are made of floret's table.
  package var isOfFloretTable: Bool { floretTable != nil }

  /// Whether what makes vectors of unknown words is written in this format as well.
  package func keepsUnknownWords(in format: Format) -> Bool {
    switch format {
    case .safetensors: nGramTable != nil || floretTable != nil
    case .fastTextModel: nGramTable != nil
    case .floret, .floretModel: floretTable != nil
    default: false
    }
  }
}
