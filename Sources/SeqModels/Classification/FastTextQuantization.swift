import FastTextFiles
public import WordtoolCore

/// How a classifier is made small: fastText's `quantize`.
///
/// Joulin et al.: FastText.zip: Compressing text classification models, 2016.
public struct FastTextQuantizationOptions: TrainingOptions {
  /// Values that share a byte, fastText's `dsub`: 1 ... 4096.
  public var partWidth = 2
  /// Whether rows are divided by their lengths, which have bytes of their own: `qnorm`.
  public var separatesLengths = false
  /// Whether the rows of labels are codes as well: `qout`.
  public var quantizesLabels = false
  /// Rows of words and n-grams that are kept, those of the largest length; nil for all.
  public var cutoff: Int?
  /// Bytes that the file takes at most: as many of the longest rows are kept as have room; nil for no such
  /// limit.
  public var size: Int?
  /// Passes over the text that what was kept is trained on again, 1 ... 1,000,000.
  public var epochs = 5
  /// The learning rate of that at the start, > 0.
  public var learningRate: Float = 0.1
  /// Decides the first centroids and the order of the texts.
  public var seed: UInt64 = 1

  /// fastText's defaults.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("partWidth", partWidth, in: 1...4096)
    try OptionCheck.require("cutoff", cutoff ?? 1, in: 1...Int(Int32.max))
    try OptionCheck.require("size", size ?? 1, in: 1...Int.max)
    try OptionCheck.require("epochs", epochs, in: 1...1_000_000)
    try OptionCheck.require("learningRate", Double(learningRate), .positive)
  }
}

