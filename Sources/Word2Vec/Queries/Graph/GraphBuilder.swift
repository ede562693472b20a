import BLASCore
import CKernels
import Synchronization
import WordtoolCore

/// Makes the graph of rows.
///
/// Rows are put in by batches: all of a batch look for their neighbours in the graph as it was before, and
/// among each other; then their links are written, and those back to them, each list by one thread. So
/// the graph depends on the rows and the seed only, whatever the number of threads is.
struct GraphBuilder: Sendable {
  /// Rows of length 1.
  let rows: RowStorage
  let kernels: KernelTable
  var degree: Int
  /// How many candidates a row's links are chosen from.
  var effort: Int
  var seed: UInt64
  var threads: Int
  var stop = StopFlag()
  var progress: @Sendable (Double) -> Void = { _ in }

  /// Rows of a batch: a share of what is there, and at most so many.
  private static let (share, largest) = (4, 1024)

  /// Scores rows by how near they are to one of them.
  private func scorer(_ row: Int) -> FloatScorer {
    unsafe FloatScorer(
      kernels: kernels, vector: rows.base + row * rows.stride, base: rows.base,
      stride: rows.stride, columns: rows.stride)
  }

  /// The scores of rows for one of them.
  private func scores(of others: [Int32], for row: Int) -> [Float] {
    let scoreCount = others.count
    if scoreCount == 0 { return [] }
    return unsafe [Float](unsafeUninitializedCapacity: scoreCount) { scores, count in
      unsafe others.withUnsafeBufferPointer { others in
        guard let others = others.baseAddress, let scores = scores.baseAddress else { return }
        unsafe scorer(row).score(others, scoreCount, into: scores)
      }
      count = scoreCount
    }
  }

  /// The level of each row: a geometric distribution with 1 / M a step.
  private func levels() -> [UInt8] {
    (0..<rows.rowCount).map { row in
      var random = RandomSource(seed: seed, 0x6EA9, UInt64(row))
      var level: UInt8 = 0
      while level < 15, random.next() % UInt64(degree) == 0 { level += 1 }
      return level
    }
  }

  /// Links to be written: where to, and to which row.
  private struct Back {
    var row: Int32
    var level: Int32
    var source: Int32
  }

