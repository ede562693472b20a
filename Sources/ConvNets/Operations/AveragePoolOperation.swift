package import Networks

/// The mean of each window, of pooling or adaptive pooling.
package final class AveragePoolOperation<Scalar: NetworkScalar>: LayerOperation {
  private let windows: PoolWindows
  private let compute: Compute<Scalar>

  package init(
    _ pooling: Layer.Pooling, from input: ImageShape, to output: ImageShape,
    compute: Compute<Scalar>
  ) {
    windows = PoolWindows(pooling, from: input, to: output)
    self.compute = compute
  }

  /// Windows that cover the input.
  package init(adaptiveFrom input: ImageShape, to output: ImageShape, compute: Compute<Scalar>) {
    windows = PoolWindows(adaptiveFrom: input, to: output)
    self.compute = compute
  }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let (windows, input) = (windows, inputs[0])
    let rows = windows.rows.windows
    let grain = elementwiseGrain * rows / input.shape.valueCount + 1
    compute.forRanges(of: output.count * rows, atLeast: grain) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        unsafe Scalar.averagePool(
          windows, row: row, input.image(image),
          into: output.image(image) + row * windows.outputStride)
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    let windows = windows
    let rows = windows.rows.inputs
    compute.forRanges(
      of: gradient.count * rows, atLeast: elementwiseGrain / windows.inputStride + 1
    ) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        unsafe Scalar.averagePoolGradient(
          windows, row: row, gradient.image(image),
          into: target.values.image(image) + row * windows.inputStride, adds: target.adds)
      }
    }
  }
}
