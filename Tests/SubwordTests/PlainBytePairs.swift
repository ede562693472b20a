import Subword

/// Byte-pair encoding as it is defined, without regard to time.
struct PlainBytePairs {
  let encoding: BytePairEncoding
  private let ranks: [[Int32]: Int]
  private let byteIDs: [Int32]

  init(_ encoding: BytePairEncoding) {
    self.encoding = encoding
    ranks = Dictionary(
      encoding.merges.enumerated().map { ([$1.left, $1.right], $0) }, uniquingKeysWith: { $1 })
    let special = Set(encoding.specialTokens.map(\.id))
    var byteIDs = [Int32](repeating: -1, count: 256)
    for id in 0..<Int32(encoding.vocabularySize) where !special.contains(id) {
      if let bytes = encoding.bytes(ofToken: id), bytes.count == 1 { byteIDs[Int(bytes[0])] = id }
    }
    self.byteIDs = byteIDs
  }

  /// The tokens of a text without special tokens.
  func encode(_ text: [UInt8]) -> [Int32] { Self.cut(text).flatMap(join) }

  /// The pieces of a text.
  static func cut(_ text: [UInt8]) -> [[UInt8]] {
    text.withUnsafeBufferPointer { bytes in
      var cutter = PreTokenizer(bytes)
      var pieces: [[UInt8]] = []
      while let range = cutter.next() { pieces.append(Array(text[range])) }
      return pieces
    }
  }

  private func join(_ piece: [UInt8]) -> [Int32] {
    var ids = piece.map { byteIDs[Int($0)] }
    while let best = ids.indices.dropLast().compactMap({ place in
      ranks[[ids[place], ids[place + 1]]].map { (rank: $0, place: place) }
    }).min(by: { ($0.rank, $0.place) < ($1.rank, $1.place) }) {
      ids[best.place] = encoding.merges[best.rank].result
      ids.remove(at: best.place + 1)
    }
    return ids
  }

  /// The bytes of the pairs that training joins, in order: each time all pairs are counted anew.
  static func learn(
    _ texts: [[UInt8]], joins: Int, minimumFrequency: Int
  ) -> [[[UInt8]]] {
    // Numbers of tokens: bytes as `ByteLevel` orders them, then joined pairs.
    let order = (0..<256).sorted { ByteLevel.characters[$0] < ByteLevel.characters[$1] }
    var tokens = order.map { [UInt8($0)] }
    var numbers = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) })
    var pieces = texts.flatMap { cut($0) }.map { $0.map { numbers[[$0]] ?? -1 } }
    var learnt: [[[UInt8]]] = []
    while learnt.count < joins {
      var counts: [[Int]: Int] = [:]
      for piece in pieces {
        for place in piece.indices.dropLast() {
          counts[[piece[place], piece[place + 1]], default: 0] += 1
        }
      }
      guard
        let best = counts.filter({ $0.value >= minimumFrequency })
          .max(by: { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) })?.key
      else { break }
      let bytes = tokens[best[0]] + tokens[best[1]]
      learnt.append([tokens[best[0]], tokens[best[1]]])
      let id = numbers[bytes] ?? tokens.count
      if id == tokens.count {
        tokens.append(bytes)
        numbers[bytes] = id
      }
      pieces = pieces.map { piece in
        var joined: [Int] = []
        var at = 0
        while at < piece.count {
          if at + 1 < piece.count, [piece[at], piece[at + 1]] == best {
            joined.append(id)
            at += 2
          } else {
            joined.append(piece[at])
            at += 1
          }
        }
        return joined
      }
    }
    return learnt
  }
}
