package import Networks

/// max(0, x).
package final class ReLUOperation<Scalar: NetworkScalar>: LayerOperation {
  private let compute: Compute<Scalar>

  package init(compute: Compute<Scalar>) { self.compute = compute }

  package var worksInPlace: Bool { true }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let (from, to) = unsafe (inputs[0].base, output.base)
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      unsafe Scalar.relu(from + range.lowerBound, into: to + range.lowerBound, count: range.count)
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    let (result, from, to) = unsafe (output.base, gradient.base, target.values.base)
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let start = range.lowerBound
      unsafe Scalar.reluGradient(
        result + start, from + start, into: to + start, count: range.count, adds: target.adds)
    }
  }
}

/// Fewer values are not worth waking a thread for.
let elementwiseGrain = 1 << 13
