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
    let (from, to, function) = (inputs[0].base, output.base, function)
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let (from, to) = (from + range.lowerBound, to + range.lowerBound)
      switch function {
      case .tanh: Scalar.tanh(from, into: to, count: range.count)
      case .sigmoid: Scalar.sigmoid(from, into: to, count: range.count)
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    let (result, from, to, function) = (output.base, gradient.base, target.values.base, function)
    compute.forRanges(of: output.valueCount, atLeast: elementwiseGrain) { range in
      let (result, from) = (result + range.lowerBound, from + range.lowerBound)
      let (to, count) = (to + range.lowerBound, range.count)
      switch function {
      case .tanh: Scalar.tanhGradient(result, from, into: to, count: count, adds: target.adds)
      case .sigmoid: Scalar.sigmoidGradient(result, from, into: to, count: count, adds: target.adds)
      }
    }
  }
}
