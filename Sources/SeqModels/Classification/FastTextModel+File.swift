import FastTextFiles
import WordtoolCore

extension FastTextModel {
  /// Whether a file begins as fastText's models do.
  static func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    unsafe bytes.starts(with: FastTextHeader.signature)
  }

  /// Reads a `.bin` or `.ftz` of fastText's, of version 11 or 12.
  ///
  /// - Parameter labelPrefix: what its labels begin with; nil for ``LabelledTextLayout/usualLabelPrefix``.
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file, and for a model without labels.
  init(_ file: MappedFile, labelPrefix: String?) throws {
    let path = file.path
    var reader = unsafe BinaryFields(file.bytes, path: path)
    let header = try FastTextHeader(&reader)
    guard header.model == FastTextHeader.Model.supervised.rawValue, header.floret?.mode != 2 else {
      throw WordtoolError(
        .badData, path: path, found: "a fastText model of word vectors",
        expected: "a supervised one, with labels",
        remedy: "it is for 'nearest -v', 'convert' and others")
    }
    guard let loss = FastTextHeader.Loss(rawValue: header.loss) else {
      throw reader.error(
        "a loss of number \(header.loss)", expected: "1 to 4: hs, ns, softmax, ova")
    }
    self.loss = loss
    let dictionary = try FastTextDictionary(&reader)
    tokenCount = dictionary.tokenCount
    counts = dictionary.counts
    guard !dictionary.labels.isEmpty else { throw reader.error("no label", expected: "1 or more") }
    func bytes(_ place: Range<Int>) -> [UInt8] { unsafe Array(file.bytes[place]) }
    var words = ByteStringTable(expectedCount: dictionary.words.count)
    for place in dictionary.words {
      guard words.add(bytes(place)).isNew else {
        throw WordtoolError(
          .badData, path: path, at: .byte(place.lowerBound), found: "a word for the second time",
          expected: "words that differ", remedy: "the file is damaged")
      }
    }
    let labelBytes = dictionary.labels.map(bytes)
    guard Set(labelBytes).count == labelBytes.count else {
      throw reader.error(
        "a label for the second time", expected: "labels that differ",
        remedy: "the file is damaged")
    }
    rawLabels = labelBytes.map { String(decoding: $0, as: UTF8.self) }
    let unmarkedLabels = Set(labelBytes.filter { !$0.starts(with: LabelledTextLayout.labelMark) })
    // Only from all together, so that labels that differ go on doing so.
    let mark = [Array((labelPrefix ?? "").utf8), LabelledTextLayout.labelMark].first { mark in
      !mark.isEmpty && labelBytes.allSatisfy { $0.starts(with: mark) }
    }
    labels =
      mark.map { mark in
        labelBytes.map { String(decoding: $0.dropFirst(mark.count), as: UTF8.self) }
      } ?? rawLabels

    let quantizesInput = try reader.byte("flag of quantization") != 0
    input =
      quantizesInput
      ? try QuantizedMatrix(&reader, name: "input matrix")
      : try DenseMatrix(&reader, name: "input matrix")
    let quantizesOutput = try reader.byte("flag of a quantized output") != 0
    isQuantized = (quantizesInput, quantizesInput && quantizesOutput)
    output =
      isQuantized.output
      ? try QuantizedMatrix(&reader, name: "output matrix")
      : try DenseMatrix(&reader, name: "output matrix")
    guard input.dimension == header.dimension, output.dimension == header.dimension,
      output.rowCount >= labels.count
    else {
      throw reader.error(
        "matrices of \(input.dimension) and \(output.dimension) columns, \(output.rowCount, "row") "
          + "for \(labels.count, "label")",
        expected: "\(header.dimension, "column"), and a row for each label",
        remedy: "the file is damaged")
    }
    let usesBuckets = header.nGrams.longest > 0 || header.wordNGramOrder > 1
    let buckets = try BucketRows(
      wordCount: words.count, bucketCount: usesBuckets ? header.bucketCount : 0,
      kept: dictionary.kept, of: input, path: path)
    features = FastTextFeatures(
      header: header, words: words, unmarkedLabels: unmarkedLabels, buckets: buckets)
    tree =
      loss == .hierarchicalSoftmax
      ? FastTextTree(counts: Array(counts[words.count...])) : nil
    owner = file
  }

  func write(to output: OutputFile, _ calibration: Calibration?) throws {
    precondition(calibration == nil, "a file of fastText's has no room for a calibration")
    // What was read is written again as it stands.
    if let file = owner { return try unsafe output.write(file.bytes) }
    let count = words.count
    try output.requirePlain("a fastText model")
    var writer = FastTextWriter(to: output)
    try writer.write(header)
    try writer.writeDictionary(
      wordCount: count, labelCount: rawLabels.count, tokenCount: tokenCount,
      kept: features.buckets.inOrder
    ) {
      ($0 < count ? Array(words.bytes(Int32($0))) : Array(rawLabels[$0 - count].utf8), counts[$0])
    }
    for matrix in [input, self.output] {
      if let rows = matrix as? QuantizedRows {
        try writer.writeMatrix(rows)
        continue
      }
      try writer.writeMatrix(rowCount: matrix.rowCount, dimension: matrix.dimension) {
        matrix.values(ofRow: $0)
      }
    }
    try writer.finish()
  }
}

extension TextClassifier {
  /// What a file of fastText's says of itself.
  public struct FastTextFacts: Hashable, Sendable {
    /// Values in a row.
    public var dimension: Int
    /// Words in the vocabulary.
    public var wordCount: Int
    /// `softmax`, `hs`, `ns` or `ova`.
    public var loss: String
    /// The most words of an n-gram of words; 1 for words alone.
    public var wordNGramOrder: Int
    /// The lengths of n-grams of characters; nil for none.
    public var characterNGrams: ClosedRange<Int>?
    /// Rows that n-grams share, all or those that were kept.
    public var nGramRows: Int
    /// Whether rows are codes of a product quantizer, and whether those of labels are as well.
    public var isQuantized: Bool
    /// Whether those of labels are as well.
    public var quantizesLabels: Bool
    /// Whether rows that matter little were left out.
    public var isPruned: Bool
  }

  /// What the file says of itself; nil of models that are not fastText's files.
  public var fastTextFacts: FastTextFacts? {
    guard let model = core as? FastTextModel else { return nil }
    let lengths = model.header.nGrams
    return FastTextFacts(
      dimension: model.header.dimension, wordCount: model.words.count, loss: model.loss.name,
      wordNGramOrder: max(1, model.header.wordNGramOrder),
      characterNGrams: lengths.longest > 0
        ? min(lengths.shortest, lengths.longest)...lengths.longest : nil,
      nGramRows: model.input.rowCount - model.words.count,
      isQuantized: model.isQuantized.input, quantizesLabels: model.isQuantized.output,
      isPruned: model.features.buckets.kept != nil)
  }
}

extension FastTextHeader.Loss {
  /// As fastText's `-loss` names it.
  var name: String {
    switch self {
    case .hierarchicalSoftmax: "hs"
    case .negativeSampling: "ns"
    case .softmax: "softmax"
    case .oneVersusAll: "ova"
    }
  }
}
