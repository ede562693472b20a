import WordtoolCore

/// A co-occurrence as GloVe is trained on it.
package struct Cooccurrence: BitwiseCopyable, Hashable, Sendable {
  package var word: Int32
  /// The word near it.
  package var context: Int32
  /// The logarithm of how often they occur together.
  package var log: Float
  /// What the square of the difference from it counts for, 0 ... 1.
  package var weight: Float
}

/// All co-occurrences of a text in bins, each pair in one that a hash of the pair and the seed says.
///
/// So every bin is a sample of all of them, and what it holds depends on the text, the options and the
/// seed alone. In a bin they are in the order of the pairs. Bins are in memory, or for the most part in
/// a temporary file.
@safe package final class CooccurrenceStore: Sendable {
  /// How many bins there are.
  package let binCount: Int
  /// Co-occurrences of all bins.
  package let count: Int
  /// Those of the largest bin.
  package let largestBin: Int
  /// The mean loss while all values are zero.
  package let guessingLoss: Double
  private let parts: [Part]

  /// What was in memory at some time: bin b holds the records `starts[b] ..< starts[b + 1]` from the
  /// begin of the memory, or from a byte offset of the file on.
  struct Part: Sendable {
    enum Place: Sendable {
      case memory(AlignedMemory)
      case file(TemporaryFile, offset: Int)
    }
    var place: Place
    var starts: [Int32]

    var isFile: Bool {
      if case .file = place { true } else { false }
    }
  }

  init(binCount: Int, parts: [Part], lossSum: Double) {
    self.binCount = binCount
    self.parts = parts
    count = parts.reduce(0) { $0 + Int($1.starts[binCount]) }
    largestBin =
      (0..<binCount).map { bin in
        parts.reduce(0) { $0 + Int($1.starts[bin + 1] - $1.starts[bin]) }
      }.max() ?? 0
    guessingLoss = lossSum / Double(max(1, count))
  }

  /// Whether most of it is in a file.
  package var isFile: Bool { parts.contains { $0.isFile } }

  /// Copies the co-occurrences of a bin.
  ///
  /// - Parameter target: with room for the largest bin.
  /// - Returns: how many there are.
  /// - Throws: `WordtoolError` of kind `inputOutput` when the file fails.
  package func copy(bin: Int, to target: UnsafeMutablePointer<Cooccurrence>) throws -> Int {
    let size = MemoryLayout<Cooccurrence>.stride
    var filled = 0
    for part in parts {
      let records = Int(part.starts[bin])..<Int(part.starts[bin + 1])
      if records.isEmpty { continue }
      let bytes = records.lowerBound * size..<records.upperBound * size
      // SAFETY: parts hold what their starts say; the target has room for the largest bin.
      let room = unsafe UnsafeMutableRawBufferPointer(start: target + filled, count: bytes.count)
      switch part.place {
      case .memory(let memory):
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[bytes]))
      case .file(let file, let offset):
        try unsafe file.read(room, at: offset + bytes.lowerBound)
      }
      filled += records.count
    }
    return filled
  }
}
