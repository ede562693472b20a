import FastTextFiles
import WordtoolCore

/// Vectors of words from the rows of their n-grams: the mean.
///
/// Sendable: the rows are only read, and `owner` keeps them.
struct NGramComposer: WordComposer, @unchecked Sendable {
  let matrix: any SubwordMatrix
  let index: NGramIndex
  /// The row of the first n-gram, behind those of the words.
  let firstRow: Int
  /// Whether the mean is divided by its length.
  let isUnit: Bool
  let owner: AnyObject
  /// A word that has no n-grams.
  var unmade: [UInt8]?

  func vector(for word: String) -> [Float]? {
    var sum = [Float](repeating: 0, count: matrix.dimension)
    guard !word.isEmpty, write(Array(word.utf8), own: nil, to: &sum),
      sum.contains(where: { $0 != 0 })
    else {
      return nil
    }
    return sum
  }

  func storedNGrams(of word: String) -> [StoredNGram] {
    let bytes = Array(word.utf8)
    guard bytes != unmade else { return [] }
    var grams: [StoredNGram] = []
    var ends: ArraySlice<UInt8> = []
    index.forEachNGram(of: bytes) { ngram, bucket in
      let row = firstRow + bucket
      guard row < matrix.rowCount else { return }
      let values = matrix.values(ofRow: row)
      // floret's rows of one n-gram come one after another: the same place of the word.
      if let last = grams.indices.last, index.rowsPerNGram > 1,
        ngram.startIndex == ends.startIndex, ngram.endIndex == ends.endIndex
      {
        grams[last].rows.append(row)
        grams[last].buckets.append(bucket)
        for column in values.indices { grams[last].vector[column] += values[column] }
      } else {
        let text = String(decoding: ngram, as: UTF8.self)
        grams.append(
          StoredNGram(text: text, rows: [row], buckets: [bucket], vector: values))
      }
      ends = ngram
    }
    return grams
  }

  func parts(of word: String) -> [(text: String, vector: [Float])] {
    let bytes = Array(word.utf8)
    guard bytes != unmade else { return [] }
    var parts: [(text: String, vector: [Float])] = []
    index.forEachNGram(of: bytes) { ngram, row in
      guard firstRow + row < matrix.rowCount else { return }
      var values = [Float](repeating: 0, count: matrix.dimension)
      unsafe values.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { unsafe matrix.add(row: firstRow + row, to: base) }
      }
      let text = String(decoding: ngram, as: UTF8.self)
      // floret's rows of one n-gram come one after another.
      if let last = parts.last, last.text == text {
        parts[parts.count - 1].vector = zip(last.vector, values).map { $0 + $1 }
      } else {
        parts.append((text, values))
      }
    }
    // As the vector is divided: by its length, or by how many there are.
    var sum = [Float](repeating: 0, count: matrix.dimension)
    var total = [Float](repeating: 0, count: matrix.dimension)
    guard write(bytes, own: nil, to: &sum) else { return [] }
    for part in parts { for column in total.indices { total[column] += part.vector[column] } }
    guard let column = total.indices.max(by: { total[$0].magnitude < total[$1].magnitude }),
      total[column] != 0
    else { return [] }
    let share = sum[column] / total[column]
    return parts.map { ($0.text, $0.vector.map { $0 * share }) }
  }

  /// Writes the vector of a word.
  ///
  /// - Parameter own: a row of its own that counts as well.
  /// - Returns: whether it has any rows.
  @discardableResult
  func write(_ word: [UInt8], own: Int?, to sum: inout [Float]) -> Bool {
    var count = 0
    unsafe sum.withUnsafeMutableBufferPointer { sum in
      guard let base = sum.baseAddress else { return }
      if let own {
        unsafe matrix.add(row: own, to: base)
        count += 1
      }
      if word == unmade { return }
      index.forEachRow(of: word) { row in
        guard firstRow + row < matrix.rowCount else { return }
        unsafe matrix.add(row: firstRow + row, to: base)
        count += 1
      }
    }
    guard count > 0 else { return false }
    var factor = 1 / Double(count)
    if isUnit {
      let length = sum.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      factor = length > 0 ? 1 / length : 0
    }
    for column in sum.indices { sum[column] = Float(Double(sum[column]) * factor) }
    return true
  }

  /// Vectors of a table that has no words: none, or those of a list.
  ///
  /// - Throws: `WordtoolError`: what the list may; `unavailable` for more than the memory there is.
  func vectors(
    format: WordVectors.Format, path: String, metadata: [String: String] = [:],
    options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let list =
      try options.wordList.map { try WordList(contentsOf: $0, rowCount: nil, for: path) }
      ?? WordList([], path: path)
    let count = list.places.count
    try NumericTable.checkMemory(rowCount: count, dimension: matrix.dimension, path: path)
    let memory = Allocation(byteCount: 4 * count * matrix.dimension)
    nonisolated(unsafe) let values = unsafe memory.buffer(
      of: Float.self, count: count * matrix.dimension)
    let (places, bytes) = (list.places, list.contents)
    try VectorStorage.inPieces(of: count, threads: options.threads) { range in
      guard let base = unsafe values.baseAddress else { return }
      for row in range {
        let place = places[row]
        var sum = [Float](repeating: 0, count: matrix.dimension)
        unsafe write(
          Array(bytes.bytes[place.start..<place.start + place.count]), own: nil, to: &sum)
        unsafe (base + row * matrix.dimension).update(from: sum, count: matrix.dimension)
      }
    }
    var assembly = VectorAssembly(
      path: path, format: format, dimension: matrix.dimension, rows: memory)
    assembly.wordPath = list.path
    assembly.counts = list.counts
    assembly.metadata = metadata
    assembly.composer = self
    if count == 0 {
      assembly.warnings.append(
        "it holds n-grams and no words: any word has a vector, and nearest words come from a list that "
          + "is named with `wordList`")
    }
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: bytes.bytes, options: options) { row in
        list.lines.map { .line($0[row]) }
      }
    }
  }
}
