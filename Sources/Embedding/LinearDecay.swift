/// A step size that falls in a straight line to 0 or to a floor.
package struct LinearDecay: Sendable {
  /// The step size at the start, > 0.
  package var start: Float
  /// The share of `start` below which it does not fall, 0 ... 1.
  package var floor: Float

  package init(start: Float, floor: Float = 0) {
    self.start = start
    self.floor = floor
  }

  /// The step size when a share of the work, 0 ... 1, is still to be done.
  @inline(__always)
  package func rate(remaining: Float) -> Float { start * max(remaining, floor) }
}
