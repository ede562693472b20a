package import Networks

/// The largest value of each window, of pooling or adaptive pooling.
///
/// The gradient goes to the first of the largest values in row order. Backward needs neither input
/// nor output, only where each maximum was found; those places are kept in training, and found anew
/// for a backward pass without.
package final class MaxPoolOperation<Scalar: NetworkScalar>: LayerOperation {
  private let windows: PoolWindows
  private let compute: Compute<Scalar>
  /// Where in its window each maximum stands, for windows of at most 256 places or larger ones.
  private var places: [UInt8] = []
  private var widePlaces: [UInt32] = []
  /// The images whose places are kept.
  private var keptCount = 0
  private var isWide: Bool { windows.windowSize > 256 }
  private var outputCount: Int { windows.rows.windows * windows.outputStride }

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

  package func prepare(count: Int, isTraining: Bool) {
    if isTraining { takePlaces(count) }
  }

  private func takePlaces(_ count: Int) {
    if isWide {
      if widePlaces.count < count * outputCount {
        widePlaces = [UInt32](repeating: 0, count: count * outputCount)
      }
    } else if places.count < count * outputCount {
      places = [UInt8](repeating: 0, count: count * outputCount)
    }
  }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) {
    keptCount = pass.isTraining ? output.count : 0
    if pass.isTraining { takePlaces(output.count) }
    findMaxima(inputs[0], into: output, keeping: pass.isTraining)
  }

  @_specialize(where Scalar == Float)
  private func findMaxima(
    _ input: Activations<Scalar>, into output: Activations<Scalar>, keeping: Bool
  ) {
    if !keeping {
      pool(input, into: output, places: UnsafeMutablePointer<UInt8>?.none)
    } else if isWide {
      widePlaces.withUnsafeMutableBufferPointer {
        pool(input, into: output, places: $0.baseAddress)
      }
    } else {
      places.withUnsafeMutableBufferPointer { pool(input, into: output, places: $0.baseAddress) }
    }
  }

  @inline(__always)
  private func pool<Place: FixedWidthInteger & UnsignedInteger>(
    _ input: Activations<Scalar>, into output: Activations<Scalar>,
    places: UnsafeMutablePointer<Place>?
  ) {
    let windows = windows
    let (rows, perImage) = (windows.rows.windows, outputCount)
    let grain = elementwiseGrain * rows / input.shape.valueCount + 1
    compute.forRanges(of: output.count * rows, atLeast: grain) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        let offset = image * perImage + row * windows.outputStride
        Scalar.maxPool(
          windows, row: row, input.image(image), into: output.base + offset,
          places: places.map { $0 + offset })
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) {
    guard let target = targets[0] else { return }
    if keptCount != gradient.count {
      // A pass that was not told to keep them.
      takePlaces(gradient.count)
      let scratch = AlignedBuffer<Scalar>(count: output.valueCount)
      findMaxima(
        inputs[0],
        into: Activations(base: scratch.base, count: output.count, shape: output.shape),
        keeping: true)
    }
    if isWide {
      widePlaces.withUnsafeBufferPointer { kept in
        if let base = kept.baseAddress { spread(gradient, base, into: target) }
      }
    } else {
      places.withUnsafeBufferPointer { kept in
        if let base = kept.baseAddress { spread(gradient, base, into: target) }
      }
    }
  }

  @inline(__always)
  private func spread<Place: FixedWidthInteger & UnsignedInteger>(
    _ gradient: Activations<Scalar>, _ places: UnsafePointer<Place>,
    into target: GradientTarget<Scalar>
  ) {
    let windows = windows
    let (rows, perImage) = (windows.rows.inputs, outputCount)
    compute.forRanges(
      of: gradient.count * rows, atLeast: elementwiseGrain / windows.inputStride + 1
    ) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        Scalar.maxPoolGradient(
          windows, row: row, gradient.image(image), places: places + image * perImage,
          into: target.values.image(image) + row * windows.inputStride, adds: target.adds)
      }
    }
  }
}
