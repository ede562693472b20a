public import WordtoolCore

/// What came out of a generation.
public struct GeneratedText: Hashable, Sendable {
  /// Why it ended.
  public enum Ending: String, Codable, Hashable, Sendable {
    /// The number of tokens asked for was reached.
    case length
    /// The stop string came up.
    case stopString
    /// The caller asked for the end.
    case interrupted
  }

  /// The text, without the prompt and the stop string.
  public var text = ""
  /// How many tokens were drawn; the end of a sentence is one.
  public var tokenCount = 0
  /// Why it ended.
  public var ending = Ending.length
  /// What a beam search orders texts by: the mean over the tokens of the natural logarithm of their
  /// probability. Nil for drawn texts.
  public var meanLogProbability: Double?
}

extension LanguageModel {
  /// Continues a prompt.
  ///
  /// Words are parted by spaces and sentences by line ends; after the end of a sentence the next
  /// one begins. `<unk>` is never drawn: the other tokens share its probability.
  ///
  /// - Parameters:
  ///   - prompt: what stands before, cut into tokens as the training text was. Unknown words are
  ///     `<unk>` to the model. Empty: the begin of a sentence.
  ///   - length: how many tokens to draw, at least 0.
  ///   - options: how they are drawn.
  ///   - stopString: text that ends the generation, itself left out; a line end stops after a
  ///     sentence.
  ///   - stop: looked at between tokens.
  ///   - write: gets the text piece by piece as soon as it is sure to stay.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `unavailable` when the model
  ///   knows none of the words of the prompt, `badData` for a model whose probabilities are not
  ///   numbers; what `write` throws.
  @discardableResult
  public func generate(
    prompt: String = "", length: Int, options: SamplingOptions = SamplingOptions(),
    stopString: String? = nil, stop: StopFlag = StopFlag(),
    write: (String) throws -> Void = { _ in }
  ) throws -> GeneratedText {
    try options.validate()
    var start = try GenerationStart(self, prompt: prompt)
    return try start.generate(
      length: length, options: options, stopString: stopString, stop: stop, write: write)
  }
}

extension GenerationStart {
  /// Goes on from here, as
  /// ``LanguageModel/generate(prompt:length:options:stopString:stop:write:)`` does.
  @discardableResult
  public mutating func generate(
    length: Int, options: SamplingOptions = SamplingOptions(), stopString: String? = nil,
    stop: StopFlag = StopFlag(), write: (String) throws -> Void = { _ in }
  ) throws -> GeneratedText {
    try OptionCheck.require("length", length, in: 0...Int.max)
    try options.validate()
    let (end, unknown) = (model.endID, Int(model.unknownID))
    var sampler = Sampler(options)
    var penalty = RepetitionPenalty(options)
    var result = GeneratedText()
    var pending = PendingText(stopString: stopString)
    var scores: [Double] = []
    while result.tokenCount < length {
      if stop.isRaised {
        result.ending = .interrupted
        break
      }
      // The penalty is defined on log-probabilities; without it their common summand is spared.
      if penalty.isActive {
        walker.fillLogProbabilities(&scores)
      } else {
        walker.fillScores(&scores)
      }
      scores[unknown] = -.infinity
      penalty.apply(after: history, to: &scores)
      let drawn = sampler.draw(scores)
      if drawn == nil, let failure = Self.failure(scores) { throw failure }
      // A model of nothing but <unk> can only end its sentences.
      let id = drawn.map { Int32($0) } ?? end
      result.tokenCount += 1
      walker.advance(with: id)
      if penalty.isActive { history.append(id) }
      let sure = pending.append(Self.piece(id, of: model, isAtBegin: isAtBegin))
      isAtBegin = id == end
      result.text += sure
      if !sure.isEmpty { try write(sure) }
      if pending.isStopped {
        result.ending = .stopString
        return result
      }
    }
    let rest = pending.rest
    result.text += rest
    if !rest.isEmpty { try write(rest) }
    return result
  }
}
