import BLASCore
package import Networks

/// Batch normalisation: y = (x - mean) / √(variance + ε) · weight + bias, of each channel
/// (Ioffe and Szegedy 2015).
///
/// In training mean and variance are those of the batch, and the running ones move towards them,
/// the variance by its unbiased estimate; otherwise the running ones are used. Sums are taken in
/// Double over pieces of the batch that do not depend on the number of threads.
@safe package final class BatchNormOperation<Scalar: NetworkScalar>: LayerOperation {
  // SAFETY: the pointers lead into `owners`.
  private let settings: Layer.BatchNorm
  private let channels: Int
  private let compute: Compute<Scalar>
  private let weight, bias, weightGradient, biasGradient: UnsafeMutablePointer<Scalar>
  private let runningMean, runningVariance: UnsafeMutablePointer<Scalar>
  /// The pointers lie in these.
  private let owners: (Parameters<Scalar>, Parameters<Scalar>)
  /// Two sums of each channel for each piece; the first piece ends up with the totals.
  private let partials: AlignedBuffer<Double>
  /// Mean and 1 / √(variance + ε) of the last forward pass.
  private let kept: AlignedBuffer<Double>
  /// What the loops multiply with and add.
  private let factors: AlignedBuffer<Scalar>

  private static var pieceLimit: Int { 64 }
  private static var pieceGrain: Int { 1 << 14 }

  /// Finds `<name>.weight` and `.bias` in `parameters`, `.running_mean` and `.running_var` in
  /// `statistics`.
  package init(
    _ settings: Layer.BatchNorm, name: String, channels: Int, parameters: Parameters<Scalar>,
    statistics: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws {
    self.settings = settings
    self.channels = channels
    self.compute = compute
    owners = (parameters, statistics)
    unsafe weight = parameters.view(name + ".weight").base
    unsafe bias = parameters.view(name + ".bias").base
    unsafe weightGradient = parameters.gradient(name + ".weight").base
    unsafe biasGradient = parameters.gradient(name + ".bias").base
    unsafe runningMean = statistics.view(name + ".running_mean").base
    unsafe runningVariance = statistics.view(name + ".running_var").base
    partials = try AlignedBuffer(count: Self.pieceLimit * 2 * channels)
    kept = try AlignedBuffer(count: 2 * channels)
    factors = try AlignedBuffer(count: 3 * channels)
  }

  /// Adds up two numbers for each channel over all places of a batch.
  ///
  /// - Parameter body: gives the sums of some places.
  @inline(__always)
  private func addUp(
    places: Int,
    _ body: (Range<Int>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) {
    let (channels, partials) = unsafe (channels, partials.base)
    let pieces = max(1, min(Self.pieceLimit, places, places * channels / Self.pieceGrain))
    compute.team.forEach(pieces: pieces) { piece in
      let sums = unsafe partials + piece * 2 * channels
      unsafe body(places * piece / pieces..<places * (piece + 1) / pieces, sums, sums + channels)
    }
    for piece in 1..<max(1, pieces) {
      let sums = unsafe partials + piece * 2 * channels
      for index in 0..<2 * channels { unsafe partials[index] += sums[index] }
    }
  }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    let (channels, from, to) = unsafe (channels, inputs[0].base, output.base)
    let (means, inverses) = unsafe (kept.base, kept.base + channels)
    if pass.isTraining {
      unsafe addUp(places: output.placeCount) { places, sums, squares in
        unsafe Scalar.channelSums(
          rows: places.count, channels: channels, from + places.lowerBound * channels, sums: sums,
          squares: squares)
      }
      takeStatistics(of: output.placeCount)
    } else {
      for channel in 0..<channels {
        unsafe means[channel] = Double(runningMean[channel])
        unsafe inverses[channel] =
          1 / (Double(runningVariance[channel]) + settings.epsilon).squareRoot()
      }
    }
    let (scales, offsets) = unsafe (factors.base, factors.base + channels)
    for channel in 0..<channels {
      let scale = unsafe Double(weight[channel]) * inverses[channel]
      unsafe scales[channel] = Scalar(scale)
      unsafe offsets[channel] = Scalar(Double(bias[channel]) - means[channel] * scale)
    }
    compute.forRanges(of: output.placeCount, atLeast: elementwiseGrain / channels + 1) { range in
      let start = range.lowerBound * channels
      unsafe Scalar.scaleChannels(
        rows: range.count, channels: channels, from + start, factors: scales, offsets: offsets,
        into: to + start)
    }
  }

  /// From the sums to mean, variance and running statistics.
  private func takeStatistics(of places: Int) {
    let (means, inverses) = unsafe (kept.base, kept.base + channels)
    let (sums, squares) = unsafe (partials.base, partials.base + channels)
    let unbiased = Double(places) / Double(max(1, places - 1))
    for channel in 0..<channels {
      let mean = unsafe sums[channel] / Double(places)
      let variance = unsafe max(0, squares[channel] / Double(places) - mean * mean)
      unsafe means[channel] = mean
      unsafe inverses[channel] = 1 / (variance + settings.epsilon).squareRoot()
      unsafe move(&runningMean[channel], towards: mean)
      unsafe move(&runningVariance[channel], towards: variance * unbiased)
    }
  }

  private func move(_ running: inout Scalar, towards value: Double) {
    running = Scalar(Double(running) * (1 - settings.momentum) + value * settings.momentum)
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    let (channels, values, gradients) = unsafe (channels, inputs[0].base, gradient.base)
    let (means, inverses) = unsafe (kept.base, kept.base + channels)
    unsafe addUp(places: gradient.placeCount) { places, sums, products in
      let start = places.lowerBound * channels
      unsafe Scalar.channelProducts(
        rows: places.count, channels: channels, values + start, gradients + start, sums: sums,
        products: products)
    }
    let (sums, products) = unsafe (partials.base, partials.base + channels)
    let (a, b, d) = unsafe (factors.base, factors.base + channels, factors.base + 2 * channels)
    let places = Double(gradient.placeCount)
    for channel in 0..<channels {
      let (mean, inverse) = unsafe (means[channel], inverses[channel])
      // Σ gradient · (x - mean) / deviation
      let product = unsafe (products[channel] - mean * sums[channel]) * inverse
      unsafe weightGradient[channel] += Scalar(product)
      unsafe biasGradient[channel] += Scalar(sums[channel])
      // dx = weight / deviation · (dy - mean of dy - normalised x · mean of dy · normalised x);
      // without batch statistics only the first term is left.
      let scale = unsafe Double(weight[channel]) * inverse
      let slope = pass.isTraining ? -scale * inverse * product / places : 0
      let offset = unsafe pass.isTraining ? -slope * mean - scale * sums[channel] / places : 0
      unsafe (a[channel], b[channel], d[channel]) = (Scalar(scale), Scalar(slope), Scalar(offset))
    }
    guard let target = targets[0] else { return }
    let to = unsafe target.values.base
    compute.forRanges(
      of: gradient.placeCount, atLeast: elementwiseGrain / channels + 1
    ) { range in
      let start = range.lowerBound * channels
      unsafe Scalar.combineChannels(
        rows: range.count, channels: channels, gradients + start, a: a, values + start, b: b, d: d,
        into: to + start, adds: target.adds)
    }
  }
}
