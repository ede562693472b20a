public import WordtoolCore

/// A way to place points in few dimensions, with all its numbers.
public enum Placement: Hashable, Sendable {
  /// The directions of the largest variance.
  case principalComponents
  /// Neighbours stay together.
  case tsne(TSNEOptions)
  /// Neighbours stay together, large groups more than with t-SNE.
  case umap(UMAPOptions)

  /// Fewer points have no neighbourhoods worth keeping: principal components suit them.
  public static let fewPoints = 30

  /// Places points.
  ///
  /// - Parameters:
  ///   - points: as many as the way needs.
  ///   - axes: 2 or 3; it takes the place of what the options say. Principal components that the
  ///     points do not have are 0.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called with the share that is done.
  /// - Returns: the places, [points, axes], and the share of the variance that they keep, which only
  ///   principal components know.
  /// - Throws: `WordtoolError`: `usage` for options out of range and too few points, `interrupted` once
  ///   `stop` is raised.
  public func places(
    of points: PointSet, axes: Int, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(),
    progress: (Double) -> Void = { _ in }
  ) throws -> (points: PointSet, explainedShare: Double?) {
    try OptionCheck.require("axes", axes, in: 2...3)
    switch self {
    case .principalComponents:
      let count = min(axes, points.dimension)
      let components = try PrincipalComponents(
        of: points, count: count, threads: threads, stop: stop)
      let found = try components.project(points)
      progress(1)
      let values = (0..<points.count).flatMap { point in
        (0..<axes).map { $0 < count ? found[point, $0] : 0 }
      }
      return (PointSet(checked: values, dimension: axes), components.explainedShare)
    case .tsne(var options):
      options.dimension = axes
      let map = try TSNE(
        of: points, options: options, threads: threads, stop: stop, progress: progress)
      return (map.points, nil)
    case .umap(var options):
      options.dimension = axes
      let map = try UMAP(
        of: points, options: options, threads: threads, stop: stop, progress: progress)
      return (map.points, nil)
    }
  }
}
