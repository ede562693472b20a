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
  /// The best so far, best first.
  private(set) var found: [Found] = []

  init(_ graph: NeighborGraph) {
    self.graph = graph
    seen = [UInt32](repeating: 0, count: graph.count)
  }

  /// Finds the row nearest to a vector above a level, beginning at the entry: where to begin on it.
  func descend(to level: Int, _ score: (Int) -> Float) -> Int {
    var row = graph.entry
    var best = score(row)
    for above in stride(from: graph.level(of: row), to: level, by: -1) {
      var moves = true
      while moves {
        moves = false
        guard let links = unsafe graph.links(of: row, level: above) else { break }
        for place in 0..<graph.degree {
          let next = unsafe Int(links[place])
          if next < 0 { break }
          let value = score(next)
          if value > best || (value == best && next < row) {
            (row, best, moves) = (next, value, true)
          }
        }
      }
    }
    return row
  }

  /// Leaves in ``found`` the best rows of a level that are met from a row on.
  ///
  /// - Parameters:
  ///   - effort: how many rows are kept and looked around at.
  ///   - prefetch: asks memory for rows that are to be scored.
  func best(
    from start: Int, level: Int, effort: Int,
    prefetch: (UnsafePointer<Int32>, Int) -> Void, _ score: (Int) -> Float
  ) {
    search &+= 1
    if search == 0 {
      for row in seen.indices { seen[row] = 0 }
      search = 1
    }
    let mark = search
    let width = graph.width(level: level)
    found.removeAll(keepingCapacity: true)
    found.append(Found(score: score(start), row: Int32(start)))
    unsafe seen.withUnsafeMutableBufferPointer { seen in
      unsafe seen[start] = mark
      var place = 0
      while place < found.count {
        if found[place].isExpanded {
          place += 1
          continue
        }
        found[place].isExpanded = true
        guard let links = unsafe graph.links(of: Int(found[place].row), level: level) else {
          place += 1
          continue
        }
        var count = 0
        while count < width, unsafe links[count] >= 0 { count += 1 }
        unsafe prefetch(links, count)
        var first = place + 1
        for link in 0..<count {
          let row = unsafe Int(links[link])
          if unsafe seen[row] == mark { continue }
          unsafe seen[row] = mark
          let candidate = Found(score: score(row), row: Int32(row))
          if found.count == effort, !candidate.ranksBefore(found[effort - 1]) { continue }
          first = min(first, insert(candidate, effort))
        }
        place = first
      }
    }
  }

  private func insert(_ candidate: Found, _ effort: Int) -> Int {
    var (low, high) = (0, found.count)
    while low < high {
      let middle = (low + high) / 2
      if found[middle].ranksBefore(candidate) { low = middle + 1 } else { high = middle }
    }
    if found.count == effort { found.removeLast() }
    found.insert(candidate, at: low)
    return low
  }
}
