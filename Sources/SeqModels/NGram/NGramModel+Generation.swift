public import Platform

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
}

extension NGramModel {
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
  ///   knows none of the words of the prompt; what `write` throws.
  @discardableResult
  public func generate(
    prompt: String = "", length: Int, options: SamplingOptions = SamplingOptions(),
    stopString: String? = nil, stop: StopFlag? = nil, write: (String) throws -> Void = { _ in }
  ) throws -> GeneratedText {
    precondition(length >= 0, "\(length) tokens")
    try options.validate()
    var (context, isAtBegin) = try context(after: prompt)
    if unit == .char || prompt.last?.isWhitespace == true { isAtBegin = true }
    var sampler = Sampler(options)
    var result = GeneratedText()
    var pending = PendingText(stopString: stopString)
    var weights: [Double] = []
    while result.tokenCount < length {
      if stop?.isRaised == true {
        result.ending = .interrupted
        break
      }
      fillProbabilities(after: context, &weights)
      weights[Int(unknown)] = 0
      // A model of nothing but <unk> can only end its sentences.
      let id = weights.contains { $0 > 0 } ? Int32(sampler.draw(&weights)) : end
      result.tokenCount += 1
      var piece = "\n"
      if id == end {
        context = sentenceBegin
      } else {
        _ = score(id, &context)
        let token = TokenText.unescaped(table.text(id))
        piece = unit == .char || isAtBegin ? token : " " + token
      }
      isAtBegin = id == end
      let sure = pending.append(piece)
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

  /// The words of a text that the vocabulary does not have, each once, in order.
  public func unknownTokens(in text: String) throws -> [String] {
    let reader = try SentenceReader(unit: unit, rule: readingRule)
    var unknown: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      for token in reader.tokens(in: String(line))
      where table.find(token) == nil && !unknown.contains(token) {
        unknown.append(token)
      }
    }
    return unknown
  }

  /// The context after a prompt, and whether it is the begin of a sentence.
  private func context(after prompt: String) throws -> (Context, Bool) {
    let reader = try SentenceReader(unit: unit, rule: readingRule)
    var context = sentenceBegin
    var isAtBegin = true
    var known = 0
    var missing: String?
    let lines = prompt.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      if number > 0 {
        context = sentenceBegin
        isAtBegin = true
      }
      for token in reader.tokens(in: String(line)) {
        let id = table.find(token)
        if id == nil { missing = missing ?? token } else { known += 1 }
        _ = score(id ?? unknown, &context)
        isAtBegin = false
      }
    }
    if known == 0, let missing {
      throw WordtoolError(
        .unavailable, found: "no token of the prompt is in the vocabulary: '\(missing)'",
        expected: "at least one that is",
        remedy: "without a prompt a sentence is begun")
    }
    return (context, isAtBegin)
  }
}

/// Text that is held back as long as it may turn out to be the begin of the stop string.
struct PendingText {
  private let stop: [UInt8]
  private var held: [UInt8] = []
  private(set) var isStopped = false

  init(stopString: String?) { stop = Array((stopString ?? "").utf8) }

  /// What is left to write when no more text comes.
  var rest: String { isStopped ? "" : String(decoding: held, as: UTF8.self) }

  /// Takes text and returns what is sure to stay.
  mutating func append(_ text: String) -> String {
    guard !stop.isEmpty else { return text }
    held.append(contentsOf: text.utf8)
    if held.count >= stop.count {
      for start in 0...held.count - stop.count
      where held[start..<start + stop.count].elementsEqual(stop) {
        isStopped = true
        return String(decoding: held[..<start], as: UTF8.self)
      }
    }
    var keep = min(held.count, stop.count - 1)
    while keep > 0, !held.suffix(keep).elementsEqual(stop.prefix(keep)) { keep -= 1 }
    let sure = String(decoding: held.dropLast(keep), as: UTF8.self)
    held.removeFirst(held.count - keep)
    return sure
  }
}
