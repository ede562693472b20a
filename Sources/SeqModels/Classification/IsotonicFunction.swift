/// A function that never falls, in straight lines between points; before the first and behind the last it
/// stays as it is there.
struct IsotonicFunction: Hashable, Sendable {
  /// From left to right; neither falls.
  let points: [SIMD2<Float>]

  /// A function through points, or nil where one is not between 0 and 1, falls, or there is none.
  init?(points: [SIMD2<Float>]) {
    let range: ClosedRange<Float> = 0...1
    guard !points.isEmpty, points.allSatisfy({ range.contains($0.x) && range.contains($0.y) }),
      zip(points, points.dropFirst()).allSatisfy({ $0.x <= $1.x && $0.y <= $1.y })
    else { return nil }
    self.points = points
  }

  /// The best fit by least squares, by the pool adjacent violators algorithm.
  ///
  /// Of n samples no value is nearer to 0 or 1 than 1 / (n + 2), Laplace's share of what was not among
  /// them.
  ///
  /// Barlow, Bartholomew, Bremner and Brunk: Statistical Inference under Order Restrictions, 1972.
  ///
  /// - Parameter samples: at least one.
  init(_ samples: [(x: Float, y: Double)]) {
    /// Samples that have one value.
    struct Block {
      var (first, last): (Float, Float)
      var (sum, count): (Double, Double)
      var mean: Double { sum / count }
    }
    var blocks: [Block] = []
    let order = samples.indices.sorted { (samples[$0].x, $0) < (samples[$1].x, $1) }
    for place in order {
      let (x, y) = samples[place]
      if let last = blocks.last, last.first == x {
        // Equal ones have one value whatever theirs is.
        blocks[blocks.count - 1].sum += y
        blocks[blocks.count - 1].count += 1
      } else {
        blocks.append(Block(first: x, last: x, sum: y, count: 1))
      }
    }
    var pooled: [Block] = []
    for block in blocks {
      pooled.append(block)
      while pooled.count > 1, pooled[pooled.count - 2].mean >= pooled[pooled.count - 1].mean {
        let last = pooled.removeLast()
        pooled[pooled.count - 1].last = last.last
        pooled[pooled.count - 1].sum += last.sum
        pooled[pooled.count - 1].count += last.count
      }
    }
    let least = 1 / Double(samples.count + 2)
    points = pooled.flatMap { block in
      let y = Float(min(max(block.mean, least), 1 - least))
      return block.first == block.last
        ? [SIMD2(block.first, y)] : [SIMD2(block.first, y), SIMD2(block.last, y)]
    }
  }

  /// The value at some place.
  func callAsFunction(_ x: Float) -> Float {
    // The first point that is not before it.
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle].x < x { low = middle + 1 } else { high = middle }
    }
    if low == points.count { return points[low - 1].y }
    guard low > 0, points[low].x > x else { return points[low].y }
    let (before, after) = (points[low - 1], points[low])
    return before.y + (after.y - before.y) * ((x - before.x) / (after.x - before.x))
  }
}
