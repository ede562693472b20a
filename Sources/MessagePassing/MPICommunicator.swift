import CMPIShims
import WordtoolCore

/// The ranks that `mpirun` started together, on one machine or on many.
///
/// Needs a build with the package trait `MPI`. A process begins once and ends once; all calls come from
/// the thread that began. Who waits for others sleeps after a moment.
package final class MPICommunicator: Communicator {
  package let rank: Int
  package let rankCount: Int

  /// Whether this program was built with MPI.
  package static var isBuilt: Bool { wt_mpi_is_built() == 1 }

  /// What to do about a build without.
  package static let buildRemedy = "build it with MPI: swift build -c release --traits MPI"

  /// Joins the other ranks. Returns when all of them do.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` in a build without MPI, and when MPI does not start.
  package static func begin() throws -> MPICommunicator {
    guard isBuilt else {
      throw WordtoolError(
        .unavailable, found: "this wordtool was built without MPI",
        expected: "one that was built with it, to work as one of several ranks",
        remedy: buildRemedy)
    }
    var (rank, count): (Int32, Int32) = (0, 0)
    guard unsafe wt_mpi_begin(&rank, &count) == 1 else {
      throw WordtoolError(
        .unavailable, found: "MPI does not start",
        expected: "an MPI that goes together with threads (MPI_THREAD_FUNNELED)")
    }
    return MPICommunicator(rank: Int(rank), rankCount: Int(count))
  }

  private init(rank: Int, rankCount: Int) {
    self.rank = rank
    self.rankCount = rankCount
  }

  /// Takes leave of the other ranks. Returns when all of them do.
  package func end() { wt_mpi_end() }

  /// Ends all ranks, this one as well, with an exit code.
  package func abort(_ code: Int32) { wt_mpi_abort(code) }

  package func barrier() { wt_mpi_barrier() }

  package func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]
  ) {
    let (counts, starts, sum) = Self.layout(counts)
    precondition(sum <= all.count && bytes.count == counts[rank], "\(counts) in \(all.count) bytes")
    unsafe wt_mpi_gather(
      bytes.baseAddress, counts[rank], all.baseAddress, counts, starts)
  }

  package func exchange(
    _ sent: UnsafeRawBufferPointer, counts: [Int],
    into received: UnsafeMutableRawBufferPointer, receivedCounts: [Int]
  ) {
    let (counts, starts, sum) = Self.layout(counts)
    let (receivedCounts, receivedStarts, receivedSum) = Self.layout(receivedCounts)
    precondition(
      sum <= sent.count && receivedSum <= received.count, "\(counts), \(receivedCounts)")
    unsafe wt_mpi_exchange(
      sent.baseAddress, counts, starts, received.baseAddress, receivedCounts, receivedStarts)
  }

  /// The counts as MPI has them, where each rank's bytes begin, and how many there are in all.
  private static func layout(_ counts: [Int]) -> ([Int32], [Int32], Int) {
    var starts: [Int32] = []
    var sum = 0
    for count in counts {
      precondition(sum + count <= CommunicatorLimits.byteCount, "\(counts) bytes in one message")
      starts.append(Int32(sum))
      sum += count
    }
    return (counts.map { Int32($0) }, starts, sum)
  }
}
