import WordtoolCore

extension VectorStorage {
  /// Computes the length of every row and proves that every value is a finite number.
  ///
  /// - Returns: the memory with the lengths, or the first row and column that is not finite.
  static func norms(
    of rows: any RowSource, count: Int, threads: Int
  ) throws -> (memory: Allocation, firstBad: (row: Int, column: Int)?) {
    let memory = Allocation(byteCount: count * 4)
    nonisolated(unsafe) let norms = unsafe memory.buffer(of: Float.self, count: count)
    let firstBad = FirstBad()
    try inPieces(of: count, threads: threads) { range in
      for row in range {
        if let length = rows.length(of: row) {
          unsafe norms[row] = length
        } else {
          unsafe norms[row] = 0
          firstBad.report(row, rows.firstBadColumn(of: row) ?? 0)
        }
      }
    }
    return (memory, firstBad.place.withLock { $0 })
  }

  /// The lowest row that was reported.
  private final class FirstBad: Sendable {
    let place = Locked<(row: Int, column: Int)?>(nil)

    func report(_ row: Int, _ column: Int) {
      place.withLock { place in
        if let known = place, known.row <= row { return }
        place = (row, column)
      }
    }
  }
}