extension TextClassifier {
  /// Writes the model as fastText's `.ftz`: rows as codes of a product quantizer, the shortest rows left
  /// out where `cutoff` says so.
  ///
  /// The model is a `.bin` of fastText's, or a fasttext model of this project whose n-grams have rows of
  /// their own. fastText cuts text at white space, whatever ``rule`` says.
  ///
  /// - Parameters:
  ///   - path: the file, which is replaced as a whole.
  ///   - options: how.
  ///   - text: what the rows that were kept are trained on again; nil for no training.
  ///   - threads: how many threads to use; any number gives the same bytes.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: how many rows of words and n-grams were kept, and how many there were.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `unavailable` for models of other
  ///   kinds, `badData` for text whose labels the model does not know, `interrupted`, `cannotCreate`.
  @discardableResult
  public func writeQuantized(
    to path: String, options: FastTextQuantizationOptions, retrainedOn text: LabelledText? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> (kept: Int, all: Int) {
    var counts = (kept: 0, all: 0)
    try OutputFile.write(to: path) {
      counts = try writeQuantized(
        to: $0, options: options, retrainedOn: text, threads: threads, stop: stop, progress: nil)
    }
    return counts
  }

  /// Writes it into an open file.
  @discardableResult
  package func writeQuantized(
    to file: OutputFile, options: FastTextQuantizationOptions, retrainedOn text: LabelledText?,
    threads: Int, stop: StopFlag, progress: ((TrainingProgress) -> Void)?
  ) throws -> (kept: Int, all: Int) {
    try file.requirePlain("a fastText model")
    let (model, counts) = try quantized(
      options, retrainedOn: text, threads: threads, stop: stop, progress: progress)
    try model.core.write(to: file, nil)
    return counts
  }

  /// The model with its rows as codes, as ``writeQuantized(to:options:retrainedOn:threads:stop:)`` writes
  /// it.
  ///
  /// - Parameter retrainsAll: whether rows are trained further where none was left out.
  /// - Returns: the model, how many rows of words and n-grams were kept, and how many there were.
  func quantized(
    _ options: FastTextQuantizationOptions, retrainedOn text: LabelledText?,
    retrainsAll: Bool = true, threads: Int, stop: StopFlag, progress: ((TrainingProgress) -> Void)?
  ) throws -> (model: TextClassifier, counts: (kept: Int, all: Int)) {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    var parts =
      try (core as? FastTextModel).map { try FastTextParts($0) } ?? FastTextParts(fastTextCore())
    let all = parts.input.rowCount
    try parts.prune(options)
    let kept = parts.input.rowCount
    if let text, retrainsAll || kept < all {
      try parts.retrain(
        on: text, options: options, threads: threads, stop: stop, progress: progress)
    }
    let core = try parts.quantized(options, threads: threads, stop: stop)
    return (TextClassifier(core: core, training: training), (kept, all))
  }
}

extension FastTextParts {
  /// Trains the rows further, with the loss they were trained with.
  mutating func retrain(
    on text: LabelledText, options: FastTextQuantizationOptions, threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?
  ) throws {
    let given = try TrainingLabels(text)
    let places = Dictionary(
      (labels + names).enumerated().map { ($1, $0 % labels.count) },
      uniquingKeysWith: { first, _ in first })
    let order = try given.names.map { name in
      guard let place = places[FastTextModel.labelPrefix + name] ?? places[name] else {
        throw WordtoolError(
          .badData, found: "the label '\(name)', which the model does not know",
          expected: "labels of the model")
      }
      return place
    }
    let features = features()
    var training = FastTextOptions(
      dimension: header.dimension, learningRate: options.learningRate, epochs: options.epochs,
      loss: try trainingLoss(), seed: options.seed)
    training.keepsToFastText = true
    let isSoftmax = training.loss == .softmax
    // Trees and noise are those of all labels, by their counts in the training of the model.
    let asked =
      isSoftmax
      ? given
      : TrainingLabels(
        names: names, counts: labelCounts.map { Int(clamping: $0) },
        ids: given.ids.map { $0.map { Int32(order[Int($0)]) } })
    let tables = try FastTextTables(
      FeatureRows(fixed: features.documents(text).documents, count: input.rowCount), labels: asked,
      from: (input, isSoftmax ? ChosenRows(matrix: output, rows: order) : output),
      options: training, threads: threads, stop: stop, progress: progress)
    input = RowsMatrix(rows: tables.embeddings)
    guard isSoftmax else {
      output = RowsMatrix(rows: tables.output, order: Array(0..<output.rowCount))
      return
    }
    // Labels that the text does not have stay as they are.
    output = ReplacedRows(
      matrix: output, others: RowsMatrix(rows: tables.output),
      places: Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 }))
  }

  /// What the model was trained with.
  private func trainingLoss() throws -> FastTextOptions.Loss {
    switch FastTextHeader.Loss(rawValue: header.loss) {
    case .softmax: .softmax
    case .hierarchicalSoftmax: .hierarchicalSoftmax
    case .negativeSampling: .negativeSampling
    case .oneVersusAll: .oneVersusAll
    case nil:
      throw WordtoolError(
        .unavailable, found: "a model whose loss has the number \(header.loss)",
        expected: "a loss to train on with", remedy: "quantize it without training")
    }
  }

  /// fastText's width for labels, whatever that of words.
  static let labelPartWidth = 2

  /// The model with codes for its rows.
  func quantized(
    _ options: FastTextQuantizationOptions, threads: Int, stop: StopFlag
  ) throws -> FastTextModel {
    func quantized(_ matrix: any FastTextMatrix, _ width: Int) throws -> QuantizedRows {
      let size = matrix.rowCount.multipliedReportingOverflow(
        by: (header.dimension + width - 1) / width)
      guard !size.overflow, size.partialValue <= Int(Int32.max) else {
        throw WordtoolError(
          .unavailable, found: "\(matrix.rowCount, "row") of \(header.dimension, "value")",
          expected: "at most 2^31 codes", remedy: "leave rows out with `cutoff`")
      }
      return try QuantizedRows(
        matrix, partWidth: width, separatesLengths: options.separatesLengths, seed: options.seed,
        threads: threads, stop: stop)
    }
    var parts = self
    parts.input = try quantized(input, options.partWidth)
    if options.quantizesLabels { parts.output = try quantized(output, Self.labelPartWidth) }
    return FastTextModel(parts, isQuantized: (true, options.quantizesLabels))
  }
}

/// A matrix with some rows of another in the place of its own.
private struct ReplacedRows: FastTextMatrix {
  let matrix: any FastTextMatrix
  let others: any FastTextMatrix
  let places: [Int: Int]
  var rowCount: Int { matrix.rowCount }
  var dimension: Int { matrix.dimension }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    if let place = places[row] {
      unsafe others.add(row: place, to: sum)
    } else {
      unsafe matrix.add(row: row, to: sum)
    }
  }

  func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    unsafe places[row].map { unsafe others.dot(row: $0, with: vector) }
      ?? matrix.dot(row: row, with: vector)
  }
}
