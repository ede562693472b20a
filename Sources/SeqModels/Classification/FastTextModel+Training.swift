import FastTextFiles
import WordtoolCore

extension FastTextModel {
  /// Trains a model whose features are found as fastText finds them.
  static func train(
    on text: LabelledText, options: FastTextOptions, threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?, memory: MemoryCheck? = nil
  ) throws -> TextClassifier {
    let labels = try TrainingLabels(text)
    let counted = try CountedWords(
      text, minimumCount: options.features.minimumCount, labelMark: Array(options.labelPrefix.utf8))
    let features = try FastTextFeatures(
      text, words: counted.words, labels: labels.names, options: options)
    let (documents, emptyCount) = features.documents(text)
    let tables = try FastTextTables(
      FeatureRows(fixed: documents, count: features.rowCount), labels: labels, options: options,
      threads: threads, stop: stop, progress: progress, memory: memory)
    // fastText's labels fall by how often they occur.
    let order = labels.counts.indices.sorted { (-labels.counts[$0], $0) < (-labels.counts[$1], $1) }
    let core = FastTextModel(
      features: features, labels: order.map { labels.names[$0] },
      labelPrefix: options.labelPrefix,
      counts: counted.counts + order.map { Int64(labels.counts[$0]) },
      tokenCount: counted.tokenCount, input: RowsMatrix(rows: tables.embeddings),
      // Nodes are numbered by how often labels occur; one row more is there, as fastText has it.
      output: RowsMatrix(
        rows: tables.output,
        order: options.loss == .hierarchicalSoftmax ? Array(order.indices) : order))
    return TextClassifier(
      core: core,
      training: TextClassifier.Training(
        epochs: options.epochs, exampleCount: text.count, emptyCount: emptyCount, replacedCount: 0,
        lossShare: tables.lossShare))
  }

  /// A model that is made of its parts.
  ///
  /// - Parameter isQuantized: whether the rows of words and labels are codes.
  init(_ parts: FastTextParts, isQuantized: (input: Bool, output: Bool) = (false, false)) {
    features = parts.features()
    loss = FastTextHeader.Loss(rawValue: parts.header.loss) ?? .softmax
    rawLabels = parts.labels
    labels = parts.names
    counts = parts.wordCounts + parts.labelCounts
    tokenCount = parts.tokenCount
    input = parts.input
    output = parts.output
    self.isQuantized = isQuantized
    tree = loss == .hierarchicalSoftmax ? FastTextTree(counts: parts.labelCounts) : nil
    owner = nil
  }

  /// A model that was trained here, not quantized.
  init(
    features: FastTextFeatures, labels: [String],
    labelPrefix: String = LabelledTextLayout.usualLabelPrefix, counts: [Int64], tokenCount: Int64,
    input: any FastTextMatrix, output: any FastTextMatrix
  ) {
    self.features = features
    loss = FastTextHeader.Loss(rawValue: features.header.loss) ?? .softmax
    rawLabels = labels.map { labelPrefix + $0 }
    self.labels = labels
    self.counts = counts
    self.tokenCount = tokenCount
    self.input = input
    self.output = output
    isQuantized = (false, false)
    tree =
      loss == .hierarchicalSoftmax
      ? FastTextTree(counts: Array(counts[features.words.count...])) : nil
    owner = nil
  }

  /// The words of a training text that are frequent enough, the most frequent first, and `</s>` once
  /// a text.
  private struct CountedWords {
    var words = ByteStringTable()
    var counts: [Int64] = []
    /// Words and labels.
    var tokenCount: Int64 = 0

    init(_ text: LabelledText, minimumCount: Int, labelMark: [UInt8]) throws {
      var all = ByteStringTable()
      var numbers: [Int64] = []
      func count(_ word: some Collection<UInt8>) {
        let (id, isNew) = all.add(word)
        if isNew { numbers.append(0) }
        numbers[Int(id)] += 1
        tokenCount += 1
      }
      for index in 0..<text.count {
        unsafe text.withUTF8(at: index) { bytes in
          unsafe FastTextFeatures.forEachToken(of: bytes) { token in
            guard unsafe !token.starts(with: labelMark),
              unsafe !token.elementsEqual(CharacterNGrams.endOfLine)
            else { return }
            unsafe count(token)
          }
        }
        count(CharacterNGrams.endOfLine)
        tokenCount += Int64(text.labelIDs(of: index).count)
      }
      let order = numbers.indices.filter { numbers[$0] >= Int64(minimumCount) }.sorted {
        numbers[$0] != numbers[$1]
          ? numbers[$0] > numbers[$1] : all.precedes(Int32($0), Int32($1))
      }
      for id in order {
        words.add(all.bytes(Int32(id)))
        counts.append(numbers[id])
      }
      guard words.count > 1 || words.find("</s>") == nil && words.count > 0 else {
        throw WordtoolError(
          .badData, found: "no word that occurs at least \(minimumCount) times",
          expected: "texts with words", remedy: "use a smaller `minimumCount`")
      }
    }
  }
}

