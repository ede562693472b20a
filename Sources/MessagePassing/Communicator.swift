/// Processes that do one piece of work together and speak by messages: ranks, 0 ..< ``rankCount``.
///
/// The calls are MPI's collective ones: all ranks make the same calls in the same order, each from the
/// thread that began to, and a call returns when this rank has what it receives. Who cannot go on ends
/// all ranks, and so does a connection that breaks: nobody waits for a rank that is gone.
///
/// Bytes arrive as they are in memory, so ranks are machines of one byte order.
package protocol Communicator: AnyObject, Sendable {
  /// The number of this process.
  var rank: Int { get }
  /// How many there are, at least 1.
  var rankCount: Int { get }

  /// Brings the bytes of every rank to all ranks (MPI_Allgatherv).
  ///
  /// - Parameters:
  ///   - bytes: this rank's.
  ///   - all: room for those of all ranks, which come one behind another in the order of the ranks.
  ///   - counts: how many each rank has; their sum at most ``CommunicatorLimits/byteCount``.
  func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int])

  /// Sends each rank bytes of its own (MPI_Alltoallv).
  ///
  /// - Parameters:
  ///   - sent: the bytes for rank 0, behind them those for rank 1, and so on.
  ///   - counts: how many each rank is sent; their sum at most ``CommunicatorLimits/byteCount``.
  ///   - received: room for what the ranks send this one, in the order of the ranks.
  ///   - receivedCounts: how many each rank sends.
  func exchange(
    _ sent: UnsafeRawBufferPointer, counts: [Int],
    into received: UnsafeMutableRawBufferPointer, receivedCounts: [Int])

  /// Waits until all ranks are here (MPI_Barrier).
  func barrier()
}

/// What one call may carry.
package enum CommunicatorLimits {
  /// The most bytes: MPI counts in 32 bits. Whoever has more makes several calls.
  package static let byteCount = Int(Int32.max)
  /// The bytes that calls over large memory take at a time: enough that the beginning of a message costs
  /// little beside it, and little beside any model.
  package static let roundByteCount = 16 << 20
}
