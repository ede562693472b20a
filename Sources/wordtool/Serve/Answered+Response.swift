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
