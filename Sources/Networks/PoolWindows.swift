package import CKernels

/// The windows of a pooling along one axis, clipped to the input.
@safe package final class PoolAxis: @unchecked Sendable {
  // Sendable: never changed after init.

  /// What the kernels read; the pointers are valid while the object lives.
  package let table: wt_pool_axis
  /// Places of the input.
  package let inputs: Int
  /// Windows.
  package let windows: Int
  /// The places of the longest window.
  package let longest: Int
  private let storage: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - places: of each window, at least one; both bounds ascend from window to window.
  ///   - extents: what each window counts for in the divisor of a mean.
  package init(inputs: Int, places: [Range<Int>], extents: [Int]) {
    precondition(
      places.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= inputs },
      "windows outside \(inputs) places")
    self.inputs = inputs
    windows = places.count
    longest = places.reduce(0) { max($0, $1.count) }
    unsafe storage = .allocate(capacity: 3 * windows + 2 * inputs)
    unsafe storage.initialize(repeating: 0, count: 3 * windows + 2 * inputs)
    let (upper, extent) = unsafe (storage + windows, storage + 2 * windows)
    for (window, range) in places.enumerated() {
      unsafe storage[window] = Int32(range.lowerBound)
      unsafe upper[window] = Int32(range.upperBound)
      unsafe extent[window] = Int32(extents[window])
    }
    let first = unsafe storage + 3 * windows
    let end = unsafe first + inputs
    // The first window that ends behind the place, and the first that begins behind it.
    var (from, to) = (0, 0)
    for place in 0..<inputs {
      while from < windows && places[from].upperBound <= place { from += 1 }
      while to < windows && places[to].lowerBound <= place { to += 1 }
      unsafe first[place] = Int32(from)
      unsafe end[place] = Int32(to)
    }
    unsafe table = wt_pool_axis(
      inputs: Int64(inputs), windows: Int64(windows), longest: Int64(longest), lower: storage,
      upper: upper, extent: extent, first: first, end: end)
  }

  deinit { unsafe storage.deallocate() }

  /// The places of a window.
  func places(of window: Int) -> Range<Int> {
    unsafe Int(table.lower[window])..<Int(table.upper[window])
  }

  /// The windows a place lies in.
  func windows(over place: Int) -> Range<Int> {
    unsafe Int(table.first[place])..<Int(table.end[place])
  }
}

/// The windows of a pooling over images [row, column, channel].
package struct PoolWindows: Sendable {
  package let rows, columns: PoolAxis
  package let channels: Int

  package init(rows: PoolAxis, columns: PoolAxis, channels: Int) {
    self.rows = rows
    self.columns = columns
    self.channels = channels
  }

  /// Values from one row of the input to the next.
  package var inputStride: Int { columns.inputs * channels }
  /// Values from one row of windows to the next.
  package var outputStride: Int { columns.windows * channels }
  /// Places of the largest window: the number of a place in its window is below it.
  package var windowSize: Int { rows.longest * columns.longest }

  /// What the kernels read, valid while the axes live.
  var table: wt_pool {
    unsafe wt_pool(rows: rows.table, columns: columns.table, channels: Int64(channels))
  }

  /// What the mean of a window is multiplied with.
  func factor<Scalar: NetworkScalar>(row: Int, column: Int) -> Scalar {
    unsafe 1 / Scalar(rows.table.extent[row] * columns.table.extent[column])
  }
}

/// Where in their windows maxima were found: bytes, or four of them for windows of more than 256
/// places.
@safe package struct PoolPlaces {
  // SAFETY: ``byteCount(of:in:)`` bytes, which the layer that made them keeps.
  private let base: UnsafeMutableRawPointer
  /// Whether a place takes four bytes.
  package let isWide: Bool

  /// Bytes of the places of so many maxima.
  package static func byteCount(of maxima: Int, in windows: PoolWindows) -> Int {
    windows.windowSize > 256 ? 4 * maxima : maxima
  }

  /// Places in memory for four-byte numbers.
  package init(_ base: UnsafeMutableRawPointer, for windows: PoolWindows) {
    unsafe self.init(base: base, isWide: windows.windowSize > 256)
  }

  private init(base: UnsafeMutableRawPointer, isWide: Bool) {
    unsafe self.base = base
    self.isWide = isWide
  }

  /// The places from that of the maximum `index` on.
  package func from(_ index: Int) -> PoolPlaces {
    unsafe PoolPlaces(base: base + (isWide ? 4 * index : index), isWide: isWide)
  }

  var bytes: UnsafeMutablePointer<UInt8> { unsafe base.assumingMemoryBound(to: UInt8.self) }

  subscript(index: Int) -> Int {
    get {
      unsafe isWide
        ? Int(base.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)) : Int(bytes[index])
    }
    nonmutating set {
      if isWide {
        unsafe base.storeBytes(of: UInt32(newValue), toByteOffset: 4 * index, as: UInt32.self)
      } else {
        unsafe bytes[index] = UInt8(newValue)
      }
    }
  }
}
