package import BLASCore
package import MessagePassing
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
///
/// With a communicator each of its ranks has as many of the replicas, neighbours, and tables that all are
/// joined in; ``RankExchange`` brings the ranks what others have changed. All ranks call the same.
package final class Replicas {
  /// How many there are, and when they meet.
  package let replication: Replication
  /// Those that are here.
  package let local: Range<Int>
  /// The tables of each replica that is here.
  package let tables: [EmbeddingTables]
  /// What each of these has changed since it was joined.
  package let changes: [TableChanges]
  /// The ranks that have the others; nil where all are here.
  private let communicator: (any Communicator)?

  private let input: ReplicatedRows
  private let output: ReplicatedRows
  private var isBegun = false

  /// Takes the memory: as much for each replica that is here as the tables take.
  ///
  /// - Parameter communicator: ranks that the replicas are dealt out to, or nil.
  /// - Throws: `WordtoolError`: `unavailable` when there is not enough memory, `usage` for ranks that
  ///   cannot have equally many replicas.
  package init(
    of tables: EmbeddingTables, _ replication: Replication, kernels: KernelTable,
    communicator: (any Communicator)? = nil
  ) throws {
    self.replication = replication
    let ranks = communicator.flatMap { $0.rankCount > 1 ? $0 : nil }
    self.communicator = ranks
    local = try Self.local(of: replication.count, on: ranks)
    // What each part of them asks for alone may be there, and not all of it.
    try MemoryRoom.require(
      byteCount: Self.byteCount(of: tables, replicas: local.count) ?? .max,
      for: "\(local.count, "replica") of the tables")
    let larger = tables.input.rowCount > tables.output.rowCount ? tables.input : tables.output
    let exchange: any RowExchange =
      try ranks.map {
        try RankExchange($0, replicaCount: replication.count, like: larger)
      } ?? MemoryExchange()
    let input = try ReplicatedRows(
      like: tables.input, replication, local: local.count, kernels: kernels, exchange: exchange)
    let output = try ReplicatedRows(
      like: tables.output, replication, local: local.count, kernels: kernels, exchange: exchange)
    self.input = input
    self.output = output
    self.tables = zip(input.replicas, output.replicas).map {
      EmbeddingTables(input: $0, output: $1)
    }
    changes = zip(input.changes, output.changes).map { TableChanges(input: $0, output: $1) }
  }

  /// The replicas that a rank has: as many as every other, in the order of the ranks.
  ///
  /// - Parameters:
  ///   - count: replicas in all.
  ///   - communicator: the ranks; nil where this process has all.
  /// - Throws: `WordtoolError` of kind `usage` unless the number of ranks divides that of the replicas.
  package static func local(
    of count: Int, on communicator: (any Communicator)?
  ) throws -> Range<Int> {
    guard let communicator else { return 0..<count }
    let ranks = communicator.rankCount
    guard count % ranks == 0 else {
      throw WordtoolError(
        .usage, found: "`replicas` \(count) on \(ranks, "rank")",
        expected: "a number of replicas that the ranks can share evenly",
        remedy: "use `replicas` \((count + ranks - 1) / ranks * ranks), or another number of ranks")
    }
    let share = count / ranks
    return communicator.rank * share..<(communicator.rank + 1) * share
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

  // MARK: Ranks

  /// Whether the work is to stop: on all ranks as soon as on any.
  func isStopAgreed(_ isRaised: Bool) -> Bool {
    communicator?.isTrueOfAny(isRaised) ?? isRaised
  }

  /// Whether the work is to pause: clocks differ, so rank 0 says when.
  func isPauseAgreed(_ isDue: Bool) -> Bool { communicator?.ofFirstRank(isDue) ?? isDue }

  /// Tells all ranks the losses of the chunks of a turn.
  ///
  /// - Parameters:
  ///   - parts: the chunks that each of all replicas has trained.
  ///   - samples: [chunks of an epoch].
  func shareLosses(of parts: [Range<Int>], in samples: UnsafeMutablePointer<LossTally>) {
    guard let communicator else { return }
    let own = parts[local].joined().map { unsafe samples[$0] }
    let counts = (0..<communicator.rankCount).map { rank in
      parts[rank * local.count..<(rank + 1) * local.count].reduce(0) { $0 + $1.count }
    }
    for (chunk, loss) in zip(parts.joined(), communicator.gather(own, counts: counts)) {
      unsafe samples[chunk] = loss
    }
  }
}
