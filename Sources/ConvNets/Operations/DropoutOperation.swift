import BLASCore
package import Networks

/// In training, each value is dropped with probability `rate`, and the others are divided by
/// 1 - rate (Srivastava et al. 2014).
///
/// What is dropped follows from the seed, the step, the layer's number, the number of the image in
/// the batch and that of the value in the image; backward computes it again.
package final class DropoutOperation<Scalar: NetworkScalar>: LayerOperation {
  private let node: Int
  private let threshold: UInt32
  private let scale: Scalar
  private let isIdle: Bool
  private let compute: Compute<Scalar>

  /// - Parameters:
  ///   - rate: 0 ... 1.
  ///   - node: the layer's number: other layers drop other values.
  package init(rate: Double, node: Int, compute: Compute<Scalar>) {
    precondition((0...1).contains(rate), "a dropout of \(rate)")
    self.node = node
    threshold = UInt32(min(rate * 0x1p32, Double(UInt32.max)))
    scale = rate < 1 ? Scalar(1 / (1 - rate)) : 0
    isIdle = rate == 0
    self.compute = compute
  }

  package var worksInPlace: Bool { true }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    drop(inputs[0], into: output, adds: false, pass: pass)
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    drop(gradient, into: target.values, adds: target.adds, pass: pass)
  }

  @inline(__always)
  private func drop(
    _ values: Activations<Scalar>, into results: Activations<Scalar>, adds: Bool, pass: LayerPass
  ) {
    let isIdle = isIdle || !pass.isTraining
    let (node, threshold, scale) = (node, threshold, scale)
    let size = values.shape.valueCount
    compute.forRanges(of: values.valueCount, atLeast: elementwiseGrain) { range in
      if isIdle {
        unsafe Scalar.pass(
          values.base + range.lowerBound, into: results.base + range.lowerBound,
          count: range.count, adds: adds)
        return
      }
      var start = range.lowerBound
      while start < range.upperBound {
        let (image, first) = start.quotientAndRemainder(dividingBy: size)
        let count = min(size - first, range.upperBound - start)
        var random = RandomSource(
          seed: pass.seed, UInt64(truncatingIfNeeded: pass.step), UInt64(node), UInt64(image))
        let bits = random.next()
        unsafe Scalar.drop(
          values.base + start, into: results.base + start, count: count,
          first: UInt32(truncatingIfNeeded: first),
          keys: (UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32)),
          threshold: threshold, scale: scale, adds: adds)
        start += count
      }
    }
  }
}
