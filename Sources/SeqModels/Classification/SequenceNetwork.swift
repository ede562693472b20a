package import Networks
import WordtoolCore

/// The shape of a network that names labels of word sequences: one for each sequence, or one for
/// each word.
package struct SequenceNetworkOptions: Codable, Hashable, Sendable {
  /// The recurrent layers.
  package var recurrent = RecurrentOptions()
  /// Values of a word's embedding.
  package var embedding = 100
  /// Rows of the embeddings that are trained or were there while training; more may follow.
  package var vocabulary = 1
  /// How a sequence's features are made; nil for a label for each word.
  package var pooling: PoolingMethod?
  /// How many labels there are.
  package var labels = 2
  /// Whether the embeddings stay as they were given.
  package var hasFrozenEmbeddings = false

  /// Two labels over one layer of LSTM units, and one embedding.
  package init() {}

  /// The names and shapes of what is trained.
  func parameterShapes() -> [(name: String, shape: [Int])] {
    var shapes: [(name: String, shape: [Int])] = []
    if !hasFrozenEmbeddings { shapes += embeddingShapes(rows: vocabulary) }
    shapes += recurrent.parameterShapes(inputCount: embedding, prefix: "rnn.")
    shapes += pooling?.parameterShapes(featureCount: recurrent.outputCount) ?? []
    shapes.append(("output.weight", [labels, recurrent.outputCount]))
    shapes.append(("output.bias", [labels]))
    return shapes
  }

  func embeddingShapes(rows: Int) -> [(name: String, shape: [Int])] {
    [("embedding.weight", [rows, embedding])]
  }
}

/// What a training step leaves out: shares, 0 ..< 1.
public struct SequenceDropout: Codable, Hashable, Sendable {
  /// Values of the embeddings.
  public var input = 0.0
  /// Values between recurrent layers.
  public var betweenLayers = 0.0
  /// Values that the labels are computed from.
  public var output = 0.0
  /// Whole words: all values of their embeddings.
  public var words = 0.0

  /// Nothing is left out.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first share that is none.
  public func validate() throws {
    for (name, share) in [
      ("input", input), ("betweenLayers", betweenLayers), ("output", output), ("words", words),
    ] {
      try OptionCheck.require("dropout.\(name)", share, .share)
    }
  }
}

