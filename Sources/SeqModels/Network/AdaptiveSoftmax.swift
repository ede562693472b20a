import Networks

/// Softmax in clusters: frequent tokens in a head, rarer ones in tails with fewer features (Grave
/// et al., Efficient softmax approximation for GPUs, 2017).
///
/// Tokens are numbered by falling frequency. The head has a place for each token below the first
/// cutoff and one for each tail; a token of tail i has the probability of the tail times its own in
/// the tail. Tail i reads features / 4^(i+1) numbers, a product of the features. Weights are named
/// as PyTorch's `AdaptiveLogSoftmaxWithLoss` names them.
final class AdaptiveSoftmax<Scalar: NetworkScalar>: SoftmaxHead {
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  /// Where the clusters begin and the last one ends.
  private let bounds: [Int]
  private let head: Layer
  private let tails: [Tail]
  private var headTargets: [Int32] = []

  /// A product without a bias, and the buffers for its rows.
  private final class Layer {
    let name: String
    let outputs: Int
    let inputs: Int
    let weights: PackedMatrix<Scalar>
    let weightsBack: PackedMatrix<Scalar>
    private var buffer = AlignedBuffer<Scalar>()

    init(_ name: String, _ parameters: Parameters<Scalar>) throws {
      self.name = name
      let view = parameters.view(name)
      outputs = view.rows
      inputs = view.columns
      weights = try PackedMatrix(capacityFor: inputs, outputs)
      weightsBack = try PackedMatrix(capacityFor: outputs, inputs)
    }

    func rows(_ count: Int) throws -> MatrixView<Scalar> {
      try AlignedBuffer.reserve(&buffer, count * outputs)
      return buffer.matrix(count, outputs)
    }
  }

  private final class Tail {
    let projection: Layer
    let output: Layer
    var gathered = AlignedBuffer<Scalar>()
    var gradient = AlignedBuffer<Scalar>()

    init(_ index: Int, _ parameters: Parameters<Scalar>) throws {
      projection = try Layer("decoder.tail.\(index).0.weight", parameters)
      output = try Layer("decoder.tail.\(index).1.weight", parameters)
    }
  }

  static func shapes(
    vocabulary: Int, features: Int, cutoffs: [Int]
  ) -> [(name: String, shape: [Int])] {
    var shapes = [
      (name: "decoder.head.weight", shape: [cutoffs[0] + cutoffs.count, features])
    ]
    let bounds = cutoffs + [vocabulary]
    for index in cutoffs.indices {
      let inner = max(1, features >> (2 * (index + 1)))
      shapes.append(("decoder.tail.\(index).0.weight", [inner, features]))
      shapes.append(("decoder.tail.\(index).1.weight", [bounds[index + 1] - bounds[index], inner]))
    }
    return shapes
  }

