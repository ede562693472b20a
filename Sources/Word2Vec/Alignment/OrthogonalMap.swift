public import WordtoolCore

/// A rotation (or reflection) that brings one set of vectors as near as it can to another.
///
/// It is the solution of the orthogonal Procrustes problem over pairs of words: of all orthogonal W the one
/// with the least Σ |x W - y|², x and y the unit vectors of a pair. Cosines within the first set stay what
/// they are.
///
/// - SeeAlso: Schönemann 1966, "A Generalized Solution of the Orthogonal Procrustes Problem"; unit vectors as
///   Xing et al. 2015, "Normalized Word Embedding and Orthogonal Transform for Bilingual Word Translation".
public struct OrthogonalMap: Sendable {
  /// Two words that mean the same, one of each set.
  public struct Pair: Hashable, Sendable {
    /// The row in the first set.
    public var source: Int
    /// The row in the second set.
    public var target: Int

    /// A pair of rows.
    public init(source: Int, target: Int) {
      self.source = source
      self.target = target
    }
  }

  /// Values of a vector.
  public let dimension: Int
  /// W: [dimension, dimension], row-major; a vector x becomes x W.
  public let matrix: [Double]
  /// How many independent directions the pairs speak of; below ``dimension`` the others are turned at will.
  public let rank: Int

  /// The largest dimension: the work grows with its third power.
  public static let maximumDimension = 2048

  /// Finds the map.
  ///
  /// - Throws: `WordtoolError`: `usage` for sets of different dimensions, too large a dimension or no
  ///   pairs, `badData` for a damaged file, `interrupted` once `stop` is raised.
  /// - Complexity: O(P·D² + D³) for P pairs.
  public init(
    from source: WordVectors, to target: WordVectors, pairs: [Pair], stop: StopFlag = StopFlag()
  ) throws {
    let n = source.dimension
    try OptionCheck.require(
      n == target.dimension, found: "vectors of \(n) and of \(target.dimension) values",
      expected: "two sets of one dimension")
    try OptionCheck.require(
      n <= Self.maximumDimension, found: "vectors of \(n) values",
      expected: "at most \(Self.maximumDimension)")
    try OptionCheck.require(!pairs.isEmpty, found: "no pairs of words", expected: "one or more")
    var product = [Double](repeating: 0, count: n * n)
    for pair in pairs {
      let x = try Self.unit(source, pair.source)
      let y = try Self.unit(target, pair.target)
      for row in 0..<n {
        let factor = x[row]
        let start = row * n
        for column in 0..<n { product[start + column] += factor * y[column] }
      }
    }
    let found = try JacobiSVD.decompose(product, order: n, stop: stop)
    // X^T Y = U S V^T; W = U V^T.
    var matrix = [Double](repeating: 0, count: n * n)
    for index in 0..<n {
      for row in 0..<n {
        let factor = found.left[index * n + row]
        for column in 0..<n { matrix[row * n + column] += factor * found.right[index * n + column] }
      }
    }
    dimension = n
    self.matrix = matrix
    rank = found.values.count { $0 > 0 }
  }

  /// A vector of the first set in the space of the second.
  public func apply(to vector: [Float]) -> [Float] {
    precondition(vector.count == dimension, "\(vector.count) values, not \(dimension)")
    var sum = [Double](repeating: 0, count: dimension)
    for (row, value) in vector.enumerated() {
      for column in 0..<dimension {
        sum[column] += Double(value) * matrix[row * dimension + column]
      }
    }
    return sum.map { Float($0) }
  }

  private static func unit(_ vectors: WordVectors, _ row: Int) throws -> [Double] {
    try vectors.located { try vectors.storage.check(row: row) }
    var values = [Double](repeating: 0, count: vectors.dimension)
    let length = vectors.storage.length(of: row)
    if length > 0 { vectors.storage.rows.add(row: row, times: 1 / length, to: &values) }
    return values
  }
}

extension WordVectors {
  /// The same words with their vectors mapped; lengths stay what they are.
  ///
  /// - Throws: `WordtoolError`: `usage` for a map of another dimension, `badData` for a damaged file,
  ///   `unavailable` for more than memory holds.
  /// - Complexity: O(V·D²).
  public func mapped(
    by map: OrthogonalMap, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> WordVectors {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require(
      map.dimension == dimension, found: "a map of \(map.dimension) values",
      expected: "\(dimension), as the vectors have")
    try NumericTable.checkMemory(rowCount: count, dimension: dimension, path: name ?? "the result")
    let memory = Allocation(byteCount: 4 * count * dimension)
    let rows = unsafe memory.buffer(of: Float.self, count: count * dimension)
    // SAFETY: each piece writes its own rows.
    nonisolated(unsafe) let target = unsafe rows
    let dimension = dimension
    try VectorStorage.inPieces(of: count, size: 256, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the alignment was stopped before its end")
      }
      for row in range {
        let values = map.apply(to: vector(at: row))
        for column in 0..<dimension { unsafe target[row * dimension + column] = values[column] }
      }
    }
    var builder = WordTableBuilder(expectedCount: count)
    for row in 0..<count { unsafe builder.append(storage.words.bytes(at: row)) }
    var result = try unsafe WordVectors(
      builder: builder, counts: counts.map(Array.init), dimension: dimension,
      rows: UnsafeBufferPointer(rows), stride: dimension, owner: memory, metadata: metadata,
      threads: threads)
    result.name = name
    return result
  }

  /// The words that both sets have, spelled exactly so, in the order of this one.
  ///
  /// - Parameters:
  ///   - other: the vectors to share words with.
  ///   - limit: only the first so many words of each count; nil for all.
  public func sharedWords(with other: WordVectors, limit: Int? = nil) -> [OrthogonalMap.Pair] {
    (0..<Swift.min(count, limit ?? count)).compactMap { row in
      guard let target = other.index(for: word(at: row)), target < limit ?? .max,
        storage.length(of: row) > 0, other.storage.length(of: target) > 0
      else { return nil }
      return OrthogonalMap.Pair(source: row, target: target)
    }
  }
}