/// Embeddings, recurrent layers, pooling and softmax: forward, and backward through all of it.
///
/// Every thread does its share of sequences, rows or columns, and every sum has one order, so the
/// number of threads changes no bit.
package final class SequenceNetwork<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: it belongs to one caller at a time, who may hand it over under a lock.

  package let options: SequenceNetworkOptions
  let compute: Compute<Scalar>
  /// What is trained.
  package let parameters: Parameters<Scalar>
  /// The embeddings, where they are not trained; else the same as `parameters`.
  let embeddings: Parameters<Scalar>
  private let table: EmbeddingTable<Scalar>
  let stack: RecurrentStack<Scalar>
  private let pooling: SequencePooling<Scalar>?
  private var input = AlignedBuffer<Scalar>()
  private var inputGradient = AlignedBuffer<Scalar>()
  private var features = AlignedBuffer<Scalar>()
  private var featureGradient = AlignedBuffer<Scalar>()
  private var outputGradient = AlignedBuffer<Scalar>()
  private var logits = AlignedBuffer<Scalar>()
  private var inputMask = DropoutMask<Scalar>()
  private var outputMask = DropoutMask<Scalar>()

  /// Where random masks come from.
  package typealias Draw = RecurrentStack<Scalar>.Draw

  /// Makes a network with all weights zero.
  package convenience init(_ options: SequenceNetworkOptions, threads: Int) throws {
    let parameters = try Parameters<Scalar>(options.parameterShapes())
    try self.init(
      options, parameters: parameters,
      embeddings: options.hasFrozenEmbeddings
        ? Parameters(options.embeddingShapes(rows: options.vocabulary)) : parameters,
      threads: threads)
  }

  /// Makes a network over weights that are there.
  init(
    _ options: SequenceNetworkOptions, parameters: Parameters<Scalar>,
    embeddings: Parameters<Scalar>, threads: Int
  ) throws {
    self.options = options
    self.parameters = parameters
    self.embeddings = embeddings
    let compute = try Compute<Scalar>(threadCount: threads)
    self.compute = compute
    table = EmbeddingTable("embedding.weight", parameters: embeddings, compute: compute)
    stack = try RecurrentStack(
      options.recurrent, inputCount: options.embedding, prefix: "rnn.", parameters: parameters,
      compute: compute)
    pooling = options.pooling.map {
      SequencePooling($0, options.recurrent, parameters: parameters, compute: compute)
    }
  }

  private var featureCount: Int { options.recurrent.outputCount }

  /// Lays the weights out for products; called whenever they have changed.
  package func packWeights(forTraining: Bool) throws {
    try stack.packWeights(forTraining: forTraining)
  }

  private static func grow(_ buffer: inout AlignedBuffer<Scalar>, _ count: Int) throws {
    try AlignedBuffer.reserve(&buffer, count)
  }

  /// The unnormalised log probabilities of all labels: [sequences or rows, labels], valid until the
  /// next call.
  ///
  /// - Parameter draw: while training, where random masks come from.
  package func forward(
    _ ids: [Int32], layout: SequenceLayout, dropout: SequenceDropout = SequenceDropout(),
    draw: Draw? = nil
  ) throws -> MatrixView<Scalar> {
    precondition(ids.count == layout.rowCount, "\(ids.count) words in \(layout.rowCount) rows")
    let rows = ids.count
    try Self.grow(&input, rows * options.embedding)
    let embedded = input.matrix(rows, options.embedding)
    try table.forward(ids, into: embedded, wordDropout: dropout.words, draw: draw)
    if let draw, dropout.input > 0 {
      try inputMask.draw(
        rows: rows, columns: options.embedding, share: dropout.input, draw: draw,
        site: DropoutSite.input,
        compute: compute)
      inputMask.apply(to: embedded, layout: nil, compute: compute)
    }
    var between = RecurrentStack<Scalar>.Dropout()
    between.betweenLayers = dropout.betweenLayers
    let outputs = try stack.forward(
      embedded, layout: layout, states: stack.makeStates(batch: layout.batch),
      dropout: draw.map { (between, $0) })
    let found = try pooling?.forward(outputs, layout: layout) ?? outputs
    try Self.grow(&features, found.rows * featureCount)
    let read = features.matrix(found.rows, featureCount)
    unsafe read.base.update(from: found.base, count: found.rows * featureCount)
    if let draw, dropout.output > 0 {
      try outputMask.draw(
        rows: read.rows, columns: featureCount, share: dropout.output, draw: draw,
        site: DropoutSite.output,
        compute: compute)
      outputMask.apply(to: read, layout: nil, compute: compute)
    }
    try Self.grow(&logits, read.rows * options.labels)
    let result = logits.matrix(read.rows, options.labels)
    let bias = unsafe parameters.view("output.bias").base
    for row in 0..<read.rows { unsafe result.row(row).update(from: bias, count: options.labels) }
    try compute.multiply(
      read, parameters.view("output.weight").transposed, into: result, keep: true)
    return result
  }

  /// Makes probabilities of one row of what `forward` gave.
  func normalize(_ logits: UnsafeMutablePointer<Scalar>) {
    let count = options.labels
    var largest = unsafe logits[0]
    for label in 1..<max(1, count) { largest = unsafe max(largest, logits[label]) }
    for label in 0..<count { unsafe logits[label] -= largest }
    unsafe Scalar.exponential(logits, into: logits, count: count)
    var sum: Scalar = 0
    for label in 0..<count { unsafe sum += logits[label] }
    for label in 0..<count { unsafe logits[label] /= sum }
  }

  /// Forward, then the gradients of all weights added.
  ///
  /// - Parameters:
  ///   - targets: the label of each sequence or row; -1 for none.
  ///   - scales: the factor of each one's loss in the loss that is differentiated.
  /// - Returns: the sum of -log p, without the factors.
  package func backward(
    _ ids: [Int32], layout: SequenceLayout, targets: [Int32], scales: [Scalar],
    dropout: SequenceDropout = SequenceDropout(), draw: Draw? = nil
  ) throws -> Double {
    let result = try forward(ids, layout: layout, dropout: dropout, draw: draw)
    precondition(targets.count == result.rows && scales.count == result.rows, "targets")
    var loss = 0.0
    for row in 0..<result.rows {
      unsafe loss += Scalar.softmaxCrossEntropy(
        result.row(row), count: options.labels, target: Int(targets[row]), scale: scales[row])
    }
    let read = features.matrix(result.rows, featureCount)
    try Self.grow(&featureGradient, result.rows * featureCount)
    let gradient = featureGradient.matrix(result.rows, featureCount)
    try compute.multiply(result, parameters.view("output.weight"), into: gradient)
    try compute.multiply(
      result.transposed, read, into: parameters.gradient("output.weight"), keep: true)
    unsafe compute.addColumnSums(result, into: parameters.gradient("output.bias").base)
    if draw != nil, dropout.output > 0 { outputMask.applyAgain(to: gradient, compute: compute) }
    var rowGradient = gradient
    if let pooling {
      try Self.grow(&outputGradient, ids.count * featureCount)
      rowGradient = outputGradient.matrix(ids.count, featureCount)
      try pooling.backward(gradient, into: rowGradient)
    }
    var below: MatrixView<Scalar>?
    if !options.hasFrozenEmbeddings {
      try Self.grow(&inputGradient, ids.count * options.embedding)
      below = inputGradient.matrix(ids.count, options.embedding)
    }
    try stack.backward(
      outputGradient: rowGradient, stateGradients: stack.makeStates(batch: layout.batch),
      inputGradient: below)
    if let below {
      if draw != nil, dropout.input > 0 { inputMask.applyAgain(to: below, compute: compute) }
      try table.backward(ids, below)
    }
    return loss
  }
}
