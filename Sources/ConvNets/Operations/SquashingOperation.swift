package import Networks

/// The hyperbolic tangent or the logistic function.
package final class SquashingOperation<Scalar: NetworkScalar>: LayerOperation {
  /// Which.
  package enum Function: Sendable {
    case tanh, sigmoid
  }

  private let function: Function
  private let compute: Compute<Scalar>

  package init(_ function: Function, compute: Compute<Scalar>) {
    self.function = function
    self.compute = compute
  }

  package var worksInPlace: Bool { true }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let (from, to, function) = unsafe (inputs[0].base, output.base, function)
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let (from, to) = unsafe (from + range.lowerBound, to + range.lowerBound)
      switch function {
      case .tanh: unsafe Scalar.tanh(from, into: to, count: range.count)
      case .sigmoid: unsafe Scalar.sigmoid(from, into: to, count: range.count)
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    let (result, from, to, function) = unsafe (
      output.base, gradient.base, target.values.base, function
    )
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let (result, from) = unsafe (result + range.lowerBound, from + range.lowerBound)
      let (to, count) = unsafe (to + range.lowerBound, range.count)
      switch function {
      case .tanh:
        unsafe Scalar.tanhGradient(result, from, into: to, count: count, adds: target.adds)
      case .sigmoid:
        unsafe Scalar.sigmoidGradient(result, from, into: to, count: count, adds: target.adds)
      }
    }
  }
}
