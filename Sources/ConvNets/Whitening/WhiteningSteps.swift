import BLASCore
import WordtoolCore

/// Whitening (ZCA) of pairs of numbers, step by step: centre, rotate, scale, rotate back.
///
/// With the mean m and the covariance C = U diag(λ) U^T of the pairs, a pair x becomes x - m, then
/// U^T (x - m), then diag(1 / sqrt(λ + ε)) U^T (x - m), and last U diag(1 / sqrt(λ + ε)) U^T (x - m). It is
/// what ``ZCAWhitening`` does with all pixels of an image, in two dimensions, which can be drawn.
public struct WhiteningSteps: Sendable {
  /// A pair of numbers.
  public typealias Pair = (x: Double, y: Double)

  /// What is done, in this order.
  public enum Step: String, CaseIterable, Sendable {
    /// The mean is taken away.
    case centre
    /// The axes become the directions in which the pairs differ most and least.
    case rotate
    /// Along each axis the pairs are divided by their standard deviation.
    case scale
    /// The axes become what they were.
    case rotateBack = "rotate back"
  }

  /// The pairs as they came.
  public let pairs: [Pair]
  /// Their mean.
  public let mean: Pair
  /// Their covariance, over the number of pairs.
  public let covariance: (xx: Double, xy: Double, yy: Double)
  /// The direction of the largest variance, of length 1; the other is a quarter turn further.
  public let axis: Pair
  /// The variances along both.
  public let variances: (first: Double, second: Double)
  /// What was added to the variances.
  public let epsilon: Double

  /// Whitens pairs.
  ///
  /// - Throws: `WordtoolError`: `usage` for an `epsilon` below 0; `badData` for fewer than two pairs, and
  ///   for pairs on one line without `epsilon`, whose least variance is 0.
  public init(of pairs: [Pair], epsilon: Double = 0) throws {
    try OptionCheck.require("epsilon", epsilon, .notNegative)
    guard pairs.count >= 2 else {
      throw WordtoolError(
        .badData, found: "\(pairs.count, "pair") of values to whiten", expected: "two or more")
    }
    let count = Double(pairs.count)
    let mean = (
      x: pairs.reduce(0) { $0 + $1.x } / count, y: pairs.reduce(0) { $0 + $1.y } / count
    )
    let covariance = Self.covariance(of: pairs.map { ($0.x - mean.x, $0.y - mean.y) })
    let (a, b, c) = covariance
    let middle = (a + c) / 2
    let half = ((a - c) / 2 * ((a - c) / 2) + b * b).squareRoot()
    variances = (middle + half, max(0, middle - half))
    // Of the two forms of the first direction that which is not a difference of near numbers.
    var axis: Pair = a >= c ? (half + (a - c) / 2, b) : (b, half + (c - a) / 2)
    let length = (axis.x * axis.x + axis.y * axis.y).squareRoot()
    axis = length > 0 ? (axis.x / length, axis.y / length) : (1, 0)
    self.axis = axis.x < 0 ? (-axis.x, -axis.y) : axis
    self.pairs = pairs
    self.mean = mean
    self.covariance = covariance
    self.epsilon = epsilon
    guard variances.second + epsilon > variances.first * 1e-12, variances.first > 0 else {
      throw WordtoolError(
        .badData, found: "pairs of values on one line", expected: "two that vary apart",
        remedy: "raise `epsilon`")
    }
  }

  /// What both axes are divided by: the standard deviations.
  public var divisors: (first: Double, second: Double) {
    ((variances.first + epsilon).squareRoot(), (variances.second + epsilon).squareRoot())
  }

  /// All steps after the centring as one matrix, which has the same numbers above and below its diagonal.
  public var transform: (xx: Double, xy: Double, yy: Double) {
    let (first, second) = (1 / divisors.first, 1 / divisors.second)
    return (
      axis.x * axis.x * first + axis.y * axis.y * second, axis.x * axis.y * (first - second),
      axis.y * axis.y * first + axis.x * axis.x * second
    )
  }

  /// The pairs after a step and those before it.
  public func pairs(after step: Step) -> [Pair] {
    pairs.map { pair in
      let centred = (x: pair.x - mean.x, y: pair.y - mean.y)
      if step == .centre { return centred }
      let turned = (
        x: axis.x * centred.x + axis.y * centred.y, y: axis.x * centred.y - axis.y * centred.x
      )
      if step == .rotate { return turned }
      let scaled = (x: turned.x / divisors.first, y: turned.y / divisors.second)
      if step == .scale { return scaled }
      return (
        x: axis.x * scaled.x - axis.y * scaled.y, y: axis.y * scaled.x + axis.x * scaled.y
      )
    }
  }

  /// The covariance of pairs whose mean is 0.
  public static func covariance(of pairs: [Pair]) -> (xx: Double, xy: Double, yy: Double) {
    let count = Double(max(1, pairs.count))
    return (
      pairs.reduce(0) { $0 + $1.x * $1.x } / count, pairs.reduce(0) { $0 + $1.x * $1.y } / count,
      pairs.reduce(0) { $0 + $1.y * $1.y } / count
    )
  }

  /// The values of pixels and of their neighbours on the right, at random places of images in turn; of
  /// colours the grey.
  ///
  /// - Parameters:
  ///   - images: at least one.
  ///   - count: how many pairs.
  ///   - seed: decides the places.
  /// - Throws: `WordtoolError` of kind `badData` for an image of one column.
  public static func neighbours(
    in images: [Image], count: Int, seed: UInt64
  ) throws -> [Pair] {
    let planes = images.map { $0.channels == 3 ? $0.grayscale() : $0.plane(0) }
    return try (0..<count).map { number in
      let image = planes[number % planes.count]
      guard image.width > 1 else {
        throw WordtoolError(
          .badData, found: "an image of \(image.shape)", expected: "two columns or more")
      }
      var random = RandomSource(seed: seed, UInt64(number))
      let row = random.nextIndex(below: image.height)
      let column = random.nextIndex(below: image.width - 1)
      return (Double(image[row, column, 0]), Double(image[row, column + 1, 0]))
    }
  }
}
