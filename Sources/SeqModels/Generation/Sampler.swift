import BLASCore

/// Draws tokens; one seed gives one series.
///
/// Works on scores, log-probabilities up to a common summand, and never sorts more of them than
/// are drawn from.
struct Sampler {
  private let options: SamplingOptions
  private var source: RandomSource
  private var ranking = Ranking()
  private var weights: [Double] = []
  private var nucleus: [Int32] = []

  init(_ options: SamplingOptions) {
    self.options = options
    source = RandomSource(seed: options.seed)
  }

  /// Draws the place of one score.
  ///
  /// - Parameter scores: minus infinity for what cannot be drawn.
  /// - Returns: nil when nothing can be drawn.
  mutating func draw(_ scores: [Double]) -> Int? {
    guard let best = Ranking.first(of: scores) else { return nil }
    // Relative to the greatest, so that nothing is lost to underflow.
    let (top, scale) = (scores[best], 1 / options.temperature)
    if !scale.isFinite || options.topK == 1 { return best }
    if let count = options.topK, count < scores.count {
      ranking.rank(scores, first: count)
      weights.removeAll(keepingCapacity: true)
      for place in ranking.places {
        weights.append(PortableMath.exp((scores[Int(place)] - top) * scale))
      }
      if options.topP < 1 { cut(to: options.topP * weights.reduce(0, +)) }
      return pick().map { Int(ranking.places[$0]) } ?? best
    }
    if weights.count != scores.count { weights = scores }
    for (place, score) in scores.enumerated() {
      weights[place] = score > -.infinity ? PortableMath.exp((score - top) * scale) : 0
    }
    guard options.topP < 1 else { return pick() ?? best }
    keepNucleus(scores, top: top, scale: scale)
    return pick().map { Int(nucleus[$0]) } ?? best
  }

  /// Finds the fewest places that together have the probability asked for, the likeliest of all,
  /// and leaves their weights only.
  ///
  /// No sort: tokens fall into bins of about the same probability, and only the bin in which the
  /// sum is reached is put in order.
  private mutating func keepNucleus(_ scores: [Double], top: Double, scale: Double) {
    let last = 1023
    func bin(_ score: Double) -> Int {
      let depth = (top - score) * scale * 8
      return depth < Double(last) ? Int(depth) : last
    }
    var sums = [Double](repeating: 0, count: last + 1)
    for (score, weight) in zip(scores, weights) { sums[bin(score)] += weight }
    var rest = options.topP * sums.reduce(0, +)
    var edge = 0
    while edge < last && sums[edge] < rest {
      rest -= sums[edge]
      edge += 1
    }
    nucleus.removeAll(keepingCapacity: true)
    var undecided: [Int32] = []
    for (place, score) in scores.enumerated() where weights[place] > 0 {
      let bin = bin(score)
      if bin < edge { nucleus.append(Int32(place)) }
      if bin == edge { undecided.append(Int32(place)) }
    }
    undecided.sort {
      let (a, b) = (scores[Int($0)], scores[Int($1)])
      return a != b ? a > b : $0 < $1
    }
    for place in undecided {
      nucleus.append(place)
      rest -= weights[Int(place)]
      if rest <= 0 { break }
    }
    weights = nucleus.map { weights[Int($0)] }
  }

  /// Keeps the first weights that together reach a sum, at least one.
  private mutating func cut(to wanted: Double) {
    var sum = 0.0
    var count = 0
    while count < weights.count && sum < wanted {
      sum += weights[count]
      count += 1
    }
    weights.removeSubrange(max(1, count)...)
  }

  /// The place of one weight; nil when rounding leaves a little over.
  private mutating func pick() -> Int? {
    let total = weights.reduce(0, +)
    var rest = source.nextUnit() * total
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return place }
    }
    return nil
  }
}

/// Places of scores from the greatest down, as many as are wanted; equal scores by their places.
package struct Ranking {
  /// The places found, the greatest score first.
  package private(set) var places: [Int32] = []
  private var heap: [Int32] = []

  /// Nothing ranked yet.
  package init() {}

  /// The place of the greatest score, or nil when all are minus infinity or not numbers.
  package static func first(of scores: [Double]) -> Int? {
    unsafe scores.withUnsafeBufferPointer { scores in
      var best = -1
      var top = -Double.infinity
      for place in scores.indices where unsafe scores[place] > top {
        (best, top) = unsafe (place, scores[place])
      }
      return best < 0 ? nil : best
    }
  }

  /// Finds the places of the `count` greatest scores, fewer when there are fewer above minus
  /// infinity.
  ///
  /// - Complexity: O(V + n log k) with n of the V scores greater than k before them.
  package mutating func rank(_ scores: [Double], first count: Int) {
    heap.removeAll(keepingCapacity: true)
    unsafe scores.withUnsafeBufferPointer { scores in
      // The least of those kept is at the root.
      func isBehind(_ a: Int32, _ b: Int32) -> Bool { unsafe Self.isAhead(b, a, scores) }
      var least = -Double.infinity
      for place in scores.indices where unsafe scores[place] > least {
        if heap.count < count {
          heap.append(Int32(place))
          guard heap.count == count else { continue }
          for root in stride(from: count / 2 - 1, through: 0, by: -1) { sift(root, isBehind) }
        } else {
          heap[0] = Int32(place)
          sift(0, isBehind)
        }
        least = unsafe scores[Int(heap[0])]
      }
      heap.sort { unsafe Self.isAhead($0, $1, scores) }
    }
    swap(&heap, &places)
  }

  private static func isAhead(
    _ a: Int32, _ b: Int32, _ scores: UnsafeBufferPointer<Double>
  ) -> Bool {
    let (x, y) = unsafe (scores[Int(a)], scores[Int(b)])
    return x != y ? x > y : a < b
  }

  /// Moves an element down until none below belongs before it.
  private mutating func sift(_ start: Int, _ isBefore: (Int32, Int32) -> Bool) {
    unsafe heap.withUnsafeMutableBufferPointer { heap in
      var place = start
      while true {
        var child = 2 * place + 1
        guard child < heap.count else { return }
        if unsafe child + 1 < heap.count && isBefore(heap[child + 1], heap[child]) { child += 1 }
        guard unsafe isBefore(heap[child], heap[place]) else { return }
        unsafe heap.swapAt(child, place)
        place = child
      }
    }
  }
}
