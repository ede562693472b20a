/// How often each pair of neighbouring bytes occurs in some pieces, and in which.
struct BytePairPlaces {
  /// The pairs that occur, in the order of their bytes.
  private(set) var pairs: [(left: UInt8, right: UInt8, count: Int64)] = []
  /// The pieces with pair i are `places[starts[i] ..< starts[i + 1]]`. A piece that holds a pair twice
  /// is there twice.
  private(set) var places: [Int32]
  private var starts = [0]

  init(_ counter: PieceCounter, _ tokens: PieceTokens) {
    var counts = [Int64](repeating: 0, count: 1 << 16)
    var placeCounts = [Int](repeating: 0, count: 1 << 16)
    func forEachPair(_ piece: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
      for index in piece.indices.dropFirst() {
        body(Int(unsafe piece[index - 1]) << 8 | Int(unsafe piece[index]))
      }
    }
    unsafe counter.forEach { piece, count in
      unsafe forEachPair(piece) { pair in
        counts[pair] += count
        placeCounts[pair] += 1
      }
    }
    var next = [Int](repeating: 0, count: 1 << 16)
    var sum = 0
    for pair in 0..<1 << 16 where placeCounts[pair] > 0 {
      pairs.append((UInt8(pair >> 8), UInt8(pair & 0xFF), counts[pair]))
      next[pair] = sum
      sum += placeCounts[pair]
      starts.append(sum)
    }
    var places = [Int32](repeating: 0, count: sum)
    unsafe tokens.places(of: counter) { place, piece, _ in
      unsafe forEachPair(piece) { pair in
        places[next[pair]] = place
        next[pair] += 1
      }
    }
    self.places = places
  }

  /// Where in ``places`` the pieces with a pair stand; nowhere for a number that is no pair's.
  func range(of pair: Int) -> Range<Int> {
    pair < pairs.count ? starts[pair]..<starts[pair + 1] : 0..<0
  }
}
