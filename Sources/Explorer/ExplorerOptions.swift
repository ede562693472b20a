public import WordtoolCore

/// What a page of words shows, and how their map is made.
public struct ExplorerOptions: TrainingOptions {
  /// How words find their places.
  public enum Placement: String, Codable, Sendable, CaseIterable {
    /// The directions in which the words differ most.
    case pca
    /// Neighbours stay neighbours: t-distributed stochastic neighbour embedding.
    case tsne
    /// Neighbours stay neighbours: uniform manifold approximation and projection.
    case umap
  }

  /// How many of the first words are shown, 2 ... 100,000.
  public var wordCount = 30_000
  /// How words are placed; nil is ``Placement/pca`` for fewer than 30 words, or ``Placement/umap``.
  public var placement: Placement?
  /// How many neighbours count about, 2 ... 10,000; nil is 15 for umap and 30 for t-SNE, less for few
  /// words.
  public var neighborCount: Int?
  /// Steps of t-SNE, epochs of umap; nil is what they have themselves.
  public var iterations: Int?
  /// Axes of the map: 2, or 3 for a second map, in space, beside the plane one.
  public var dimension = 2
  /// How many groups of words are told apart and named, 1 ... 100; nil is about one for a thousand words,
  /// 6 to 30.
  public var groupCount: Int?
  /// Where the random choices of groups and umap start.
  public var seed: UInt64 = 1
  /// What stands above the page; nil is the name of the vectors.
  public var title: String?
  /// Whether the page asks the server that it comes from for words that are not on it: at `api/words` and
  /// `api/nearest`, as `wordtool serve` answers there. Other pages ask nobody for anything.
  public var asksServer = false

  /// What most use.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("wordCount", wordCount, in: 2...100_000)
    try OptionCheck.require("neighborCount", neighborCount ?? 2, in: 2...10_000)
    try OptionCheck.require("iterations", iterations ?? 1, in: 1...1_000_000)
    try OptionCheck.require("dimension", dimension, in: 2...3)
    try OptionCheck.require("groupCount", groupCount ?? 1, in: 1...100)
  }
}
