import CKernels
import Libc
import Synchronization

/// How threads share the columns of all rows, so that the results do not depend on their number.
///
/// Columns are cut into groups; the cut depends on the dimension alone. A thread owns whole groups.
/// Sums over all columns are sums of the groups' partial sums in the order of the groups, which is
/// the same for one thread and for many.
public struct ColumnGroups: Hashable, Sendable {
  /// Group g covers the blocks `bounds[g] ..< bounds[g + 1]`.
  public let bounds: [Int]

  /// The number of groups: also the largest number of threads that can work at the same time.
  public var count: Int { bounds.count - 1 }

  /// Below this number of blocks a group's partial sums cost more than its products.
  private static let smallestGroup = 3
  private static let largestCount = 16

  /// Cuts `blockCount` blocks of 16 columns.
  public init(blockCount: Int) {
    precondition(blockCount > 0, "no columns")
    let count = min(max(blockCount / Self.smallestGroup, 1), Self.largestCount)
    bounds = (0...count).map { blockCount * $0 / count }
  }

  /// The groups that thread `index` of `threadCount` owns. May be empty.
  public func groups(ofThread index: Int, threadCount: Int) -> Range<Int> {
    count * index / threadCount..<count * (index + 1) / threadCount
  }

  /// The blocks of a range of groups.
  public func blocks(_ groups: Range<Int>) -> Range<Int> {
    bounds[groups.lowerBound]..<bounds[groups.upperBound]
  }
}

/// The place where a fixed number of threads wait for each other.
///
/// What a thread wrote before it came is visible to all others after they leave. Waiting spins for
/// some microseconds, then gives the processor away: a pure spin collapses when another process
/// holds a processor.
public final class Lockstep: Sendable {
  /// The number of threads that meet.
  public let threadCount: Int
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private static let spinCount = 2_000

  /// A meeting place for `threadCount` threads.
  public init(threadCount: Int) {
    precondition(threadCount >= 1, "\(threadCount) threads cannot meet")
    self.threadCount = threadCount
  }

  /// Returns when all threads have called it.
  public func wait() {
    if threadCount == 1 { return }
    let current = generation.load(ordering: .acquiring)
    if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == threadCount {
      arrived.store(0, ordering: .relaxed)
      generation.store(current &+ 1, ordering: .releasing)
      return
    }
    var spins = 0
    while generation.load(ordering: .acquiring) == current {
      spins += 1
      if spins < Self.spinCount { wt_spin_hint() } else { sched_yield() }
    }
  }
}
