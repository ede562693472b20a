import BLASCore
package import WordtoolCore

/// The exact answer, by looking at every row: one blocked matrix product of all queries with all
/// rows, of which each query keeps its best.
package struct ExactIndex: NeighborIndex {
  private let storage: VectorStorage

  package init(_ storage: VectorStorage) { self.storage = storage }

  /// Queries that go through the rows together: it bounds the memory for their answers.
  private static func batch(answers count: Int) -> Int {
    max(1, min(8192, (1 << 22) / max(1, count)))
  }
  /// Queries multiplied with a block at a time: they and their cosines stay in the caches.
  private static let group = 64

  /// - Complexity: O(Q·V·D) for Q queries.
  package func nearest(
    to queries: [IndexQuery], options: SearchOptions, stop: StopFlag
  ) throws -> [[IndexMatch]] {
    var answers: [[IndexMatch]] = []
    answers.reserveCapacity(queries.count)
    let batch = Self.batch(answers: min(options.count, storage.count))
    for first in stride(from: 0, to: queries.count, by: batch) {
      let some = Array(queries[first..<min(queries.count, first + batch)])
      answers += try search(some, options: options, stop: stop)
    }
    return answers
  }

  private func search(
    _ queries: [IndexQuery], options: SearchOptions, stop: StopFlag
  ) throws -> [[IndexMatch]] {
    let dimension = storage.dimension
    let vectors = storage.rows.turned(queries.flatMap(\.vector))
    precondition(vectors.count == queries.count * dimension, "queries of another dimension")
    return try unsafe best(excluding: queries.map(\.excluded), options: options, stop: stop) {
      block, best, scratch in
      unsafe vectors.withUnsafeBufferPointer { vectors in
        guard let base = vectors.baseAddress else { return }
        for first in stride(from: 0, to: queries.count, by: Self.group) {
          let count = min(Self.group, queries.count - first)
          unsafe block.cosines(of: base + first * dimension, count: count, into: scratch)
          for query in 0..<count {
            unsafe best.offer(scratch + query * block.width, block.rows, to: first + query)
          }
        }
      }
    }
  }

  /// A question by 3CosMul: unit vectors that multiply and unit vectors that divide.
  struct Product: Sendable {
    var positive: [[Float]]
    var negative: [[Float]]
    var excluded: [Int]
  }

  /// The best rows by 3CosMul.
  func best(
    byProduct questions: [Product], epsilon: Float, options: SearchOptions, stop: StopFlag
  ) throws -> [[IndexMatch]] {
    let most = questions.map { $0.positive.count + $0.negative.count }.max() ?? 0
    let vectors = questions.map {
      storage.rows.turned(($0.positive + $0.negative).flatMap { $0 })
    }
    return try unsafe best(
      excluding: questions.map(\.excluded), lines: most + 2, areCosines: false, options: options,
      stop: stop
    ) { block, best, scratch in
      let (scores, divisors) = unsafe (scratch, scratch + block.width)
      let cosines = unsafe scratch + 2 * block.width
      for (index, question) in questions.enumerated() {
        let count = question.positive.count + question.negative.count
        unsafe vectors[index].withUnsafeBufferPointer {
          if let base = $0.baseAddress {
            unsafe block.cosines(of: base, count: count, into: cosines)
          }
        }
        for place in 0..<block.width { unsafe (scores[place], divisors[place]) = (1, 1) }
        for vector in 0..<count {
          let target = unsafe vector < question.positive.count ? scores : divisors
          let line = unsafe cosines + vector * block.width
          for place in 0..<block.width { unsafe target[place] *= (1 + line[place]) / 2 }
        }
        for place in 0..<block.width { unsafe scores[place] /= divisors[place] + epsilon }
        unsafe best.offer(scores, block.rows, to: index)
      }
    }
  }

  /// How many rows have a cosine with `query` that is above the one of row `reference`.
  func count(
    above reference: Int, query: [Float], excluded: [Int], threads: Int, stop: StopFlag
  ) throws -> Int {
    // The bits of a cosine do not depend on the block, so a block of one row gives the limit.
    let block = CosineBlock(storage, kernels: try KernelTable.selected())
    block.load(reference..<reference + 1)
    let query = storage.rows.turned(query)
    let limit = unsafe Self.withCosines(of: query, block) { unsafe $0[0] }
    let counts = try CosineBlock.forEach(
      of: storage, limit: storage.count, threads: threads, stop: stop, state: { 0 }
    ) { block, count in
      unsafe count += Self.withCosines(of: query, block) { line in
        block.rows.count {
          unsafe line[$0 - block.rows.lowerBound] > limit && !excluded.contains($0)
        }
      }
    }
    return counts.reduce(0, +)
  }

  /// Calls `body` with the cosines of one vector with the rows of a block.
  private static func withCosines<Result>(
    of query: [Float], _ block: CosineBlock, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: block.width * 4, alignment: 64) { memory in
      guard let line = unsafe memory.bindMemory(to: Float.self).baseAddress else {
        preconditionFailure("memory without an address")
      }
      unsafe query.withUnsafeBufferPointer {
        if let query = $0.baseAddress { unsafe block.cosines(of: query, count: 1, into: line) }
      }
      return unsafe body(line)
    }
  }

  /// Runs all blocks through `score`, which offers scores to the lists, and merges what each thread
  /// has kept.
  private func best(
    excluding excluded: [[Int]], lines: Int = group, areCosines: Bool = true,
    options: SearchOptions, stop: StopFlag,
    score:
      @escaping @Sendable (CosineBlock, inout BestRows, UnsafeMutablePointer<Float>) -> Void
  ) throws -> [[IndexMatch]] {
    guard !excluded.isEmpty else { return [] }
    let empty = BestRows(
      excluded: excluded, count: min(options.count, storage.count),
      minimum: options.minimumSimilarity, areCosines: areCosines)
    let states = try CosineBlock.forEach(
      of: storage, limit: options.limit ?? storage.count, threads: options.threads, stop: stop,
      state: { empty }
    ) { block, best in
      unsafe withUnsafeTemporaryAllocation(byteCount: lines * block.width * 4, alignment: 64) {
        memory in
        if let base = unsafe memory.bindMemory(to: Float.self).baseAddress {
          unsafe score(block, &best, base)
        }
      }
      if let row = best.badRow { throw storage.contradiction(inRow: row) }
    }
    guard var all = states.first else { return excluded.map { _ in [] } }
    for other in states.dropFirst() { all.merge(other) }
    return all.sorted
  }
}

