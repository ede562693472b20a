#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import BLASCore
import Platform

/// How tokens are drawn from a language model's probabilities.
public struct SamplingOptions: Hashable, Sendable {
  /// Probabilities are raised to the power 1 / temperature: below 1 the likely become likelier.
  /// 0 always takes the likeliest token, the first of equals; that is greedy.
  public var temperature = 1.0
  /// Only the k likeliest tokens are drawn; nil for all.
  public var topK: Int?
  /// Only the likeliest tokens are drawn that together reach this probability, 1 for all
  /// (nucleus sampling; Holtzman et al., The Curious Case of Neural Text Degeneration, 2020).
  public var topP = 1.0
  /// Where the random numbers start.
  public var seed: UInt64 = 1

  /// Draws from the unchanged probabilities.
  public init() {}

  /// Checks the ranges.
  ///
  /// - Throws: `WordtoolError` of kind `usage`.
  public func validate() throws {
    guard temperature >= 0, temperature.isFinite else {
      throw WordtoolError(
        .usage, found: "temperature \(temperature)", expected: "a number of at least 0")
    }
    guard topK.map({ $0 >= 1 }) ?? true else {
      throw WordtoolError(.usage, found: "top-k \(topK ?? 0)", expected: "at least 1")
    }
    guard topP > 0, topP <= 1 else {
      throw WordtoolError(.usage, found: "top-p \(topP)", expected: "above 0, at most 1")
    }
  }
}

/// Draws tokens; one seed gives one series.
struct Sampler {
  private let options: SamplingOptions
  private var source: RandomSource

  init(_ options: SamplingOptions) {
    self.options = options
    source = RandomSource(seed: options.seed)
  }

  /// Draws the place of one weight.
  ///
  /// - Parameter weights: at least 0, at least one above; they are changed.
  mutating func draw(_ weights: inout [Double]) -> Int {
    let best = weights.indices.reduce(0) { weights[$1] > weights[$0] ? $1 : $0 }
    if options.temperature == 0 || options.topK == 1 { return best }
    if options.temperature != 1 {
      // Relative to the greatest, so that no power is lost to underflow.
      let top = weights[best]
      let exponent = 1 / options.temperature
      for place in weights.indices where weights[place] > 0 {
        weights[place] = pow(weights[place] / top, exponent)
      }
    }
    guard options.topK != nil || options.topP < 1 else {
      return pick(weights.indices, weights, best)
    }
    var places = weights.indices.filter { weights[$0] > 0 }
    // Equal weights stay in the order of their places.
    places.sort { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
    if let count = options.topK, count < places.count { places.removeSubrange(count...) }
    if options.topP < 1 {
      let wanted = places.reduce(0) { $0 + weights[$1] } * options.topP
      var sum = 0.0
      var count = 0
      while count < places.count && sum < wanted {
        sum += weights[places[count]]
        count += 1
      }
      places.removeSubrange(max(1, count)...)
    }
    return pick(places, weights, best)
  }

  private mutating func pick(
    _ places: some Sequence<Int>, _ weights: [Double], _ best: Int
  ) -> Int {
    let total = places.reduce(0) { $0 + weights[$1] }
    var rest = Double(source.next() >> 11) * 0x1p-53 * total
    for place in places {
      rest -= weights[place]
      if rest < 0 { return place }
    }
    // Rounding can leave a little over.
    return best
  }
}