  func build() throws -> NeighborGraph {
    let levels = levels()
    let graph = try NeighborGraph(levels: levels, degree: degree)
    guard rows.rowCount > 1 else { return graph }
    // The rows of high levels first: what is found through them is then there from the start.
    var random = RandomSource(seed: seed, 0x0DE4)
    var order = Array(0..<rows.rowCount)
    order.shuffle(using: &random)
    order = order.filter { $0 != graph.entry }
    let ranked = (0...15).reversed().flatMap { level in order.filter { levels[$0] == level } }
    order = [graph.entry] + ranked
    let searches = Locked<[GraphSearch]>([])
    var done = 1
    PresentWork.begin(.linking, of: order.count)
    while done < order.count {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the index was stopped before its end")
      }
      let batch = order[
        done..<min(order.count, done + max(1, min(done / Self.share, Self.largest)))]
      try insert(Array(batch), into: graph, levels, searches)
      done += batch.count
      PresentWork.advance(batch.count)
      progress(Double(done) / Double(order.count))
    }
    return graph
  }

  private func insert(
    _ batch: [Int], into graph: NeighborGraph, _ levels: [UInt8],
    _ searches: Locked<[GraphSearch]>
  ) throws {
    // [batch][level]: the links of each new row. Each slot is written once.
    let chosen = Locked<[Int: [[Int32]]]>([:])
    let numbers = batch.map { Int32($0) }
    let piece = max(1, min(32, batch.count / 8))
    try VectorStorage.inPieces(of: batch.count, size: piece, threads: threads) { range in
      let search =
        searches.withLock { $0.popLast() } ?? GraphSearch(graph)
      var own: [Int: [[Int32]]] = [:]
      for place in range { own[place] = links(of: batch[place], numbers, levels, search) }
      chosen.withLock { $0.merge(own) { first, _ in first } }
      searches.withLock { $0.append(search) }
    }
    let found = chosen.withLock { $0 }
    var back: [Back] = []
    for (place, row) in batch.enumerated() {
      for (level, list) in (found[place] ?? []).enumerated() {
        if let target = unsafe graph.links(of: row, level: level) {
          for (index, link) in list.enumerated() { unsafe target[index] = link }
        }
        for link in list {
          back.append(Back(row: link, level: Int32(level), source: Int32(row)))
        }
      }
    }
    back.sort { ($0.level, $0.row, $0.source) < ($1.level, $1.row, $1.source) }
    var starts = back.indices.filter {
      $0 == 0 || back[$0].row != back[$0 - 1].row || back[$0].level != back[$0 - 1].level
    }
    starts.append(back.count)
    let (all, bounds) = (back, starts)
    try VectorStorage.inPieces(of: bounds.count - 1, size: 64, threads: threads) { range in
      for group in range {
        let some = all[bounds[group]..<bounds[group + 1]]
        addBack(
          some.map(\.source), to: Int(some[bounds[group]].row), Int(some[bounds[group]].level),
          graph)
      }
    }
  }

  /// The links of a new row, by level from 0 on.
  private func links(
    of row: Int, _ batch: [Int32], _ levels: [UInt8], _ search: GraphSearch
  ) -> [[Int32]] {
    let graph = search.graph
    let top = min(Int(levels[row]), graph.level(of: graph.entry))
    var result = [[Int32]](repeating: [], count: top + 1)
    let scorer = scorer(row)
    let near = scores(of: batch, for: row)
    var start = search.descend(to: top, by: scorer)
    for level in stride(from: top, through: 0, by: -1) {
      search.best(from: start, level: level, effort: effort, by: scorer)
      start = Int(search.found.first?.row ?? Int32(start))
      var candidates = search.found
      let least = candidates.count < effort ? -Float.infinity : candidates[effort - 1].score
      for (place, other) in batch.enumerated()
      where near[place] > least && levels[Int(other)] >= level && Int(other) != row {
        candidates.append(GraphSearch.Found(score: near[place], row: other))
      }
      candidates.sort { $0.ranksBefore($1) }
      result[level] = choose(candidates, graph.degree)
    }
    return result
  }

  /// Of candidates, best first, those that are nearer to the row than to any that was chosen before: so
  /// links lead in all directions (Malkov and Yashunin, algorithm 4).
  private func choose(_ candidates: [GraphSearch.Found], _ count: Int) -> [Int32] {
    var chosen: [Int32] = []
    chosen.reserveCapacity(min(count, candidates.count))
    for candidate in candidates {
      if chosen.count == count { break }
      if isNearest(candidate, to: chosen) { chosen.append(candidate.row) }
    }
    return chosen
  }

  /// Rows whose products are taken at a time: a tile of the kernel.
  private static let tile = 4

  /// Whether a candidate is less near to each row than to what it is a candidate for.
  private func isNearest(_ candidate: GraphSearch.Found, to chosen: [Int32]) -> Bool {
    let scorer = scorer(Int(candidate.row))
    return unsafe chosen.withUnsafeBufferPointer { chosen in
      guard let base = chosen.baseAddress else { return true }
      var scores = SIMD4<Float>.zero
      var place = 0
      while place < chosen.count {
        let count = min(Self.tile, chosen.count - place)
        unsafe withUnsafeMutableBytes(of: &scores) {
          guard let target = unsafe $0.bindMemory(to: Float.self).baseAddress else { return }
          unsafe scorer.score(base + place, count, into: target)
        }
        for index in 0..<count where !(scores[index] < candidate.score) { return false }
        place += count
      }
      return true
    }
  }

  /// Adds links to a list, which is chosen anew when it is full.
  private func addBack(_ sources: [Int32], to row: Int, _ level: Int, _ graph: NeighborGraph) {
    guard let list = unsafe graph.links(of: row, level: level) else { return }
    let width = graph.width(level: level)
    var all: [Int32] = []
    for place in 0..<width {
      let link = unsafe list[place]
      if link < 0 { break }
      all.append(link)
    }
    for source in sources where !all.contains(source) && Int(source) != row { all.append(source) }
    if all.count > width {
      let candidates = zip(scores(of: all, for: row), all).map {
        GraphSearch.Found(score: $0, row: $1)
      }
      all = choose(candidates.sorted { $0.ranksBefore($1) }, width)
    }
    for place in 0..<width { unsafe list[place] = place < all.count ? all[place] : -1 }
  }
}
