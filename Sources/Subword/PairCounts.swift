import WordtoolCore

/// How often each pair of neighbouring tokens occurs in some pieces, kept up to date while pairs
/// are joined.
///
/// A join touches only the pieces that hold the pair. Candidates stand in a heap by the count they
/// had when they were put there; one whose count has fallen since is put back with its real count
/// when it comes up, so that the first with a true count is the most frequent pair.
struct PairCounts {
  private var pieces: [[Int32]]
  private let pieceCounts: [Int64]
  private var numbers = PairTable()
  private var pairs: [(left: Int32, right: Int32)] = []
  private var counts: [Int64] = []
  /// The pieces that hold the pair, or did.
  private var places: [[Int32]] = []
  private var heap: Heap<Candidate>

  private struct Candidate {
    var count: Int64
    var pair: (left: Int32, right: Int32)
    var number: Int

    /// Higher counts first, of equals the lower numbers.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.count != b.count ? a.count > b.count : a.pair < b.pair
    }
  }

  init(pieces: [[Int32]], counts pieceCounts: [Int64]) {
    self.pieces = pieces
    self.pieceCounts = pieceCounts
    heap = Heap { _, _ in false }
    for index in pieces.indices {
      let piece = pieces[index]
      for place in piece.indices.dropFirst() {
        change(piece[place - 1], piece[place], by: pieceCounts[index], in: Int32(index))
      }
    }
    let initial = pairs.indices.map { Candidate(count: counts[$0], pair: pairs[$0], number: $0) }
    heap = Heap(initial, precedes: Candidate.precedes)
  }

  /// Takes the most frequent pair out, of equals the one with the lowest numbers.
  mutating func popMostFrequent() -> (left: Int32, right: Int32, count: Int64)? {
    while var candidate = heap.pop() {
      let count = counts[candidate.number]
      if count <= 0 { continue }
      if count != candidate.count {
        candidate.count = count
        heap.push(candidate)
        continue
      }
      return (candidate.pair.left, candidate.pair.right, count)
    }
    return nil
  }

  /// Joins a pair in every piece, from left to right.
  mutating func merge(_ left: Int32, _ right: Int32, into result: Int32) {
    guard let number = numbers.find(left, right).map({ Int($0) }) else { return }
    let affected = places[number]
    places[number] = []
    var touched: [Int] = []
    for index in affected {
      // Taken out while it changes, so that there is no copy of it.
      var piece: [Int32] = []
      swap(&piece, &pieces[Int(index)])
      let count = pieceCounts[Int(index)]
      // What is joined moves to the front, in one pass however many places there are.
      var at = 0
      var kept = 0
      while at < piece.count {
        guard at + 1 < piece.count, piece[at] == left, piece[at + 1] == right else {
          piece[kept] = piece[at]
          kept += 1
          at += 1
          continue
        }
        if kept > 0 {
          change(piece[kept - 1], left, by: -count, in: index)
          touched.append(change(piece[kept - 1], result, by: count, in: index))
        }
        at += 2
        piece[kept] = result
        kept += 1
        if at < piece.count {
          change(right, piece[at], by: -count, in: index)
          touched.append(change(result, piece[at], by: count, in: index))
        }
      }
      piece.removeLast(piece.count - kept)
      swap(&piece, &pieces[Int(index)])
    }
    counts[number] = 0
    touched.sort()
    var last = -1
    for number in touched where number != last {
      last = number
      if counts[number] > 0 {
        heap.push(Candidate(count: counts[number], pair: pairs[number], number: number))
      }
    }
  }

  @discardableResult
  private mutating func change(
    _ left: Int32, _ right: Int32, by amount: Int64, in piece: Int32
  ) -> Int {
    let (value, isNew) = numbers.number(left, right)
    let number = Int(value)
    if isNew {
      pairs.append((left, right))
      counts.append(0)
      places.append([])
    }
    counts[number] += amount
    if amount > 0, places[number].last != piece { places[number].append(piece) }
    return number
  }
}
