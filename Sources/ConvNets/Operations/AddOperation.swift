package import Networks

/// The sum of inputs of one shape.
package final class AddOperation<Scalar: NetworkScalar>: LayerOperation {
  private let compute: Compute<Scalar>

  package init(compute: Compute<Scalar>) { self.compute = compute }

  /// The place of the output may be that of the first input, and that of the gradient the place of
  /// the first input's.
  package var worksInPlace: Bool { true }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let (to, start, count) = unsafe (
        output.base + range.lowerBound, range.lowerBound, range.count
      )
      if inputs.count == 1 {
        return unsafe Scalar.pass(inputs[0].base + start, into: to, count: count, adds: false)
      }
      unsafe Scalar.sum(inputs[0].base + start, inputs[1].base + start, into: to, count: count)
      for index in 2..<max(2, inputs.count) {
        unsafe Scalar.pass(inputs[index].base + start, into: to, count: count, adds: true)
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    compute.forRanges(of: gradient.valueCount, atLeast: elementwiseGrain) { range in
      for target in targets {
        guard let target else { continue }
        unsafe Scalar.pass(
          gradient.base + range.lowerBound, into: target.values.base + range.lowerBound,
          count: range.count, adds: target.adds)
      }
    }
  }
}
