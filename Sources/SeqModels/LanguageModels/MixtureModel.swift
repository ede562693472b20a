import BLASCore
public import Tokenize
public import WordtoolCore

/// Several language models in one: the probability of a token is the weighted mean of theirs
/// (linear interpolation; Jelinek and Mercer, Interpolated estimation of Markov source parameters
/// from sparse data, 1980).
///
/// The models must predict the same thing: the same unit, the same rule for words and the same
/// tokens, `<unk>` and `</s>` included. Their numbers may differ, and `<s>`, which only some models
/// have and none predicts, is not looked at. An n-gram model and a network trained on one text with
/// the same limits match, since both keep `<unk>` whether or not the text has it; models with
/// different limits of the vocabulary do not, for what one calls `<unk>` the other spreads
/// over words, and the mean of the two would sum to no probability of anything.
///
/// Tokens have the numbers of the first model.
public struct MixtureModel: LanguageModel {
  /// The models, at least one.
  public let models: [any LanguageModel]
  /// What each counts for: at least 0, with the sum 1.
  public let weights: [Double]
  /// For each model the numbers it has for the tokens of the first; -1 for the first one's `<s>`.
  private let numbers: [[Int32]]

  /// Mixes models.
  ///
  /// - Parameters:
  ///   - models: at least one.
  ///   - weights: as many, at least 0 and with a sum above 0, by which they are divided; nil for
  ///     equal ones.
  ///   - names: what the models are called in messages, such as their files.
  /// - Throws: `WordtoolError`: `usage` for no models or weights that are not so, `badData` for models that do
  ///   not match, with the first difference.
  public init(
    _ models: [any LanguageModel], weights: [Double]? = nil, names: [String]? = nil
  ) throws {
    try OptionCheck.require(!models.isEmpty, found: "no models", expected: "at least one")
    let weights = weights ?? [Double](repeating: 1, count: models.count)
    guard weights.count == models.count else {
      throw WordtoolError(
        .usage, found: "\(weights.count, "weight")", expected: "\(models.count), one for each model"
      )
    }
    let sum = weights.reduce(0, +)
    guard weights.allSatisfy({ $0 >= 0 }), sum > 0, sum.isFinite else {
      throw WordtoolError(
        .usage, found: "weights \(weights.map { "\($0)" }.joined(separator: ","))",
        expected: "numbers of at least 0, not all 0")
    }
    self.models = models
    self.weights = weights.map { $0 / sum }
    let names = names ?? models.indices.map { "model \($0 + 1)" }
    let begin = models[0].beginOfSentenceID
    let own = (0..<Int32(models[0].tokenCount)).map { $0 == begin ? -1 : $0 }
    numbers = try models.indices.map { place in
      place == 0
        ? own : try Self.numbers(of: models[place], names[place], by: models[0], names[0])
    }
  }

  private init(_ other: MixtureModel, weights: [Double]) {
    models = other.models
    numbers = other.numbers
    self.weights = weights
  }

  /// The same models with other weights, at least 0 and with the sum 1.
  func reweighted(_ weights: [Double]) -> MixtureModel { MixtureModel(self, weights: weights) }

  /// The numbers that `model` has for the tokens of `first`.
  private static func numbers(
    of model: any LanguageModel, _ name: String, by first: any LanguageModel, _ firstName: String
  ) throws -> [Int32] {
    func mismatch(_ found: String, _ expected: String, _ remedy: String? = nil) -> WordtoolError {
      WordtoolError(.badData, path: name, found: found, expected: expected, remedy: remedy)
    }
    guard model.unit == first.unit else {
      throw mismatch(
        "a model of \(model.unit == .word ? "words" : "characters")",
        "one of \(first.unit == .word ? "words" : "characters"), as \(firstName) is")
    }
    let (rule, other) = (first.readingRule, model.readingRule)
    guard model.unit == .char || other.givesTokens(of: rule) else {
      func name(_ rule: TokenizerRule) -> String {
        rule.segmentation.rawValue
          + (rule.segmentation == .words ? ", \(rule.boundaries.rawValue)" : "")
      }
      throw mismatch(
        "words found by another rule (\(name(other)))", "the rule of \(firstName) (\(name(rule)))")
    }
    func count(_ model: any LanguageModel) -> Int {
      model.tokenCount - (model.beginOfSentenceID == nil ? 0 : 1)
    }
    let remedy = "train both on one text with the same limits of the vocabulary"
    var numbers: [Int32] = []
    numbers.reserveCapacity(first.tokenCount)
    for id in 0..<Int32(first.tokenCount) {
      if id == first.beginOfSentenceID {
        numbers.append(-1)
        continue
      }
      guard let number = number(of: id, of: first, in: model) else {
        throw mismatch(
          "a vocabulary of \(count(model), "token") without '\(first.token(id))'",
          "the \(count(first)) of \(firstName)", remedy)
      }
      numbers.append(number)
    }
    if count(model) != count(first) {
      for id in 0..<Int32(model.tokenCount)
      where id != model.beginOfSentenceID && Self.number(of: id, of: model, in: first) == nil {
        throw mismatch(
          "a vocabulary of \(count(model), "token") with '\(model.token(id))'",
          "the \(count(first)) of \(firstName), which does not have it", remedy)
      }
    }
    return numbers
  }

