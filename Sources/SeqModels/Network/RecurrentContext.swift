import Networks

/// Embeddings and recurrent layers.
final class RecurrentContext<Scalar: NetworkScalar>: ContextEncoder {
  private let embedding: EmbeddingTable<Scalar>
  let stack: RecurrentStack<Scalar>
  private let compute: Compute<Scalar>
  private var input = AlignedBuffer<Scalar>()
  private var inputGradient = AlignedBuffer<Scalar>()
  private var output = AlignedBuffer<Scalar>()
  private var inputMask = DropoutMask<Scalar>()
  private var outputMask = DropoutMask<Scalar>()
  /// The token of each row of the input.
  private var ids: [Int32] = []
  private var distinct = DistinctTokens()
  private var isInputMasked = false
  private var isTabulated = false
  private var isOutputMasked = false
  /// The gradients for the states the last piece started from.
  private(set) var stateGradients: [RecurrentState<Scalar>] = []
  /// Activation regularisation (Merity, McCann and Socher 2017): alpha on the outputs, beta on the
  /// differences of consecutive outputs, both times the mean square.
  var activationPenalty = (alpha: 0.0, beta: 0.0)
  private var layout = SequenceLayout(steps: 0, batch: 0)
  private var raw: MatrixView<Scalar>?

  init(
    _ options: RecurrentOptions, embedding: Int, parameters: Parameters<Scalar>,
    compute: Compute<Scalar>
  ) throws {
    self.embedding = EmbeddingTable("encoder.weight", parameters: parameters, compute: compute)
    self.compute = compute
    stack = try RecurrentStack(
      options, inputCount: embedding, prefix: "rnn.", parameters: parameters, compute: compute)
  }

  var featureCount: Int { stack.options.outputCount }

  func packWeights(
    forTraining: Bool, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?
  ) throws {
    isTabulated = false
    try stack.packWeights(forTraining: forTraining, dropout: dropout.stack(Scalar.self), draw: draw)
  }

  /// Tables of more numbers are not made.
  private static var largestTable: Int { 4_000_000 }

  /// For weights that no longer change: computes once what each token contributes to the first
  /// layer, where there are few tokens.
  func tabulate() throws {
    let options = stack.options
    let count = embedding.table.rows * options.cell.gateCount * options.hidden
    guard count <= Self.largestTable else { return }
    try stack.tabulateInputs(embedding.table)
    isTabulated = true
  }

  func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar> {
    try ContextState(recurrent: stack.makeStates(batch: batch))
  }

  @_specialize(where Scalar == Float)
  func forward(
    _ ids: [Int32], layout: SequenceLayout, state: ContextState<Scalar>, dropout: LanguageDropout,
    draw: RecurrentStack<Scalar>.Draw?
  ) throws -> MatrixView<Scalar> {
    self.layout = layout
    isInputMasked = draw != nil && dropout.input > 0
    isOutputMasked = false
    if isTabulated, draw == nil {
      let features = try stack.forward(
        embedding.table, inputRows: ids, layout: layout, states: state.recurrent)
      raw = features
      return features
    }
    // Each token's embedding is read once, unless each place has a mask of its own.
    let inputRows = isInputMasked ? nil : distinct.rows(of: ids)
    let rows = ids.count
    let ids = inputRows == nil ? ids : distinct.ids
    self.ids = ids
    if input.count < rows * stack.inputCount {
      input = try AlignedBuffer(count: rows * stack.inputCount)
      inputGradient = try AlignedBuffer(count: rows * stack.inputCount)
    }
    let embedded = input.matrix(ids.count, stack.inputCount)
    try embedding.forward(ids, into: embedded, wordDropout: dropout.words, draw: draw)
    let masks = dropout.isLocked ? layout : nil
    isOutputMasked = draw != nil && dropout.output > 0
    if let draw, isInputMasked {
      try inputMask.draw(
        rows: masks?.batch ?? rows, columns: stack.inputCount, share: dropout.input, draw: draw,
        site: DropoutSite.input, compute: compute)
      inputMask.apply(to: embedded, layout: masks, compute: compute)
    }
    let features = try stack.forward(
      embedded, inputRows: inputRows, layout: layout, states: state.recurrent,
      dropout: draw.map { (dropout.stack(Scalar.self), $0) })
    raw = features
    guard let draw, isOutputMasked else { return features }
    try AlignedBuffer.reserve(&output, rows * featureCount)
    let masked = output.matrix(rows, featureCount)
    unsafe masked.base.update(from: features.base, count: rows * featureCount)
    try outputMask.draw(
      rows: masks?.batch ?? rows, columns: featureCount, share: dropout.output, draw: draw,
      site: DropoutSite.output, compute: compute)
    outputMask.apply(to: masked, layout: masks, compute: compute)
    return masked
  }

  /// alpha times the mean square of what the softmax reads, and beta times that of the outputs'
  /// change from step to step.
  func penaltyOfLastPiece() -> Double {
    guard let raw else { return 0 }
    let read = isOutputMasked ? output.matrix(raw.rows, featureCount) : raw
    let count = raw.rows * featureCount
    var penalty =
      unsafe activationPenalty.alpha * Scalar.sumOfSquares(read.base, count: count) / Double(count)
    let inStep = layout.batch * featureCount
    let changes = (layout.stepCount - 1) * inStep
    if changes > 0 {
      var sum = 0.0
      for index in 0..<changes {
        let change = unsafe Double(raw.base[inStep + index]) - Double(raw.base[index])
        sum += change * change
      }
      penalty += activationPenalty.beta * sum / Double(changes)
    }
    return penalty
  }

  @_specialize(where Scalar == Float)
  func backward(_ featureGradient: MatrixView<Scalar>) throws {
    if activationPenalty.alpha > 0, let raw {
      // On what the softmax reads, mask included.
      let read = isOutputMasked ? output.matrix(raw.rows, featureCount) : raw
      let factor = Scalar(2 * activationPenalty.alpha / Double(raw.rows * featureCount))
      unsafe Scalar.addScaled(
        read.base, factor: factor, into: featureGradient.base, count: raw.rows * featureCount)
    }
    if isOutputMasked { outputMask.applyAgain(to: featureGradient, compute: compute) }
    if activationPenalty.beta > 0, let raw, layout.stepCount > 1 {
      let factor = Scalar(
        2 * activationPenalty.beta / Double((layout.stepCount - 1) * layout.batch * featureCount))
      let count = layout.batch * featureCount
      for step in 1..<layout.stepCount {
        let now = unsafe raw.row(layout.offsets[step])
        let before = unsafe raw.row(layout.offsets[step - 1])
        let gradient = unsafe featureGradient.row(layout.offsets[step])
        let gradientBefore = unsafe featureGradient.row(layout.offsets[step - 1])
        for index in 0..<count {
          let difference = unsafe factor * (now[index] - before[index])
          unsafe gradient[index] += difference
          unsafe gradientBefore[index] -= difference
        }
      }
    }
    if stateGradients.first?.hidden.rows != layout.batch {
      stateGradients = try stack.makeStates(batch: layout.batch)
    }
    // Truncation: nothing comes back from the piece that follows.
    stateGradients.forEach { $0.clear() }
    let gradient = inputGradient.matrix(ids.count, stack.inputCount)
    try stack.backward(
      outputGradient: featureGradient, stateGradients: stateGradients, inputGradient: gradient)
    if isInputMasked { inputMask.applyAgain(to: gradient, compute: compute) }
    try embedding.backward(ids, gradient)
  }
}
