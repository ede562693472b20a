import WordtoolCore

/// Measures a text with all models of a mixture.
struct MixtureScorer: TextScorer {
  private let mixture: MixtureModel
  private var scorers: [any TextScorer]

  init(_ mixture: MixtureModel) throws {
    self.mixture = mixture
    scorers = try mixture.models.map { try $0.makeTextScorer() }
  }

  /// What each of the models says of the next piece: for each model a value for every token.
  ///
  /// - Parameters:
  ///   - ids: the tokens in the first model's numbers.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  mutating func componentLogProbabilities(
    ofNext ids: [Int32], stop: StopFlag
  ) throws -> [[Double]] {
    try scorers.indices.map { place in
      try scorers[place].logProbabilities(
        ofNext: mixture.ids(ids, ofModel: place), stop: stop)
    }
  }

  mutating func logProbabilities(ofNext ids: [Int32], stop: StopFlag) throws -> [Double] {
    mixture.mixed(try componentLogProbabilities(ofNext: ids, stop: stop))
  }
}
