import BLASCore
import CKernels
public import WordtoolCore

/// A graph through the rows of vectors by which searches find nearly all of the nearest words without
/// looking at every row.
///
/// It is made by batches, so that it is the same for any number of threads: docs/compression.md says how,
/// and why it is the project's own. The similarities of what is found are those of an exact search, to the
/// bit.
public struct ApproximateIndex: Sendable {
  /// How many of the ten nearest words searches of an effort find.
  public struct Measurement: Codable, Hashable, Sendable {
    /// See ``ApproximateIndex/effort``.
    public let effort: Int
    /// The share of the ten nearest words that are found, 0 ... 1.
    public let recall: Double
  }

  let graph: NeighborGraph
  /// Tells vectors from others: the same lengths, and the same values in some rows.
  let fingerprint: UInt64
  /// What was measured when the index was made.
  public internal(set) var measurements: [Measurement] = []
  /// How many rows a search keeps and looks around at, at least 1: more find more and take longer. At first
  /// the least that was measured to find 95 of a hundred.
  public var effort: Int

  /// Candidates from which the links of a row are chosen, unless another number is asked for.
  public static let defaultBuildEffort = 80
  /// Links of a row above the lowest level of the graph, where it has up to twice as many.
  static let degree = 16
  /// The efforts that are measured, and the recall that the first one is to have.
  static let (efforts, aim) = ([10, 20, 40, 80, 160, 320], 0.95)
  /// Words asked to measure.
  static let queries = 1000

  /// Makes an index and measures it.
  ///
  /// - Parameters:
  ///   - vectors: the rows.
  ///   - buildEffort: candidates from which the links of a row are chosen, 1 or more.
  ///   - seed: where random choices start.
  ///   - threads: how many threads work; the index does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `badData` for a damaged file or no
  ///   words, `unavailable` for more than memory holds, `interrupted` once `stop` is raised.
  /// - Complexity: about O(V·log V·D) for V words.
  public init(
    of vectors: WordVectors, buildEffort: Int = defaultBuildEffort, seed: UInt64 = 1,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.require("buildEffort", buildEffort, in: 1...100_000)
    try OptionCheck.requireThreads(threads)
    let storage = vectors.storage
    let (count, dimension) = (vectors.count, vectors.dimension)
    guard count > 0 else {
      throw WordtoolError(
        .badData, path: vectors.path, found: "no words", expected: "one or more")
    }
    try vectors.located { for row in 0..<count { try storage.check(row: row) } }
    try NumericTable.checkMemory(
      rowCount: count, dimension: dimension, path: vectors.name ?? "the index")
    let rows = try RowStorage(rowCount: count, dimension: dimension)
    try VectorStorage.inPieces(of: count, threads: threads) { range in
      for row in range {
        for (column, value) in storage.unitVector(row: row).enumerated() {
          unsafe rows.base[row * rows.stride + column] = value
        }
      }
    }
    graph = try GraphBuilder(
      rows: rows, kernels: try KernelTable.selected(), degree: Self.degree, effort: buildEffort,
      seed: seed, threads: threads, stop: stop
    ).build()
    fingerprint = Self.fingerprint(of: storage)
    effort = Self.efforts[0]
    try measure(vectors, seed: seed, threads: threads, stop: stop)
  }

  init(
    graph: NeighborGraph, fingerprint: UInt64, measurements: [Measurement]
  ) {
    self.graph = graph
    self.fingerprint = fingerprint
    self.measurements = measurements
    effort = Self.efforts[0]
    effort = aimedEffort
  }

  private var aimedEffort: Int {
    measurements.first { $0.recall >= Self.aim }?.effort ?? measurements.last?.effort
      ?? Self.efforts[0]
  }

  private mutating func measure(
    _ vectors: WordVectors, seed: UInt64, threads: Int, stop: StopFlag
  ) throws {
    let rows = SearchRecall.rows(of: vectors, Self.queries, seed: seed)
    let options = SearchOptions(threads: threads)
    var vectors = vectors
    vectors.approximation = nil
    let right = try vectors.neighbors(ofRows: rows, options: options, stop: stop)
    for effort in Self.efforts {
      self.effort = effort
      vectors.approximation = self
      let found = try vectors.neighbors(ofRows: rows, options: options, stop: stop)
      let recall = SearchRecall(right, found, count: options.count).recall
      measurements.append(Measurement(effort: effort, recall: recall))
      if recall == 1 { break }
    }
    effort = aimedEffort
  }

  /// What tells vectors from others.
  static func fingerprint(of storage: VectorStorage) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ number: UInt64) { hash = (hash ^ number) &* 0x0000_0100_0000_01B3 }
    add(UInt64(storage.count))
    add(UInt64(storage.dimension))
    for row in 0..<storage.count { unsafe add(UInt64(storage.norms[row].bitPattern)) }
    // Lengths alone stay when vectors are turned.
    for row in Swift.stride(from: 0, to: storage.count, by: max(1, storage.count / 512)) {
      unsafe storage.rows.storedBytes(of: row).forEach { add(UInt64($0)) }
    }
    return hash
  }
}