  init(
    vocabulary: Int, cutoffs: [Int], parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws {
    self.parameters = parameters
    self.compute = compute
    bounds = cutoffs + [vocabulary]
    head = try Layer("decoder.head.weight", parameters)
    tails = try cutoffs.indices.map { try Tail($0, parameters) }
  }

  private var layers: [Layer] { [head] + tails.flatMap { [$0.projection, $0.output] } }

  func packWeights(forTraining: Bool) throws {
    for layer in layers {
      let view = parameters.view(layer.name)
      compute.pack(view.transposed, into: layer.weights)
      if forTraining { compute.pack(view, into: layer.weightsBack) }
    }
  }

  /// The place of a token in the head, and its tail.
  private func place(_ token: Int32) -> (head: Int32, tail: Int?) {
    if token < 0 { return (-1, nil) }
    if Int(token) < bounds[0] { return (token, nil) }
    let tail = tails.indices.first { Int(token) < bounds[$0 + 1] } ?? tails.count - 1
    return (Int32(bounds[0] + tail), tail)
  }

  @_specialize(where Scalar == Float)
  private func normalize(
    _ logits: MatrixView<Scalar>, targets: [Int32], scale: Scalar
  ) -> [Double] {
    var losses = [Double](repeating: 0, count: logits.rows)
    unsafe losses.withUnsafeMutableBufferPointer { losses in
      compute.forRanges(of: logits.rows, atLeast: 4) { range in
        for row in range {
          unsafe losses[row] = Scalar.softmaxCrossEntropy(
            logits.row(row), count: logits.columns, target: Int(targets[row]), scale: scale)
        }
      }
    }
    return losses
  }

  func backward(
    _ features: MatrixView<Scalar>, targets: [Int32], scale: Scalar,
    featureGradient: MatrixView<Scalar>
  ) throws -> Double {
    try run(features, targets: targets, scale: scale, featureGradient: featureGradient).reduce(0, +)
  }

  func losses(_ features: MatrixView<Scalar>, targets: [Int32]) throws -> [Double] {
    try run(features, targets: targets, scale: 0, featureGradient: nil)
  }

  @_specialize(where Scalar == Float)
  private func run(
    _ features: MatrixView<Scalar>, targets: [Int32], scale: Scalar,
    featureGradient: MatrixView<Scalar>?
  ) throws -> [Double] {
    let places = targets.map(place)
    let headLogits = try head.rows(features.rows)
    compute.multiply(features, head.weights, into: headLogits)
    var losses = normalize(headLogits, targets: places.map(\.head), scale: scale)
    if let featureGradient {
      compute.multiply(headLogits, head.weightsBack, into: featureGradient)
      try compute.multiply(
        headLogits.transposed, features, into: parameters.gradient(head.name), keep: true)
    }
    for (index, tail) in tails.enumerated() {
      let rows = places.indices.filter { places[$0].tail == index }
      if rows.isEmpty { continue }
      let count = features.columns
      if tail.gathered.count < rows.count * count {
        tail.gathered = try AlignedBuffer(count: rows.count * count)
        tail.gradient = try AlignedBuffer(count: rows.count * max(count, tail.projection.outputs))
      }
      let gathered = tail.gathered.matrix(rows.count, count)
      for (target, row) in rows.enumerated() {
        unsafe gathered.row(target).update(from: features.row(row), count: count)
      }
      let inner = try tail.projection.rows(rows.count)
      compute.multiply(gathered, tail.projection.weights, into: inner)
      let logits = try tail.output.rows(rows.count)
      compute.multiply(inner, tail.output.weights, into: logits)
      let own = rows.map { targets[$0] - Int32(bounds[index]) }
      for (row, loss) in zip(rows, normalize(logits, targets: own, scale: scale)) {
        losses[row] += loss
      }
      guard let featureGradient else { continue }
      try compute.multiply(
        logits.transposed, inner, into: parameters.gradient(tail.output.name), keep: true)
      let innerGradient = tail.gradient.matrix(rows.count, tail.projection.outputs)
      compute.multiply(logits, tail.output.weightsBack, into: innerGradient)
      try compute.multiply(
        innerGradient.transposed, gathered, into: parameters.gradient(tail.projection.name),
        keep: true)
      // The gathered features have been read: their gradient takes their place.
      compute.multiply(innerGradient, tail.projection.weightsBack, into: gathered)
      for (source, row) in rows.enumerated() {
        unsafe Scalar.addScaled(
          gathered.row(source), factor: 1, into: featureGradient.row(row), count: count)
      }
    }
    return losses
  }

  func logProbabilities(_ features: MatrixView<Scalar>, into result: inout [Double]) throws {
    let row = features.rows(0..<1)
    let logits = try head.rows(1)
    compute.multiply(row, head.weights, into: logits)
    var headResult = [Double](repeating: 0, count: head.outputs)
    unsafe LogSoftmax.write(logits.base, count: head.outputs, offset: 0, into: &headResult, at: 0)
    for token in 0..<bounds[0] { result[token] = headResult[token] }
    for (index, tail) in tails.enumerated() {
      let inner = try tail.projection.rows(1)
      compute.multiply(row, tail.projection.weights, into: inner)
      let logits = try tail.output.rows(1)
      compute.multiply(inner, tail.output.weights, into: logits)
      unsafe LogSoftmax.write(
        logits.base, count: tail.output.outputs, offset: headResult[bounds[0] + index],
        into: &result, at: bounds[index])
    }
  }
}
