import Networks

extension PoolAxis {
  /// The rows or columns of a pooling.
  ///
  /// The divisor counts the places of a window in the input and its padding, as PyTorch does, or
  /// only those in the input.
  convenience init(
    _ axis: KeyPath<Extent, Int>, of pooling: Layer.Pooling, inputs: Int, windows: Int
  ) {
    let (kernel, padding) = (pooling.kernel[keyPath: axis], pooling.padding[keyPath: axis])
    let stride = pooling.stride[keyPath: axis]
    let whole = (0..<windows).map { window in
      let start = window * stride - padding
      return start..<min(start + kernel, inputs + padding)
    }
    let clipped = whole.map { $0.clamped(to: 0..<inputs) }
    self.init(
      inputs: inputs, places: clipped,
      extents: pooling.countsPadding ? whole.map(\.count) : clipped.map(\.count))
  }

  /// The rows or columns of an adaptive pooling.
  convenience init(adaptive windows: Int, inputs: Int) {
    let places = (0..<windows).map { AdaptiveWindow.places($0, of: windows, over: inputs) }
    self.init(inputs: inputs, places: places, extents: places.map(\.count))
  }
}

extension PoolWindows {
  /// The windows of pooling.
  init(_ pooling: Layer.Pooling, from input: ImageShape, to output: ImageShape) {
    self.init(
      rows: PoolAxis(\.height, of: pooling, inputs: input.height, windows: output.height),
      columns: PoolAxis(\.width, of: pooling, inputs: input.width, windows: output.width),
      channels: input.channels)
  }

  /// The windows of adaptive pooling.
  init(adaptiveFrom input: ImageShape, to output: ImageShape) {
    self.init(
      rows: PoolAxis(adaptive: output.height, inputs: input.height),
      columns: PoolAxis(adaptive: output.width, inputs: input.width), channels: input.channels)
  }
}
