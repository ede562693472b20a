import BLASCore
import Embedding
import FastTextFiles
import Tokenize
public import WordtoolCore

extension TextClassifier {
  /// Trains a classifier of averaged word and n-gram embeddings. The same text, options and seed
  /// give the same model, whatever the number of threads.
  ///
  /// But for one-vs-all a text with several labels has one of them in each pass, in turn; fastText draws
  /// one at random each time. `EmbeddingRun` is the engine, `FastTextExamples` gives it the texts,
  /// `LabelObjective` says what is done with them; where not every label has a score, they are
  /// `FastTextTiles` and `BagNegativeSampling`.
  ///
  /// - Parameters:
  ///   - text: at least two labels.
  ///   - options: checked by ``FastTextOptions/validate()``.
  ///   - threads: how many threads to use, at least 1; more than the embeddings have groups of
  ///     columns are not started.
  ///   - stop: looked at about every thousand texts.
  ///   - progress: called now and then on the caller's thread; an example is a text.
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any frequent
  ///   word, `usage` for an option out of range and for class weights of labels that are not there,
  ///   `diverged` when the loss is not finite, `interrupted`, `unavailable` without memory.
  public static func train(
    on text: LabelledText, options: FastTextOptions, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> TextClassifier {
    try train(
      on: text, options: options, threads: threads, stop: stop, progress: progress, memory: nil)
  }

  /// The same with `memory`, which is told what is about to be held.
  package static func train(
    on text: LabelledText, options: FastTextOptions, threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?, memory: MemoryCheck?
  ) throws -> TextClassifier {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    if let quantization = options.quantization {
      return try trainQuantized(
        on: text, options: options, quantization, threads: threads, stop: stop, progress: progress,
        memory: memory)
    }
    if options.keepsToFastText {
      return try FastTextModel.train(
        on: text, options: options, threads: threads, stop: stop, progress: progress,
        memory: memory)
    }
    let texts = try CountedTexts(text, options: options.features, threads: threads, stop: stop)
    let rows = FeatureRows(texts.documents, featureCount: texts.features.count)
    let tables = try FastTextTables(
      rows, labels: texts.labels, options: options, threads: threads, stop: stop,
      progress: progress, memory: memory)
    let core = try FastTextClassifier(
      labels: texts.labels.names, rule: options.features.rule, features: texts.features,
      rowPlaces: rows.places, embeddings: tables.embeddings, output: tables.output,
      loss: options.loss)
    return TextClassifier(
      core: core,
      training: Training(
        epochs: options.epochs, exampleCount: text.count, emptyCount: texts.emptyCount,
        replacedCount: texts.replacedCount, lossShare: tables.lossShare))
  }

  /// Trains a model and then, of the rows that are kept, one that is quantized.
  private static func trainQuantized(
    on text: LabelledText, options: FastTextOptions, _ quantization: FastTextQuantizationOptions,
    threads: Int, stop: StopFlag, progress: ((TrainingProgress) -> Void)?, memory: MemoryCheck?
  ) throws -> TextClassifier {
    var quantization = quantization
    // As fastText does; five passes at 0.1 give 0.525 instead of 0.537 on questions about cooking in 1 MB.
    quantization.epochs = options.epochs
    quantization.learningRate = options.learningRate
    let share = 0.5
    var examples = 0
    func tell(from start: Double, _ share: Double) -> ((TrainingProgress) -> Void)? {
      let before = examples
      return progress.map { progress in
        { moment in
          var moment = moment
          moment.fraction = start + share * moment.fraction
          moment.examples += before
          examples = moment.examples
          progress(moment)
        }
      }
    }
    let whole = try FastTextModel.train(
      on: text, options: options, threads: threads, stop: stop, progress: tell(from: 0, share),
      memory: memory)
    return try whole.quantized(
      quantization, retrainedOn: text, retrainsAll: false, threads: threads, stop: stop,
      progress: tell(from: share, share)
    ).model
  }

  /// Trains such a classifier while the caller's task is suspended; the work is done by threads
  /// outside of the cooperative pool.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on text: LabelledText, options: FastTextOptions, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> TextClassifier {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: text, options: options, threads: threads, stop: stop) { progress?.add($0) }
    }
  }
}

/// The rows of features and labels, trained.
struct FastTextTables {
  let embeddings: FloatRows
  let output: FloatRows
  /// The loss of the last pass as a share of that of a model that knows how frequent labels are.
  let lossShare: Double?

