import CKernels

/// A way through a graph to the rows nearest to a vector; the memory of one thread.
///
/// Sendable: used by one thread at a time, handed over under a lock.
@safe final class GraphSearch: @unchecked Sendable {
  /// A row and its score.
  struct Found {
    var score: Float
    var row: Int32
    var isExpanded = false

    func ranksBefore(_ other: Found) -> Bool {
      score > other.score || (score == other.score && row < other.row)
    }
  }

  let graph: NeighborGraph
  /// By row, the last search that met it.
  private var seen: [UInt32]
  private var search: UInt32 = 0
  /// Rows that are to be scored, and what comes of it; as many as a list has links.
  private var rows: [Int32]
  private var scores: [Float]
  /// The best so far, best first.
  private(set) var found: [Found] = []

  init(_ graph: NeighborGraph) {
    self.graph = graph
    seen = [UInt32](repeating: 0, count: graph.count)
    rows = [Int32](repeating: 0, count: graph.width(level: 0))
    scores = [Float](repeating: 0, count: rows.count)
  }

  /// The score of one row.
  private static func score(_ row: Int, _ scorer: some RowScorer) -> Float {
    var (row, score) = (Int32(row), Float.nan)
    unsafe scorer.score(&row, 1, into: &score)
    return score
  }

  /// Finds the row nearest to a vector above a level, beginning at the entry: where to begin on it.
  func descend(to level: Int, by scorer: some RowScorer) -> Int {
    var row = graph.entry
    var best = Self.score(row, scorer)
    for above in stride(from: graph.level(of: row), to: level, by: -1) {
      var moves = true
      while moves {
        moves = false
        guard let links = unsafe graph.links(of: row, level: above) else { break }
        var count = 0
        while count < graph.degree, unsafe links[count] >= 0 { count += 1 }
        unsafe scores.withUnsafeMutableBufferPointer { scores in
          guard let base = scores.baseAddress else { return }
          unsafe scorer.score(links, count, into: base)
          for place in 0..<count {
            let (next, value) = unsafe (Int(links[place]), base[place])
            if value > best || (value == best && next < row) {
              (row, best, moves) = (next, value, true)
            }
          }
        }
      }
    }
    return row
  }

  /// Leaves in ``found`` the rows nearest to a vector.
  func nearest(effort: Int, by scorer: some RowScorer) {
    best(from: descend(to: 0, by: scorer), level: 0, effort: effort, by: scorer)
  }

  /// Leaves in ``found`` the best rows of a level that are met from a row on.
  ///
  /// - Parameter effort: how many rows are kept and looked around at, at least 1.
  func best(from start: Int, level: Int, effort: Int, by scorer: some RowScorer) {
    search &+= 1
    if search == 0 {
      for row in seen.indices { seen[row] = 0 }
      search = 1
    }
    // Out of the object while it changes: every access to it would be checked.
    var list = SortedRows(capacity: min(effort, graph.count))
    list.exchangeRows(with: &found)
    list.removeAll()
    list.insert(Found(score: Self.score(start, scorer), row: Int32(start)))
    unsafe seen.withUnsafeMutableBufferPointer { seen in
      unsafe rows.withUnsafeMutableBufferPointer { rows in
        unsafe scores.withUnsafeMutableBufferPointer { scores in
          guard let seen = seen.baseAddress, let rows = rows.baseAddress,
            let scores = scores.baseAddress
          else { return }
          unsafe seen[start] = search
          unsafe look(around: &list, level, scorer, seen, rows, scores)
        }
      }
    }
    list.exchangeRows(with: &found)
  }

  private func look(
    around list: inout SortedRows, _ level: Int, _ scorer: some RowScorer,
    _ seen: UnsafeMutablePointer<UInt32>, _ rows: UnsafeMutablePointer<Int32>,
    _ scores: UnsafeMutablePointer<Float>
  ) {
    let (mark, width) = (search, graph.width(level: level))
    while let row = list.next() {
      guard let links = unsafe graph.links(of: Int(row), level: level) else { continue }
      // Most likely the next one's turn comes next: its links are far away in memory.
      if let next = list.upcoming, let links = unsafe graph.links(of: Int(next), level: level) {
        unsafe wt_prefetch_bytes(links, Int64(4 * width))
      }
      var count = 0
      for place in 0..<width {
        let link = unsafe links[place]
        if link < 0 { break }
        // Without a branch, which nobody could foretell.
        unsafe rows[count] = link
        unsafe count += seen[Int(link)] == mark ? 0 : 1
        unsafe seen[Int(link)] = mark
      }
      guard count > 0 else { continue }
      unsafe scorer.score(rows, count, into: scores)
      for place in 0..<count {
        unsafe list.insert(Found(score: scores[place], row: rows[place]))
      }
    }
  }
}

/// The best rows so far, best first, and which of them have been looked around at.
private struct SortedRows {
  private var rows: [GraphSearch.Found]
  private let capacity: Int
  /// All before it have been looked around at.
  private var place = 0

  /// None yet, and at most `capacity`.
  init(capacity: Int) {
    rows = []
    self.capacity = capacity
  }

  /// Gives rows away and takes others, with their memory.
  mutating func exchangeRows(with others: inout [GraphSearch.Found]) { swap(&rows, &others) }

  /// Forgets all rows and keeps their memory.
  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    place = 0
  }

  /// The best row that has not been looked around at; it counts as such from now on.
  mutating func next() -> Int32? {
    while place < rows.count {
      if !rows[place].isExpanded {
        rows[place].isExpanded = true
        place += 1
        return rows[place - 1].row
      }
      place += 1
    }
    return nil
  }

  /// What ``next()`` gives if nothing better comes before.
  var upcoming: Int32? {
    rows[place...].first { !$0.isExpanded }?.row
  }

  /// Puts a row in its place, where it is among the best.
  mutating func insert(_ row: GraphSearch.Found) {
    if rows.count == capacity {
      guard row.ranksBefore(rows[capacity - 1]) else { return }
      rows.removeLast()
    }
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].ranksBefore(row) { low = middle + 1 } else { high = middle }
    }
    rows.insert(row, at: low)
    place = min(place, low)
  }
}
