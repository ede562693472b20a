package import WordtoolCore

/// Why a request is not answered as it wishes, and with which status.
package struct HTTPFailure: Error, Sendable {
  /// The status code, 400 ... 599.
  package var status: Int
  /// What is told.
  package var problem: WordtoolError
  /// Header fields that belong to the status, such as `Allow`.
  package var fields: [(name: String, value: String)] = []

  /// A failure.
  package init(_ status: Int, _ problem: WordtoolError) {
    self.status = status
    self.problem = problem
  }

  /// A failure of a request.
  package init(_ status: Int, found: String, expected: String? = nil, remedy: String? = nil) {
    self.init(
      status,
      WordtoolError(
        status < 500 ? .usage : .unavailable, found: found, expected: expected, remedy: remedy))
  }

  /// What an error of the libraries is to a client.
  ///
  /// A question that cannot be read is the client's fault, a word that is not there is not found, and
  /// work that was stopped can be asked for again. Of anything else only the kind is told: it may name
  /// files.
  package init(_ error: any Error) {
    if let failure = error as? HTTPFailure {
      self = failure
      return
    }
    guard let error = error as? WordtoolError else {
      self.init(500, found: "an unexpected error")
      return
    }
    switch error.kind {
    case .usage: self.init(422, error)
    case .unavailable: self.init(404, error)
    case .interrupted:
      self.init(
        503,
        WordtoolError(
          .interrupted, found: "the answer was not ready in time",
          remedy: "ask for less, or again later"))
      fields = [("Retry-After", "1")]
    case .noSuchInput, .badData, .cannotCreate, .inputOutput, .diverged:
      self.init(
        500, WordtoolError(error.kind, found: "the server cannot read its vectors or models"))
    }
  }

  /// The document that tells of the failure.
  package var response: HTTPResponse {
    HTTPResponse(status: status, json: ProblemDocument(problem), fields: fields)
  }
}

/// `{"error": {...}}`: a failure as JSON. Nothing in it is of a file's place.
package struct ProblemDocument: Encodable {
  /// What is wrong.
  package struct Content: Encodable {
    var kind: String
    var found: String
    var expected: String?
    var remedy: String?
    /// All of it in one line.
    var message: String
  }
  /// What is wrong.
  package var error: Content

  /// Tells an error.
  package init(_ problem: WordtoolError) {
    var problem = problem
    problem.path = nil
    problem.position = nil
    error = Content(
      kind: "\(problem.kind)", found: problem.found, expected: problem.expected,
      remedy: problem.remedy, message: problem.description)
  }
}
