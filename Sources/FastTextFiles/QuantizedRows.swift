import BLASCore
import Synchronization
package import WordtoolCore

/// Rows as codes of a product quantizer that was fitted to them; they answer as those of a file do.
///
/// Jégou, Douze and Schmid: Product Quantization for Nearest Neighbor Search, TPAMI 2011; Joulin et al.:
/// FastText.zip: Compressing text classification models, 2016.
package struct QuantizedRows: FastTextMatrix {
  package let rowCount: Int
  package let dimension: Int
  /// [rows, parts]
  let codes: [UInt8]
  let quantizer: ProductQuantizer
  /// [rows], and the quantizer of lengths.
  let lengths: (codes: [UInt8], quantizer: ProductQuantizer)?

  /// Fits centroids by k-means and finds the codes. The same for any number of threads.
  ///
  /// - Parameters:
  ///   - rows: finite numbers.
  ///   - partWidth: values of a part of a row, at least 1.
  ///   - separatesLengths: whether rows are divided by their lengths, which have codes of their own.
  ///   - seed: decides the first centroids and, of many rows, which are fitted.
  /// - Throws: `WordtoolError`: `interrupted`.
  package init(
    _ rows: any SubwordMatrix, partWidth: Int, separatesLengths: Bool, seed: UInt64, threads: Int,
    stop: StopFlag
  ) throws {
    let (rowCount, dimension) = (rows.rowCount, rows.dimension)
    let partWidth = min(partWidth, dimension)
    let partCount = (dimension + partWidth - 1) / partWidth
    var norms: [Float] = []
    if separatesLengths {
      norms = (0..<rowCount).map { row in
        let sum = rows.values(ofRow: row).reduce(0.0) { $0 + Double($1) * Double($1) }
        return Float(sum.squareRoot())
      }
    }
    let lengths = norms
    let results = Locked([PartCodes?](repeating: nil, count: partCount))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, partCount))) { _ in
      while case let part = next.wrappingAdd(1, ordering: .relaxed).oldValue, part < partCount {
        let columns = part * partWidth..<min(dimension, (part + 1) * partWidth)
        var values: [Float] = []
        values.reserveCapacity(rowCount * columns.count)
        for row in 0..<rowCount {
          let whole = rows.values(ofRow: row)
          let length = lengths.isEmpty || lengths[row] == 0 ? 1 : lengths[row]
          for column in columns { values.append(whole[column] / length) }
        }
        let codes = try PartCodes(
          values, width: columns.count, seed: seed, part: part, stop: stop)
        results.withLock { $0[part] = codes }
      }
    }
    let parts = results.withLock { $0.compactMap(\.self) }
    var codes = [UInt8](repeating: 0, count: rowCount * partCount)
    for (part, found) in parts.enumerated() {
      for row in 0..<rowCount { codes[row * partCount + part] = found.codes[row] }
    }
    self.rowCount = rowCount
    self.dimension = dimension
    self.codes = codes
    quantizer = ProductQuantizer(
      dimension: dimension, partWidth: partWidth, centroids: parts.flatMap(\.centroids))
    guard separatesLengths else {
      self.lengths = nil
      return
    }
    let ofLengths = try PartCodes(lengths, width: 1, seed: seed, part: partCount, stop: stop)
    self.lengths = (
      ofLengths.codes,
      ProductQuantizer(dimension: 1, partWidth: 1, centroids: ofLengths.centroids)
    )
  }
}

extension QuantizedRows {
  package func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    unsafe withCodes(ofRow: row) {
      unsafe quantizer.add(codes: $0, times: length(ofRow: row) ?? 1, to: sum)
    }
  }

  package func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    let product =
      unsafe withCodes(ofRow: row) { unsafe quantizer.dot(codes: $0, with: vector) } ?? 0
    return length(ofRow: row).map { product * $0 } ?? product
  }

  @discardableResult
  private func withCodes<Value>(
    ofRow row: Int, _ body: (UnsafePointer<UInt8>) -> Value
  ) -> Value? {
    unsafe codes.withUnsafeBufferPointer { codes in
      unsafe codes.baseAddress.map { unsafe body($0 + row * quantizer.partCount) }
    }
  }

  /// nil where lengths are not separate.
  private func length(ofRow row: Int) -> Float? {
    lengths.map { $0.quantizer.centroid(part: 0, code: $0.codes[row]).first ?? 1 }
  }

  /// Bytes of so many rows in a file: flags, sizes, codes and centroids.
  package static func byteCount(
    rowCount: Int, dimension: Int, partWidth: Int, separatesLengths: Bool
  ) -> Int {
    let partWidth = min(partWidth, dimension)
    let partCount = (dimension + partWidth - 1) / partWidth
    return 2 + 8 + 8 + 4 + rowCount * partCount + ProductQuantizer.byteCount(dimension: dimension)
      + (separatesLengths ? rowCount + ProductQuantizer.byteCount(dimension: 1) : 0)
  }
}

/// One part of all rows: its 256 centroids, and the nearest of each row.
private struct PartCodes: Sendable {
  /// [256, width]
  var centroids: [Float] = []
  var codes: [UInt8] = []

