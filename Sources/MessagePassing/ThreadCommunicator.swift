import WordtoolCore

/// Ranks that are threads of one process: what they say to each other passes through its memory.
///
/// For trainings of several ranks without MPI, in tests above all. Whoever waits for the others sleeps.
@safe package final class ThreadCommunicator: Communicator {
  // SAFETY: what a rank lends is read by others between the two meetings of a call, while it waits.
  package let rank: Int
  package var rankCount: Int { shared.rankCount }
  private let shared: Shared

  /// What a rank lends to the others for one call.
  @safe private struct Message {
    var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// Where the bytes for each rank begin, and behind them where they end; empty where all of
    /// them are for everybody.
    var bounds: [Int] = []
  }

  private final class Shared: @unchecked Sendable {
    // Sendable: what changes is touched with the lock held.
    let rankCount: Int
    let monitor = Monitor()
    var messages: [Message]
    private var arrivedCount = 0
    private var meeting = 0

    init(rankCount: Int) {
      self.rankCount = rankCount
      messages = Array(repeating: Message(), count: rankCount)
    }

    /// Waits until all ranks have come as often.
    func meet() {
      monitor.whileLocked {
        arrivedCount += 1
        if arrivedCount == rankCount {
          arrivedCount = 0
          meeting += 1
          monitor.notify()
          return
        }
        let own = meeting
        while meeting == own { monitor.wait() }
      }
    }
  }

  private init(rank: Int, shared: Shared) {
    self.rank = rank
    self.shared = shared
  }

  /// Runs a body on a thread for each rank, and waits for all.
  ///
  /// - Parameters:
  ///   - rankCount: at least 1.
  ///   - body: the work of one rank. One that fails must not leave others at a meeting.
  /// - Throws: the error of the lowest rank that failed, or `WordtoolError` of kind `unavailable` when the
  ///   system refuses a thread.
  package static func run(
    rankCount: Int, _ body: @escaping @Sendable (ThreadCommunicator) throws -> Void
  ) throws {
    let shared = Shared(rankCount: rankCount)
    try Workers.run(count: rankCount) { rank in
      try body(ThreadCommunicator(rank: rank, shared: shared))
    }
  }

  package func barrier() { shared.meet() }

  package func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]
  ) {
    precondition(counts[rank] == bytes.count && counts.reduce(0, +) <= all.count, "\(counts)")
    unsafe call(Message(bytes: bytes), into: all, counts: counts)
  }

  package func exchange(
    _ sent: UnsafeRawBufferPointer, counts: [Int],
    into received: UnsafeMutableRawBufferPointer, receivedCounts: [Int]
  ) {
    let bounds = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    precondition(
      bounds[rankCount] <= sent.count && receivedCounts.reduce(0, +) <= received.count,
      "\(counts), \(receivedCounts)")
    unsafe call(Message(bytes: sent, bounds: bounds), into: received, counts: receivedCounts)
  }

  private func call(
    _ message: Message, into room: UnsafeMutableRawBufferPointer, counts: [Int]
  ) {
    shared.monitor.whileLocked { shared.messages[rank] = message }
    shared.meet()
    let messages = shared.monitor.whileLocked { shared.messages }
    var place = 0
    for (number, count) in counts.enumerated() {
      let other = messages[number]
      let part =
        unsafe other.bounds.isEmpty
        ? 0..<other.bytes.count : other.bounds[rank]..<other.bounds[rank + 1]
      precondition(part.count == count, "rank \(number) sends \(part.count), not \(count)")
      unsafe UnsafeMutableRawBufferPointer(rebasing: room[place..<place + count]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: other.bytes[part]))
      place += count
    }
    shared.meet()
  }
}
