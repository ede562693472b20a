import BLASCore
import WordtoolCore

/// How gradients become steps.
public struct OptimizerOptions: Codable, Hashable, Sendable {
  /// The rule.
  public enum Method: String, Codable, Hashable, Sendable, CaseIterable {
    /// Stochastic gradient descent, with `momentum` as heavy ball or Nesterov's.
    case sgd
    /// Duchi, Hazan and Singer 2011.
    case adagrad
    /// Tieleman and Hinton 2012.
    case rmsprop
    /// Kingma and Ba 2015.
    case adam
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    case adamw
  }

  /// The rule.
  public var method = Method.sgd
  /// SGD: the share of the last step that is kept, 0 ..< 1.
  public var momentum = 0.0
  /// SGD: whether the gradient is looked at after the momentum's step (Nesterov 1983, in the form
  /// of Sutskever et al. 2013 that PyTorch uses).
  public var isNesterov = false
  /// Adam: how much of the mean gradient is kept.
  public var beta1 = 0.9
  /// Adam: how much of the mean square is kept. RMSProp: the same.
  public var beta2 = 0.999
  /// What keeps divisions finite.
  public var epsilon = 1e-8
  /// Weight decay per unit of rate: part of the gradient, but beside it for AdamW.
  public var weightDecay = 0.0
  /// Gradients are scaled down to this norm, all weights together (Pascanu et al. 2013); nil not.
  public var clipNorm: Double?
  /// Each gradient is cut to ± this value; nil not.
  public var clipValue: Double?

  /// Plain SGD.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    for (name, value, rule) in [
      ("momentum", momentum, OptionCheck.Rule.share), ("beta1", beta1, .share),
      ("beta2", beta2, .share), ("epsilon", epsilon, .notNegative),
      ("weightDecay", weightDecay, .notNegative), ("clipNorm", clipNorm ?? 1, .positive),
      ("clipValue", clipValue ?? 1, .positive),
    ] {
      try OptionCheck.require(name, value, rule)
    }
  }
}

