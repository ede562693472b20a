package import WordtoolCore

extension WordtoolError {
  /// Why a question with a control character that is no white space has no answer: the rule that finds
  /// words would pass over it, and answer something else than what was sent. nil for a question without.
  package static func controlCharacter(in question: String) -> WordtoolError? {
    guard let (place, scalar) = ControlCharacters.first(in: question) else { return nil }
    return WordtoolError(
      .usage,
      found: "\(ControlCharacters.name(of: scalar)) at character \(place) of the question "
        + "'\(Excerpt.of(question))'",
      expected: "text", remedy: "leave it out")
  }
}

/// What is asked, before anything is looked up.
enum QueryText {
  /// Refuses a question with a control character.
  ///
  /// - Throws: `WordtoolError` of kind `usage`, with the place.
  static func check(_ text: String) throws {
    if let problem = WordtoolError.controlCharacter(in: text) { throw problem }
  }
}
