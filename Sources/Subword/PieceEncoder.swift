import WordtoolCore

/// Joins the bytes of one piece. Belongs to one thread at a time.
@safe final class PieceEncoder: @unchecked Sendable {
  // Sendable: handed to one caller at a time, with what it belongs to.

  /// Pieces up to this length are searched for the best pair again after each merge; longer ones
  /// go through a heap, so that a piece of n bytes takes n log n steps.
  private static let shortLength = 48

  private let byteIDs: [Int32]
  private let merges: MergeTable
  /// Tokens, ranks and results of the pairs that begin at them, of a short piece.
  private let ids: UnsafeMutablePointer<Int32>
  private let ranks: UnsafeMutablePointer<Int32>
  private let results: UnsafeMutablePointer<Int32>
  /// The tokens of the last piece.
  private var long: [Int32] = []

  /// - Parameter byteIDs: the token of each byte.
  init(byteIDs: [Int32], merges: MergeTable) {
    self.byteIDs = byteIDs
    self.merges = merges
    unsafe ids = .allocate(capacity: 3 * Self.shortLength)
    unsafe ids.initialize(repeating: 0, count: 3 * Self.shortLength)
    unsafe ranks = ids + Self.shortLength
    unsafe results = ranks + Self.shortLength
  }

  deinit { unsafe ids.deallocate() }

  /// Lends the numbers of the tokens of a piece.
  ///
  /// - Parameter isDropped: asked before each merge whether to pass over it.
  @inline(__always)
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, isDropped: (() -> Bool)? = nil,
    _ body: (UnsafeBufferPointer<Int32>) -> Void
  ) {
    if isDropped == nil, piece.count <= Self.shortLength {
      let count = unsafe mergeShort(piece)
      unsafe body(UnsafeBufferPointer(start: ids, count: count))
    } else {
      unsafe mergeLong(piece, isDropped)
      unsafe long.withUnsafeBufferPointer { unsafe body($0) }
    }
  }

  /// - Returns: how many tokens are left, the first of `ids`.
  private func mergeShort(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    var count = piece.count
    // SAFETY: there are `count` tokens and one pair less, at most `shortLength`.
    for index in 0..<count { unsafe ids[index] = byteIDs[Int(piece[index])] }
    var pairs = count - 1
    for index in 0..<max(0, pairs) {
      unsafe (ranks[index], results[index]) = merges.find(ids[index], ids[index + 1])
    }
    while pairs > 0 {
      var best = 0
      var bestRank = unsafe ranks[0]
      for index in 1..<pairs {
        let rank = unsafe ranks[index]
        best = rank < bestRank ? index : best
        bestRank = min(rank, bestRank)
      }
      if bestRank == .max { break }
      unsafe ids[best] = results[best]
      count &-= 1
      pairs &-= 1
      for index in best..<pairs {
        unsafe ids[index &+ 1] = ids[index &+ 2]
        unsafe ranks[index] = ranks[index &+ 1]
        unsafe results[index] = results[index &+ 1]
      }
      if best > 0 {
        unsafe (ranks[best - 1], results[best - 1]) = merges.find(ids[best - 1], ids[best])
      }
      if best < pairs {
        unsafe (ranks[best], results[best]) = merges.find(ids[best], ids[best + 1])
      }
    }
    return count
  }

  private struct Candidate: HeapElement {
    var rank: Int32
    var place: Int32

    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.rank != b.rank ? a.rank < b.rank : a.place < b.place
    }
  }

  private func mergeLong(_ piece: UnsafeBufferPointer<UInt8>, _ isDropped: (() -> Bool)?) {
    var ids = unsafe piece.map { byteIDs[Int($0)] }
    // A doubly linked list over the places; the number of a place that was joined away is -1.
    let count = ids.count
    var next = (0..<count).map { Int32($0 + 1) }
    var previous = (0..<count).map { Int32($0 - 1) }
    var initial: [Candidate] = []
    for index in 0..<max(0, count - 1) {
      let rank = merges.find(ids[index], ids[index + 1]).rank
      if rank != .max { initial.append(Candidate(rank: rank, place: Int32(index))) }
    }
    var heap = Heap(initial)
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
        case let pair = merges.find(ids[place], ids[right]), pair.rank == candidate.rank
      else { continue }
      ids[place] = pair.result
      ids[right] = -1
      next[place] = next[right]
      if Int(next[place]) < count { previous[Int(next[place])] = Int32(place) }
      for left in [Int(previous[place]), place] where left >= 0 {
        let other = Int(next[left])
        guard other < count else { continue }
        let rank = merges.find(ids[left], ids[other]).rank
        if rank != .max { heap.push(Candidate(rank: rank, place: Int32(left))) }
      }
    }
    long = ids.filter { $0 >= 0 }
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
