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
    let placement = Placement(options, of: points.count)
    let isSolid = options.dimension == 3
    caption = placement.caption
    plane = try placement.places(of: points, axes: 2, threads: threads, stop: stop) {
      progress($0 * (isSolid ? 0.5 : 1))
    }.points
    space =
      try !isSolid
      ? nil
      : placement.places(of: points, axes: 3, threads: threads, stop: stop) {
        progress(0.5 + $0 / 2)
      }.points
    let wanted = options.groupCount ?? max(6, min(30, points.count / 1000))
    let found = try KMeans(
      of: points, count: min(wanted, points.count), seed: options.seed, threads: threads,
      stop: stop)
    groups = found.groups
    groupNames = GroupNames.names(of: rows.map(vectors.word), points, found)
    self.rows = rows
  }
}

extension Placement {
  /// The way that the options of a page choose for so many points.
  fileprivate init(_ options: ExplorerOptions, of count: Int) {
    switch options.placement ?? (count < Self.fewPoints ? .pca : .umap) {
    case .pca: self = .principalComponents
    case .tsne:
      var tsne = TSNEOptions(pointCount: count)
      if let neighbors = options.neighborCount { tsne.perplexity = Double(neighbors) }
      tsne.iterations = options.iterations ?? tsne.iterations
      self = .tsne(tsne)
    case .umap:
      var umap = UMAPOptions(pointCount: count)
      umap.neighborCount = options.neighborCount ?? umap.neighborCount
      umap.epochs = options.iterations
      umap.seed = options.seed
      self = .umap(umap)
    }
  }

  fileprivate var caption: String {
    switch self {
    case .principalComponents: "principal components"
    case .tsne(let options): "t-SNE, perplexity \(Int(options.perplexity))"
    case .umap(let options): "UMAP, \(options.neighborCount) neighbours"
    }
  }
}
