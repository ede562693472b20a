import Projection
import Word2Vec
import WordtoolCore

/// Words of some vectors with their places and groups: what a page draws.
struct ExplorerMap {
  /// The rows that are shown, those without a direction left out.
  let rows: [Int]
  /// [rows, 2]: places in the plane.
  let plane: PointSet
  /// [rows, 3]: places in space, where they were asked for.
  let space: PointSet?
  /// The group of each row, 0 for the largest.
  let groups: [Int]
  /// What the groups are called.
  let groupNames: [String]
  /// How places were found, for readers.
  let caption: String

  /// Fewer words are placed by principal components: there are no neighbourhoods to keep.
  static let fewWords = 30

  /// Finds places and groups.
  init(
    _ vectors: WordVectors, _ options: ExplorerOptions, threads: Int, stop: StopFlag,
    progress: (Double) -> Void
  ) throws {
    var rows: [Int] = []
    var values: [Double] = []
    for row in 0..<min(vectors.count, options.wordCount) {
      let query = try vectors.query(values: vectors.vector(at: row))
      guard query.hasDirection else { continue }
      rows.append(row)
      values += query.values.map(Double.init)
    }
    guard rows.count >= 2 else {
      throw WordtoolError(
        .unavailable, found: "\(rows.count, "word") to show", expected: "two or more")
    }
    let points = PointSet(checked: values, dimension: vectors.dimension)
    let placement = try Placement(options, of: points.count)
    let isSolid = options.dimension == 3
    caption = placement.caption
    plane = try placement.place(points, axes: 2, threads: threads, stop: stop) {
      progress($0 * (isSolid ? 0.5 : 1))
    }
    space =
      try !isSolid
      ? nil
      : placement.place(points, axes: 3, threads: threads, stop: stop) { progress(0.5 + $0 / 2) }
    let wanted = options.groupCount ?? max(6, min(30, points.count / 1000))
    let found = try KMeans(
      of: points, count: min(wanted, points.count), seed: options.seed, threads: threads,
      stop: stop)
    groups = found.groups
    groupNames = GroupNames.names(of: rows.map(vectors.word), points, found)
    self.rows = rows
  }
}

extension ExplorerMap {
  /// A way to place points, with all its numbers.
  private enum Placement {
    case components
    case tsne(TSNEOptions)
    case umap(UMAPOptions)

    init(_ options: ExplorerOptions, of count: Int) throws {
      switch options.placement ?? (count < fewWords ? .pca : .umap) {
      case .pca: self = .components
      case .tsne:
        var tsne = TSNEOptions()
        tsne.perplexity =
          options.neighborCount.map(Double.init) ?? max(1, min(30, Double(count - 1) / 6))
        tsne.iterations = options.iterations ?? tsne.iterations
        self = .tsne(tsne)
      case .umap:
        var umap = UMAPOptions()
        umap.neighborCount = options.neighborCount ?? max(2, min(15, count / 2))
        umap.epochs = options.iterations
        umap.seed = options.seed
        self = .umap(umap)
      }
    }

    var caption: String {
      switch self {
      case .components: "principal components"
      case .tsne(let options): "t-SNE, perplexity \(Int(options.perplexity))"
      case .umap(let options): "UMAP, \(options.neighborCount) neighbours"
      }
    }

    /// [points, axes]; axes that the points do not have are 0.
    func place(
      _ points: PointSet, axes: Int, threads: Int, stop: StopFlag, progress: (Double) -> Void
    ) throws -> PointSet {
      switch self {
      case .components:
        let count = min(axes, points.dimension)
        let found = try PrincipalComponents(
          of: points, count: count, threads: threads, stop: stop
        ).project(points)
        progress(1)
        let values = (0..<points.count).flatMap { point in
          (0..<axes).map { $0 < count ? found[point, $0] : 0 }
        }
        return PointSet(checked: values, dimension: axes)
      case .tsne(var options):
        options.dimension = axes
        return try TSNE(
          of: points, options: options, threads: threads, stop: stop, progress: progress
        ).points
      case .umap(var options):
        options.dimension = axes
        return try UMAP(
          of: points, options: options, threads: threads, stop: stop, progress: progress
        ).points
      }
    }
  }
}
