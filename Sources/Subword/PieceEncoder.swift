import WordtoolCore

/// Joins the bytes of one piece. Belongs to one thread at a time.
final class PieceEncoder: @unchecked Sendable {
  // Sendable: `PieceEncoders` hands each to one caller at a time.

  /// What was worked out before.
  var cache = PieceCache()
  private var ids: [Int32] = []
  private var ranks: [Int32] = []

  /// Pieces up to this length are searched for the best pair again after each merge; longer ones
  /// go through a heap, so that a piece of n bytes takes n log n steps.
  private static let shortLength = 48

  /// Appends the numbers of the tokens of a piece.
  ///
  /// - Parameter isDropped: asked before each merge whether to pass over it.
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, byteIDs: [Int32], ranks table: PairTable,
    merges: [BytePairEncoding.Merge], isDropped: (() -> Bool)?, into result: inout [Int32]
  ) {
    ids.removeAll(keepingCapacity: true)
    for index in piece.indices { unsafe ids.append(byteIDs[Int(piece[index])]) }
    if isDropped == nil, ids.count <= Self.shortLength {
      mergeShort(table, merges)
      result += ids
    } else {
      mergeLong(table, merges, isDropped, into: &result)
    }
  }

  private func mergeShort(_ table: PairTable, _ merges: [BytePairEncoding.Merge]) {
    guard ids.count > 1 else { return }
    ranks.removeAll(keepingCapacity: true)
    for index in 0..<ids.count - 1 { ranks.append(table.find(ids[index], ids[index + 1]) ?? -1) }
    while true {
      var best = -1
      var bestRank = Int32.max
      for index in ranks.indices where ranks[index] >= 0 && ranks[index] < bestRank {
        (best, bestRank) = (index, ranks[index])
      }
      if best < 0 { return }
      ids[best] = merges[Int(bestRank)].result
      ids.remove(at: best + 1)
      ranks.remove(at: best)
      if best > 0 { ranks[best - 1] = table.find(ids[best - 1], ids[best]) ?? -1 }
      if best < ranks.count { ranks[best] = table.find(ids[best], ids[best + 1]) ?? -1 }
    }
  }

  private struct Candidate {
    var rank: Int32
    var place: Int32
  }

  private func mergeLong(
    _ table: PairTable, _ merges: [BytePairEncoding.Merge], _ isDropped: (() -> Bool)?,
    into result: inout [Int32]
  ) {
    // A doubly linked list over the places; the number of a place that was joined away is -1.
    let count = ids.count
    var next = (0..<count).map { Int32($0 + 1) }
    var previous = (0..<count).map { Int32($0 - 1) }
    var initial: [Candidate] = []
    for index in 0..<max(0, count - 1) {
      if let rank = table.find(ids[index], ids[index + 1]) {
        initial.append(Candidate(rank: rank, place: Int32(index)))
      }
    }
    var heap = Heap(initial) { ($0.rank, $0.place) < ($1.rank, $1.place) }
    var passedOver: [Candidate] = []
    while let candidate = heap.pop() {
      if let isDropped {
        if isDropped() {
          passedOver.append(candidate)
          continue
        }
        for candidate in passedOver { heap.push(candidate) }
        passedOver.removeAll(keepingCapacity: true)
      }
      let place = Int(candidate.place)
      let right = Int(next[place])
      guard ids[place] >= 0, right < count,
        table.find(ids[place], ids[right]) == candidate.rank
      else { continue }
      ids[place] = merges[Int(candidate.rank)].result
      ids[right] = -1
      next[place] = next[right]
      if Int(next[place]) < count { previous[Int(next[place])] = Int32(place) }
      for left in [Int(previous[place]), place] where left >= 0 {
        let other = Int(next[left])
        guard other < count else { continue }
        if let rank = table.find(ids[left], ids[other]) {
          heap.push(Candidate(rank: rank, place: Int32(left)))
        }
      }
    }
    for id in ids where id >= 0 { result.append(id) }
  }
}

/// The choices of BPE-dropout: SplitMix64.
struct DropoutSource {
  var state: UInt64

  /// A number in 0 ..< 1, of 53 random bits.
  mutating func nextUnit() -> Double {
    state &+= SplitMix.increment
    return Double(SplitMix.mix(state) >> 11) * 0x1p-53
  }
}
