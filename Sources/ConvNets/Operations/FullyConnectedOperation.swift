import BLASCore
import Networks

/// A fully connected layer: y = x · Wᵀ + b, the weights [output, input].
final class FullyConnectedOperation<Scalar: NetworkScalar>: LayerOperation {
  private let compute: Compute<Scalar>
  private let weights: MatrixView<Scalar>
  private let weightGradient: MatrixView<Scalar>
  private let bias: MatrixView<Scalar>?
  private let biasGradient: MatrixView<Scalar>?

  /// Outputs that are one piece of work.
  private static var outputBlock: Int { 16 }

  init(
    name: String, hasBias: Bool, parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) {
    self.compute = compute
    weights = parameters.view(name + ".weight")
    weightGradient = parameters.gradient(name + ".weight")
    bias = hasBias ? parameters.view(name + ".bias") : nil
    biasGradient = hasBias ? parameters.gradient(name + ".bias") : nil
  }

  func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) throws {
    let (x, y) = (Self.matrix(inputs[0]), Self.matrix(output))
    if pass.isTraining {
      for row in 0..<y.rows {
        if let bias {
          unsafe y.row(row).update(from: bias.base, count: y.columns)
        } else {
          unsafe y.row(row).update(repeating: 0, count: y.columns)
        }
      }
      try compute.multiply(x, weights.transposed, into: y, keep: true)
      return
    }
    // The weights are read once and not laid out anew: for few images their way from memory is what
    // costs the time, and a copy of them would be the largest thing in memory.
    let block = Self.outputBlock
    compute.team.forEach(pieces: (weights.rows + block - 1) / block) { piece in
      let first = piece * block
      unsafe Scalar.dots(
        rows: x.rows, outputs: min(block, weights.rows - first), inner: weights.columns, x.base,
        xStride: x.rowStride, weights.row(first), wStride: weights.rowStride,
        bias: bias.map { unsafe UnsafePointer($0.base + first) }, into: unsafe y.base + first,
        yStride: y.rowStride)
    }
  }

  func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) throws {
    let (x, dy) = (Self.matrix(inputs[0]), Self.matrix(gradient))
    if let target = targets[0] {
      try compute.multiply(dy, weights, into: Self.matrix(target.values), keep: target.adds)
    }
    try compute.multiply(dy.transposed, x, into: weightGradient, keep: true)
    if let biasGradient { unsafe compute.addColumnSums(dy, into: biasGradient.base) }
  }

  private static func matrix(_ values: Activations<Scalar>) -> MatrixView<Scalar> {
    unsafe MatrixView(base: values.base, rows: values.count, columns: values.shape.valueCount)
  }
}
