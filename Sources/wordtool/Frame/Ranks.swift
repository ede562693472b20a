import Libc
import MessagePassing
import Synchronization
import WordtoolCore

/// The processes of a run under `mpirun`, of which this is one.
///
/// The first of them speaks, writes and answers; the others work. What all of them find wrong is told by
/// the first, and ends all; what one alone finds is told by that one.
enum Ranks {
  private struct State {
    var communicator: MPICommunicator?
    /// Whether all ranks know that the run is over, and have what they were to have.
    var isOver = false
  }

  private static let state = Mutex<State>(State())
  /// What those who start ranks tell each of them: its number, and how many there are.
  private static let variables: [(rank: String, count: String)] = [
    (rank: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE"),
    (rank: "PMI_RANK", count: "PMI_SIZE"),
    (rank: "PMIX_RANK", count: "SLURM_STEP_NUM_TASKS"),
  ]
  /// How long others wait for the first to tell what is wrong, in seconds.
  private static let patience: UInt32 = 5

  /// The number of this process and how many there are; nil where it was not started as one of several.
  private static let place: (rank: Int, count: Int)? = variables.lazy.compactMap { names in
    guard let rank = Environment.value(names.rank).flatMap({ Int($0) }),
      let count = Environment.value(names.count).flatMap({ Int($0) }), count > 1
    else { return nil }
    return (rank, count)
  }.first

  /// Whether this process was started as one of several.
  static var isOneOfSeveral: Bool { place != nil }

  /// Whether this process speaks and writes.
  static var isFirst: Bool { (place?.rank ?? 0) == 0 }

  /// Joins the others, if there are any: to be called by commands that several processes can run together,
  /// from the thread that goes on.
  ///
  /// - Returns: nil for a process that was started alone.
  /// - Throws: ``WordtoolError`` of kind `unavailable` in a build without MPI, or with another MPI than that
  ///   which started the processes: each of them would be alone.
  static func join() throws -> (any Communicator)? {
    guard let place else { return nil }
    let communicator = try MPICommunicator.begin()
    state.withLock { $0.communicator = communicator }
    guard communicator.rankCount == place.count else {
      throw WordtoolError(
        .unavailable, found: "\(communicator.rankCount, "rank") that MPI knows of",
        expected: "the \(place.count) that were started",
        remedy: "start them with the mpirun of the MPI that this wordtool was built with")
    }
    return communicator
  }

  /// Refuses what several processes cannot do together.
  ///
  /// - Parameters:
  ///   - isMet: whether they can.
  ///   - found: what was asked for.
  ///   - need: what they can do.
  /// - Throws: ``WordtoolError`` of kind `usage`.
  static func require(_ isMet: Bool, found: String, need: String) throws {
    guard let place, !isMet else { return }
    throw WordtoolError(.usage, found: "\(found) on \(place.count, "rank")", expected: need)
  }

  /// Waits until all ranks are here, after the first has kept what is to be kept of a run that all
  /// have stopped.
  static func agreeToEnd() {
    guard let communicator = state.withLock({ $0.communicator }) else { return }
    communicator.barrier()
    state.withLock { $0.isOver = true }
  }

  /// Whether this process says what ended the run: the first at once; another when the first has had
  /// time to, and has not ended it.
  static var speaksOfFailure: Bool {
    if isFirst { return true }
    if state.withLock({ $0.isOver }) { return false }
    sleep(patience)
    return true
  }

  /// Ends the part of this process: together with the others after a run that went well or was stopped,
  /// else by ending all.
  static func end(_ code: Int32) {
    let (communicator, isOver) = state.withLock { ($0.communicator, $0.isOver || code == 0) }
    guard let communicator else { return }
    if isOver { communicator.end() } else { communicator.abort(code) }
  }
}
