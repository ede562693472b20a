package import Networks

/// All values of an image in the order [channel, row, column], as PyTorch flattens them.
package final class FlattenOperation<Scalar: NetworkScalar>: LayerOperation {
  private let shape: ImageShape
  private let compute: Compute<Scalar>

  /// - Parameter shape: of the input.
  package init(_ shape: ImageShape, compute: Compute<Scalar>) {
    self.shape = shape
    self.compute = compute
  }

  /// Whether the order is the same before and behind; then nothing needs to be moved.
  package var worksInPlace: Bool { shape.planeCount == 1 || shape.channels == 1 }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    unsafe move(
      inputs[0].base, into: output.base, count: output.count, rows: shape.planeCount,
      columns: shape.channels, adds: false)
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    unsafe move(
      gradient.base, into: target.values.base, count: gradient.count, rows: shape.channels,
      columns: shape.planeCount, adds: target.adds)
  }

  @inline(__always)
  private func move(
    _ from: UnsafeMutablePointer<Scalar>, into to: UnsafeMutablePointer<Scalar>, count: Int,
    rows: Int, columns: Int, adds: Bool
  ) {
    let (size, isCopy) = (rows * columns, worksInPlace)
    compute.forRanges(of: count, atLeast: elementwiseGrain / size + 1) { range in
      if isCopy {
        let start = range.lowerBound * size
        unsafe Scalar.pass(from + start, into: to + start, count: range.count * size, adds: adds)
        return
      }
      for image in range {
        unsafe Scalar.transpose(
          rows: rows, columns: columns, from + image * size, into: to + image * size, adds: adds)
      }
    }
  }
}
