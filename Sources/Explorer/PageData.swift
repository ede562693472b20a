import Projection
import Word2Vec
import WordtoolCore

/// The numbers of a page as the bytes that its script reads. All are little-endian.
enum PageData {
  /// [rows, dimension] of `Int8`: each row times a factor of its own, which no cosine depends on. Rows
  /// that are stored so stay as they are.
  static func directions(_ vectors: WordVectors, rows: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * vectors.dimension)
    let stored = vectors.storage.rows as? Int8Rows
    for row in rows {
      if let stored {
        unsafe bytes.append(contentsOf: stored.storedBytes(of: row))
        continue
      }
      let values = vectors.vector(at: row).map(Double.init)
      let largest = values.reduce(0) { max($0, $1.magnitude) }
      bytes += values.map {
        UInt8(bitPattern: Int8(($0 / largest * 127).rounded(.toNearestOrEven)))
      }
    }
    return bytes
  }

  /// [points, axes] of `Int16`: the box around the points lies about 0, its longest side fills the range,
  /// and all axes have one scale.
  static func places(_ points: PointSet) -> [UInt8] {
    var middles: [Double] = []
    var half = 0.0
    for axis in 0..<points.dimension {
      var (low, high) = (Double.infinity, -Double.infinity)
      for point in 0..<points.count {
        low = min(low, points[point, axis])
        high = max(high, points[point, axis])
      }
      middles.append(low / 2 + high / 2)
      half = max(half, high / 2 - low / 2)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * points.values.count)
    for (place, value) in points.values.enumerated() {
      let share = half > 0 ? (value - middles[place % points.dimension]) / half : 0
      let number = UInt16(
        bitPattern: Int16((max(-1, min(1, share)) * 32767).rounded(.toNearestOrEven)))
      bytes.append(UInt8(truncatingIfNeeded: number))
      bytes.append(UInt8(truncatingIfNeeded: number >> 8))
    }
    return bytes
  }
}