  private static func number(
    of id: Int32, of model: any LanguageModel, in other: any LanguageModel
  ) -> Int32? {
    if id == model.endID { return other.endID }
    if id == model.unknownID { return other.unknownID }
    return other.id(of: model.token(id))
  }

  /// What a token is.
  public var unit: TextUnit { models[0].unit }
  /// How the words of a text are found.
  public var readingRule: TokenizerRule { models[0].readingRule }
  /// How many tokens there are.
  public var tokenCount: Int { models[0].tokenCount }
  /// The number of `</s>`.
  public var endID: Int32 { models[0].endID }
  /// The number of `<unk>`.
  public var unknownID: Int32 { models[0].unknownID }
  /// The number of `<s>` in the first model.
  public var beginOfSentenceID: Int32? { models[0].beginOfSentenceID }
  /// The token with a number.
  public func token(_ id: Int32) -> String { models[0].token(id) }
  /// The number of a token.
  public func id(of token: String) -> Int32? { models[0].id(of: token) }
  /// The number of a token in UTF-8.
  public func id(ofUTF8 token: Span<UInt8>) -> Int32? {
    models[0].id(ofUTF8: token)
  }

  /// A place in each of the models.
  public struct State {
    fileprivate var walkers: [LanguageModelWalker]
  }

  /// Each model at the begin of a text.
  public func initialState() -> State { State(walkers: models.map { LanguageModelWalker($0) }) }

  /// Moves every model on.
  public func advance(_ state: inout State, with id: Int32) {
    for place in models.indices {
      state.walkers[place].advance(with: numbers[place][Int(id)])
    }
  }

  /// The natural logarithm of the weighted mean of the models' probabilities.
  public func logProbabilities(after state: State) -> [Double] {
    var sums = [Double](repeating: 0, count: tokenCount)
    var values: [Double] = []
    for (place, walker) in state.walkers.enumerated() where weights[place] > 0 {
      walker.fillLogProbabilities(&values)
      let (weight, numbers) = (weights[place], numbers[place])
      for id in sums.indices where numbers[id] >= 0 {
        sums[id] += weight * PortableMath.exp(values[Int(numbers[id])])
      }
    }
    for id in sums.indices { sums[id] = PortableMath.log(sums[id]) }
    return sums
  }

  /// Measures a text with each of the models.
  public func makeTextScorer() throws -> any TextScorer { try MixtureScorer(self) }

  /// What each of the models says of a text.
  ///
  /// - Parameters:
  ///   - ids: the text in the first model's numbers.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: for each model the natural logarithm of the probability of every token.
  /// - Throws: `WordtoolError` of kind `interrupted`.
  public func componentLogProbabilities(
    of ids: [Int32], stop: StopFlag = StopFlag()
  ) throws -> [[Double]] {
    var scorer = try MixtureScorer(self)
    return try scorer.componentLogProbabilities(ofNext: ids, stop: stop)
  }

  /// Tokens of the first model in the numbers of another.
  func ids(_ ids: [Int32], ofModel place: Int) -> [Int32] {
    let numbers = numbers[place]
    return place == 0 ? ids : ids.map { numbers[Int($0)] }
  }

  /// The mixture of what the models say.
  ///
  /// - Parameter components: from ``componentLogProbabilities(of:stop:)``.
  public func mixed(_ components: [[Double]]) -> [Double] {
    precondition(components.count == models.count, "\(components.count) of \(models.count) models")
    // The mean of one is that one, to the last bit.
    if components.count == 1 { return components[0] }
    return components[0].indices.map { token in
      // Relative to the greatest, so that nothing is lost to underflow.
      let top = components.reduce(-Double.infinity) { max($0, $1[token]) }
      guard top > -.infinity else { return top }
      var sum = 0.0
      for (weight, values) in zip(weights, components) {
        sum += weight * PortableMath.exp(values[token] - top)
      }
      return top + PortableMath.log(sum)
    }
  }
}
