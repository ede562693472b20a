import BLASCore

/// Joins rows of replicas that all are in this process.
final class MemoryExchange: RowExchange {
  func union(of rows: [Int32]) -> [Int32] { rows }

  func join(
    _ rows: ReplicatedRows, _ table: RowStorage, count: Int, rate: Float, piece size: Int,
    by team: ThreadTeam, row: (Int) -> Int
  ) {
    team.forEach(pieces: (count + size - 1) / size) { piece in
      let join = RowJoin(rows, table, rate: rate)
      for number in piece * size..<min((piece + 1) * size, count) { join.join(row(number)) }
    }
  }
}
