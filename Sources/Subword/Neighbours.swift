/// The tokens that stand on one side of the pair that is being joined: by token, how often the pair with
/// what there was before is gone, how often the pair with the result has come, and in which pieces.
///
/// One join meets a neighbour many times, and the table of pairs is asked once for each.
struct Neighbours {
  /// What is known of one neighbour.
  struct Change {
    /// How often the two stand beside each other.
    var count: Int64 = 0
    /// The first and the last node of the pieces; -1 for none.
    var first: Int32 = -1
    var last: Int32 = -1
  }

  private var changes: [Change] = []
  /// The neighbours that were met.
  private(set) var met: [Int32] = []

  /// Makes room for tokens below a number.
  mutating func reserve(_ tokenCount: Int) {
    while changes.count < tokenCount { changes.append(Change()) }
  }

  /// Notes a neighbour in a piece.
  @inline(__always)
  mutating func add(_ token: Int32, _ times: Int64, in piece: Int32, _ places: inout PiecePlaces) {
    let index = Int(token)
    if changes[index].last < 0 { met.append(token) }
    changes[index].count += times
    places.append(piece, to: &changes[index])
  }

  /// Takes out what is known of a neighbour.
  mutating func take(_ token: Int32) -> Change {
    defer { changes[Int(token)] = Change() }
    return changes[Int(token)]
  }

  /// Forgets who was met.
  mutating func removeAll() { met.removeAll(keepingCapacity: true) }
}

/// The pieces that hold pairs, as lists through one array.
struct PiecePlaces {
  private var nodes: [(piece: Int32, next: Int32)] = []

  /// Appends a piece to a list, unless it is its last.
  @inline(__always)
  mutating func append(_ piece: Int32, to list: inout Neighbours.Change) {
    if list.last >= 0 {
      if nodes[Int(list.last)].piece == piece { return }
      nodes[Int(list.last)].next = Int32(nodes.count)
    } else {
      list.first = Int32(nodes.count)
    }
    list.last = Int32(nodes.count)
    nodes.append((piece, -1))
  }

  /// Lets a list go on with another.
  mutating func join(_ last: Int32, to first: Int32) { nodes[Int(last)].next = first }

  /// A node's piece, and the next node, -1 at the end.
  @inline(__always)
  subscript(node: Int32) -> (piece: Int32, next: Int32) { nodes[Int(node)] }
}
