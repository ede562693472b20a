/// How threads share the columns of all rows, so that the results do not depend on their number.
///
/// Columns are cut into groups; the cut depends on the dimension alone. A share of the work owns whole
/// groups. Sums over all columns are sums of the groups' partial sums in the order of the groups, which is
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

  /// The groups that share `index` of `shareCount` owns. May be empty.
  public func groups(ofShare index: Int, of shareCount: Int) -> Range<Int> {
    count * index / shareCount..<count * (index + 1) / shareCount
  }

  /// The blocks of a range of groups.
  public func blocks(_ groups: Range<Int>) -> Range<Int> {
    bounds[groups.lowerBound]..<bounds[groups.upperBound]
  }
}
