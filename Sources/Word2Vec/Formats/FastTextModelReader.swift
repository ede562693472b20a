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
  /// The first four bytes of every such file.
  static let signature: [UInt8] = [0xBA, 0x16, 0x4F, 0x2F]

  static func read(_ file: FileContents, options: WordVectors.ReadOptions) throws -> WordVectors {
    var reader = unsafe BinaryFields(file.bytes, path: file.path)
    try reader.skip(signature.count, "signature")
    let version = try reader.int32("version")
    guard (11...12).contains(version) else {
      throw reader.error(
        "version \(version)", expected: "11 or 12", remedy: "write it anew with a current fastText")
    }
    var arguments = try Arguments(&reader)
    if version == 11, arguments.isSupervised { arguments.longest = 0 }
    let entries = try Entries(&reader)
    let isQuantized = try reader.byte("flag of quantization") != 0
    let matrix: any SubwordMatrix =
      isQuantized ? try QuantizedMatrix(&reader) : try DenseMatrix(&reader)
    guard matrix.dimension == arguments.dimension else {
      throw reader.error(
        "an input matrix of \(matrix.dimension, "column")", expected: "\(arguments.dimension)")
    }
    if let index = arguments.floret {
      return try floretVectors(matrix, index, entries, file: file, options: options)
    }
    let subwords = try SubwordRows(
      matrix: matrix, wordCount: entries.wordCount, shortest: arguments.shortest,
      longest: arguments.longest, bucketCount: arguments.bucketCount, kept: entries.kept,
      file: file)

    let (count, dimension) = (entries.wordCount, arguments.dimension)
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
    let places = entries.places
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
    assembly.counts = entries.counts
    if arguments.longest > 0 { assembly.composer = subwords }
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: file.bytes, options: options) {
        .byte(places[$0].start)
      }
    }
  }

  /// Vectors of a floret model: a word has no row of its own but the first, whose mean counts it, or
  /// is it alone, when the word is the end of a line.
  private static func floretVectors(
    _ matrix: any SubwordMatrix, _ index: NGramIndex, _ entries: Entries, file: FileContents,
    options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let (count, dimension) = (entries.wordCount, matrix.dimension)
    guard entries.kept == nil, matrix.rowCount == count + index.bucketCount else {
      throw WordtoolError(
        .badData, path: file.path, found: "an input matrix of \(matrix.rowCount, "row")",
        expected: "\(count) for words and \(index.bucketCount) for n-grams, none of them left out",
        remedy: "the file is damaged, or a pruned floret model")
    }
    try NumericTable.checkMemory(rowCount: count, dimension: dimension, path: file.path)
    let composer = NGramComposer(
      matrix: matrix, index: index, firstRow: count, isUnit: false, owner: file,
      unmade: SubwordRows.endOfLine)
    let rows = Allocation(byteCount: 4 * count * dimension)
    nonisolated(unsafe) let values = unsafe rows.buffer(of: Float.self, count: count * dimension)
    let places = entries.places
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
    assembly.counts = entries.counts
    assembly.composer = composer
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: file.bytes, options: options) {
        .byte(places[$0].start)
      }
    }
  }

  /// What of the 56 bytes of arguments matters for vectors.
  private struct Arguments {
    var dimension = 0
    var isSupervised = false
    var bucketCount = 0
    /// The lengths of n-grams in characters; none where `longest` is 0.
    var shortest = 0
    var longest = 0
    /// How floret finds the rows of n-grams; nil for fastText's way.
    var floret: NGramIndex?

    init(_ reader: inout BinaryFields) throws {
      dimension = try reader.int32("dim")
      guard (1...VectorStorage.maximumDimension).contains(dimension) else {
        throw reader.error(
          "vectors of \(dimension, "value")", expected: "1 to \(VectorStorage.maximumDimension)")
      }
      for name in ["ws", "epoch", "minCount", "neg", "wordNgrams", "loss"] {
        _ = try reader.int32(name)
      }
      isSupervised = try reader.int32("model") == 3
      bucketCount = try reader.int32("bucket")
      shortest = try reader.int32("minn")
      longest = try reader.int32("maxn")
      if FastTextModelReader.isFloret(reader) {
        let mode = try reader.int32("mode")
        let hashCount = try reader.int32("hashCount")
        if mode == 2 {
          var index = NGramIndex()
          (index.shortest, index.longest) = (shortest, longest)
          index.includesWord = true
          index.rows = .floret(
            bucketCount: bucketCount, hashCount: hashCount, seed: NGramIndex.floretSeed)
          try index.check(&reader)
          floret = index
        }
      }
      _ = try reader.int32("lrUpdateRate")
      try reader.skip(8, "t")
      guard bucketCount >= 0, shortest >= 0, longest >= 0 else {
        throw reader.error(
          "\(bucketCount) buckets for n-grams of \(shortest) to \(longest) characters",
          expected: "numbers of 0 and more")
      }
    }
  }

  /// Whether the arguments go on as floret's do: a mode and a number of hashes, behind which the numbers
  /// of entries, words and labels agree.
  private static func isFloret(_ reader: BinaryFields) -> Bool {
    var reader = reader
    guard let mode = try? reader.int32("mode"), let hashCount = try? reader.int32("hashCount"),
      (1...2).contains(mode), (1...4).contains(hashCount),
      (try? reader.skip(12, "lrUpdateRate and t")) != nil,
      let entries = try? reader.int32("entries"), let words = try? reader.int32("words"),
      let labels = try? reader.int32("labels")
    else { return false }
    return entries == words + labels
  }

  /// The words, and of a pruned model the buckets that were kept.
  private struct Entries {
    var places: [Place] = []
    var counts: [Int64] = []
    /// The row behind the words' of each bucket that was kept; nil for a model that is not pruned.
    var kept: [Int32: Int32]?
    var wordCount: Int { places.count }

    init(_ reader: inout BinaryFields) throws {
      let entryCount = try reader.int32("number of entries")
      let wordCount = try reader.int32("number of words")
      let labelCount = try reader.int32("number of labels")
      _ = try reader.int64("number of tokens")
      let keptCount = try reader.int64("number of kept buckets")
      // An entry has a word's end, a count and a kind.
      guard wordCount >= 0, labelCount >= 0, entryCount == wordCount + labelCount,
        entryCount <= reader.remaining / 10, keptCount <= Int64(reader.remaining / 8)
      else {
        throw reader.error(
          "\(entryCount, "entry") of \(wordCount, "word") and \(labelCount, "label"), "
            + "\(keptCount) kept buckets, in \(reader.remaining, "byte")",
          expected: "as many as the file has room for", remedy: "the file is damaged or truncated")
      }
      places.reserveCapacity(wordCount)
      counts.reserveCapacity(wordCount)
      for entry in 0..<entryCount {
        let place = try reader.string("word \(entry + 1)")
        let count = try reader.int64("count")
        let kind = try reader.byte("kind of entry")
        // Words come first; what is behind them are labels.
        guard kind == (entry < wordCount ? 0 : 1) else {
          throw reader.error(
            "entry \(entry + 1) of kind \(kind)", expected: "\(wordCount, "word"), then labels",
            remedy: "the file is damaged")
        }
        if entry < wordCount {
          places.append(place)
          counts.append(max(0, count))
        }
      }
      guard keptCount >= 0 else { return }
      var kept: [Int32: Int32] = [:]
      for _ in 0..<keptCount {
        let bucket = try reader.int32("kept bucket")
        kept[Int32(truncatingIfNeeded: bucket)] = Int32(
          truncatingIfNeeded: try reader.int32("row of a kept bucket"))
      }
      self.kept = kept
    }
  }
}
