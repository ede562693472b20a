package import Networks

/// The channels of inputs of one height and width, one after another.
package final class ConcatenateOperation<Scalar: NetworkScalar>: LayerOperation {
  private let compute: Compute<Scalar>

  package init(compute: Compute<Scalar>) { self.compute = compute }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let stride = output.shape.channels
    compute.forRanges(of: output.placeCount, atLeast: elementwiseGrain / stride + 1) { range in
      var first = 0
      for input in inputs {
        let channels = input.shape.channels
        for place in range {
          unsafe (output.base + place * stride + first)
            .update(from: input.base + place * channels, count: channels)
        }
        first += channels
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    let stride = gradient.shape.channels
    compute.forRanges(of: gradient.placeCount, atLeast: elementwiseGrain / stride + 1) { range in
      var first = 0
      for (input, target) in zip(inputs, targets) {
        let channels = input.shape.channels
        if let target {
          for place in range {
            unsafe Scalar.pass(
              gradient.base + place * stride + first,
              into: target.values.base + place * channels, count: channels, adds: target.adds)
          }
        }
        first += channels
      }
    }
  }
}
