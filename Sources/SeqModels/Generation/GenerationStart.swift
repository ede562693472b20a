import WordtoolCore

/// Where a generation begins: the model after the prompt.
///
/// A value: several texts that begin with the same prompt are made from copies of one start, so that
/// the prompt is read once.
public struct GenerationStart {
  let model: any LanguageModel
  var walker: LanguageModelWalker
  /// The tokens of the prompt, line ends included.
  var history: [Int32] = []
  /// Whether the next word needs no space before it.
  var isAtBegin = true

  /// Reads a prompt.
  ///
  /// - Parameters:
  ///   - model: the model that goes on.
  ///   - context: text that stands before the prompt, ended by a line end.
  ///   - prompt: cut into tokens as the training text was. Unknown words are `<unk>` to the model.
  ///     Empty: the begin of a sentence.
  /// - Throws: `WordtoolError` of kind `unavailable` when the model knows none of its tokens.
  public init(_ model: any LanguageModel, context: String = "", prompt: String = "") throws {
    let isEnded = context.last?.isNewline ?? true
    try self.init(model, text: context + (isEnded ? "" : "\n") + prompt)
  }

  private init(_ model: any LanguageModel, text prompt: String) throws {
    self.model = model
    walker = LanguageModelWalker(model)
    let reader = try SentenceReader(unit: model.unit, rule: model.readingRule)
    var known = 0
    var missing: String?
    var lineCount = 0
    let lines = prompt.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      // As in a text: lines of no words have no end either.
      if number > 0 {
        if model.unit == .char || lineCount > 0 { take(model.endID) }
        isAtBegin = true
      }
      lineCount = 0
      for token in reader.tokens(in: String(line)) {
        let id = model.id(of: token)
        if id == nil { missing = missing ?? token } else { known += 1 }
        take(id ?? model.unknownID)
        lineCount += 1
        isAtBegin = false
      }
    }
    if known == 0, let missing {
      throw WordtoolError(
        .unavailable, found: "no token of the prompt is in the vocabulary: '\(missing)'",
        expected: "at least one that is",
        remedy: "without a prompt a sentence is begun")
    }
    if model.unit == .char || prompt.last?.isWhitespace == true { isAtBegin = true }
  }

  private mutating func take(_ id: Int32) {
    walker.advance(with: id)
    history.append(id)
  }

  /// The text of a token.
  static func piece(_ id: Int32, of model: any LanguageModel, isAtBegin: Bool) -> String {
    if id == model.endID { return "\n" }
    let token = TokenText.unescaped(model.token(id))
    return model.unit == .char || isAtBegin ? token : " " + token
  }

  /// The error for scores that are not numbers.
  static func failure(_ scores: [Double]) -> WordtoolError? {
    scores.contains(where: \.isNaN) ? .unsoundModel : nil
  }
}