/// Takes the steps of a training, with whatever it has to remember.
package final class Optimizer<Scalar: NetworkScalar> {
  package let options: OptimizerOptions
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  /// SGD's momentum, Adam's mean.
  private var first: AlignedBuffer<Scalar>?
  /// The squares of Adagrad, RMSProp and Adam.
  private var second: AlignedBuffer<Scalar>?
  /// The mean of the weights since averaging began.
  private var average: AlignedBuffer<Scalar>?
  private var averageCount = 0
  /// Steps taken.
  package private(set) var stepCount = 0

  private static var piece: Int { 1 << 14 }

  /// Trains all numbers of `parameters`.
  package init(
    _ options: OptimizerOptions, parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws {
    self.options = options
    self.parameters = parameters
    self.compute = compute
    let count = parameters.values.count
    switch options.method {
    case .sgd: if options.momentum > 0 { first = try AlignedBuffer(count: count) }
    case .adagrad, .rmsprop: second = try AlignedBuffer(count: count)
    case .adam, .adamw:
      first = try AlignedBuffer(count: count)
      second = try AlignedBuffer(count: count)
    }
  }

  private var pieceCount: Int { (parameters.values.count + Self.piece - 1) / Self.piece }

  private func range(_ piece: Int) -> Range<Int> {
    piece * Self.piece..<min(parameters.values.count, (piece + 1) * Self.piece)
  }

  /// The norm of all gradients together, summed piece by piece in order.
  @_specialize(where Scalar == Float)
  package func gradientNorm() -> Double {
    var sums = [Double](repeating: 0, count: pieceCount)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = unsafe sums
      compute.team.forEach(pieces: pieceCount) { piece in
        let range = range(piece)
        unsafe sums[piece] = Scalar.sumOfSquares(
          parameters.gradients.base + range.lowerBound, count: range.count)
      }
    }
    return sums.reduce(0, +).squareRoot()
  }

  /// Takes one step against the gradients and clears them.
  ///
  /// - Parameters:
  ///   - rate: the learning rate.
  ///   - frozen: arrays that stay as they are.
  /// - Returns: the norm of the gradients before clipping; not finite where training diverged, and
  ///   then no step is taken.
  @discardableResult
  @_specialize(where Scalar == Float)
  package func step(rate: Double, frozen: [Range<Int>] = []) -> Double {
    for range in frozen {
      unsafe (parameters.gradients.base + range.lowerBound).update(repeating: 0, count: range.count)
    }
    if let limit = options.clipValue {
      let limit = Scalar(limit)
      compute.team.forEach(pieces: pieceCount) { piece in
        for index in range(piece) {
          let value = unsafe parameters.gradients.base[index]
          unsafe parameters.gradients.base[index] =
            value > limit ? limit : value < -limit ? -limit : value
        }
      }
    }
    let norm = gradientNorm()
    guard norm.isFinite else { return norm }
    var scale = 1.0
    if let limit = options.clipNorm, norm > limit { scale = limit / norm }
    stepCount += 1
    compute.team.forEach(pieces: pieceCount) { piece in
      // Weight decay would move what is frozen, though its gradients are zero.
      for part in Self.rest(of: range(piece), without: frozen) {
        update(part, rate: Scalar(rate), scale: Scalar(scale))
      }
    }
    if let average {
      averageCount += 1
      let share = 1 / Scalar(averageCount)
      compute.team.forEach(pieces: pieceCount) { piece in
        for index in range(piece) {
          unsafe average.base[index] +=
            (parameters.values.base[index] - average.base[index]) * share
        }
      }
    }
    return norm
  }

  @_specialize(where Scalar == Float)
  private func update(_ range: Range<Int>, rate: Scalar, scale: Scalar) {
    let values = unsafe parameters.values.base
    let gradients = unsafe parameters.gradients.base
    let decay = Scalar(options.method == .adamw ? 0 : options.weightDecay)
    let epsilon = Scalar(options.epsilon)
    switch options.method {
    case .sgd:
      let momentum = Scalar(options.momentum)
      if let first = unsafe first?.base {
        let nesterov = options.isNesterov
        for index in range {
          let gradient = unsafe gradients[index] * scale + decay * values[index]
          unsafe first[index] = momentum * first[index] + gradient
          unsafe values[index] -=
            rate * (nesterov ? gradient + momentum * first[index] : first[index])
          unsafe gradients[index] = 0
        }
      } else {
        let kept = 1 - rate * decay
        let step = rate * scale
        for index in range {
          unsafe values[index] = values[index] * kept - step * gradients[index]
          unsafe gradients[index] = 0
        }
      }
    case .adagrad, .rmsprop:
      guard let second = unsafe second?.base else { return }
      let kept = options.method == .adagrad ? 1 : Scalar(options.beta2)
      let added = options.method == .adagrad ? 1 : 1 - kept
      for index in range {
        let gradient = unsafe gradients[index] * scale + decay * values[index]
        unsafe second[index] = kept * second[index] + added * gradient * gradient
        unsafe values[index] -= rate * gradient / (second[index].squareRoot() + epsilon)
        unsafe gradients[index] = 0
      }
    case .adam, .adamw:
      guard let first = unsafe first?.base, let second = unsafe second?.base else { return }
      let beta1 = Scalar(options.beta1)
      let beta2 = Scalar(options.beta2)
      // Bias corrections as in the paper's section 3, powers by repeated squaring.
      let correction1 = 1 - Scalar(Self.power(options.beta1, stepCount))
      let correction2 = (1 - Scalar(Self.power(options.beta2, stepCount))).squareRoot()
      let step = rate / correction1
      let apart = options.method == .adamw ? 1 - rate * Scalar(options.weightDecay) : 1
      for index in range {
        let gradient = unsafe gradients[index] * scale + decay * values[index]
        unsafe first[index] = beta1 * first[index] + (1 - beta1) * gradient
        unsafe second[index] = beta2 * second[index] + (1 - beta2) * gradient * gradient
        let divisor = unsafe second[index].squareRoot() / correction2 + epsilon
        unsafe values[index] = values[index] * apart - step * first[index] / divisor
        unsafe gradients[index] = 0
      }
    }
  }

  /// What is left of a range without some others, which do not overlap.
  private static func rest(of range: Range<Int>, without others: [Range<Int>]) -> [Range<Int>] {
    var rest: [Range<Int>] = []
    var start = range.lowerBound
    for other in others.sorted(by: { $0.lowerBound < $1.lowerBound }) where other.overlaps(range) {
      if start < other.lowerBound { rest.append(start..<other.lowerBound) }
      start = max(start, other.upperBound)
    }
    if start < range.upperBound { rest.append(start..<range.upperBound) }
    return rest
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  // MARK: Averaging

  /// Whether the mean of the weights is kept.
  package var isAveraging: Bool { average != nil }

  /// Begins to keep the mean of the weights (Polyak and Juditsky 1992).
  package func beginAveraging() throws {
    if average == nil { average = try AlignedBuffer(count: parameters.values.count) }
  }

  /// Runs `body` with the mean of the weights in place of the weights, if there is one.
  package func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average, averageCount > 0 else { return try body() }
    func exchange() {
      for index in 0..<average.count {
        let value = unsafe average.base[index]
        unsafe average.base[index] = parameters.values.base[index]
        unsafe parameters.values.base[index] = value
      }
    }
    exchange()
    defer { exchange() }
    return try body()
  }

  /// Puts the mean of the weights in their place for good, if there is one.
  package func adoptAverage() {
    guard let average, averageCount > 0 else { return }
    unsafe parameters.values.base.update(from: average.base, count: average.count)
  }

  // MARK: Going on later

  /// What has to be saved to go on as if nothing had happened.
  package var memory: (arrays: [(name: String, values: AlignedBuffer<Scalar>)], counts: [Int]) {
    let arrays = [("first", first), ("second", second), ("average", average)]
    return (
      arrays.compactMap { name, buffer in buffer.map { (name, $0) } }, [stepCount, averageCount]
    )
  }

  /// Takes up what `memory` gave; the arrays are filled by the caller afterwards.
  package func restore(counts: [Int], isAveraging: Bool) throws {
    precondition(counts.count == 2, "\(counts.count) counts")
    stepCount = counts[0]
    averageCount = counts[1]
    if isAveraging { try beginAveraging() }
  }
}
