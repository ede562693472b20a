import BLASCore
import Networks

/// Some sequences laid out for a network, the longest first.
struct SequenceBatch {
  /// Places in the list that the sequences came from, in the order of the layout.
  let members: [Int]
  let layout: SequenceLayout
  /// The words row by row.
  let ids: [Int32]

  /// Lays out some sequences of a list. Of equally long ones the first comes first.
  init(_ sequences: [[Int32]], _ places: some Collection<Int>) {
    members = places.sorted {
      (sequences[$1].count, $0) < (sequences[$0].count, $1)
    }
    let layout = SequenceLayout(lengths: members.map { sequences[$0].count })
    self.layout = layout
    var ids = [Int32](repeating: 0, count: layout.rowCount)
    for (sequence, place) in members.enumerated() {
      for (step, id) in sequences[place].enumerated() {
        ids[layout.row(step: step, sequence: sequence)] = id
      }
    }
    self.ids = ids
  }

  /// Cuts all sequences in batches of similar length, in an order that the seed and the pass decide.
  static func places(
    _ sequences: [[Int32]], batch: Int, seed: UInt64, epoch: Int
  ) -> [[Int]] {
    var random = RandomSource(seed: seed, .sequenceOrder, UInt64(epoch))
    let order = Array(sequences.indices).shuffled(using: &random)
    var batches: [[Int]] = []
    // Sorted only among so many, so that the batches differ from pass to pass.
    let pool = batch * 50
    for start in stride(from: 0, to: order.count, by: pool) {
      let some = order[start..<min(order.count, start + pool)]
        .sorted { (sequences[$0].count, $0) < (sequences[$1].count, $1) }
      for first in stride(from: 0, to: some.count, by: batch) {
        batches.append(Array(some[first..<min(some.count, first + batch)]))
      }
    }
    return batches.shuffled(using: &random)
  }

  /// Cuts sequences in batches for answers, by length alone.
  static func forAnswers(_ sequences: [[Int32]], batch: Int) -> [[Int]] {
    let order = sequences.indices.sorted {
      (sequences[$0].count, $0) < (sequences[$1].count, $1)
    }
    return stride(from: 0, to: order.count, by: batch).map {
      Array(order[$0..<min(order.count, $0 + batch)])
    }
  }
}
