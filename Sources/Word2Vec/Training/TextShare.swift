import Embedding
import MessagePassing
import Tokenize
import WordtoolCore

/// The part of a text that one of several ranks trains on: the chunks of its replicas.
///
/// In every cycle that is a stretch of neighbouring chunks; all cycles' stretches lie here one behind
/// another. Ranks that have read other parts send what each needs.
@safe final class TextShare {
  // SAFETY: the memory is as long as all stretches, and is written by `init` alone.

  /// Numbers of the whole text.
  let length: Int
  /// How many of them are line ends.
  let lineEnds: Int

  private let rank: Int
  private let rankCount: Int
  private let memory: AlignedMemory
  private let heldCount: Int

  /// Which chunks of a text are whose.
  private struct Cycles {
    let replication: Replication
    let rankCount: Int
    let length: Int

    var chunkCount: Int { TextChunks.count(ofLength: length) }
    /// Chunks of a whole cycle; ranks have equally many of them.
    var chunksPerCycle: Int { replication.chunksPerCycle }

    /// The chunks of a rank in a cycle.
    func chunks(of rank: Int, cycle number: Int) -> Range<Int> {
      let cycle = replication.cycle(from: number * chunksPerCycle, chunkCount: chunkCount)
      let share = replication.count / rankCount
      let first = replication.part(rank * share, of: cycle)
      let last = replication.part((rank + 1) * share - 1, of: cycle)
      return first.lowerBound..<last.upperBound
    }

    /// Where a rank's stretch of a cycle begins among the numbers that it holds.
    func start(of rank: Int, cycle number: Int) -> Int {
      number * (chunksPerCycle / rankCount) * TextChunks.wordsPerChunk
    }

    /// The numbers of some of the text that a rank needs, by cycles.
    func stretches(of rank: Int, in window: Range<Int>) -> [(cycle: Int, numbers: Range<Int>)] {
      if window.isEmpty { return [] }
      let perCycle = chunksPerCycle * TextChunks.wordsPerChunk
      let cycles = window.lowerBound / perCycle...(window.upperBound - 1) / perCycle
      return cycles.compactMap { cycle -> (cycle: Int, numbers: Range<Int>)? in
        let chunks = chunks(of: rank, cycle: cycle)
        if chunks.isEmpty { return nil }
        let all =
          chunks.lowerBound
          * TextChunks.wordsPerChunk..<min(chunks.upperBound * TextChunks.wordsPerChunk, length)
        let numbers = all.clamped(to: window)
        return numbers.isEmpty ? nil : (cycle, numbers)
      }
    }
  }

  private let cycles: Cycles

  /// Brings the ranks what each of them trains on; all of them call.
  ///
  /// Takes 4 bytes for each number of the share, in a temporary file where the part that was read is in one.
  ///
  /// - Parameters:
  ///   - ids: the part that this rank has read.
  ///   - replication: how many replicas there are; the number of ranks divides theirs.
  /// - Throws: `WordtoolError`: `unavailable` when there is no memory, `cannotCreate` and `inputOutput` when
  ///   the temporary file fails.
  init(
    _ ids: TokenIDs, _ replication: Replication, _ communicator: any Communicator
  ) throws {
    rank = communicator.rank
    rankCount = communicator.rankCount
    length = ids.count
    lineEnds = ids.lineCount
    let cycles = Cycles(
      replication: replication, rankCount: communicator.rankCount, length: ids.count)
    self.cycles = cycles
    heldCount = cycles.stretches(of: communicator.rank, in: 0..<ids.count).reduce(0) {
      $0 + $1.numbers.count
    }
    let byteCount = heldCount * MemoryLayout<Int32>.stride
    memory =
      try ids.folder.map { try AlignedMemory(byteCount: byteCount, folder: $0) }
      ?? AlignedMemory(byteCount: byteCount, purpose: "the text of a rank")
    unsafe ids.withUnsafeBuffer {
      unsafe fill(from: $0, held: ids.held ?? 0..<ids.count, communicator)
    }
  }

  /// Lends the numbers, valid during the call only.
  func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    try unsafe body(UnsafeBufferPointer(memory.buffer(of: Int32.self, count: heldCount)))
  }

  /// Where a chunk of this rank begins among these numbers.
  func start(ofChunk number: Int) -> Int {
    let cycle = number / cycles.chunksPerCycle
    let first = cycles.chunks(of: rank, cycle: cycle).lowerBound
    return cycles.start(of: rank, cycle: cycle) + (number - first) * TextChunks.wordsPerChunk
  }

  /// Sends what this rank has read to those who need it, and takes what it needs.
  private func fill(
    from read: UnsafeBufferPointer<Int32>, held: Range<Int>, _ communicator: any Communicator
  ) {
    let size = MemoryLayout<Int32>.stride
    let firsts = communicator.gather(held.lowerBound)
    let ends = communicator.gather(held.upperBound)
    let perRound = CommunicatorLimits.roundByteCount / size
    let rounds = zip(firsts, ends).map { ($1 - $0 + perRound - 1) / perRound }.max() ?? 0
    let target = unsafe memory.buffer(of: Int32.self, count: heldCount)
    for round in 0..<rounds {
      // What each rank sends in this round.
      let windows = zip(firsts, ends).map { first, end in
        min(first + round * perRound, end)..<min(first + (round + 1) * perRound, end)
      }
      var sent: [Int32] = []
      let sentCounts = (0..<rankCount).map { other in
        let before = sent.count
        for (_, numbers) in cycles.stretches(of: other, in: windows[rank]) {
          let start = numbers.lowerBound - held.lowerBound
          unsafe sent.append(
            contentsOf: UnsafeBufferPointer(rebasing: read[start..<start + numbers.count]))
        }
        return (sent.count - before) * size
      }
      let wanted = windows.map { cycles.stretches(of: rank, in: $0) }
      let counts = wanted.map { $0.reduce(0) { $0 + $1.numbers.count } }
      var received = [Int32](repeating: 0, count: counts.reduce(0, +))
      unsafe sent.withUnsafeBytes { sent in
        unsafe received.withUnsafeMutableBytes {
          unsafe communicator.exchange(
            sent, counts: sentCounts, into: $0, receivedCounts: counts.map { $0 * size })
        }
      }
      var place = 0
      for (cycle, numbers) in wanted.joined() {
        let chunks = cycles.chunks(of: rank, cycle: cycle)
        let start =
          cycles.start(of: rank, cycle: cycle) + numbers.lowerBound
          - chunks.lowerBound * TextChunks.wordsPerChunk
        for offset in 0..<numbers.count { unsafe target[start + offset] = received[place + offset] }
        place += numbers.count
      }
    }
  }
}
