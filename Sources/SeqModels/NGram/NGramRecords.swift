import WordtoolCore

/// Memory for the records of one level, while it is filled.
@safe struct NGramRecords {
  // SAFETY: the memory has the size of so many records; places are below `count`.

  let memory: AlignedMemory
  private let count: Int
  private let isContinued: Bool

  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  init(count: Int, isContinued: Bool) throws {
    self.count = count
    self.isContinued = isContinued
    memory = try AlignedMemory(
      byteCount: NGramLevel.byteCount(count: count, isContinued: isContinued), access: .scattered,
      purpose: "n-grams")
  }

  /// The level that the records are.
  var level: NGramLevel {
    unsafe NGramLevel(
      records: UnsafeRawBufferPointer(memory.bytes), count: count, isContinued: isContinued)
  }

  /// Writes all records.
  ///
  /// - Parameters:
  ///   - sorted: the n-grams.
  ///   - order: of each record the n-gram it is.
  ///   - words: the last tokens of the n-grams one longer, where these are continued.
  /// - Returns: of each record of the next level the n-gram it will be.
  func fill(from sorted: SortedNGrams, _ order: [Int32], _ words: [Int32]?) -> [Int32] {
    let stride = NGramLevel.stride(isContinued: isContinued)
    var next: [Int32] = []
    next.reserveCapacity(words?.count ?? 0)
    var neighbours: [UInt64] = []
    for (place, index) in order.enumerated() {
      let index = Int(index)
      let record = unsafe UnsafeMutableRawBufferPointer(
        rebasing: memory.bytes[place * stride..<(place + 1) * stride])
      unsafe record.storeBytes(of: NGramLevel.key(of: sorted.words[index]), as: UInt32.self)
      unsafe record.storeBytes(
        of: sorted.logProbabilities[index], toByteOffset: 4, as: Float.self)
      guard let words else { continue }
      unsafe record.storeBytes(of: sorted.backoffs[index], toByteOffset: 8, as: Float.self)
      unsafe record.storeBytes(of: UInt32(next.count), toByteOffset: 12, as: UInt32.self)
      let children = sorted.firstChild[index]..<sorted.firstChild[index + 1]
      guard children.count > 1 else {
        next.append(contentsOf: children)
        continue
      }
      neighbours.removeAll(keepingCapacity: true)
      for child in children {
        neighbours.append(UInt64(NGramLevel.key(of: words[Int(child)])) << 32 | UInt64(child))
      }
      neighbours.sort()
      for neighbour in neighbours { next.append(Int32(truncatingIfNeeded: neighbour)) }
    }
    if isContinued {
      unsafe memory.bytes.storeBytes(
        of: UInt32(next.count), toByteOffset: count * stride + 12, as: UInt32.self)
    }
    return next
  }
}