  /// Trains them.
  ///
  /// - Parameters:
  ///   - start: the rows to begin with; nil for drawn ones, and zeros for the labels.
  ///   - options: `features` is not looked at.
  /// - Throws: as ``TextClassifier/train(on:options:threads:stop:progress:)``.
  init(
    _ rows: FeatureRows, labels: TrainingLabels,
    from start: (input: any FastTextMatrix, output: any FastTextMatrix)? = nil,
    options: FastTextOptions, threads: Int, stop: StopFlag, progress: ((TrainingProgress) -> Void)?,
    memory: MemoryCheck? = nil
  ) throws {
    let classWeights = try options.classWeights.weights(
      for: labels.names, counts: labels.counts, exampleCount: rows.documents.count)
    let targets = LabelTargets(labels, options: options)
    let outputCount = labels.names.count + (targets == nil ? 0 : LabelGroups.paddingCount)
    try memory?(Self.memoryEstimate(rows, outputCount: outputCount, options: options))
    let tables = try EmbeddingTables(
      inputCount: rows.count, outputCount: outputCount, dimension: options.dimension)
    if let start {
      tables.input.take(start.input)
      tables.output.take(start.output)
    } else {
      // From -1/dimension to 1/dimension; the output is zero.
      tables.drawInputs(
        within: 1 / Float(options.dimension), seed: options.seed,
        stream: FastTextStream.initialEmbeddings)
    }
    let kernels = try KernelTable.selected()
    let texts = FastTextExamples(rows, labels: labels, options: options)
    let run = TableRun(
      options: options, columns: ColumnGroups(blockCount: tables.input.blockCount),
      threads: threads, stop: stop, progress: progress)
    let loss: Double?
    if let targets {
      let tiles = FastTextTiles(
        texts, targets: targets, labelCount: labels.names.count, seed: options.seed)
      loss = try run.train(
        on: tiles,
        BagNegativeSampling(
          tables: tables, kernels: kernels, bagsPerBatch: tiles.batchSize,
          productsPerBatch: tiles.productCapacity, guessingLoss: .infinity, dividesChanges: true,
          lossSampling: LossSampling(chunkPeriod: 1, takesAllBatches: true)))
    } else {
      let labelLoss: any LabelLoss =
        options.loss == .softmax
        ? SoftmaxLoss(kernels: kernels) : OneVersusAllLoss(kernels: kernels)
      loss = try run.train(
        on: texts,
        LabelObjective(
          tables: tables, loss: labelLoss, weights: classWeights.map { Float($0) },
          batchSize: texts.batchSize, kernels: kernels))
    }
    try tables.checkFinite(inputName: "embedding of feature row", outputName: "row of label")
    embeddings = FloatRows(tables.input)
    output = FloatRows(tables.output)
    let guessing =
      switch (options.loss, targets) {
      case (.oneVersusAll, _): labels.questionEntropy(exampleCount: rows.documents.count)
      case (_, .noise(let noise)): noise.guessingLoss
      default: labels.entropy
      }
    lossShare = loss.map { $0 / guessing }
  }
}

extension FastTextTables {
  /// What the training is about to hold, on top of what the process has already.
  private static func memoryEstimate(
    _ rows: FeatureRows, outputCount: Int, options: FastTextOptions
  ) -> MemoryEstimate {
    var estimate = MemoryEstimate.ofProcess()
    estimate.add(
      "features", RowStorage.byteCount(rowCount: rows.count, dimension: options.dimension))
    estimate.add(
      "labels", RowStorage.byteCount(rowCount: outputCount, dimension: options.dimension))
    // The texts that are trained, and their order in this pass and the next.
    estimate.add("order of the texts", 12 * rows.documents.count)
    estimate.addPast()
    return estimate
  }
}

extension LabelTargets {
  /// What labels are told by; nil where every label has a score of its own.
  fileprivate init?(_ labels: TrainingLabels, options: FastTextOptions) {
    switch options.loss {
    case .softmax, .oneVersusAll: return nil
    case .hierarchicalSoftmax: self = .path(HuffmanTree(counts: labels.counts.map { Int64($0) }))
    case .negativeSampling:
      self = .noise(LabelNoise(counts: labels.counts, count: options.negativeSamples))
    }
  }
}

/// One training of the tables, whatever is made small.
private struct TableRun {
  let options: FastTextOptions
  let columns: ColumnGroups
  let threads: Int
  let stop: StopFlag
  let progress: ((TrainingProgress) -> Void)?

  /// Trains, and returns the mean loss of the last pass.
  func train<Source: ExampleSource, Goal: Objective>(
    on source: Source, _ goal: Goal
  ) throws -> Double? where Goal.Chunk == Source.Chunk {
    var state = EmbeddingState()
    try EmbeddingRun.train(
      on: source,
      plan: .init(
        epochs: options.epochs, decay: LinearDecay(start: options.learningRate), columns: columns,
        threads: threads),
      from: state, stop: stop, pause: nil, progress: progress, keep: { state = $0 }
    ) { goal }
    return state.epochLosses.last
  }
}

extension RowStorage {
  /// Takes the values of a matrix of the same dimension; rows behind its last stay as they are.
  fileprivate func take(_ matrix: any FastTextMatrix) {
    for row in 0..<min(rowCount, matrix.rowCount) {
      let values = unsafe base + row * stride
      unsafe values.update(repeating: 0, count: dimension)
      unsafe matrix.add(row: row, to: values)
    }
  }
}

extension FloatRows {
  /// The rows of a storage that nobody writes to any more.
  fileprivate init(_ storage: RowStorage) {
    unsafe self.init(
      count: storage.rowCount, dimension: storage.dimension, stride: storage.stride,
      values: UnsafeBufferPointer(
        start: storage.base, count: storage.rowCount * storage.stride), owner: storage)
  }
}
