import WordtoolCore

/// Counts the pairs of a text that occur often enough, in bounded memory.
///
/// Nearly all distinct pairs of a text are rare. So pairs are first counted by their hash in an array
/// of bytes that many share (Park, Chen and Yu: An Effective Hash-Based Algorithm for Mining Association
/// Rules, SIGMOD 1995): a count there is at least that of each of its pairs, and only pairs whose byte
/// reaches the least count are counted by themselves. Where these are too many for the memory, they
/// are counted in parts, by their hash. The counts are exact and the same for any memory and threads.
struct PhraseCounter: Sendable {
  let text: PhraseText
  /// The least count that is asked for.
  let least: Int
  let threads: Int
  /// Bytes for all threads together.
  let memoryLimit: Int
  let stop: StopFlag

  /// Calls `body` with each pair that occurs at least `least` times and its count, in no order.
  ///
  /// - Throws: ``WordtoolError``: `interrupted`, `unavailable` without memory or threads.
  func forEachPair(_ body: (PhraseKey, Int) -> Void) throws {
    let bits = sizeBits
    let shared = least > 1 ? try sharedCounts(bits: bits) : nil
    let most = max(1 << 10, memoryLimit / threads / 2 / PhraseTable.byteCount(forCount: 1))
    var partBits = 0
    var part = 0
    while part < 1 << partBits {
      let tables = try count(part: part, partBits, shared, bits: bits, most: most)
      guard let tables else {
        // Two parts take the place of this one, and of each that is left.
        partBits += 1
        part *= 2
        continue
      }
      var all = tables[0]
      for table in tables.dropFirst() {
        for entry in table.entries where entry.ends != .max { all.add(entry.key, entry.value) }
      }
      for entry in all.entries where entry.value >= least { body(entry.key, Int(entry.value)) }
      part += 1
    }
  }

  /// The share of a thread in the text.
  private func range(_ worker: Int) -> Range<Int> {
    let count = unsafe text.ids.count
    let end = worker == threads - 1 ? count : count / threads * (worker + 1)
    return count / threads * worker..<end
  }

  /// The logarithm of how many bytes there are: two for each number of the text, within the memory.
  private var sizeBits: Int {
    var bits = 12
    while unsafe 1 << bits < 2 * text.ids.count && 1 << (bits + 1) <= memoryLimit / 2 / threads
      && bits < 28
    { bits += 1 }
    return bits
  }

  /// How often pairs of each hash occur, 255 for more.
  private func sharedCounts(bits: Int) throws -> AlignedMemory {
    let all = try (0..<threads).map { _ in
      try AlignedMemory(byteCount: 1 << bits, access: .scattered)
    }
    let shift = UInt64(64 - bits)
    try Workers.run(count: threads) { worker in
      let counts = unsafe all[worker].buffer(of: UInt8.self, count: 1 << bits)
      guard let base = counts.baseAddress else { return }
      self.inStretches(self.range(worker)) { stretch in
        text.forEachPair(endingIn: stretch) { key in
          let place = unsafe base + Int(truncatingIfNeeded: key.hash >> shift)
          let count = unsafe place.pointee
          unsafe place.pointee = count &+ (count == .max ? 0 : 1)
        }
      }
    }
    let total = all[0]
    let sum = unsafe total.buffer(of: UInt8.self, count: 1 << bits)
    for other in all.dropFirst() {
      let more = unsafe other.buffer(of: UInt8.self, count: 1 << bits)
      for place in sum.indices {
        let (value, overflow) = unsafe sum[place].addingReportingOverflow(more[place])
        unsafe sum[place] = overflow ? .max : value
      }
    }
    try checkStop()
    return total
  }

  /// Counts the pairs of a part that may occur often enough; nil when they are more than `most`.
  private func count(
    part: Int, _ partBits: Int, _ shared: AlignedMemory?, bits: Int, most: Int
  ) throws -> [PhraseTable]? {
    let enough = UInt8(min(least, 255))
    let shift = UInt64(64 - bits)
    // The 20 lowest bits choose the part; those above them the byte and the place in the table.
    @Sendable
    func isOther(_ hash: UInt64) -> Bool { (hash << 44) >> UInt64(64 - partBits) != UInt64(part) }
    let results = Locked([PhraseTable](repeating: PhraseTable(), count: threads))
    let isTooLarge = Locked(false)
    try Workers.run(count: threads) { worker in
      var table = PhraseTable()
      let counts = unsafe shared?.buffer(of: UInt8.self, count: 1 << bits).baseAddress
      self.inStretches(self.range(worker)) { stretch in
        if isTooLarge.withLock({ $0 }) { return }
        text.forEachPair(endingIn: stretch) { key in
          let hash = key.hash
          if isOther(hash) { return }
          if let counts = unsafe counts,
            unsafe counts[Int(truncatingIfNeeded: hash >> shift)] < enough
          {
            return
          }
          table.add(key, 1)
        }
        if table.count > most && partBits < 20 { isTooLarge.withLock { $0 = true } }
      }
      results.withLock { [table] in $0[worker] = table }
    }
    try checkStop()
    return isTooLarge.withLock { $0 } ? nil : results.withLock { $0 }
  }

  /// Calls `body` with parts of a range, until a stop is asked for.
  private func inStretches(_ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound && !stop.isRaised {
      let end = min(start + 1 << 16, range.upperBound)
      body(start..<end)
      start = end
    }
  }

  private func checkStop() throws {
    if stop.isRaised {
      throw WordtoolError(.interrupted, found: "stopped while counting phrases")
    }
  }
}

extension PhraseTable.Entry {
  var key: PhraseKey {
    var key = PhraseKey(0, 0, between: between)
    key.ends = ends
    return key
  }
}
