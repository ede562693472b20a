import FastTextFiles
import WordtoolCore

/// Reads fastText's models, `.bin` and `.ftz`, of versions 11 and 12: skip-gram, CBOW and
/// supervised, with and without subwords, plain, quantized and pruned; and floret's, which say two
/// numbers more.
///
/// A word's vector is the mean of its own row and of those of its n-grams (Bojanowski, Grave,
/// Joulin and Mikolov: Enriching Word Vectors with Subword Information, TACL 2017); labels are left
/// out. The rows of the n-grams stay where they are in the file and serve words without a row, see
/// ``SubwordRows``. The output matrix is not read.
enum FastTextModelReader {
  static func read(_ file: FileContents, options: WordVectors.ReadOptions) throws -> WordVectors {
    var reader = unsafe BinaryFields(file.bytes, path: file.path)
    let header = try FastTextHeader(&reader)
    let index = try floretIndex(header, &reader)
    let dictionary = try FastTextDictionary(&reader)
    let isQuantized = try reader.byte("flag of quantization") != 0
    let matrix: any SubwordMatrix =
      isQuantized
      ? try QuantizedMatrix(&reader, name: "input matrix")
      : try DenseMatrix(&reader, name: "input matrix")
    guard matrix.dimension == header.dimension else {
      throw reader.error(
        "an input matrix of \(matrix.dimension, "column")", expected: "\(header.dimension)")
    }
    if let index {
      return try floretVectors(matrix, index, dictionary, file: file, options: options)
    }
    let subwords = try SubwordRows(
      matrix: matrix, wordCount: dictionary.words.count, nGrams: header.nGrams,
      bucketCount: header.bucketCount, kept: dictionary.kept, file: file)

    let (count, dimension) = (dictionary.words.count, header.dimension)
    // Codes are a part of the floats they stand for: a small file can unpack to very much.
    guard 4 * count * dimension <= MemorySizes.available else {
      throw WordtoolError(
        .unavailable, path: file.path,
        found: "\(count, "word") of \(dimension, "value"), "
          + AlignedMemory.words(forByteCount: 4 * count * dimension),
        expected: "at most the memory of this machine, "
          + AlignedMemory.words(forByteCount: MemorySizes.available))
    }
    let rows = Allocation(byteCount: 4 * count * dimension)
    nonisolated(unsafe) let values = unsafe rows.buffer(of: Float.self, count: count * dimension)
    let places = dictionary.words.map { Place(start: $0.lowerBound, count: $0.count) }
    try VectorStorage.inPieces(of: count, threads: options.threads) { range in
      guard let base = unsafe values.baseAddress else { return }
      for word in range {
        let bytes = unsafe UnsafeRawBufferPointer(
          rebasing: file.bytes[places[word].start..<places[word].start + places[word].count])
        unsafe subwords.write(Array(bytes), row: word, to: base + word * dimension)
      }
    }
    var assembly = VectorAssembly(
      path: file.path, format: .fastTextModel, dimension: dimension, rows: rows)
    assembly.counts = Array(dictionary.counts.prefix(count))
    if header.nGrams.longest > 0 { assembly.composer = subwords }
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: file.bytes, options: options) {
        .byte(places[$0].start)
      }
    }
  }

  /// Vectors of a floret model: a word has no row of its own but the first, whose mean counts it, or
  /// is it alone, when the word is the end of a line.
  private static func floretVectors(
    _ matrix: any SubwordMatrix, _ index: NGramIndex, _ dictionary: FastTextDictionary,
    file: FileContents,
    options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let (count, dimension) = (dictionary.words.count, matrix.dimension)
    guard dictionary.kept == nil, matrix.rowCount == count + index.bucketCount else {
      throw WordtoolError(
        .badData, path: file.path, found: "an input matrix of \(matrix.rowCount, "row")",
        expected: "\(count) for words and \(index.bucketCount) for n-grams, none of them left out",
        remedy: "the file is damaged, or a pruned floret model")
    }
    try NumericTable.checkMemory(rowCount: count, dimension: dimension, path: file.path)
    let composer = NGramComposer(
      matrix: matrix, index: index, firstRow: count, isUnit: false, owner: file,
      unmade: CharacterNGrams.endOfLine)
    let rows = Allocation(byteCount: 4 * count * dimension)
    nonisolated(unsafe) let values = unsafe rows.buffer(of: Float.self, count: count * dimension)
    let places = dictionary.words.map { Place(start: $0.lowerBound, count: $0.count) }
    try VectorStorage.inPieces(of: count, threads: options.threads) { range in
      guard let base = unsafe values.baseAddress else { return }
      for row in range {
        let place = places[row]
        var sum = [Float](repeating: 0, count: dimension)
        unsafe composer.write(
          Array(file.bytes[place.start..<place.start + place.count]), own: row == 0 ? 0 : nil,
          to: &sum)
        unsafe (base + row * dimension).update(from: sum, count: dimension)
      }
    }
    var assembly = VectorAssembly(
      path: file.path, format: .floretModel, dimension: dimension, rows: rows)
    assembly.counts = Array(dictionary.counts.prefix(count))
    assembly.composer = composer
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: file.bytes, options: options) {
        .byte(places[$0].start)
      }
    }
  }

  /// How floret finds the rows of n-grams; nil for fastText's way.
  private static func floretIndex(
    _ header: FastTextHeader, _ reader: inout BinaryFields
  ) throws -> NGramIndex? {
    guard let floret = header.floret, floret.mode == FastTextHeader.Floret.hashedMode else {
      return nil
    }
    let index = NGramIndex.floret(
      shortest: header.nGrams.shortest, longest: header.nGrams.longest,
      bucketCount: header.bucketCount, hashCount: floret.hashCount)
    try index.check(&reader)
    return index
  }
}
