import BLASCore

/// What carries changes from replica to replica, and makes their rows one: through memory
/// (``MemoryExchange``), or by messages between ranks (``RankExchange``). The bits are the same.
protocol RowExchange: AnyObject {
  /// The rows that replicas have changed often, each once.
  ///
  /// - Parameter rows: those of the replicas that are here, each once.
  func union(of rows: [Int32]) -> [Int32]

  /// Joins rows that some replica has changed, and leaves others as they are.
  ///
  /// Rows of the table, those of the replicas that are here, and their counts of changes are written.
  ///
  /// - Parameters:
  ///   - table: what they are joined in.
  ///   - count: how many rows there are to be looked at.
  ///   - rate: the learning rate.
  ///   - piece: how many are looked at by one thread at a time.
  ///   - row: the row with a number below `count`; each is there once.
  func join(
    _ rows: ReplicatedRows, _ table: RowStorage, count: Int, rate: Float, piece: Int,
    by team: ThreadTeam, row: (Int) -> Int)
}
