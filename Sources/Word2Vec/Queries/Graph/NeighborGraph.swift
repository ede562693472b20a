import WordtoolCore

/// The links of a hierarchical navigable small world (Malkov and Yashunin: Efficient and Robust
/// Approximate Nearest Neighbor Search Using Hierarchical Navigable Small World Graphs, TPAMI 2020).
///
/// Every row has links to near rows on level 0; about one in M is on level 1 as well, one in M² on level
/// 2, and so on.
///
/// Sendable: written by the builder alone, each list by one thread at a time, and then only read.
@safe final class NeighborGraph: @unchecked Sendable {
  /// Rows.
  let count: Int
  /// Links of a row on a level above 0, at most; M. On level 0 twice as many.
  let degree: Int
  /// Where a search begins: a row on the highest level.
  let entry: Int
  /// [count, 2 M], -1 behind the last.
  let base: UnsafeMutablePointer<Int32>
  /// The rows on level 1, rising.
  let upperRows: UnsafeMutablePointer<UInt32>
  let upperCount: Int
  /// [upperCount + 1]: the first list of each, level 1 first.
  let upperStarts: UnsafeMutablePointer<UInt32>
  /// [lists, M], -1 behind the last.
  let upperLinks: UnsafeMutablePointer<Int32>
  private let owner: AnyObject

  init(
    count: Int, degree: Int, entry: Int, base: UnsafeMutablePointer<Int32>,
    upperRows: UnsafeMutablePointer<UInt32>, upperCount: Int,
    upperStarts: UnsafeMutablePointer<UInt32>, upperLinks: UnsafeMutablePointer<Int32>,
    owner: AnyObject
  ) {
    self.count = count
    self.degree = degree
    self.entry = entry
    unsafe self.base = base
    unsafe self.upperRows = upperRows
    self.upperCount = upperCount
    unsafe self.upperStarts = upperStarts
    unsafe self.upperLinks = upperLinks
    self.owner = owner
  }

  /// A graph without links.
  ///
  /// - Parameter levels: of each row.
  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  convenience init(levels: [UInt8], degree: Int) throws {
    let upper = levels.indices.filter { levels[$0] > 0 }
    let lists = upper.reduce(0) { $0 + Int(levels[$1]) }
    let sizes = [levels.count * 2 * degree, upper.count, upper.count + 1, lists * degree]
    let memory = try AlignedMemory(
      count: sizes.reduce(0, +) + 1, of: Int32.self, access: .scattered, purpose: "links of rows")
    let all = unsafe memory.buffer(of: Int32.self, count: sizes.reduce(0, +) + 1)
    unsafe all.update(repeating: -1)
    guard let base = all.baseAddress else { preconditionFailure("memory without an address") }
    func numbers(_ offset: Int, _ count: Int) -> UnsafeMutablePointer<UInt32> {
      unsafe UnsafeMutableRawPointer(base + offset).assumingMemoryBound(to: UInt32.self)
    }
    let rows = unsafe numbers(sizes[0], sizes[1])
    let starts = unsafe numbers(sizes[0] + sizes[1], sizes[2])
    var list = 0
    for (place, row) in upper.enumerated() {
      unsafe rows[place] = UInt32(row)
      unsafe starts[place] = UInt32(list)
      list += Int(levels[row])
    }
    unsafe starts[upper.count] = UInt32(list)
    let highest = levels.max() ?? 0
    unsafe self.init(
      count: levels.count, degree: degree, entry: levels.firstIndex(of: highest) ?? 0, base: base,
      upperRows: rows, upperCount: upper.count, upperStarts: starts,
      upperLinks: base + sizes[0] + sizes[1] + sizes[2], owner: memory)
  }

  /// The most links of a list.
  func width(level: Int) -> Int { level == 0 ? 2 * degree : degree }

  /// The levels above 0 that a row is on.
  func level(of row: Int) -> Int {
    guard let place = place(of: row) else { return 0 }
    return unsafe Int(upperStarts[place + 1] - upperStarts[place])
  }

  private func place(of row: Int) -> Int? {
    var (low, high) = (0, upperCount)
    while low < high {
      let middle = (low + high) / 2
      if unsafe Int(upperRows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    guard low < upperCount, unsafe Int(upperRows[low]) == row else { return nil }
    return low
  }

  /// The links of a row on a level; -1 behind the last of fewer than ``width(level:)``. Nil where the row
  /// is not on that level.
  func links(of row: Int, level: Int) -> UnsafeMutablePointer<Int32>? {
    if level == 0 { return unsafe base + row * 2 * degree }
    guard let place = place(of: row),
      unsafe level <= Int(upperStarts[place + 1] - upperStarts[place])
    else { return nil }
    return unsafe upperLinks + (Int(upperStarts[place]) + level - 1) * degree
  }
}
