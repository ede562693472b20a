import BLASCore
import Networks
public import WordtoolCore

/// How far a gradient comes back through time, for one set of weights.
public struct GradientFlowCurve: Codable, Hashable, Sendable {
  /// What was measured: `lstm`, or `lstm layer 2` where there are several.
  public var name: String
  /// The norm of dL/dh at each step back in time, the step of the loss first; the mean over the
  /// sequences.
  public var norms: [Double]
  /// The same after the whole gradient of each sequence was clipped; nil where clipping is not
  /// looked at.
  public var clippedNorms: [Double]?
  /// For an LSTM the norm of dL/dc, of the cell, in the same way, but from one step back on; nil for
  /// other cells.
  public var cellNorms: [Double]?
  /// The largest singular value of the recurrent matrix, all gates together.
  public var largestSingularValue: Double
  /// The same of each gate's own matrix, in PyTorch's order; one for a plain cell.
  public var singularValuesOfGates: [Double]
  /// The mean norm of the whole gradient of a sequence, before clipping.
  public var gradientNorm: Double
  /// The share of sequences whose gradient clipping changed.
  public var clippedShare: Double
  /// The mean loss at the last step, in nats.
  public var loss: Double

  /// How many times smaller the gradient is at the earliest step than at that of the loss.
  public var decay: Double { norms[0] / max(norms[norms.count - 1], .leastNonzeroMagnitude) }
}

/// How gradient flow is measured.
public struct GradientFlowOptions: TrainingOptions {
  /// Steps back in time.
  public var steps = 50
  /// Sequences that are measured, spread evenly over the text.
  public var sequences = 100
  /// Units of the recurrent layer, and values of an embedding.
  public var hidden = 128
  /// Training steps before measuring.
  public var trainingSteps = 200
  /// Tokens that are kept; others are `<unk>`.
  public var maximumVocabulary = 2000
  /// The learning rate of Adam.
  public var learningRate = 0.001
  /// The norm to which training clips the gradient, and that the clipped curves show.
  public var clipNorm = 1.0
  /// The bias of the gates that keep the state; nil is the logarithm of `steps`.
  public var keepBias: Double?
  /// Where all random choices come from.
  public var seed: UInt64 = 1

  /// 50 steps back.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    for (name, value, range) in [
      ("steps", steps, 1...TrainingLimits.timeSteps - 1), ("sequences", sequences, 1...1 << 30),
      ("hidden", hidden, 1...1 << 20), ("trainingSteps", trainingSteps, 0...TrainingLimits.count),
      ("maximumVocabulary", maximumVocabulary, 1...Int.max),
    ] {
      try OptionCheck.require(name, value, in: range)
    }
    for (name, value, rule) in [
      ("learningRate", learningRate, OptionCheck.Rule.positive), ("clipNorm", clipNorm, .positive),
      ("keepBias", keepBias ?? 0, .finite),
    ] {
      try OptionCheck.require(name, value, rule)
    }
  }
}

/// Measures how the gradient of the loss at one step comes back through the steps before it.
///
/// A network reads a piece of text, the loss is that of the last token alone, and backpropagation
/// through time gives dL/dh at every step (Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and
/// Bengio 2013).
public enum GradientFlow {
  /// Trains a network of each case for a short while on a text and measures it.
  ///
  /// - Parameters:
  ///   - cases: the cells with their first weights.
  ///   - ids: the tokens to train on and to measure with.
  ///   - vocabulary: what the numbers stand for.
  ///   - options: checked by ``GradientFlowOptions/validate()``.
  ///   - threads: how many threads to use, at least 1; the result does not depend on it.
  ///   - stop: looked at after each step and each sequence.
  ///   - progress: called with the name of the case at work, and the share that is done.
  /// - Returns: a curve for each case.
  /// - Throws: `WordtoolError`: `badData` for a text shorter than a sequence, `diverged`,
  ///   `interrupted`.
  public static func curves(
    of cases: [GradientFlowCase], ids: [Int32], vocabulary: LanguageVocabulary,
    options: GradientFlowOptions, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: (String, Double) -> Void = { _, _ in }
  ) throws -> [GradientFlowCurve] {
    try options.validate()
    // Before the first training, which takes long.
    try requireLength(ids, options)
    var curves: [GradientFlowCurve] = []
    for flowCase in cases {
      let trainer = try trainer(
        of: flowCase, trainingSteps: options.trainingSteps, ids: ids, vocabulary: vocabulary,
        options: options, threads: threads
      ) { _ in }
      if options.trainingSteps > 0 {
        _ = try trainer.train(stop: stop) { _ in
        } progress: { report in
          progress(flowCase.rawValue, Double(report.steps) / Double(options.trainingSteps))
        }
      }
      curves += try measure(
        trainer.network, name: flowCase.rawValue, ids: ids, options: options, stop: stop)
    }
    return curves
  }

  /// Measures a trained model, each of its layers.
  ///
  /// - Throws: `WordtoolError`: `badData` for a text shorter than a sequence or a model without
  ///   recurrent layers, `diverged` where loss or gradients are not finite, `interrupted`.
  public static func curves(
    of model: NeuralLanguageModel, name: String, ids: [Int32], options: GradientFlowOptions,
    stop: StopFlag = StopFlag()
  ) throws -> [GradientFlowCurve] {
    try options.validate()
    return try measure(model.network, name: name, ids: ids, options: options, stop: stop)
  }

  // MARK: Training

