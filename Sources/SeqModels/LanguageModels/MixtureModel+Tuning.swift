import BLASCore
public import Tokenize
public import WordtoolCore

extension MixtureModel {
  /// What a search for weights came to.
  public struct Tuning {
    /// The same models with the weights found.
    public let mixture: MixtureModel
    /// How many rounds it took.
    public let iterationCount: Int
    /// How well the mixture predicts the text it was tuned on.
    public let report: PerplexityReport
  }

  /// Finds the weights under which a text is likeliest, by expectation maximisation (Dempster,
  /// Laird and Rubin 1977): each round a weight becomes the mean share its model has in the
  /// probabilities of the tokens.
  ///
  /// The likelihood has one maximum only, so where the search begins does not matter; it begins
  /// with equal weights and ends when the mean log probability of a token grows by less than 1e-10,
  /// at most after 10,000 rounds. The text should be one that no model was trained on.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - encoding: of the files.
  ///   - stop: looked at now and then.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading throws,
  ///   `interrupted`.
  public func tuned(
    on paths: [String], isStrict: Bool = false, encoding: TextEncoding = .utf8,
    stop: StopFlag = StopFlag()
  ) throws -> Tuning {
    let text = try TokenizedText(
      paths, for: self, isStrict: isStrict, encoding: encoding, stop: stop)
    let components = try componentLogProbabilities(of: text.ids, stop: stop)
    let (weights, iterations) = try Self.likeliestWeights(components, stop: stop)
    let mixture = reweighted(weights)
    return Tuning(
      mixture: mixture, iterationCount: iterations,
      report: try PerplexityReport(
        of: text, logProbabilities: mixture.mixed(components), unknownID: unknownID))
  }

  private static func likeliestWeights(
    _ components: [[Double]], stop: StopFlag
  ) throws -> ([Double], Int) {
    let count = components.count
    let tokenCount = components[0].count
    // Probabilities relative to the greatest of each token, models side by side.
    var ratios = [Double](repeating: 0, count: tokenCount * count)
    var counted = 0
    for token in 0..<tokenCount {
      let top = components.reduce(-Double.infinity) { max($0, $1[token]) }
      // What no model can predict says nothing about them.
      guard top > -.infinity else { continue }
      for model in 0..<count {
        ratios[counted * count + model] = PortableMath.exp(components[model][token] - top)
      }
      counted += 1
    }
    var weights = [Double](repeating: 1 / Double(count), count: count)
    var shares = weights
    var previous = -Double.infinity
    var round = 0
    while round < 10_000 && counted > 0 && count > 1 {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while tuning")
      }
      for model in 0..<count { shares[model] = 0 }
      var sum = 0.0
      unsafe ratios.withUnsafeBufferPointer { ratios in
        for token in 0..<counted {
          var mixed = 0.0
          for model in 0..<count { unsafe mixed += weights[model] * ratios[token * count + model] }
          sum += PortableMath.log(mixed)
          for model in 0..<count {
            unsafe shares[model] += weights[model] * ratios[token * count + model] / mixed
          }
        }
      }
      round += 1
      let mean = sum / Double(counted)
      if mean - previous < 1e-10 { break }
      previous = mean
      for model in 0..<count { weights[model] = shares[model] / Double(counted) }
    }
    return (weights, round)
  }
}
