package import WordtoolCore

/// A path that has an answer.
package struct Route: Sendable {
  /// How requests are answered, on a thread of the server's.
  package enum Work: Sendable {
    /// One by one. The flag is raised when nobody waits for the answer any longer.
    case single(@Sendable (Arguments, StopFlag) throws -> HTTPResponse)
    /// Those that wait at the same time together, up to `most` whose arguments differ in the parameter
    /// `apart` only: one pass over the rows answers many questions. An answer must not depend on what
    /// it is given together with.
    case together(
      apart: String, most: Int,
      @Sendable ([Arguments], StopFlag) throws -> [Result<HTTPResponse, any Error>])
  }

  /// The path, as it stands in a target.
  package var path: String
  /// What it answers, in one sentence.
  package var summary: String
  /// What it may be asked with.
  package var parameters: [Parameter]
  /// Whether it may be asked with POST as well, its parameters in an object of JSON.
  package var takesJSON: Bool
  /// The media type of its answers.
  package var mediaType: String
  /// The schema of its answers as JSON; nil where it is no JSON.
  package var schema: String?
  /// Whether its answers take long. They have a thread of their own, one after the other, so that the
  /// short ones do not wait for them.
  package var isLong: Bool
  /// How requests are answered.
  package var work: Work

  /// A route.
  package init(
    _ path: String, _ summary: String, parameters: [Parameter] = [], takesJSON: Bool = false,
    mediaType: String = MediaType.json, schema: String? = nil, isLong: Bool = false, work: Work
  ) {
    self.path = path
    self.summary = summary
    self.parameters = parameters
    self.takesJSON = takesJSON
    self.mediaType = mediaType
    self.schema = schema
    self.isLong = isLong
    self.work = work
  }

  /// The methods that it has, as the field `Allow` lists them.
  var allowed: String { takesJSON ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS" }

  /// How many requests are taken at once.
  var most: Int { if case .together(_, let most, _) = work { most } else { 1 } }

  /// What a request asks with.
  ///
  /// - Throws: ``HTTPFailure``: 400, 415 and 422.
  func arguments(of request: HTTPRequest) throws(HTTPFailure) -> Arguments {
    guard request.knownMethod == .post else {
      return try Arguments(query: request.query ?? "", parameters: parameters)
    }
    guard request.query == nil else {
      throw HTTPFailure(422, found: "a query with POST", expected: "parameters in the body alone")
    }
    let type = request.field("content-type")?.lowercased()
      .split(separator: ";").first?.trimmingBlanks
    guard type == MediaType.json, request.field("content-encoding") == nil else {
      throw HTTPFailure(
        415,
        found: request.field("content-encoding") == nil ? "another media type" : "a content coding",
        expected: "Content-Type: \(MediaType.json)")
    }
    return try Arguments(json: request.body, parameters: parameters)
  }

  /// Answers requests that were taken together; each answer stands in the place of its request.
  func answers(to requests: [HTTPRequest], _ stop: StopFlag) -> [Result<HTTPResponse, any Error>] {
    let asked = requests.map { request in
      Result<Arguments, any Error> { try arguments(of: request) }
    }
    switch work {
    case .single(let answer):
      return asked.map { arguments in Result { try answer(try arguments.get(), stop) } }
    case .together(let apart, _, let answer):
      var results = asked.map {
        $0.flatMap { _ in Result<HTTPResponse, any Error>.failure(Self.none) }
      }
      var groups: [Arguments: [Int]] = [:]
      for (place, arguments) in asked.enumerated() {
        if case .success(let arguments) = arguments {
          groups[arguments.without(apart), default: []].append(place)
        }
      }
      for places in groups.values {
        let group = places.compactMap { try? asked[$0].get() }
        let found = Result { try answer(group, stop) }
        for (number, place) in places.enumerated() {
          results[place] = found.flatMap { number < $0.count ? $0[number] : .failure(Self.none) }
        }
      }
      return results
    }
  }

  private static let none = HTTPFailure(500, found: "no answer")
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
