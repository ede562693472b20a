/// The result of a test of association, as it is shown.
public struct AssociationAnswer: Codable, Hashable, Sendable {
  /// A list of words.
  public struct List: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// How many of its words are known.
    public var known: Int
    /// How many words it has.
    public var words: Int
  }

  /// What the test is called; nil for nothing.
  public var name: String?
  /// X, Y, A and B.
  public var lists: [List]
  /// The effect size; null when it is undefined.
  public var effectSize: Double?
  /// The test statistic.
  public var statistic: Double
  /// The one-sided p-value.
  public var p: Double
  /// How many partitions were looked at.
  public var partitions: Int
  /// Whether those were all.
  public var exact: Bool
  /// Words that are not there.
  public var unknown: [String]

  /// The result of a test.
  public init(_ sets: AssociationSets, _ test: AssociationTest) {
    name = sets.name
    lists = zip(sets.lists, test.knownCounts).map {
      .init(name: $0.name, known: $1, words: $0.words.count)
    }
    effectSize = test.effectSize
    statistic = test.statistic
    p = test.pValue
    partitions = test.partitionCount
    exact = test.isExact
    unknown = test.unknown
  }
}
