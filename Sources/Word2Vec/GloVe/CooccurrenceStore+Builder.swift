import WordtoolCore

extension CooccurrenceStore {
  /// Collects co-occurrences, given in the order of their pairs.
  @safe struct Builder {
    // SAFETY: `filled` never passes `capacity`, for which both memories have room.
    private let binCount: Int
    private let salt: UInt64
    private let capacity: Int
    private let folder: String
    private let arrivedMemory: AlignedMemory
    private let sortedMemory: AlignedMemory
    private var filled = 0
    private var lossSum = 0.0
    private var file: TemporaryFile?
    private var fileUsed = 0
    private var spilled: [(offset: Int, starts: [Int32])] = []

    /// Records that are worth the trouble of writing them.
    private static let smallestCapacity = 1 << 10

    /// - Parameters:
    ///   - binCount: at least 1.
    ///   - seed: decides which pairs share a bin.
    ///   - byteLimit: memory for records; more of them go to a temporary file.
    ///   - folder: where that goes.
    /// - Throws: ``WordtoolError`` of kind `unavailable` without memory.
    init(binCount: Int, seed: UInt64, byteLimit: Int, folder: String) throws {
      self.binCount = binCount
      self.folder = folder
      salt = SplitMix.mix(seed &+ SplitMix.increment)
      let wanted = byteLimit / 2 / MemoryLayout<Cooccurrence>.stride
      capacity = min(Int(Int32.max), max(Self.smallestCapacity, wanted))
      arrivedMemory = try AlignedMemory(
        count: capacity, of: Cooccurrence.self, purpose: "co-occurrences")
      sortedMemory = try AlignedMemory(
        count: capacity, of: Cooccurrence.self, purpose: "co-occurrences")
    }

    /// Adds co-occurrences.
    ///
    /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput` of the temporary file.
    mutating func append(_ records: [Cooccurrence]) throws {
      let arrived = unsafe arrivedMemory.buffer(of: Cooccurrence.self, count: capacity)
      for record in records {
        if filled == capacity { try spill() }
        unsafe arrived[filled] = record
        filled += 1
        let log = Double(record.log)
        lossSum += 0.5 * Double(record.weight) * log * log
      }
    }

    /// The finished store.
    func finish() -> CooccurrenceStore {
      var parts: [Part] = []
      if let file {
        parts = spilled.map { Part(place: .file(file, offset: $0.offset), starts: $0.starts) }
      }
      parts.append(Part(place: .memory(sortedMemory), starts: sortByBin()))
      return CooccurrenceStore(binCount: binCount, parts: parts, lossSum: lossSum)
    }

    private mutating func spill() throws {
      let starts = sortByBin()
      let bytes = filled * MemoryLayout<Cooccurrence>.stride
      let file = try self.file ?? TemporaryFile(folder: folder)
      self.file = file
      try unsafe file.write(
        UnsafeRawBufferPointer(rebasing: sortedMemory.bytes[..<bytes]), at: fileUsed)
      spilled.append((fileUsed, starts))
      fileUsed += bytes
      filled = 0
    }

    /// Copies what has arrived to the other memory, bin after bin, in the order of its arrival.
    ///
    /// - Returns: where each bin begins, and the end.
    private func sortByBin() -> [Int32] {
      let arrived = unsafe arrivedMemory.buffer(of: Cooccurrence.self, count: capacity)
      let sorted = unsafe sortedMemory.buffer(of: Cooccurrence.self, count: capacity)
      var starts = [Int32](repeating: 0, count: binCount + 1)
      for index in 0..<filled { unsafe starts[bin(of: arrived[index]) + 1] += 1 }
      for bin in 0..<binCount { starts[bin + 1] += starts[bin] }
      var places = starts
      for index in 0..<filled {
        let record = unsafe arrived[index]
        let bin = bin(of: record)
        unsafe sorted[Int(places[bin])] = record
        places[bin] += 1
      }
      return starts
    }

    @inline(__always)
    private func bin(of record: Cooccurrence) -> Int {
      let hash = SplitMix.mix(PairSum.key(record.word, record.context) ^ salt)
      return Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(binCount)).high)
    }
  }
}
