import BLASCore
package import Networks

/// Local response normalisation (Krizhevsky et al. 2012, section 3.3) with PyTorch's constants:
/// y = x · d^-β, d = k + α / size · Σ x² over the channels c - ⌊size / 2⌋ ... c + ⌊(size - 1) / 2⌋.
package final class LocalResponseNormOperation<Scalar: NetworkScalar>: LayerOperation {
  private let settings: Layer.LocalResponseNorm
  private let channels: Int
  private let compute: Compute<Scalar>
  /// For each thread a row of terms with zeros before and behind, a row of d, and one of d^-β.
  private let scratch: AlignedBuffer<Scalar>
  /// Channels in the window before and behind the one it is for.
  private var before: Int { settings.size / 2 }
  private var behind: Int { (settings.size - 1) / 2 }
  private var scratchStride: Int { (3 * channels + 2 * before + 15) / 16 * 16 }

  package init(
    _ settings: Layer.LocalResponseNorm, channels: Int, compute: Compute<Scalar>
  ) throws {
    precondition(settings.size >= 1, "a sum over \(settings.size) channels")
    self.settings = settings
    self.channels = channels
    self.compute = compute
    let stride = (3 * channels + 2 * (settings.size / 2) + 15) / 16 * 16
    scratch = try AlignedBuffer(count: compute.team.threadCount * stride)
  }

  /// Calls `body` with ranges of places and the memory of a thread: terms, d, d^-β.
  @inline(__always)
  private func forPlaces(
    _ count: Int,
    _ body: (
      Range<Int>, UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>,
      UnsafeMutablePointer<Scalar>
    ) -> Void
  ) {
    let (scratch, stride, channels, before) = unsafe (scratch.base, scratchStride, channels, before)
    let threads = compute.team.activeCount
    let pieces = max(1, min(threads, count * channels / elementwiseGrain))
    compute.team.forEach(pieces: pieces) { piece in
      let terms = unsafe scratch + piece * stride
      let divisors = unsafe terms + channels + 2 * before
      unsafe body(
        count * piece / pieces..<count * (piece + 1) / pieces, terms + before, divisors,
        divisors + channels)
    }
  }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let (channels, from, to) = unsafe (channels, inputs[0].base, output.base)
    unsafe forPlaces(output.placeCount) { places, terms, divisors, powers in
      for place in places {
        let (values, results) = unsafe (from + place * channels, to + place * channels)
        unsafe takePowers(values, terms, divisors, powers)
        for channel in 0..<channels {
          unsafe results[channel] = unsafe values[channel] * powers[channel]
        }
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    let (channels, before, behind) = (channels, before, behind)
    let factor = Scalar(-2 * settings.beta * settings.alpha / Double(settings.size))
    unsafe forPlaces(output.placeCount) { places, terms, divisors, powers in
      for place in places {
        let values = unsafe inputs[0].base + place * channels
        let gradients = unsafe gradient.base + place * channels
        let results = unsafe target.values.base + place * channels
        unsafe takePowers(values, terms, divisors, powers)
        // d of channel c' holds x² of channel c where c' lies in c - behind ... c + before.
        for channel in 0..<channels {
          unsafe terms[channel] =
            unsafe gradients[channel] * values[channel] * (powers[channel] / divisors[channel])
        }
        unsafe divisors.update(repeating: 0, count: channels)
        for offset in -behind...before {
          let terms = unsafe terms + offset
          for channel in 0..<channels { unsafe divisors[channel] += terms[channel] }
        }
        for channel in 0..<channels {
          let value =
            unsafe gradients[channel] * powers[channel] + factor * values[channel]
            * divisors[channel]
          unsafe results[channel] = target.adds ? results[channel] + value : value
        }
      }
    }
  }

  /// d and d^-β of one place.
  @inline(__always)
  private func takePowers(
    _ values: UnsafeMutablePointer<Scalar>, _ terms: UnsafeMutablePointer<Scalar>,
    _ divisors: UnsafeMutablePointer<Scalar>, _ powers: UnsafeMutablePointer<Scalar>
  ) {
    for channel in 0..<channels { unsafe terms[channel] = unsafe values[channel] * values[channel] }
    unsafe divisors.update(repeating: 0, count: channels)
    for offset in -before...behind {
      let terms = unsafe terms + offset
      for channel in 0..<channels { unsafe divisors[channel] += terms[channel] }
    }
    let (factor, base) = (Scalar(settings.alpha / Double(settings.size)), Scalar(settings.k))
    for channel in 0..<channels {
      unsafe divisors[channel] = unsafe base + factor * divisors[channel]
    }
    if settings.beta == 0.75 {
      for channel in 0..<channels {
        let root = unsafe divisors[channel].squareRoot()
        unsafe powers[channel] = 1 / (root * root.squareRoot())
      }
    } else {
      for channel in 0..<channels {
        unsafe powers[channel] = Scalar(
          PortableMath.pow(Double(divisors[channel]), -settings.beta))
      }
    }
  }
}
