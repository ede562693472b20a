package import Networks

/// The layers of a neural language model over one set of weights.
package final class LanguageNetwork<Scalar: NetworkScalar> {
  let options: NeuralOptions
  let vocabularyCount: Int
  package let parameters: Parameters<Scalar>
  let compute: Compute<Scalar>
  let encoder: any ContextEncoder<Scalar>
  let head: any SoftmaxHead<Scalar>
  private var featureGradients = AlignedBuffer<Scalar>()

  package init(_ options: NeuralOptions, vocabulary: Int, threads: Int) throws {
    self.options = options
    vocabularyCount = vocabulary
    parameters = try Parameters(options.parameterShapes(vocabulary: vocabulary))
    compute = try Compute(threadCount: threads)
    switch options.kind {
    case .recurrent:
      encoder = try RecurrentContext(
        options.recurrent, embedding: options.embedding, parameters: parameters, compute: compute)
    case .fixedWindow:
      encoder = try WindowContext(
        vocabulary: vocabulary, window: options.window, embedding: options.embedding,
        hidden: options.recurrent.hidden, isOneHot: options.isOneHot, parameters: parameters,
        compute: compute)
    case .bagOfWords:
      encoder = BagContext(
        window: options.window, embedding: options.embedding, parameters: parameters,
        compute: compute)
    }
    if options.cutoffs.isEmpty {
      head = try FullSoftmax(
        weightName: options.isTied ? "encoder.weight" : "decoder.weight", parameters: parameters,
        compute: compute)
    } else {
      head = try AdaptiveSoftmax(
        vocabulary: vocabulary, cutoffs: options.cutoffs, parameters: parameters, compute: compute)
    }
  }

  /// Sets the first values of all weights.
  package func start(_ training: NeuralTrainingOptions) {
    let range = training.initialRange ?? 0.1
    for (array, entry) in parameters.entries.enumerated() {
      let isBias = entry.shape.count == 1
      if entry.name.hasPrefix("rnn.") || isBias { continue }
      WeightStart.uniform(
        parameters.view(entry.name), range: range, seed: training.seed, array: array)
    }
    if options.kind == .recurrent {
      WeightStart.recurrent(
        options.recurrent, prefix: "rnn.", parameters: parameters,
        initialization: training.initialization, range: training.initialRange,
        forgetBias: training.forgetBias, seed: training.seed)
    }
  }

  /// Lays all weights out for products.
  package func packWeights(
    forTraining: Bool, dropout: LanguageDropout = LanguageDropout(),
    draw: RecurrentStack<Scalar>.Draw? = nil
  ) throws {
    try encoder.packWeights(forTraining: forTraining, dropout: dropout, draw: draw)
    try head.packWeights(forTraining: forTraining)
  }

  /// Adds the gradients of one piece of text; weights must be laid out.
  ///
  /// - Parameters:
  ///   - ids: the token of each row, step after step.
  ///   - targets: the token that follows each, -1 for none.
  ///   - scale: the factor of each token's loss.
  /// - Returns: the sum of -log p.
  package func backward(
    _ ids: [Int32], targets: [Int32], layout: SequenceLayout, state: ContextState<Scalar>,
    scale: Scalar, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?
  ) throws -> Double {
    let features = try encoder.forward(
      ids, layout: layout, state: state, dropout: dropout, draw: draw)
    try AlignedBuffer.reserve(&featureGradients, ids.count * features.columns)
    let gradient = featureGradients.matrix(ids.count, features.columns)
    let loss = try head.backward(
      features, targets: targets, scale: scale, featureGradient: gradient)
    try encoder.backward(gradient)
    return loss
  }

  /// The state before a text, whose missing tokens count as `padding`.
  package func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar> {
    try encoder.makeState(batch: batch, padding: padding)
  }

  /// Sets activation regularisation; see ``NeuralTrainingOptions``.
  package func setActivationPenalty(alpha: Double, beta: Double) {
    (encoder as? RecurrentContext<Scalar>)?.activationPenalty = (alpha, beta)
  }

  /// What activation regularisation adds to the loss of the last piece of text.
  package func activationPenaltyOfLastPiece() -> Double {
    (encoder as? RecurrentContext<Scalar>)?.penaltyOfLastPiece() ?? 0
  }

  /// -log p of each target; weights must be laid out.
  package func losses(
    _ ids: [Int32], targets: [Int32], layout: SequenceLayout, state: ContextState<Scalar>
  ) throws -> [Double] {
    let features = try encoder.forward(
      ids, layout: layout, state: state, dropout: LanguageDropout(), draw: nil)
    return try head.losses(features, targets: targets)
  }
}
