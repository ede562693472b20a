public import WordtoolCore

extension LanguageModel {
  /// Continues a prompt with likely texts, found by beam search.
  ///
  /// At every step each of the `width` likeliest texts so far is continued by its `width` likeliest
  /// tokens, and the `width` likeliest of all these are kept. A text is complete when it has
  /// `length` tokens or the stop string comes up. Complete texts are ordered by the mean log
  /// probability of their tokens, so that a short one is no likelier for being short. No random
  /// choice is made, and equal scores are ordered by the texts they continue and the tokens'
  /// numbers. With a width of 1 this is greedy generation.
  ///
  /// - Parameters:
  ///   - context: text that stands before the prompt.
  ///   - prompt: what stands before, as in ``generate(prompt:length:options:stopString:stop:write:)``.
  ///   - length: how many tokens a text has at most, at least 0.
  ///   - width: how many texts are followed, at least 1.
  ///   - count: how many texts to return at most, 1 ... `width`.
  ///   - options: only the repetition penalty counts; texts are compared with it.
  ///   - stopString: text that ends one, itself left out.
  ///   - stop: looked at between steps; then the texts so far are returned.
  /// - Returns: the best texts, the first the best.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `unavailable` when the model
  ///   knows none of the words of the prompt, `badData` for a model whose probabilities are not
  ///   numbers.
  public func beamSearch(
    context: String = "", prompt: String = "", length: Int, width: Int, count: Int = 1,
    options: SamplingOptions = SamplingOptions(), stopString: String? = nil,
    stop: StopFlag = StopFlag()
  ) throws -> [GeneratedText] {
    try OptionCheck.require("length", length, in: 0...Int.max)
    try OptionCheck.require("width", width, in: 1...Int.max)
    try OptionCheck.require("count", count, in: 1...width)
    try options.validate()
    let start = try GenerationStart(self, context: context, prompt: prompt)
    var search = BeamSearch(
      start, length: length, width: width, count: count, options: options, stopString: stopString)
    while search.isOpen {
      if stop.isRaised { return search.results(.interrupted) }
      try search.step()
    }
    return search.results(.length)
  }
}

private struct BeamSearch {
  /// A text so far.
  private struct Hypothesis {
    var start: GenerationStart
    var pending: PendingText
    var text = ""
    var tokenCount = 0
    var logProbability = 0.0

    func result(_ ending: GeneratedText.Ending) -> GeneratedText {
      var result = GeneratedText(text: text + pending.rest, tokenCount: tokenCount, ending: ending)
      result.meanLogProbability = tokenCount == 0 ? nil : logProbability / Double(tokenCount)
      return result
    }
  }

  /// A continuation of a text by one token.
  private struct Candidate {
    var logProbability: Double
    var parent: Int
    var id: Int32
  }

  private let length: Int
  private let width: Int
  private let count: Int
  private var open: [Hypothesis]
  /// Complete by the stop string, the best first.
  private var complete: [GeneratedText] = []
  private var penalty: RepetitionPenalty
  private var ranking = Ranking()
  private var values: [Double] = []

  init(
    _ start: GenerationStart, length: Int, width: Int, count: Int, options: SamplingOptions,
    stopString: String?
  ) {
    self.length = length
    self.width = width
    self.count = count
    penalty = RepetitionPenalty(options)
    open = [Hypothesis(start: start, pending: PendingText(stopString: stopString))]
  }

  /// Whether a further step may change the result.
  var isOpen: Bool {
    guard let first = open.first, first.tokenCount < length else { return false }
    guard complete.count >= count, let bar = complete[count - 1].meanLogProbability else {
      return true
    }
    // Probabilities are at most 1: no text can end above what it has now, over the full length.
    return first.logProbability / Double(length) > bar
  }

  mutating func step() throws {
    var candidates: [Candidate] = []
    for (number, hypothesis) in open.enumerated() {
      let model = hypothesis.start.model
      hypothesis.start.walker.fillLogProbabilities(&values)
      values[Int(model.unknownID)] = -.infinity
      penalty.apply(after: hypothesis.start.history, to: &values)
      ranking.rank(values, first: width)
      if ranking.places.isEmpty {
        if let failure = GenerationStart.failure(values) { throw failure }
        candidates.append(
          Candidate(logProbability: hypothesis.logProbability, parent: number, id: model.endID))
      }
      for id in ranking.places {
        candidates.append(
          Candidate(
            logProbability: hypothesis.logProbability + values[Int(id)], parent: number, id: id))
      }
    }
    // Those of one parent stand in order already; of equal ones the earlier stays first.
    let order = candidates.indices.sorted { a, b in
      let (x, y) = (candidates[a].logProbability, candidates[b].logProbability)
      return x != y ? x > y : a < b
    }
    var next: [Hypothesis] = []
    for place in order.prefix(width) {
      let child = continued(candidates[place])
      if child.pending.isStopped {
        insert(child.result(.stopString))
      } else {
        next.append(child)
      }
    }
    open = next
  }

  private func continued(_ candidate: Candidate) -> Hypothesis {
    var child = open[candidate.parent]
    let (id, model) = (candidate.id, child.start.model)
    child.text += child.pending.append(
      GenerationStart.piece(id, of: model, isAtBegin: child.start.isAtBegin))
    child.start.isAtBegin = id == model.endID || (model.unit == .char)
    child.start.history.append(id)
    child.start.walker.advance(with: id)
    child.tokenCount += 1
    child.logProbability = candidate.logProbability
    return child
  }

  private mutating func insert(_ text: GeneratedText) {
    complete.append(text)
    complete = Self.ordered(complete)
    if complete.count > width { complete.removeLast() }
  }

  /// The best texts; those that are not complete end now.
  func results(_ ending: GeneratedText.Ending) -> [GeneratedText] {
    Array(Self.ordered(complete + open.map { $0.result(ending) }).prefix(count))
  }

  /// By mean log probability; of equal ones the earlier stays first.
  private static func ordered(_ texts: [GeneratedText]) -> [GeneratedText] {
    func mean(_ text: GeneratedText) -> Double { text.meanLogProbability ?? 0 }
    return texts.indices.sorted { a, b in
      let (x, y) = (mean(texts[a]), mean(texts[b]))
      return x != y ? x > y : a < b
    }.map { texts[$0] }
  }
}
