import BLASCore
import Testing
import TestSupport
import WordtoolCore

@Suite struct ThreadTeamTests {
  /// Numbers that pieces write and read.
  private final class Board: @unchecked Sendable {  // a piece writes its own place only
    let places: UnsafeMutablePointer<Int>
    let count: Int

    init(_ count: Int) {
      self.count = count
      places = .allocate(capacity: count)
      places.initialize(repeating: 0, count: count)
    }

    deinit { places.deallocate() }

    var all: UnsafeBufferPointer<Int> { UnsafeBufferPointer(start: places, count: count) }
  }

  /// Teams with these many threads, whatever the machine has, that change their number at every point.
  private static func team(of count: Int, seed: UInt64 = 1) -> ThreadTeam {
    ThreadTeam.$script.withValue(.init(drawnNumbers(1...count, seed: seed))) {
      ThreadTeam(threadCount: count)
    }
  }

  @Test("a team may end before its threads have begun")
  func earlyEnd() {
    for _ in 0..<200 { _ = Self.team(of: 4) }
  }

  @Test("no more threads are started than there are processors, unless it is asked for")
  func limit() {
    #expect(ThreadTeam(threadCount: 1_000_000).threadCount <= min(Workers.defaultCount, 255))
    #expect(ThreadTeam(threadCount: 1).threadCount == 1)
    #expect(Self.team(of: 5).threadCount == 5)
  }

  @Test("every piece is done once", arguments: [0, 1, 2, 3, 50, 65_535, 65_536, 200_000])
  func everyPiece(pieces: Int) {
    for team in [Self.team(of: 3), ThreadTeam(threadCount: 2)] {
      let board = Board(pieces)
      for _ in 0..<20 { team.forEach(pieces: pieces) { board.places[$0] += 1 } }
      #expect(board.all.allSatisfy { $0 == 20 })
    }
  }

  @Test("what is written in one call is seen by all pieces of the next", arguments: [1, 2, 3, 7])
  func visibility(threadCount: Int) {
    let team = Self.team(of: threadCount)
    let board = Board(threadCount)
    let copies = Board(threadCount * threadCount)
    let rounds = 500
    for round in 1...rounds {
      team.forEach(pieces: board.count) { board.places[$0] += round }
      team.forEach(pieces: board.count) { piece in
        for other in 0..<board.count {
          copies.places[piece * board.count + other] = board.places[other]
        }
      }
      #expect(copies.all.allSatisfy { $0 == round * (round + 1) / 2 })
    }
  }

  @Test("threads that slept in between come back")
  func sleepers() {
    // Each thread waits in its piece for the other, so neither can do both.
    let team = ThreadTeam.$script.withValue(.init { 2 }) { ThreadTeam(threadCount: 2) }
    for _ in 0..<50 {
      let meeting = Meeting()
      team.forEach(pieces: 2) { _ in meeting.wait() }
      // Long enough for the helper to fall asleep, most times.
      var sum = 0
      for number in 0..<100_000 { sum ^= number }
      #expect(sum >= 0)
    }
  }

  /// Where two threads meet.
  private final class Meeting: Sendable {
    private let monitor = Monitor()
    private let count = Locked(0)

    func wait() {
      monitor.whileLocked {
        count.withLock { $0 += 1 }
        monitor.notify()
        while count.withLock({ $0 }) < 2 { monitor.wait() }
      }
    }
  }
}
