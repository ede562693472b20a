import Server
import Word2Vec
import WordtoolCore

extension Answered {
  /// What a request gets: the document that `shown` makes of the answer, the one that the command of the
  /// same name prints. What a command tells beside an answer is in a field of the header.
  ///
  /// - Throws: `HTTPFailure`, when there is no answer: 404 for words that are not there, 422 for a
  ///   question that cannot be read.
  func response(_ shown: (Answer) -> some Encodable) throws -> HTTPResponse {
    guard let answer else {
      throw HTTPFailure(
        problems.first
          ?? WordtoolError(.usage, found: notes.first ?? "no answer", expected: "a question"))
    }
    var response = HTTPResponse(json: shown(answer))
    response.add(notes: problems.map(\.description) + notes)
    return response
  }
}

/// The answer to one of several questions: its document, and members for what a single answer tells by its
/// status and its notes.
struct BatchElement<Document: Encodable>: Encodable {
  /// The document of the command; an empty one where there is no answer.
  var document: Document
  /// Why there is no answer.
  var error: ProblemDocument.Content?
  /// What is told beside an answer.
  var notes: [String]

  private enum CodingKeys: CodingKey {
    case error, notes
  }

  func encode(to encoder: any Encoder) throws {
    try document.encode(to: encoder)
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(error, forKey: .error)
    if !notes.isEmpty { try members.encode(notes, forKey: .notes) }
  }
}

extension Answered where Answer: Encodable {
  /// The answer among several.
  ///
  /// - Parameter empty: the document of a question without an answer.
  func element(orElse empty: Answer) -> BatchElement<Answer> {
    guard let answer else {
      let problem =
        problems.first
        ?? WordtoolError(.usage, found: notes.first ?? "no answer", expected: "a question")
      return BatchElement(
        document: empty, error: ProblemDocument(problem).error, notes: [])
    }
    return BatchElement(
      document: answer, error: nil, notes: problems.map(\.description) + notes)
  }
}
