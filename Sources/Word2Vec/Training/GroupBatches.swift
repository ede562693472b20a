/// Where the batches of a chunk of groups begin.
///
/// A batch has a fixed number of groups, but where its windows are those of the same few words: all
/// changes of a batch are taken at the values before it, and a row that gathers too many of them
/// overshoots.
@safe package final class GroupBatches {
  // SAFETY: taken by `init`, given back by `deinit`; there are no more batches than groups.
  /// When a batch ends.
  package struct Limits: Sendable {
    /// Groups of a batch at most, at least 1.
    package var groups: Int
    /// How often a word may be the centre of a window in one batch, at least 1: the group that goes
    /// beyond is the last.
    package var repeats: Int

    package init(groups: Int, repeats: Int = .max) {
      self.groups = groups
      self.repeats = repeats
    }
  }

  let limits: Limits
  private let centreCounts: CentreCounts
  private let starts: UnsafeMutablePointer<Int>
  /// How many batches there are.
  package private(set) var count = 0

  /// - Parameter groupCapacity: the most groups a chunk has.
  package init(_ limits: Limits, groupCapacity: Int) {
    self.limits = limits
    centreCounts = CentreCounts(most: limits.repeats)
    unsafe starts = .allocate(capacity: groupCapacity + 1)
    unsafe starts[0] = 0
  }

  deinit { unsafe starts.deallocate() }

  /// Another chunk begins.
  package func begin() {
    count = 0
    centreCounts.reset()
  }

  /// Takes the groups up to `groupCount`, whose windows have as centres some places of `words`.
  @inline(__always)
  package func add(
    _ words: UnsafeMutablePointer<Int32>, _ centres: Range<Int>, upTo groupCount: Int
  ) {
    unsafe centreCounts.add(centres, of: words)
    while unsafe groupCount >= starts[count] + limits.groups {
      unsafe end(at: starts[count] + limits.groups)
    }
    if centreCounts.isFull, unsafe groupCount > starts[count] { end(at: groupCount) }
  }

  /// The chunk has so many groups, and no more.
  package func finish(groupCount: Int) {
    if unsafe groupCount > starts[count] { end(at: groupCount) }
  }

  private func end(at groupCount: Int) {
    count += 1
    unsafe starts[count] = groupCount
    centreCounts.reset()
  }

  /// Groups of all batches.
  var groupCount: Int { unsafe starts[count] }

  /// The groups of a batch.
  package subscript(batch: Int) -> Range<Int> { unsafe starts[batch]..<starts[batch + 1] }
}
