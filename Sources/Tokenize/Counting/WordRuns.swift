import Libc
import WordtoolCore

/// Tables of words that were counted and put aside to make room: in one temporary file, each table's
/// words in the order of their bytes.
///
/// A run holds three things, one behind the other: the words with their counts; for each of them the
/// number that it had in its table, by which the text is written; and, once all runs are merged
/// (``WordMerge``), the number that it has among the words that are kept. Every table has a number of its
/// own, so that who has numbers of words can say whose they are.
final class WordRuns: Sendable {
  /// One table.
  struct Run: Sendable {
    /// The number of the table.
    var table: Int
    /// How many words it had.
    var count: Int
    /// The bytes of the words with their counts.
    var words: Range<Int>

    /// Where the numbers in the table begin.
    var oldNumbers: Int { words.upperBound }
    /// Where the numbers among the words that are kept begin.
    var newNumbers: Int { oldNumbers + count * MemoryLayout<Int32>.stride }
    /// The end of the run.
    var end: Int { newNumbers + count * MemoryLayout<Int32>.stride }
  }

  private let folder: String
  private let state = Locked(State())

  private struct State {
    var tableCount = 0
    var runs: [Run] = []
    var file: TemporaryFile?
    var fileUsed = 0
  }

  /// A word's length and count before its bytes.
  static let headSize = MemoryLayout<UInt32>.size + MemoryLayout<Int64>.size
  /// Bytes that are written and read at a time.
  static let bufferSize = 1 << 18

  /// - Parameter folder: where the temporary file goes, once there is a run for it.
  init(folder: String) { self.folder = folder }

  /// The number of a table that is begun.
  func beginTable() -> Int {
    state.withLock { state in
      defer { state.tableCount += 1 }
      return state.tableCount
    }
  }

  /// All runs, in the order of their tables.
  var all: [Run] { state.withLock { $0.runs.sorted { $0.table < $1.table } } }
  /// How many tables were begun.
  var tableCount: Int { state.withLock { $0.tableCount } }
  /// Where the runs are; nil while there are none.
  var file: TemporaryFile? { state.withLock { $0.file } }

  /// Writes the words of a table.
  ///
  /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput`.
  func put(_ table: WordTable, number: Int) throws {
    let order = table.orderByBytes()
    let words = order.count * Self.headSize + table.byteCount
    let (file, run) = try state.withLock { state in
      let file = try state.file ?? TemporaryFile(folder: folder)
      state.file = file
      let run = Run(
        table: number, count: order.count, words: state.fileUsed..<state.fileUsed + words)
      state.fileUsed = run.end
      state.runs.append(run)
      return (file, run)
    }
    var buffer: [UInt8] = []
    buffer.reserveCapacity(Self.bufferSize)
    var offset = run.words.lowerBound
    func flush() throws {
      try unsafe buffer.withUnsafeBytes { try unsafe file.write($0, at: offset) }
      offset += buffer.count
      buffer.removeAll(keepingCapacity: true)
    }
    for number in order {
      let bytes = unsafe table.bytes(Int(number))
      var length = UInt32(bytes.count)
      var count = table.tally(Int(number))
      unsafe withUnsafeBytes(of: &length) { unsafe buffer.append(contentsOf: $0) }
      unsafe withUnsafeBytes(of: &count) { unsafe buffer.append(contentsOf: $0) }
      unsafe buffer.append(contentsOf: bytes)
      if buffer.count >= Self.bufferSize { try flush() }
    }
    try flush()
    try unsafe order.withUnsafeBytes { try unsafe file.write($0, at: run.oldNumbers) }
  }

  /// The final numbers of a table's words, by the numbers that they had in the table.
  ///
  /// - Parameters:
  ///   - run: merged.
  ///   - final: by the number among the words that are kept; -2 for what is dropped.
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  func finalNumbers(of run: Run, _ final: [Int32]) throws -> [Int32] {
    var map = [Int32](repeating: -2, count: run.count)
    guard let file else { return map }
    let size = MemoryLayout<Int32>.stride
    let most = Self.bufferSize / size
    var (old, new) = (
      [Int32](repeating: 0, count: min(most, run.count)),
      [Int32](repeating: 0, count: min(most, run.count))
    )
    for start in stride(from: 0, to: run.count, by: most) {
      let count = min(most, run.count - start)
      for (offset, keepsOld) in [(run.oldNumbers, true), (run.newNumbers, false)] {
        func fill(_ numbers: inout [Int32]) throws {
          try unsafe numbers.withUnsafeMutableBytes {
            try unsafe file.read(
              UnsafeMutableRawBufferPointer(rebasing: $0[..<(count * size)]),
              at: offset + start * size)
          }
        }
        if keepsOld { try fill(&old) } else { try fill(&new) }
      }
      for place in 0..<count where new[place] >= 0 { map[Int(old[place])] = final[Int(new[place])] }
    }
    return map
  }
}