  private static let count = 256
  /// Rows that centroids are fitted to, and passes over them: fastText's numbers.
  private static let mostFitted = 65_536
  private static let passCount = 25

  /// - Parameter values: [rows, width]
  init(_ values: [Float], width: Int, seed: UInt64, part: Int, stop: StopFlag) throws {
    let rowCount = values.count / width
    var random = RandomSource(seed: seed, UInt64(part))
    var sample = Array(0..<rowCount)
    // The first places of a shuffle are a sample.
    for place in 0..<min(rowCount, Self.mostFitted) {
      sample.swapAt(place, Int.random(in: place..<rowCount, using: &random))
    }
    sample.removeLast(max(0, rowCount - Self.mostFitted))
    let fitted = sample.flatMap { values[$0 * width..<($0 + 1) * width] }
    centroids = [Float](repeating: 0, count: Self.count * width)
    // Fewer rows than centroids are all centroids.
    let first = min(sample.count, Self.count) * width
    centroids.replaceSubrange(0..<first, with: fitted[..<first])
    if sample.count > Self.count {
      for _ in 0..<Self.passCount {
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped while centroids were fitted")
        }
        let nearest = Self.nearest(fitted, width: width, centroids: centroids)
        if !move(to: fitted, width: width, nearest: nearest) { break }
      }
    }
    codes = Self.nearest(values, width: width, centroids: centroids)
  }

  /// Moves centroids to the means of their rows; one without any to a half of the rows of the largest.
  ///
  /// - Returns: whether anything moved.
  private mutating func move(to values: [Float], width: Int, nearest: [UInt8]) -> Bool {
    var sums = [Double](repeating: 0, count: Self.count * width)
    var counts = [Int](repeating: 0, count: Self.count)
    for (row, code) in nearest.enumerated() {
      counts[Int(code)] += 1
      for column in 0..<width {
        sums[Int(code) * width + column] += Double(values[row * width + column])
      }
    }
    let old = centroids
    for code in 0..<Self.count where counts[code] > 0 {
      for column in 0..<width {
        centroids[code * width + column] = Float(sums[code * width + column] / Double(counts[code]))
      }
    }
    for code in 0..<Self.count where counts[code] == 0 {
      guard let largest = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[largest] > 1
      else { break }
      // Two centroids a little apart share the rows in the next pass.
      for column in 0..<width {
        let value = centroids[largest * width + column]
        let step = (code + column) % 2 == 0 ? Self.split : -Self.split
        centroids[code * width + column] = value * (1 + step)
        centroids[largest * width + column] = value * (1 - step)
      }
      counts[code] = counts[largest] / 2
      counts[largest] -= counts[code]
    }
    return old != centroids
  }

  private static let split: Float = 1e-3

  /// The nearest centroid of each row by its square distance, of equal ones the first.
  private static func nearest(_ values: [Float], width: Int, centroids: [Float]) -> [UInt8] {
    typealias Lanes = SIMD16<Float>
    let groups = count / 16
    // [width, groups] of 16 centroids each.
    var columns = [Lanes](repeating: .zero, count: groups * width)
    for code in 0..<count {
      for column in 0..<width {
        columns[column * groups + code / 16][code % 16] = centroids[code * width + column]
      }
    }
    var numbers = [SIMD16<Int32>](repeating: .zero, count: groups)
    for code in 0..<count { numbers[code / 16][code % 16] = Int32(code) }
    var codes = [UInt8](repeating: 0, count: values.count / width)
    for row in codes.indices {
      var best = Lanes(repeating: .infinity)
      var bestCodes = SIMD16<Int32>.zero
      for group in 0..<groups {
        var distances = Lanes.zero
        for column in 0..<width {
          let difference = columns[column * groups + group] - values[row * width + column]
          distances += difference * difference
        }
        let isNearer = distances .< best
        best.replace(with: distances, where: isNearer)
        bestCodes.replace(with: numbers[group], where: isNearer)
      }
      var (least, code) = (Float.infinity, Int32(count))
      for lane in 0..<16
      where best[lane] < least || best[lane] == least && bestCodes[lane] < code {
        (least, code) = (best[lane], bestCodes[lane])
      }
      codes[row] = UInt8(truncatingIfNeeded: code)
    }
    return codes
  }
}

extension FastTextWriter {
  /// Writes the flag of quantization, codes and centroids.
  package mutating func writeMatrix(_ rows: QuantizedRows) throws {
    append(UInt8(1))
    append(UInt8(rows.lengths == nil ? 0 : 1))
    append(Int64(rows.rowCount))
    append(Int64(rows.dimension))
    append(Int32(rows.codes.count))
    try append(bytes: rows.codes)
    try append(rows.quantizer)
    if let lengths = rows.lengths {
      try append(bytes: lengths.codes)
      try append(lengths.quantizer)
    }
  }

  private mutating func append(_ quantizer: ProductQuantizer) throws {
    let lastWidth = quantizer.dimension - (quantizer.partCount - 1) * quantizer.partWidth
    for value in [quantizer.dimension, quantizer.partCount, quantizer.partWidth, lastWidth] {
      append(Int32(value))
    }
    for value in quantizer.centroids { append(value.bitPattern) }
    try append(bytes: [])
  }
}