extension WordVectors {
  /// Lets searches go through an index: they are quick, and may miss some of the nearest words. Searches
  /// among the first words only (``SearchOptions/limit``) look at every row as before.
  ///
  /// - Throws: `WordtoolError`: `badData` for the index of other vectors, `usage` for an
  ///   ``ApproximateIndex/effort`` below 1.
  public mutating func searchApproximately(by index: ApproximateIndex) throws {
    try OptionCheck.require("effort", index.effort, in: 1 ... .max)
    guard index.fingerprint == ApproximateIndex.fingerprint(of: storage) else {
      throw WordtoolError(
        .badData, path: path, found: "an index of other vectors", expected: "the index of these",
        remedy: "make it anew")
    }
    approximation = index
  }
}

/// Searches through the graph of an ``ApproximateIndex``.
struct GraphIndex: NeighborIndex {
  let storage: VectorStorage
  let index: ApproximateIndex

  /// Candidates beyond those asked for whose cosines are computed as exact searches do: sums in another
  /// order may exchange rows that are equally near.
  private static let spare = 8

  func nearest(
    to queries: [IndexQuery], options: SearchOptions, stop: StopFlag
  ) throws -> [[IndexMatch]] {
    guard options.limit == nil else {
      return try ExactIndex(storage).nearest(to: queries, options: options, stop: stop)
    }
    let kernels = try KernelTable.selected()
    let answers = Locked([[IndexMatch]](repeating: [], count: queries.count))
    try VectorStorage.inPieces(of: queries.count, size: 64, threads: options.threads) { range in
      let search = GraphSearch(index.graph)
      let block = CosineBlock(storage, kernels: kernels)
      var some: [[IndexMatch]] = []
      for place in range {
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "the search was stopped before its end")
        }
        some.append(try nearest(to: queries[place], options, search, block))
      }
      let found = some
      answers.withLock { $0.replaceSubrange(range, with: found) }
    }
    return answers.withLock { $0 }
  }

  private func nearest(
    to query: IndexQuery, _ options: SearchOptions, _ search: GraphSearch, _ block: CosineBlock
  ) throws -> [IndexMatch] {
    let turned = storage.rows.turned(query.vector)
    let wanted = min(options.count, storage.count) + query.excluded.count
    var list = TopList(
      capacity: min(options.count, storage.count), minimum: options.minimumSimilarity)
    try unsafe turned.withUnsafeBufferPointer { turned in
      guard let vector = turned.baseAddress else { return }
      let effort = max(index.effort + query.excluded.count, wanted)
      if let (base, stride) = unsafe storage.rows.inPlace {
        let products = unsafe FloatScorer(
          kernels: block.kernels, vector: vector, base: base, stride: stride,
          columns: storage.dimension)
        search.nearest(effort: effort, by: CosineScorer(storage: storage, products: products))
      } else {
        let products = unsafe StoredScorer(rows: storage.rows, vector: vector)
        search.nearest(effort: effort, by: CosineScorer(storage: storage, products: products))
      }
      for candidate in search.found.prefix(wanted + Self.spare)
      where !query.excluded.contains(Int(candidate.row)) {
        let row = Int(candidate.row)
        let cosine = unsafe block.cosine(of: vector, row: row)
        guard cosine.isFinite, cosine <= BestRows.largestCosine else {
          throw storage.contradiction(inRow: row)
        }
        list.insert(.init(score: cosine, row: row))
      }
    }
    return list.sorted
  }
}

/// Inner products of a vector and rows that are stored in less than floats, one after the other.
@safe private struct StoredScorer: RowScorer {
  let rows: any RowSource
  /// Turned as the rows are.
  let vector: UnsafePointer<Float>

  func score(_ rows: UnsafePointer<Int32>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
    for place in 0..<count {
      unsafe scores[place] = self.rows.dot(row: Int(rows[place]), vector)
    }
  }
}

/// Products divided by the lengths of rows.
private struct CosineScorer<Products: RowScorer>: RowScorer {
  let storage: VectorStorage
  let products: Products

  func score(_ rows: UnsafePointer<Int32>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
    unsafe products.score(rows, count, into: scores)
    for place in 0..<count {
      let norm = unsafe storage.norms[Int(rows[place])]
      let isOrdinary = VectorStorage.ordinaryLengths.contains(norm)
      unsafe scores[place] = isOrdinary ? scores[place] / norm : 0
    }
  }
}

extension CosineBlock {
  /// The cosine of a turned vector with one row, as in any block.
  func cosine(of vector: UnsafePointer<Float>, row: Int) -> Float {
    load(row..<row + 1)
    return unsafe withUnsafeTemporaryAllocation(byteCount: width * 4, alignment: 64) { memory in
      guard let line = unsafe memory.bindMemory(to: Float.self).baseAddress else { return .nan }
      unsafe cosines(of: vector, count: 1, into: line)
      return unsafe line[0]
    }
  }
}
