/// The different tokens among the rows of a piece of text.
package struct DistinctTokens {
  /// The tokens, in the order in which they first come up.
  package private(set) var ids: [Int32] = []
  private var places: [Int32] = []

  /// None yet.
  package init() {}

  /// Where in ``ids`` the token of each row stands; nil when most rows have a token of their own.
  package mutating func rows(of tokens: [Int32]) -> [Int32]? {
    for id in ids { places[Int(id)] = -1 }
    ids.removeAll(keepingCapacity: true)
    let most = Int(tokens.max() ?? -1)
    if places.count <= most {
      places += Array(repeating: -1, count: most + 1 - places.count)
    }
    let rows = tokens.map { token -> Int32 in
      if places[Int(token)] < 0 {
        places[Int(token)] = Int32(ids.count)
        ids.append(token)
      }
      return places[Int(token)]
    }
    return ids.count * 4 <= tokens.count * 3 ? rows : nil
  }
}
