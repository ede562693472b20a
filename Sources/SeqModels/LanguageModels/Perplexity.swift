public import Tokenize
public import WordtoolCore

extension LanguageModel {
  /// Measures how well the model predicts text, read as the model's own text was.
  ///
  /// The text is read and measured piece by piece: memory does not grow with its length.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - encoding: of the files.
  ///   - stop: looked at between lines.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading throws,
  ///   `interrupted`.
  public func perplexity(
    of paths: [String], isStrict: Bool = false, encoding: TextEncoding = .utf8,
    stop: StopFlag = StopFlag()
  ) throws -> PerplexityReport {
    try perplexity(
      of: paths, isStrict: isStrict, encoding: encoding, pieceLength: TokenPieces.usualLength,
      stop: stop)
  }

  /// The same with pieces of another length in tokens.
  package func perplexity(
    of paths: [String], isStrict: Bool = false, encoding: TextEncoding = .utf8, pieceLength: Int,
    stop: StopFlag = StopFlag()
  ) throws -> PerplexityReport {
    var pieces = try TokenPieces(
      for: self, isStrict: isStrict, encoding: encoding, length: pieceLength)
    var scorer = try makeTextScorer()
    var sums = PerplexitySums(unknownID: unknownID)
    try pieces.read(paths, for: self, stop: stop) { ids in
      sums.add(ids, try scorer.logProbabilities(ofNext: ids, stop: stop))
    }
    return sums.report(pieces.counts)
  }
}

extension MixtureModel {
  /// What a mixture and each of its models came to on one text.
  public struct Measurement: Hashable, Sendable {
    /// Of the mixture.
    public var mixture: PerplexityReport
    /// Of each model by itself, in their order.
    public var models: [PerplexityReport]
  }

  /// Measures how well the mixture and each of its models predict text, which is read once, piece by
  /// piece.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - encoding: of the files.
  ///   - stop: looked at between lines.
  ///   - piece: gets the tokens of each piece, in the first model's numbers, and the natural logarithm
  ///     of the probability that the mixture gives to each.
  /// - Throws: `WordtoolError`: as ``LanguageModel/perplexity(of:isStrict:encoding:stop:)``, and what
  ///   `piece` throws.
  public func measure(
    _ paths: [String], isStrict: Bool = false, encoding: TextEncoding = .utf8,
    stop: StopFlag = StopFlag(), piece: (([Int32], [Double]) throws -> Void)? = nil
  ) throws -> Measurement {
    var pieces = try TokenPieces(for: self, isStrict: isStrict, encoding: encoding)
    var scorer = try MixtureScorer(self)
    var whole = PerplexitySums(unknownID: unknownID)
    var parts = models.map { _ in whole }
    try pieces.read(paths, for: self, stop: stop) { ids in
      let components = try scorer.componentLogProbabilities(ofNext: ids, stop: stop)
      let values = mixed(components)
      for place in parts.indices { parts[place].add(ids, components[place]) }
      whole.add(ids, values)
      try piece?(ids, values)
    }
    return Measurement(
      mixture: whole.report(pieces.counts), models: parts.map { $0.report(pieces.counts) })
  }
}