/// The best rows of many queries, as one thread has seen them.
struct BestRows: Sendable {
  private let excluded: [[Int]]
  private var lists: [TopList]
  private let areCosines: Bool
  /// A row whose score is not a number or more than a cosine can be.
  private(set) var badRow: Int?

  init(excluded: [[Int]], count: Int, minimum: Float?, areCosines: Bool) {
    self.excluded = excluded
    self.areCosines = areCosines
    lists = excluded.map { _ in TopList(capacity: count, minimum: minimum) }
  }

  /// Offers the scores of the rows of a block, in a line as wide as a block, to a query's list.
  mutating func offer(_ scores: UnsafePointer<Float>, _ rows: Range<Int>, to query: Int) {
    // Nearly always no score of a block is among the best, and one pass shows that. Zero times a
    // score is zero unless the score is not finite.
    var top = SIMD16<Float>(repeating: -.infinity)
    var zero = SIMD16<Float>.zero
    let raw = unsafe UnsafeRawPointer(scores)
    for offset in stride(from: 0, to: (rows.count + 15) / 16 * 64, by: 64) {
      let some = unsafe raw.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      top.replace(with: some, where: some .> top)
      zero += some * 0
    }
    let best = top.max()
    if zero.sum() != 0 || (areCosines && best > Self.largestCosine) {
      badRow = rows.first {
        let score = unsafe scores[$0 - rows.lowerBound]
        return !score.isFinite || (areCosines && score > Self.largestCosine)
      }
      return
    }
    guard best >= lists[query].threshold else { return }
    for row in rows where unsafe scores[row - rows.lowerBound] >= lists[query].threshold {
      if excluded[query].contains(row) { continue }
      unsafe lists[query].insert(.init(score: scores[row - rows.lowerBound], row: row))
    }
  }

  /// Rounding makes a cosine of 1 a little more; more than this is no cosine.
  static let largestCosine: Float = 1.001

  mutating func merge(_ other: BestRows) {
    for query in lists.indices {
      for candidate in other.lists[query].sorted { lists[query].insert(candidate) }
    }
  }

  /// What is kept, best first.
  var sorted: [[TopList.Candidate]] { lists.map(\.sorted) }
}