extension FastTextFeatures {
  /// fastText's number of rows.
  private static let mostBuckets = 2_000_000
  private static let bucketsPerNGram = 4

  /// The features of a model to be trained.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for more rows than there are numbers.
  init(
    _ text: LabelledText, words: ByteStringTable, labels: [String], options: FastTextOptions
  ) throws {
    var header = FastTextHeader()
    header.dimension = options.dimension
    header.epochs = min(options.epochs, Int(Int32.max))
    header.minimumCount = min(options.features.minimumCount, Int(Int32.max))
    header.wordNGramOrder = options.features.orders.upperBound
    header.loss = options.loss.ofFastText.rawValue
    header.negativeSamples = options.negativeSamples
    self.words = words
    // As fastText knows them when it has read the file.
    unmarkedLabels =
      options.labelPrefix.utf8.starts(with: LabelledTextLayout.labelMark)
      ? [] : Set(labels.map { Array((options.labelPrefix + $0).utf8) })
    if let lengths = options.subwords {
      header.nGrams = CharacterNGrams(
        shortest: lengths.lowerBound, longest: lengths.upperBound)
    }
    if header.wordNGramOrder > 1 || header.nGrams.longest > 0 {
      header.bucketCount = options.features.bucketCount ?? Self.bucketCount(text, header)
    }
    try OptionCheck.require(
      words.count + header.bucketCount < Int(Int32.max),
      found: "\(words.count, "word") and \(header.bucketCount) for `bucketCount`",
      expected: "fewer than 2^31 together")
    self.header = header
    buckets = BucketRows(wordCount: words.count, bucketCount: header.bucketCount, kept: nil)
  }

  /// Four for each n-gram of the text, of words and of characters, at most fastText's number.
  private static func bucketCount(_ text: LabelledText, _ header: FastTextHeader) -> Int {
    // N-grams of words by their hash, those of characters by theirs turned negative.
    var seen: Set<Int> = []
    var words = ByteStringTable()
    var hashes: [UInt32] = []
    for index in 0..<text.count where seen.count * bucketsPerNGram < mostBuckets {
      hashes.removeAll(keepingCapacity: true)
      unsafe text.withUTF8(at: index) { bytes in
        unsafe forEachToken(of: bytes) { token in
          unsafe hashes.append(FastTextHash(token).value)
          guard header.nGrams.longest > 0, unsafe words.add(token).isNew else { return }
          header.nGrams.forEach(inMarked: unsafe CharacterNGrams.marked(token)) { hash, _ in
            seen.insert(~Int(hash))
          }
        }
      }
      hashes.append(FastTextHash(CharacterNGrams.endOfLine).value)
      WordNGrams.forEach(of: hashes, order: header.wordNGramOrder, bucketCount: Int.max) {
        seen.insert($0)
      }
    }
    return max(1, min(mostBuckets, bucketsPerNGram * seen.count))
  }

  /// Rows of words and buckets.
  var rowCount: Int { words.count + (buckets.kept?.count ?? header.bucketCount) }

  /// The rows of labelled texts, and how many of these have none but that of their end.
  func documents(_ text: LabelledText) -> (documents: DocumentFeatures, emptyCount: Int) {
    var documents = DocumentFeatures()
    var emptyCount = 0
    for index in 0..<text.count {
      let found = unsafe text.withUTF8(at: index) { unsafe bag(ofUTF8: $0) }
      documents.features += found.rows.map { Int32($0) }
      documents.starts.append(documents.features.count)
      emptyCount += found.knownCount == 0 ? 1 : 0
    }
    return (documents, emptyCount)
  }
}

/// Rows that were trained here, in an order of their own.
struct RowsMatrix: FastTextMatrix {
  let rows: FloatRows
  /// The row behind each number; nil for the same.
  var order: [Int]?

  var rowCount: Int { order?.count ?? rows.count }
  var dimension: Int { rows.dimension }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    let values = unsafe rows[order?[row] ?? row]
    for column in 0..<dimension { unsafe sum[column] += values[column] }
  }

  func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    let values = unsafe rows[order?[row] ?? row]
    var sum: Float = 0
    for column in 0..<dimension { unsafe sum += values[column] * vector[column] }
    return sum
  }
}
