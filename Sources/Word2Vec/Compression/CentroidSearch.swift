import BLASCore
import CKernels
import WordtoolCore

/// Finds the nearest of up to 256 centroids for many points; the memory of one thread.
///
/// Of equally near ones it is the first. A product of the points with all centroids gives what is needed:
/// |x - c|² is least where x c - |c|² / 2 is largest.
@safe final class CentroidSearch {
  private let kernels: KernelTable
  private let width: Int
  private let count: Int
  /// Centroids, padded to whole panels.
  private let padded: Int
  private let memory: Allocation
  private let panels: UnsafeMutablePointer<Float>
  private let halves: UnsafeMutablePointer<Float>
  private let products: UnsafeMutablePointer<Float>

  private static let panel = Int(WT_PANEL)
  /// Points that are looked at together.
  private static let group = 64

  init(kernels: KernelTable, width: Int, count: Int) {
    self.kernels = kernels
    self.width = width
    self.count = count
    padded = (count + Self.panel - 1) / Self.panel * Self.panel
    let total = padded * (width + 1 + Self.group)
    memory = Allocation(byteCount: 4 * total)
    let values = unsafe memory.buffer(of: Float.self, count: total)
    unsafe values.initialize(repeating: 0)
    guard let base = values.baseAddress else { preconditionFailure("memory without an address") }
    unsafe panels = base
    unsafe halves = base + padded * width
    unsafe products = halves + padded
  }

  /// Writes the numbers of the nearest centroids.
  ///
  /// Shapes: `points` is [count of points, width], `centroids` [count, width].
  func nearest(
    of points: UnsafePointer<Float>, _ pointCount: Int, among centroids: UnsafePointer<Float>,
    to labels: UnsafeMutablePointer<UInt8>, stride labelStride: Int = 1
  ) {
    for first in stride(from: 0, to: count, by: Self.panel) {
      unsafe kernels.pointer.pointee.pack_panel_f32(
        Int64(width), Int64(min(Self.panel, count - first)), centroids + first * width, 1,
        Int64(width), panels + first * width)
    }
    for place in 0..<padded {
      let centroid = unsafe centroids + place * width
      unsafe halves[place] =
        place < count ? Dot.product(centroid, centroid, width) / 2 : .infinity
    }
    for first in stride(from: 0, to: pointCount, by: Self.group) {
      let some = min(Self.group, pointCount - first)
      for start in stride(from: 0, to: count, by: Self.panel) {
        unsafe kernels.pointer.pointee.gemm_panel_f32(
          Int64(some), Int64(min(Self.panel, count - start)), Int64(width),
          points + first * width, Int64(width), 1, panels + start * width, products + start,
          Int64(padded), false)
      }
      for point in 0..<some {
        unsafe labels[(first + point) * labelStride] = UInt8(
          truncatingIfNeeded: largest(products + point * padded))
      }
    }
  }

  /// The first place of the largest difference to the halves.
  private func largest(_ line: UnsafePointer<Float>) -> Int {
    var best = SIMD16<Float>(repeating: -.infinity)
    var places = SIMD16<Int32>.zero
    let (values, lengths) = unsafe (UnsafeRawPointer(line), UnsafeRawPointer(halves))
    for step in 0..<padded / 16 {
      let value = unsafe values.load(fromByteOffset: 64 * step, as: SIMD16<Float>.self)
      let score = unsafe value - lengths.load(fromByteOffset: 64 * step, as: SIMD16<Float>.self)
      let isBetter = score .> best
      best.replace(with: score, where: isBetter)
      places.replace(with: SIMD16<Int32>(repeating: Int32(step)), where: isBetter)
    }
    let top = best.max()
    var found = Int.max
    for lane in 0..<16 where best[lane] == top { found = min(found, Int(places[lane]) * 16 + lane) }
    // Points that are no numbers are near to nothing.
    return found < count ? found : 0
  }
}

/// Centroids of one part of the rows, and which of them each row is nearest to.
///
/// Sendable: used by one thread at a time.
@safe final class PartClusters: @unchecked Sendable {
  let width: Int
  let count: Int
  /// [count, width]
  let centroids: FloatTable
  /// [points, width]
  private(set) var points: FloatTable
  private(set) var labels: [UInt8] = []
  /// Whether the last assignment moved a point.
  private(set) var hasChanged = true
  private let search: CentroidSearch

  init(width: Int, count: Int, kernels: KernelTable) {
    self.width = width
    self.count = count
    centroids = FloatTable(rows: count, columns: width)
    points = FloatTable(rows: 0, columns: width)
    search = CentroidSearch(kernels: kernels, width: width, count: count)
  }

  /// Takes the columns of rows from `column` on.
  func take(_ rows: FloatTable, from column: Int) {
    if points.rows != rows.rows { points = FloatTable(rows: rows.rows, columns: width) }
    for row in 0..<rows.rows {
      let source = unsafe rows.base + row * rows.columns + column
      let target = unsafe points.base + row * width
      for place in 0..<width { unsafe target[place] = unsafe source[place] }
    }
  }

  /// Begins with some of the points.
  func begin(with chosen: [Int]) {
    for (place, point) in chosen.enumerated() {
      unsafe (centroids.base + place * width).update(
        from: points.base + point * width, count: width)
    }
  }

  /// Finds the nearest centroid of each point.
  func assign() {
    let before = labels
    labels = unsafe [UInt8](unsafeUninitializedCapacity: points.rows) { buffer, filled in
      if let base = buffer.baseAddress {
        unsafe search.nearest(of: points.base, points.rows, among: centroids.base, to: base)
      }
      filled = points.rows
    }
    hasChanged = labels != before
  }

  /// Moves the centroids to the means of their points (Lloyd 1982). One without points takes half of
  /// those of the one with the most.
  func update() {
    var sums = [Double](repeating: 0, count: count * width)
    var sizes = [Int](repeating: 0, count: count)
    for (point, label) in labels.enumerated() {
      let start = Int(label) * width
      sizes[Int(label)] += 1
      for place in 0..<width {
        unsafe sums[start + place] += Double(points.base[point * width + place])
      }
    }
    for label in 0..<count where sizes[label] > 0 {
      for place in label * width..<(label + 1) * width {
        unsafe centroids.base[place] = Float(sums[place] / Double(sizes[label]))
      }
    }
    for label in 0..<count where sizes[label] == 0 {
      guard let most = sizes.indices.max(by: { sizes[$0] < sizes[$1] }), sizes[most] > 1 else {
        break
      }
      for place in 0..<width {
        let value = unsafe centroids.base[most * width + place]
        let change = value.magnitude * 0x1p-10 * (place % 2 == 0 ? 1 : -1)
        unsafe centroids.base[label * width + place] = value + change
        unsafe centroids.base[most * width + place] = value - change
      }
      sizes[label] = sizes[most] / 2
      sizes[most] -= sizes[label]
    }
  }

  /// Writes the centroids of the points over columns of rows.
  func put(into rows: FloatTable, from column: Int) {
    for (row, label) in labels.enumerated() {
      let source = unsafe centroids.base + Int(label) * width
      let target = unsafe rows.base + row * rows.columns + column
      for place in 0..<width { unsafe target[place] = unsafe source[place] }
    }
  }
}
