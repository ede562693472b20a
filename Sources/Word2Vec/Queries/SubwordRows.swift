import FastTextFiles
import WordtoolCore

/// Vectors of words from the hashed n-grams of a fastText model, see ``CharacterNGrams``: also of words
/// it has never seen.
struct SubwordRows: WordComposer {
  private let matrix: any SubwordMatrix
  private let wordCount: Int
  private let nGrams: CharacterNGrams
  private let bucketCount: Int
  private let buckets: BucketRows
  /// Keeps the matrix in memory.
  private let file: FileContents

  /// - Throws: `WordtoolError` of kind `badData` when the matrix has fewer rows than there are words
  ///   and buckets.
  init(
    matrix: any SubwordMatrix, wordCount: Int, nGrams: CharacterNGrams, bucketCount: Int,
    kept: [Int32: Int32]?, file: FileContents
  ) throws {
    self.matrix = matrix
    self.wordCount = wordCount
    self.nGrams = nGrams
    self.bucketCount = nGrams.longest > 0 ? bucketCount : 0
    self.file = file
    buckets = try BucketRows(
      wordCount: wordCount, bucketCount: self.bucketCount, kept: kept, of: matrix, path: file.path)
  }

  /// The rows of n-grams; nil for a model that has none, or not all of them.
  var table: NGramTable? {
    guard buckets.isWhole else { return nil }
    return NGramTable(
      index: .fastText(
        shortest: nGrams.shortest, longest: nGrams.longest, bucketCount: bucketCount),
      matrix: matrix, firstRow: wordCount)
  }

  func vector(for word: String) -> [Float]? {
    let bytes = Array(word.utf8)
    guard bytes != CharacterNGrams.endOfLine else { return nil }
    var sum = [Float](repeating: 0, count: matrix.dimension)
    let count = unsafe sum.withUnsafeMutableBufferPointer { sum in
      unsafe sum.baseAddress.map { unsafe write(bytes, row: nil, to: $0) } ?? 0
    }
    // Rows that were never trained may be all zero.
    return count > 0 && sum.contains { $0 != 0 } ? sum : nil
  }

  /// Writes the mean of a word's own row, if it has one, and of its n-grams'.
  ///
  /// - Returns: how many rows that were.
  @discardableResult
  func write(_ word: [UInt8], row: Int?, to sum: UnsafeMutablePointer<Float>) -> Int {
    unsafe sum.update(repeating: 0, count: matrix.dimension)
    var count = 0
    if let row {
      unsafe matrix.add(row: row, to: sum)
      count += 1
    }
    if word != CharacterNGrams.endOfLine {
      forEachRow(ofNGramsIn: CharacterNGrams.marked(word)) { row, _, _ in
        unsafe matrix.add(row: row, to: sum)
        count += 1
      }
    }
    guard count > 0 else { return 0 }
    let share = Float(1 / Double(count))
    for column in 0..<matrix.dimension { unsafe sum[column] *= share }
    return count
  }

  func parts(of word: String) -> [(text: String, vector: [Float])] {
    let bytes = CharacterNGrams.marked(word.utf8)
    var parts: [(text: String, vector: [Float])] = []
    forEachRow(ofNGramsIn: bytes) { row, _, range in
      parts.append((String(decoding: bytes[range], as: UTF8.self), matrix.values(ofRow: row)))
    }
    let share = Float(1 / Double(max(1, parts.count)))
    return parts.map { ($0.text, $0.vector.map { $0 * share }) }
  }

  /// The row that a word of the vocabulary has of its own.
  func ownRow(_ row: Int) -> [Float] { matrix.values(ofRow: row) }

  func storedNGrams(of word: String) -> [StoredNGram] {
    let bytes = Array(word.utf8)
    guard bytes != CharacterNGrams.endOfLine else { return [] }
    var grams: [StoredNGram] = []
    let marked = CharacterNGrams.marked(bytes)
    forEachRow(ofNGramsIn: marked) { row, bucket, range in
      grams.append(
        StoredNGram(
          text: String(decoding: marked[range], as: UTF8.self), rows: [row], buckets: [bucket],
          vector: matrix.values(ofRow: row)))
    }
    return grams
  }

  /// Calls `body` with the row, the bucket and the place of each n-gram that has a row.
  private func forEachRow(ofNGramsIn word: [UInt8], _ body: (Int, Int, Range<Int>) -> Void) {
    guard !buckets.isEmpty else { return }
    nGrams.forEach(inMarked: word) { hash, range in
      let bucket = Int(hash) % bucketCount
      if let row = buckets.row(ofBucket: bucket) { body(row, bucket, range) }
    }
  }
}
