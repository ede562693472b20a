import BLASCore
import WordtoolCore

/// Learns the centroids and the rotation of a product quantizer from rows.
///
/// The same rows give the same bits for any number of threads and on every processor: each part
/// is clustered by one thread, and products have one order of sums.
struct ProductTraining {
  /// Codes of a row.
  var partCount: Int
  /// Whether a rotation is learned.
  var rotates: Bool
  var threads: Int
  var stop = StopFlag()

  /// Rows that the rotation and the centroids are learned from, at most: what 256 centroids need is far
  /// less, and more no longer changes the error's third digit.
  static let (rotationSample, centroidSample) = (1 << 16, 1 << 18)
  /// Rounds of one assignment, one step of the centroids and one rotation; then rounds without.
  private static let (rotations, rounds) = (50, 25)

  /// Learns.
  ///
  /// - Parameters:
  ///   - rows: [count, dimension], in an order by chance; as many as are learned from.
  ///   - kernels: which compute.
  func train(_ rows: FloatTable, kernels: KernelTable) throws -> ProductQuantizer {
    let dimension = rows.columns
    // A centroid that stands for hardly more than one row has learned that row.
    let count = max(1, min(256, max(rows.rows / 4, min(rows.rows, 16))))
    let parts = (0..<partCount).map {
      PartClusters(
        width: ProductQuantizer.columns(of: $0, dimension, partCount).count, count: count,
        kernels: kernels)
    }
    var rotation: FloatTable?
    if rotates {
      let some = rows.prefix(Self.rotationSample)
      var turn = try firstRotation(some, kernels)
      let coded = FloatTable(rows: some.rows, columns: dimension)
      for round in 0..<Self.rotations {
        try checkStop()
        let turned = try some.times(turn, kernels: kernels, threads: threads)
        try forEachPart(parts) { part, columns in
          part.take(turned, from: columns.lowerBound)
          if round == 0 { part.begin(with: Array(0..<min(count, some.rows))) }
          part.assign()
          part.update()
          part.put(into: coded, from: columns.lowerBound)
        }
        if parts.allSatisfy({ !$0.hasChanged }) { break }
        let product = try some.transposedTimes(coded, kernels: kernels, threads: threads)
        turn = try Self.filled(product, with: turn)
          .orthogonalFactor(kernels: kernels, threads: threads)
      }
      rotation = turn
    }
    let isFresh = rotation == nil
    let turned = try rotation.map { try rows.times($0, kernels: kernels, threads: threads) } ?? rows
    for round in 0..<Self.rounds {
      try checkStop()
      try forEachPart(parts) { part, columns in
        if round == 0 {
          part.take(turned, from: columns.lowerBound)
          if isFresh { part.begin(with: Array(0..<min(count, rows.rows))) }
        }
        part.assign()
        part.update()
      }
      if parts.allSatisfy({ !$0.hasChanged }) { break }
    }
    return ProductQuantizer(
      dimension: dimension, partCount: partCount, centroidCount: count,
      centroids: parts.flatMap(\.centroids.values), rotation: rotation?.values ?? [])
  }

  private func checkStop() throws {
    if stop.isRaised {
      throw WordtoolError(.interrupted, found: "the compression was stopped before its end")
    }
  }

  private func forEachPart(
    _ parts: [PartClusters], _ body: @escaping @Sendable (PartClusters, Range<Int>) -> Void
  ) throws {
    let dimension = parts.reduce(0) { $0 + $1.width }
    try VectorStorage.inPieces(of: parts.count, size: 1, threads: threads) { range in
      for part in range {
        body(parts[part], ProductQuantizer.columns(of: part, dimension, parts.count))
      }
    }
  }

  /// Adds a little of the rotation before, so that directions without any variance keep theirs.
  private static func filled(_ product: FloatTable, with turn: FloatTable) -> FloatTable {
    var largest: Float = 0
    let count = product.rows * product.columns
    for place in 0..<count { unsafe largest = max(largest, product.base[place].magnitude) }
    let share = max(1e-4 * largest, .leastNormalMagnitude)
    for place in 0..<count { unsafe product.base[place] += share * turn.base[place] }
    return product
  }

  /// The principal directions, dealt out so that all parts have about the same product of variances
  /// (Ge et al., section 3.2.1): the next largest goes to the part with the least so far.
  private func firstRotation(_ rows: FloatTable, _ kernels: KernelTable) throws -> FloatTable {
    let dimension = rows.columns
    let moment = try rows.transposedTimes(rows, kernels: kernels, threads: threads)
    let axes = try PrincipalAxes(of: moment.values.map(Double.init), dimension, stop: stop)
    var members = [[Int]](repeating: [], count: partCount)
    var logarithms = [Double](repeating: 0, count: partCount)
    let least = max((axes.values.first ?? 0) * 1e-9, 1e-30)
    for axis in 0..<dimension {
      let free = (0..<partCount).filter {
        members[$0].count < ProductQuantizer.columns(of: $0, dimension, partCount).count
      }
      guard let part = free.min(by: { logarithms[$0] < logarithms[$1] }) else { break }
      members[part].append(axis)
      // Relative to the least, so that every direction adds.
      logarithms[part] += PortableMath.log(max(axes.values[axis], least) / least)
    }
    let turn = FloatTable(rows: dimension, columns: dimension)
    for (column, axis) in members.joined().enumerated() {
      for row in 0..<dimension {
        unsafe turn.base[row * dimension + column] = Float(axes.vectors[axis * dimension + row])
      }
    }
    return turn
  }
}

extension FloatTable {
  /// The first rows, copied; all when there are not so many.
  func prefix(_ count: Int) -> FloatTable {
    guard count < rows else { return self }
    let some = FloatTable(rows: count, columns: columns)
    unsafe some.base.update(from: base, count: count * columns)
    return some
  }
}
