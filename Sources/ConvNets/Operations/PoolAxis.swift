/// The windows of a pooling along one axis, clipped to the input.
final class PoolAxis: @unchecked Sendable {
  // Sendable: never changed after init.

  /// Places of the input.
  let inputs: Int
  /// Windows.
  let windows: Int
  /// The places of window `w` are `lower[w] ..< upper[w]`.
  let lower, upper: UnsafeMutablePointer<Int32>
  /// What window `w` counts for in the divisor of a mean.
  let extent: UnsafeMutablePointer<Int32>
  /// Place `p` lies in the windows `first[p] ..< end[p]`.
  let first, end: UnsafeMutablePointer<Int32>
  /// The places of the longest window.
  let longest: Int

  private let storage: UnsafeMutablePointer<Int32>

  /// - Parameter places: of each window, both bounds ascending from window to window.
  init(inputs: Int, places: [Range<Int>], extents: [Int]) {
    self.inputs = inputs
    windows = places.count
    longest = places.reduce(0) { max($0, $1.count) }
    storage = .allocate(capacity: 3 * windows + 2 * inputs)
    storage.initialize(repeating: 0, count: 3 * windows + 2 * inputs)
    lower = storage
    upper = storage + windows
    extent = storage + 2 * windows
    first = storage + 3 * windows
    end = first + inputs
    for (window, range) in places.enumerated() {
      lower[window] = Int32(range.lowerBound)
      upper[window] = Int32(range.upperBound)
      extent[window] = Int32(extents[window])
    }
    // The first window that ends behind the place, and the first that begins behind it.
    var (from, to) = (0, 0)
    for place in 0..<inputs {
      while from < windows && places[from].upperBound <= place { from += 1 }
      while to < windows && places[to].lowerBound <= place { to += 1 }
      first[place] = Int32(from)
      end[place] = Int32(max(from, to))
    }
  }

  deinit { storage.deallocate() }

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

/// The windows of a pooling over images of one shape.
struct PoolWindows: Sendable {
  let rows, columns: PoolAxis
  let channels: Int

  /// Values from one row of the input to the next.
  var inputStride: Int { columns.inputs * channels }
  /// Values from one row of windows to the next.
  var outputStride: Int { columns.windows * channels }
  /// Places of the largest window: the number of a place in its window is below it.
  var windowSize: Int { rows.longest * columns.longest }

  init(_ pooling: Layer.Pooling, from input: ImageShape, to output: ImageShape) {
    rows = PoolAxis(\.height, of: pooling, inputs: input.height, windows: output.height)
    columns = PoolAxis(\.width, of: pooling, inputs: input.width, windows: output.width)
    channels = input.channels
  }

  /// The windows of adaptive pooling.
  init(adaptiveFrom input: ImageShape, to output: ImageShape) {
    rows = PoolAxis(adaptive: output.height, inputs: input.height)
    columns = PoolAxis(adaptive: output.width, inputs: input.width)
    channels = input.channels
  }
}
