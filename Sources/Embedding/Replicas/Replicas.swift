package import BLASCore
import WordtoolCore

/// Copies of the tables of a training, each of which learns from a part of the text of its own, and which
/// are made one again and again (``Replication``).
///
/// More threads find work so than a row has groups of columns, and they meet a few times a second. What
/// comes out depends on the number of replicas, never on that of the threads: which row is joined
/// when follows from how often the replicas changed it, and sums go over the replicas in their order.
///
/// The tables that are given are those that replicas are joined in: at the end of a cycle, and
/// when a run is over, everything is in them.
package final class Replicas {
  /// How many there are, and when they meet.
  package let replication: Replication
  /// The tables of each replica.
  package let tables: [EmbeddingTables]
  /// What each replica has changed since it was joined.
  package let changes: [TableChanges]

  private let input: ReplicatedRows
  private let output: ReplicatedRows
  private var isBegun = false

  /// Takes the memory: as much for each replica as the tables take.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is not enough.
  package init(
    of tables: EmbeddingTables, _ replication: Replication, kernels: KernelTable
  ) throws {
    self.replication = replication
    // What each part of them asks for alone may be there, and not all of it.
    try MemoryRoom.require(
      byteCount: Self.byteCount(of: tables, replicas: replication.count) ?? .max,
      for: "\(replication.count, "replica") of the tables")
    let input = try ReplicatedRows(like: tables.input, replication, kernels: kernels)
    let output = try ReplicatedRows(like: tables.output, replication, kernels: kernels)
    self.input = input
    self.output = output
    self.tables = (0..<replication.count).map {
      EmbeddingTables(input: input.replicas[$0], output: output.replicas[$0])
    }
    changes = (0..<replication.count).map {
      TableChanges(input: input.changes[$0], output: output.changes[$0])
    }
  }

  /// The bytes that replicas of tables take, or nil if they cannot be counted.
  package static func byteCount(of tables: EmbeddingTables, replicas count: Int) -> Int? {
    let floats = [tables.input, tables.output].reduce(0) { $0 + $1.rowCount * ($1.stride + 1) }
    let (bytes, overflow) = (4 * floats).multipliedReportingOverflow(by: count)
    return overflow ? nil : bytes
  }

  /// Trains on from some tables: the first time their values become those of all replicas, later they
  /// have to be those of the last cycle's end.
  package func begin(with tables: EmbeddingTables) {
    if isBegun {
      input.goOn(with: tables.input)
      output.goOn(with: tables.output)
    } else {
      input.begin(with: tables.input)
      output.begin(with: tables.output)
      isBegun = true
    }
  }

  /// Lets go of the tables, so that who holds them alone can say so.
  package func release() {
    input.release()
    output.release()
  }

  /// Joins the rows that some replica has changed often: the end of a turn.
  package func joinFrequent(rate: Float, by team: ThreadTeam) {
    input.joinFrequent(rate: rate, by: team)
    output.joinFrequent(rate: rate, by: team)
  }

  /// Joins all rows that some replica has changed: the end of a cycle. All replicas are equal then.
  package func joinAll(rate: Float, by team: ThreadTeam) {
    input.joinAll(rate: rate, by: team)
    output.joinAll(rate: rate, by: team)
  }

  /// Makes the tables what they were when the cycle began.
  package func goBack() {
    input.goBack()
    output.goBack()
    isBegun = false
  }
}