  /// A training of a case, not yet begun.
  static func trainer(
    of flowCase: GradientFlowCase, trainingSteps: Int, ids: [Int32], vocabulary: LanguageVocabulary,
    options: GradientFlowOptions, threads: Int, change: (inout NeuralTrainingOptions) -> Void
  ) throws -> NeuralTrainer {
    var shape = NeuralOptions()
    shape.recurrent.cell = flowCase.cell
    shape.recurrent.hidden = options.hidden
    shape.embedding = options.hidden
    var training = NeuralTrainingOptions()
    training.initialization = flowCase.initialization
    training.batch = 20
    training.bptt = options.steps
    training.optimizer.method = .adam
    training.optimizer.clipNorm = options.clipNorm
    training.learningRate = options.learningRate
    training.schedule = .constant
    training.lossAverage = .tokens
    training.seed = options.seed
    training.epochs = 1_000_000
    // Without any step the training is not run.
    training.maximumSteps = max(1, trainingSteps)
    change(&training)
    let trainer = try NeuralTrainer(
      shape, training: training, vocabulary: vocabulary, ids: ids, threads: threads)
    flowCase.setKeepBias(
      options.keepBias ?? PortableMath.log(Double(options.steps)), in: trainer.network)
    return trainer
  }

  // MARK: Measuring

  private static func requireLength(_ ids: [Int32], _ options: GradientFlowOptions) throws {
    guard ids.count > options.steps + 1 else {
      throw WordtoolError(
        .badData, found: "a text of \(ids.count, "token")",
        expected: "more than \(options.steps + 1), to go back \(options.steps, "step")",
        remedy: "use a longer text, or smaller `steps`")
    }
  }

  /// The curves of all layers of a network.
  static func measure(
    _ network: LanguageNetwork<Float>, name: String, ids: [Int32], options: GradientFlowOptions,
    stop: StopFlag
  ) throws -> [GradientFlowCurve] {
    guard let context = network.encoder as? RecurrentContext<Float> else {
      throw WordtoolError(
        .badData, path: name, found: "a model without recurrent layers",
        expected: "a recurrent one")
    }
    try requireLength(ids, options)
    let length = options.steps + 1
    let layers = network.options.recurrent.layers
    try network.packWeights(forTraining: true)
    var sums = Sums(layers: layers, length: length)
    for sequence in 0..<options.sequences {
      if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped") }
      let start = start(of: sequence, in: ids, options: options)
      // One sequence at a time: so its gradient can be clipped by itself.
      network.parameters.gradients.clear()
      var targets = [Int32](repeating: -1, count: length)
      targets[length - 1] = ids[start + length]
      sums.loss += try network.backward(
        Array(ids[start..<start + length]), targets: targets,
        layout: SequenceLayout(steps: length, batch: 1),
        state: network.encoder.makeState(batch: 1, padding: 0), scale: 1,
        dropout: LanguageDropout(), draw: nil)
      let norm = unsafe Float.sumOfSquares(
        network.parameters.gradients.base, count: network.parameters.gradients.count
      ).squareRoot()
      sums.norm += norm
      let factor = norm > options.clipNorm ? options.clipNorm / norm : 1
      if factor < 1 { sums.clipped += 1 }
      for layer in 0..<layers {
        let gradients = context.stack.hiddenGradients(layer: layer)
        for back in 0..<length {
          let row = unsafe gradients.row(length - 1 - back)
          let size = unsafe Float.sumOfSquares(row, count: gradients.columns).squareRoot()
          sums.norms[layer][back] += size
          sums.clippedNorms[layer][back] += size * factor
        }
      }
    }
    network.parameters.gradients.clear()
    guard sums.loss.isFinite, sums.norm.isFinite else {
      throw WordtoolError(
        .diverged, found: "the loss or the gradients of \(name) are not finite",
        expected: "a training that did not diverge",
        remedy: "use a lower `learningRate`, or another model")
    }
    let cellNorms = try cellNorms(network, context, ids: ids, options: options, stop: stop)
    return (0..<layers).map { layer in
      curve(
        network, cellNorms: cellNorms.map { $0[layer] }, layer: layer,
        name: layers == 1 ? name : "\(name) layer \(layer + 1)", sums,
        options: options)
    }
  }

  /// Where a sequence begins: the first at the start of the text, the last at its end.
  static func start(of sequence: Int, in ids: [Int32], options: GradientFlowOptions) -> Int {
    (ids.count - options.steps - 2) * sequence / max(1, options.sequences - 1)
  }

  private struct Sums {
    var norms: [[Double]]
    var clippedNorms: [[Double]]
    var norm = 0.0
    var loss = 0.0
    var clipped = 0

    init(layers: Int, length: Int) {
      norms = Array(repeating: Array(repeating: 0, count: length), count: layers)
      clippedNorms = norms
    }
  }

  private static func curve(
    _ network: LanguageNetwork<Float>, cellNorms: [Double]?, layer: Int, name: String, _ sums: Sums,
    options: GradientFlowOptions
  ) -> GradientFlowCurve {
    let count = Double(options.sequences)
    let matrix = network.parameters.view("rnn.weight_hh_l\(layer)")
    let gates = network.options.recurrent.cell.gateCount
    let size = matrix.rows / gates
    return GradientFlowCurve(
      name: name, norms: sums.norms[layer].map { $0 / count },
      clippedNorms: sums.clippedNorms[layer].map { $0 / count }, cellNorms: cellNorms,
      largestSingularValue: SpectralNorm.of(matrix),
      singularValuesOfGates: (0..<gates).map {
        SpectralNorm.of(matrix.rows($0 * size..<($0 + 1) * size))
      },
      gradientNorm: sums.norm / count, clippedShare: Double(sums.clipped) / count,
      loss: sums.loss / count)
  }
}
