/// The vector of a text.
public struct TextVectorAnswer: Codable, Hashable, Sendable {
  /// The text, as it was asked.
  public var text: String
  /// [dimension]; zeros for a text without known tokens.
  public var vector: [Float]
}

extension WordVectors {
  /// Answers with the vector of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - normalizes: whether it is divided by its length.
  /// - Throws: `WordtoolError`: `unavailable`, as ``vector(ofText:)``; `usage` for a control character.
  public func answer(
    toVectorOfText text: String, normalizes: Bool = false
  ) throws -> TextVectorAnswer {
    try QueryText.check(text)
    var answer = TextVectorAnswer(text: text, vector: try vector(ofText: text))
    if normalizes {
      let length = answer.vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      if length > 0 { answer.vector = answer.vector.map { Float(Double($0) / length) } }
    }
    return answer
  }
}
