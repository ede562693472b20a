import WordtoolCore

/// How often each pair of neighbouring tokens occurs in some pieces, kept up to date while pairs
/// are joined.
///
/// A join touches only the pieces that hold the pair. Candidates stand in a heap by the count they
/// had when they were put there; one whose count has fallen since is put back with its real count
/// when it comes up, so that the first with a true count is the most frequent pair.
struct PairCounts {
  private let pieces: PieceTokens
  private let minimumCount: Int64
  private var numbers = PairTable()
  private var pairs: [Pair] = []
  private let bytes: BytePairPlaces
  /// The pieces that hold pairs of others than bytes.
  private var places = PiecePlaces()
  private var heap = Heap<Candidate>()
  /// Neighbours of the pair that is being joined.
  private var before = Neighbours()
  private var behind = Neighbours()

  private struct Pair {
    var count: Int64
    /// The first of its nodes in `places`; -1 for none.
    var node: Int32
  }

  private struct Candidate: HeapElement {
    var count: Int64
    var left: Int32
    var right: Int32
    var number: Int32

    /// Higher counts first, of equals the lower numbers.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      if a.count != b.count { return a.count > b.count }
      return a.left != b.left ? a.left < b.left : a.right < b.right
    }
  }

  /// - Parameters:
  ///   - counts: the pieces and how often each occurs.
  ///   - byteIDs: the token of each byte, all different.
  ///   - minimumCount: pairs that occur less often are not wanted.
  /// - Throws: ``WordtoolError`` of kind `badData` for more pieces than can be counted in.
  init(_ counts: PieceCounter, byteIDs: [Int32], minimumCount: Int64) throws {
    self.minimumCount = minimumCount
    pieces = try PieceTokens(counts, byteIDs: byteIDs)
    bytes = BytePairPlaces(counts, pieces)
    var initial: [Candidate] = []
    for (index, pair) in bytes.pairs.enumerated() {
      let (left, right) = (byteIDs[Int(pair.left)], byteIDs[Int(pair.right)])
      numbers.set(left, right, to: Int32(index))
      pairs.append(Pair(count: pair.count, node: -1))
      if pair.count >= minimumCount {
        initial.append(
          Candidate(count: pair.count, left: left, right: right, number: Int32(index)))
      }
    }
    heap = Heap(initial)
  }

  /// Takes the most frequent pair out, of equals the one with the lowest numbers; nil when none occurs
  /// as often as is wanted.
  mutating func popMostFrequent() -> (left: Int32, right: Int32)? {
    while var candidate = heap.pop() {
      let count = pairs[Int(candidate.number)].count
      if count < minimumCount { continue }
      if count != candidate.count {
        candidate.count = count
        heap.push(candidate)
        continue
      }
      return (candidate.left, candidate.right)
    }
    return nil
  }

  /// Joins a pair in every piece, from left to right.
  mutating func merge(_ left: Int32, _ right: Int32, into result: Int32) {
    guard let number = numbers.find(left, right).map({ Int($0) }) else { return }
    before.reserve(Int(max(left, right, result)) + 1)
    behind.reserve(Int(max(left, right, result)) + 1)
    for index in bytes.range(of: number) {
      join(left, right, into: result, in: bytes.places[index])
    }
    var node = pairs[number].node
    pairs[number].node = -1
    while node >= 0 {
      let place = places[node]
      join(left, right, into: result, in: place.piece)
      node = place.next
    }
    // What has come is added before what is gone is taken away: a pair may be both.
    var grown: [(left: Int32, right: Int32, number: Int32)] = []
    grown.reserveCapacity(before.met.count + behind.met.count)
    var gone: [(left: Int32, right: Int32, count: Int64)] = []
    gone.reserveCapacity(before.met.count + behind.met.count)
    for token in before.met {
      let change = before.take(token)
      grown.append((token, result, add(token, result, change)))
      gone.append((token, left, change.count))
    }
    for token in behind.met {
      let change = behind.take(token)
      grown.append((result, token, add(result, token, change)))
      gone.append((right, token, change.count))
    }
    before.removeAll()
    behind.removeAll()
    for pair in gone {
      if let number = numbers.find(pair.left, pair.right) { pairs[Int(number)].count -= pair.count }
    }
    pairs[number].count = 0
    for pair in grown where pairs[Int(pair.number)].count >= minimumCount {
      heap.push(
        Candidate(
          count: pairs[Int(pair.number)].count, left: pair.left, right: pair.right,
          number: pair.number))
    }
  }

  private mutating func join(_ left: Int32, _ right: Int32, into result: Int32, in piece: Int32) {
    pieces.join(
      left, right, into: result, at: piece,
      before: { before.add($0, $1, in: piece, &places) },
      behind: { behind.add($0, $1, in: piece, &places) })
  }

  /// Adds to a pair, and returns its number.
  private mutating func add(_ left: Int32, _ right: Int32, _ change: Neighbours.Change) -> Int32 {
    let (number, isNew) = numbers.number(left, right)
    if isNew { pairs.append(Pair(count: 0, node: -1)) }
    pairs[Int(number)].count += change.count
    places.join(change.last, to: pairs[Int(number)].node)
    pairs[Int(number)].node = change.first
    return number
  }
}
