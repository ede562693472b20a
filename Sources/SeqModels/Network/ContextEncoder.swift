package import Networks
import WordtoolCore

/// Turns the tokens before a place into numbers that the next token is predicted from.
///
/// Rows are laid out step after step, one row a sequence. The state carries over what a sequence
/// needs to know of the tokens before.
protocol ContextEncoder<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// Numbers in a row.
  var featureCount: Int { get }

  /// Lays the weights out for products; called whenever they have changed.
  func packWeights(forTraining: Bool, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?)
    throws

  /// The state before the first token, one for each of `batch` sequences.
  func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar>

  /// The features after each token: [rows, features], valid until the next call.
  func forward(
    _ ids: [Int32], layout: SequenceLayout, state: ContextState<Scalar>, dropout: LanguageDropout,
    draw: RecurrentStack<Scalar>.Draw?
  ) throws -> MatrixView<Scalar>

  /// Adds the gradients of the weights for the last forward call.
  func backward(_ featureGradient: MatrixView<Scalar>) throws
}

/// What sequences carry from one piece of text to the next.
package final class ContextState<Scalar: NetworkScalar> {
  /// The states of recurrent layers.
  var recurrent: [RecurrentState<Scalar>] = []
  /// The last tokens of each sequence, the oldest first.
  var history: [[Int32]] = []

  init(recurrent: [RecurrentState<Scalar>] = [], history: [[Int32]] = []) {
    self.recurrent = recurrent
    self.history = history
  }
}

/// What a language model leaves out while it trains; all are shares, 0 ..< 1.
public struct LanguageDropout: Codable, Hashable, Sendable {
  /// Values between recurrent layers.
  public var betweenLayers = 0.0
  /// Values of the embeddings that enter the first layer.
  public var input = 0.0
  /// Values that enter the softmax.
  public var output = 0.0
  /// Whole words: all values of their embeddings (Gal and Ghahramani 2016).
  public var words = 0.0
  /// Recurrent weights (DropConnect: Merity, Keskar and Socher 2018).
  public var recurrentWeights = 0.0
  /// Whether one mask serves all steps of a piece (variational, or locked, dropout).
  public var isLocked = false

  /// Nothing is left out.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first share that is none.
  public func validate() throws {
    for (name, share) in [
      ("betweenLayers", betweenLayers), ("input", input), ("output", output), ("words", words),
      ("recurrentWeights", recurrentWeights),
    ] {
      try OptionCheck.require("dropout.\(name)", share, .share)
    }
  }

  func stack<Scalar>(_: Scalar.Type) -> RecurrentStack<Scalar>.Dropout {
    var dropout = RecurrentStack<Scalar>.Dropout()
    dropout.betweenLayers = betweenLayers
    dropout.isLocked = isLocked
    dropout.recurrentWeights = recurrentWeights
    return dropout
  }
}

/// Rows of a table, one a token.
package final class EmbeddingTable<Scalar: NetworkScalar> {
  private let name: String
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private var factors: [Scalar] = []

  /// Rows of the parameter `name`, [tokens, values].
  package init(_ name: String, parameters: Parameters<Scalar>, compute: Compute<Scalar>) {
    self.name = name
    self.parameters = parameters
    self.compute = compute
  }

  /// All rows.
  var table: MatrixView<Scalar> { parameters.view(name) }

  /// Writes the rows of `ids`.
  ///
  /// - Parameter wordDropout: the share of tokens whose rows are zero this time.
  @_specialize(where Scalar == Float)
  package func forward(
    _ ids: [Int32], into output: MatrixView<Scalar>, wordDropout: Double = 0,
    draw: RecurrentStack<Scalar>.Draw? = nil
  ) throws {
    let table = parameters.view(name)
    factors = []
    if let draw, wordDropout > 0 {
      let buffer = try AlignedBuffer<Scalar>(count: table.rows)
      DropoutMask.fill(
        buffer.matrix(table.rows, 1), share: wordDropout, draw: draw, site: DropoutSite.words,
        compute: compute)
      factors = Array(buffer.all)
    }
    compute.forRanges(of: ids.count, atLeast: 32) { range in
      for row in range {
        let id = Int(ids[row])
        output.row(row).update(from: table.row(id), count: table.columns)
        if !factors.isEmpty {
          let factor = factors[id]
          for column in 0..<table.columns { output.row(row)[column] *= factor }
        }
      }
    }
  }

  /// Adds the gradients of the rows, token after token.
  @_specialize(where Scalar == Float)
  package func backward(_ ids: [Int32], _ outputGradient: MatrixView<Scalar>) throws {
    let gradient = parameters.gradient(name)
    // Threads share the columns: a token may stand at many places.
    compute.forRanges(of: (gradient.columns + 15) / 16, atLeast: 1) { blocks in
      let first = blocks.lowerBound * 16
      let count = min(gradient.columns, blocks.upperBound * 16) - first
      for (row, id) in ids.enumerated() {
        let factor = factors.isEmpty ? 1 : factors[Int(id)]
        Scalar.addScaled(
          outputGradient.row(row) + first, factor: factor, into: gradient.row(Int(id)) + first,
          count: count)
      }
    }
  }
}

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
    masked.base.update(from: features.base, count: rows * featureCount)
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
      activationPenalty.alpha * Scalar.sumOfSquares(read.base, count: count) / Double(count)
    let inStep = layout.batch * featureCount
    let changes = (layout.stepCount - 1) * inStep
    if changes > 0 {
      var sum = 0.0
      for index in 0..<changes {
        let change = Double(raw.base[inStep + index]) - Double(raw.base[index])
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
      Scalar.addScaled(
        read.base, factor: factor, into: featureGradient.base, count: raw.rows * featureCount)
    }
    if isOutputMasked { outputMask.applyAgain(to: featureGradient, compute: compute) }
    if activationPenalty.beta > 0, let raw, layout.stepCount > 1 {
      let factor = Scalar(
        2 * activationPenalty.beta / Double((layout.stepCount - 1) * layout.batch * featureCount))
      let count = layout.batch * featureCount
      for step in 1..<layout.stepCount {
        let now = raw.row(layout.offsets[step])
        let before = raw.row(layout.offsets[step - 1])
        let gradient = featureGradient.row(layout.offsets[step])
        let gradientBefore = featureGradient.row(layout.offsets[step - 1])
        for index in 0..<count {
          let difference = factor * (now[index] - before[index])
          gradient[index] += difference
          gradientBefore[index] -= difference
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

/// The different tokens among the rows of a piece of text.
package struct DistinctTokens {
  /// The tokens, in the order in which they first come up.
  package private(set) var ids: [Int32] = []
  private var places: [Int32] = []

  /// None yet.
  package init() {}

  /// Where in ``ids`` the token of each row stands; nil when most rows have a token of their own.
  package mutating func rows(of tokens: [Int32]) -> [Int32]? {
    for id in ids { places[Int(id)] = -1 }
    ids.removeAll(keepingCapacity: true)
    let most = Int(tokens.max() ?? -1)
    if places.count <= most {
      places += Array(repeating: -1, count: most + 1 - places.count)
    }
    let rows = tokens.map { token -> Int32 in
      if places[Int(token)] < 0 {
        places[Int(token)] = Int32(ids.count)
        ids.append(token)
      }
      return places[Int(token)]
    }
    return ids.count * 4 <= tokens.count * 3 ? rows : nil
  }
}
