import Networks

/// Predicts a token from features: the last layer of a language model, with its loss.
protocol SoftmaxHead<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// Lays the weights out for products; called whenever they have changed.
  func packWeights(forTraining: Bool) throws

  /// Adds the gradients of the weights and gives that of the features.
  ///
  /// - Parameters:
  ///   - features: [rows, features].
  ///   - targets: the token of each row, -1 for none.
  ///   - scale: the factor of each token's loss in the loss that is differentiated.
  ///   - featureGradient: [rows, features], written.
  /// - Returns: the sum of -log p over the rows with a token, without the factor.
  func backward(
    _ features: MatrixView<Scalar>, targets: [Int32], scale: Scalar,
    featureGradient: MatrixView<Scalar>
  ) throws -> Double

  /// -log p of each row's token; 0 for the token -1.
  func losses(_ features: MatrixView<Scalar>, targets: [Int32]) throws -> [Double]

  /// The natural logarithm of every token's probability after one row of features.
  func logProbabilities(_ features: MatrixView<Scalar>, into result: inout [Double]) throws
}

/// A product with one row of weights for each token, and softmax.
final class FullSoftmax<Scalar: NetworkScalar>: SoftmaxHead {
  private let weightName: String
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private let weights: PackedMatrix<Scalar>
  private let weightsBack: PackedMatrix<Scalar>
  private let featureCount: Int
  private let vocabularyCount: Int
  private var logits = AlignedBuffer<Scalar>()

  /// Logits computed at a time: as many rows as stay in the last cache.
  private static var logitCount: Int { 3_000_000 }

  init(weightName: String, parameters: Parameters<Scalar>, compute: Compute<Scalar>) throws {
    self.weightName = weightName
    self.parameters = parameters
    self.compute = compute
    let view = parameters.view(weightName)
    vocabularyCount = view.rows
    featureCount = view.columns
    weights = try PackedMatrix(capacityFor: featureCount, vocabularyCount)
    weightsBack = try PackedMatrix(capacityFor: vocabularyCount, featureCount)
  }

  func packWeights(forTraining: Bool) throws {
    let view = parameters.view(weightName)
    compute.pack(view.transposed, into: weights)
    if forTraining { compute.pack(view, into: weightsBack) }
  }

  private func rowsAtATime(_ rows: Int) -> Int {
    Self.rowsAtATime(rows, vocabulary: vocabularyCount)
  }

  /// Of how many rows the logits are computed together.
  static func rowsAtATime(_ rows: Int, vocabulary: Int) -> Int {
    let most = max(32, logitCount / vocabulary)
    let pieces = (rows + most - 1) / most
    return max(1, (rows + pieces - 1) / max(1, pieces))
  }

  @_specialize(where Scalar == Float)
  private func computeLogits(_ features: MatrixView<Scalar>) throws -> MatrixView<Scalar> {
    let count = features.rows * vocabularyCount
    try AlignedBuffer.reserve(&logits, count)
    let result = logits.matrix(features.rows, vocabularyCount)
    let bias = unsafe parameters.view("decoder.bias").base
    compute.forRanges(of: features.rows, atLeast: 4) { range in
      for row in range { unsafe result.row(row).update(from: bias, count: vocabularyCount) }
    }
    compute.multiply(features, weights, into: result, keep: true)
    return result
  }

  /// Softmax of the rows in place; returns each row's loss.
  @_specialize(where Scalar == Float)
  private func normalize(
    _ logits: MatrixView<Scalar>, targets: ArraySlice<Int32>, scale: Scalar
  ) -> [Double] {
    var losses = [Double](repeating: 0, count: logits.rows)
    unsafe losses.withUnsafeMutableBufferPointer { losses in
      compute.forRanges(of: logits.rows, atLeast: 1) { range in
        for row in range {
          unsafe losses[row] = Scalar.softmaxCrossEntropy(
            logits.row(row), count: vocabularyCount,
            target: Int(targets[targets.startIndex + row]), scale: scale)
        }
      }
    }
    return losses
  }

  @_specialize(where Scalar == Float)
  func backward(
    _ features: MatrixView<Scalar>, targets: [Int32], scale: Scalar,
    featureGradient: MatrixView<Scalar>
  ) throws -> Double {
    var loss = 0.0
    let size = rowsAtATime(features.rows)
    for start in stride(from: 0, to: features.rows, by: size) {
      let rows = start..<min(start + size, features.rows)
      let part = features.rows(rows)
      let result = try computeLogits(part)
      loss = normalize(result, targets: targets[rows], scale: scale).reduce(loss, +)
      compute.multiply(result, weightsBack, into: featureGradient.rows(rows))
      try compute.multiply(
        result.transposed, part, into: parameters.gradient(weightName), keep: true)
      unsafe compute.addColumnSums(result, into: parameters.gradient("decoder.bias").base)
    }
    return loss
  }

  @_specialize(where Scalar == Float)
  func losses(_ features: MatrixView<Scalar>, targets: [Int32]) throws -> [Double] {
    var losses: [Double] = []
    let size = rowsAtATime(features.rows)
    for start in stride(from: 0, to: features.rows, by: size) {
      let rows = start..<min(start + size, features.rows)
      losses += try normalize(computeLogits(features.rows(rows)), targets: targets[rows], scale: 0)
    }
    return losses
  }

  @_specialize(where Scalar == Float)
  func logProbabilities(_ features: MatrixView<Scalar>, into result: inout [Double]) throws {
    let logits = try computeLogits(features.rows(0..<1))
    unsafe LogSoftmax.write(logits.base, count: vocabularyCount, offset: 0, into: &result, at: 0)
  }
}

enum LogSoftmax {
  /// Writes the log probabilities of one row of logits, `offset` added to each.
  @_specialize(where Scalar == Float)
  static func write<Scalar: NetworkScalar>(
    _ logits: UnsafeMutablePointer<Scalar>, count: Int, offset: Double, into result: inout [Double],
    at place: Int
  ) {
    for index in 0..<count { result[place + index] = unsafe Double(logits[index]) }
    // The loss of any one token gives the logarithm of the sum.
    let loss = unsafe Scalar.softmaxCrossEntropy(logits, count: count, target: 0, scale: 0)
    let logSum = loss + result[place]
    for index in 0..<count { result[place + index] += offset - logSum }
  }
}
