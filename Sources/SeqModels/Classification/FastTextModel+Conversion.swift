import FastTextFiles
import Tokenize
import WordtoolCore

/// The parts of a fastText model before it is written: rows that are not quantized, and which of the
/// n-grams have one.
struct FastTextParts {
  var header: FastTextHeader
  var words: [[UInt8]]
  var wordCounts: [Int64]
  /// The labels as they stand in the file.
  var labels: [String]
  /// The labels without their prefix.
  var names: [String]
  var labelCounts: [Int64]
  var tokenCount: Int64
  /// The buckets behind the words' rows, in their order; nil for all.
  var buckets: [Int32]?
  var input: any FastTextMatrix
  var output: any FastTextMatrix

  /// The features, with the rows of `kept` buckets.
  func features() -> FastTextFeatures {
    var table = ByteStringTable(expectedCount: words.count)
    for word in words { table.add(word) }
    return FastTextFeatures(
      header: header, words: table,
      unmarkedLabels: Set(
        labels.map { Array($0.utf8) }.filter { !$0.starts(with: LabelledTextLayout.labelMark) }),
      buckets: BucketRows(
        wordCount: words.count, bucketCount: header.bucketCount,
        kept: buckets.map { buckets in
          Dictionary(
            buckets.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        }))
  }

  /// The parts of a file that is not quantized.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for one that is.
  init(_ model: FastTextModel) throws {
    guard !model.isQuantized.input else {
      throw WordtoolError(
        .unavailable, found: "a model that is quantized already", expected: "one of floats",
        remedy: "quantize the .bin it was made of")
    }
    header = model.header
    let wordCount = model.words.count
    words = (0..<wordCount).map { Array(model.words.bytes(Int32($0))) }
    wordCounts = Array(model.counts.prefix(wordCount))
    labels = model.rawLabels
    names = model.labels
    labelCounts = Array(model.counts[wordCount...])
    tokenCount = model.tokenCount
    input = model.input
    output = model.output
    buckets = model.features.buckets.inOrder
    guard (buckets == nil) == (model.features.buckets.kept == nil) else {
      throw WordtoolError(
        .unavailable, found: "a model whose n-grams share rows", expected: "a row for each",
        remedy: "quantize the .bin it was made of")
    }
  }

  /// Buckets of n-grams that are told apart: as many as fastText can number, so that hardly two meet.
  private static let widestBucketCount = Int(Int32.max)

  /// The parts of a model of this project. Its n-grams find their rows by fastText's hash, each its own.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for n-grams hashed otherwise, or without words.
  init(_ model: FastTextClassifier) throws {
    let features = model.features
    guard features.orders.lowerBound == 1, features.bucketCount == 0 else {
      throw WordtoolError(
        .unavailable,
        found: features.bucketCount > 0
          ? "n-grams that share rows by another hash than fastText's" : "n-grams without words",
        expected: "words, and n-grams that fastText finds",
        remedy: "train the model with an output that ends in .bin")
    }
    header = FastTextHeader()
    header.dimension = model.embeddings.dimension
    header.loss = model.loss.ofFastText.rawValue
    header.wordNGramOrder = features.orders.upperBound
    header.bucketCount = features.pairs.count > 0 ? Self.widestBucketCount : 0
    words = (0..<features.words.count).map { Array(features.words.bytes(Int32($0))) }
    // How often words and labels occurred is not in such a model.
    wordCounts = [Int64](repeating: 1, count: words.count)
    labels = model.labels.map { FastTextModel.labelPrefix + $0 }
    names = model.labels
    labelCounts = [Int64](repeating: 1, count: labels.count)
    tokenCount = Int64(words.count + labels.count)
    var order = words.indices.map(model.row)
    input = RowsMatrix(rows: model.embeddings, order: order)
    output = RowsMatrix(rows: model.output)
    guard features.pairs.count > 0 else { return }
    // The words of an n-gram are those of the one it continues, and one more.
    let hashes = words.map { FastTextHash($0).value }
    var hashesOfPairs: [[UInt32]] = []
    var seen: Set<Int32> = []
    var kept: [Int32] = []
    for pair in 0..<features.pairs.count {
      let (prefix, word) = features.pairs[pair]
      let before =
        Int(prefix) < words.count
        ? [hashes[Int(prefix)]] : hashesOfPairs[Int(prefix) - words.count]
      hashesOfPairs.append(before + [hashes[Int(word)]])
      var bucket: Int32 = 0
      // The last one from the first word is the whole.
      WordNGrams.forEach(of: hashesOfPairs[pair][...], bucketCount: header.bucketCount) {
        bucket = Int32(truncatingIfNeeded: $0)
      }
      guard seen.insert(bucket).inserted else { continue }
      kept.append(bucket)
      order.append(model.row(of: words.count + pair))
    }
    buckets = kept
    input = RowsMatrix(rows: model.embeddings, order: order)
  }
}

extension TextClassifier {
  /// The model as fastText's `.bin`, which ``write(to:)`` writes: one of its files as it is, one of this
  /// project's fasttext models without n-grams of words with its words.
  ///
  /// fastText cuts text at white space, whatever ``rule`` says: its answers are the same for texts that
  /// stand in words between blanks.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for other models.
  public func fastTextModel() throws -> TextClassifier {
    if core is FastTextModel { return self }
    let parts = try FastTextParts(fastTextCore())
    guard parts.buckets == nil else {
      throw WordtoolError(
        .unavailable,
        found: "n-grams of words that each have a row, which a .bin cannot say",
        expected: "words alone, or n-grams that share rows by fastText's hash",
        remedy: "train the model with an output that ends in .bin, or quantize it to an .ftz")
    }
    return TextClassifier(core: FastTextModel(parts), training: training)
  }

  /// The core of a fasttext model of this project.
  func fastTextCore() throws -> FastTextClassifier {
    guard calibration == nil else {
      throw WordtoolError(
        .unavailable,
        found: "a calibrated model, whose calibration files of fastText's have no room for",
        expected: "one that is not calibrated", remedy: "train it without a calibration")
    }
    guard let core = core as? FastTextClassifier else {
      throw WordtoolError(
        .unavailable, found: "a classifier of the kind '\(modelName)'",
        expected: "one of the kind 'fasttext'",
        remedy: "train a model of that kind")
    }
    return core
  }
}

extension FastTextOptions.Loss {
  /// The same loss in fastText's files.
  var ofFastText: FastTextHeader.Loss {
    switch self {
    case .softmax: .softmax
    case .oneVersusAll: .oneVersusAll
    case .hierarchicalSoftmax: .hierarchicalSoftmax
    case .negativeSampling: .negativeSampling
    }
  }
}
