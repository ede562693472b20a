package import Networks

/// The largest value of each window, of pooling or adaptive pooling.
///
/// The gradient goes to the first of the largest values in row order. Backward needs neither input
/// nor output, only where each maximum was found; those places are kept in training, and found anew
/// for a backward pass without.
@safe package final class MaxPoolOperation<Scalar: NetworkScalar>: LayerOperation {
  // SAFETY: `placeMemory` is taken by `places(_:)`, given back by `deinit`.
  private let windows: PoolWindows
  private let compute: Compute<Scalar>
  /// Where in its window each maximum stands.
  private var placeMemory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// The images whose places are kept.
  private var keptCount = 0
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

  deinit { unsafe placeMemory.deallocate() }

  package func prepare(count: Int, isTraining: Bool) throws {
    if isTraining { _ = places(count) }
  }

  /// Room for the places of so many images.
  private func places(_ count: Int) -> PoolPlaces? {
    let size = PoolPlaces.byteCount(of: count * outputCount, in: windows)
    if unsafe placeMemory.count < size {
      unsafe placeMemory.deallocate()
      unsafe placeMemory = .allocate(byteCount: size, alignment: 64)
      keptCount = 0
    }
    return unsafe placeMemory.baseAddress.map { unsafe PoolPlaces($0, for: windows) }
  }

  @_specialize(where Scalar == Float)
  package func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) throws {
    findMaxima(inputs[0], into: output, places: pass.isTraining ? places(output.count) : nil)
    keptCount = pass.isTraining ? output.count : 0
  }

  @_specialize(where Scalar == Float)
  private func findMaxima(
    _ input: Activations<Scalar>, into output: Activations<Scalar>, places: PoolPlaces?
  ) {
    let windows = windows
    let (rows, perImage) = (windows.rows.windows, outputCount)
    let grain = elementwiseGrain * rows / input.shape.valueCount + 1
    compute.forRanges(of: output.count * rows, atLeast: grain) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        let offset = image * perImage + row * windows.outputStride
        unsafe Scalar.maxPool(
          windows, row: row, input.image(image), into: output.base + offset,
          places: places?.from(offset))
      }
    }
  }

  @_specialize(where Scalar == Float)
  package func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) throws {
    guard let target = targets[0], let places = places(gradient.count) else { return }
    if keptCount != gradient.count {
      // The pass was not told to keep them.
      let scratch = try AlignedBuffer<Scalar>(count: gradient.valueCount)
      withExtendedLifetime(scratch) {
        unsafe findMaxima(
          inputs[0],
          into: Activations(base: scratch.base, count: gradient.count, shape: gradient.shape),
          places: places)
      }
    }
    let windows = windows
    let (rows, perImage) = (windows.rows.inputs, outputCount)
    compute.forRanges(
      of: gradient.count * rows, atLeast: elementwiseGrain / windows.inputStride + 1
    ) { range in
      for index in range {
        let (image, row) = index.quotientAndRemainder(dividingBy: rows)
        unsafe Scalar.maxPoolGradient(
          windows, row: row, gradient.image(image), places: places.from(image * perImage),
          into: target.values.image(image) + row * windows.inputStride, adds: target.adds)
      }
    }
  }
}
