/// The correlation of pixels that stand beside each other or below each other, over some images: near
/// 1 for photographs, near 0 after whitening.
public struct NeighborCorrelation: Sendable {
  private var count = 0.0
  private var firsts = 0.0
  private var seconds = 0.0
  private var firstSquares = 0.0
  private var secondSquares = 0.0
  private var products = 0.0

  /// The correlation of no image yet.
  public init() {}

  /// Adds the pairs of neighbours of an image, each channel for itself.
  public mutating func add(_ image: Image) {
    let (width, area) = (image.width, image.shape.planeCount)
    for place in image.values.indices {
      let value = Double(image.values[place])
      if place % width + 1 < width { add(value, Double(image.values[place + 1])) }
      if place % area + width < area { add(value, Double(image.values[place + width])) }
    }
  }

  private mutating func add(_ first: Double, _ second: Double) {
    count += 1
    firsts += first
    seconds += second
    firstSquares += first * first
    secondSquares += second * second
    products += first * second
  }

  /// Pearson's correlation, -1 to 1; 0 where nothing varies.
  public var value: Double {
    guard count > 0 else { return 0 }
    let covariance = products / count - firsts / count * (seconds / count)
    let first = firstSquares / count - firsts / count * (firsts / count)
    let second = secondSquares / count - seconds / count * (seconds / count)
    return first > 0 && second > 0 ? covariance / (first * second).squareRoot() : 0
  }
}
