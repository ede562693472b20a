import WordtoolCore

/// Points of one space, a row each.
public struct PointSet: Hashable, Sendable {
  /// Numbers of a point, at least 1.
  public let dimension: Int
  /// [count, dimension], row-major.
  public package(set) var values: [Double]

  /// How many points there are.
  public var count: Int { values.count / dimension }

  /// Takes points.
  ///
  /// - Parameters:
  ///   - values: [count, dimension], row-major.
  ///   - dimension: numbers of a point, at least 1.
  /// - Throws: `WordtoolError`: `usage` for another number of values, `badData` for one that is not
  ///   finite.
  public init(_ values: [Double], dimension: Int) throws {
    try OptionCheck.require(
      dimension >= 1 && values.count.isMultiple(of: max(1, dimension)),
      found: "\(values.count, "value") for points of \(dimension)", expected: "whole points")
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw WordtoolError(
        .badData,
        found: "value \(bad % dimension + 1) of point \(bad / dimension + 1) is not finite",
        expected: "numbers")
    }
    self.dimension = dimension
    self.values = values
  }

  /// Points whose values are known to be in order.
  package init(checked values: [Double], dimension: Int) {
    self.dimension = dimension
    self.values = values
  }

  /// One number of a point.
  ///
  /// - Precondition: both are there.
  public subscript(point: Int, axis: Int) -> Double {
    precondition(axis >= 0 && axis < dimension, "axis \(axis) of \(dimension)")
    return values[point * dimension + axis]
  }

  /// A point.
  ///
  /// - Precondition: it is there.
  public subscript(point: Int) -> ArraySlice<Double> {
    values[point * dimension..<(point + 1) * dimension]
  }
}

/// Work on points in pieces of so many, whatever the number of threads.
enum Pieces {
  static let size = 64

  /// How many pieces some points are.
  static func count(of points: Int) -> Int { (points + size - 1) / size }

  /// The points of a piece.
  static func range(_ piece: Int, of points: Int) -> Range<Int> {
    piece * size..<min(points, (piece + 1) * size)
  }
}

extension StopFlag {
  /// - Throws: `WordtoolError` of kind `interrupted` once it is raised.
  func check(_ work: String) throws {
    if isRaised { throw WordtoolError(.interrupted, found: "\(work) was stopped before its end") }
  }
}
