/// How a training is shared out among replicas of its tables: how many there are, and when they are made one.
///
/// The text is worked through in cycles. In a cycle each replica trains a part of the text of its own, in
/// turns of a few chunks. After every turn the rows are joined that some replica has changed often by
/// then; after the last turn of a cycle all are, and the replicas are equal. So what is changed all the
/// time never drifts far apart, and what is changed seldom is not copied about for nothing.
///
/// The numbers below decide the bytes of every training with replicas. docs/scaling.md has what
/// they were measured against.
package struct Replication: Hashable, Sendable {
  /// How many there are, at least 2.
  package let count: Int
  /// Chunks that each replica trains between two meetings.
  package var chunksPerTurn = 1
  /// Turns after which all rows are joined.
  package var turnsPerCycle = 64
  /// Groups of examples that may change a row of one replica before it is joined after the turn.
  package var changesPerJoin = 4
  /// What a change of a row takes away of its distance to where the replica's examples pull it, for
  /// each unit of the learning rate.
  package var pull: Float = 0.2

  /// - Parameter count: how many replicas, at least 2.
  package init(count: Int) {
    precondition(count >= 2, "\(count) replicas")
    self.count = count
  }

  /// The chunks of a cycle, but for the last of an epoch.
  package var chunksPerCycle: Int { count * chunksPerTurn * turnsPerCycle }

  /// The chunks of the cycle that begins at `start`.
  package func cycle(from start: Int, chunkCount: Int) -> Range<Int> {
    start..<min(start + chunksPerCycle, chunkCount)
  }

  /// The chunks of a cycle that a replica trains: neighbours, as many as the others, or one less.
  package func part(_ replica: Int, of cycle: Range<Int>) -> Range<Int> {
    cycle.lowerBound + replica * cycle.count / count..<cycle.lowerBound + (replica + 1)
      * cycle.count / count
  }

  /// Turns of a cycle, at least 1 where it has chunks.
  package func turnCount(of cycle: Range<Int>) -> Int {
    let most = (cycle.count + count - 1) / count
    return (most + chunksPerTurn - 1) / chunksPerTurn
  }

  /// The chunks that a replica trains in a turn; may be empty in the last.
  package func chunks(of replica: Int, turn: Int, of cycle: Range<Int>) -> Range<Int> {
    let part = part(replica, of: cycle)
    let begin = min(part.lowerBound + turn * chunksPerTurn, part.upperBound)
    return begin..<min(begin + chunksPerTurn, part.upperBound)
  }

  /// What a row's changes in some replicas count for together, 1 / their number ... 1.
  ///
  /// As if each change drew the row towards one place, so that n of them at the rate r leave
  /// 1 / (1 + p r n) of the distance (the implicit form of gradient descent, which never overshoots): if
  /// replica i has made n_i changes alone, each has gone x_i / (1 + x_i) of the way, x_i = p r n_i, and
  /// all one after the other would have gone X / (1 + X) of it, X the sum of the x_i. Few changes of a
  /// rare row are added; many, of which each replica's come to the same alone, are averaged.
  ///
  /// - Parameters:
  ///   - rate: the learning rate.
  ///   - counts: how often each of the replicas changed the row, all above 0.
  package func weight(rate: Float, counts: UnsafeBufferPointer<Int32>) -> Float {
    if counts.count == 1 { return 1 }
    var (whole, parts): (Float, Float) = (0, 0)
    for index in counts.indices {
      let x = unsafe pull * rate * Float(counts[index])
      whole += x
      parts += x / (1 + x)
    }
    return whole > 0 ? whole / (1 + whole) / parts : 1
  }
}
