package import WordtoolCore

/// A path that has an answer.
package struct Route: Sendable {
  /// How requests are answered, on a thread of the server's.
  package enum Work: Sendable {
    /// One by one. The flag is raised when nobody waits for the answer any longer.
    case single(@Sendable (Arguments, StopFlag) throws -> HTTPResponse)
    /// Those that wait at the same time together, up to `most` whose arguments differ in the parameters
    /// `apart` only: one pass over the rows answers many questions. An answer must not depend on what
    /// it is given together with.
    case together(
      apart: Set<String>, most: Int,
      @Sendable ([Arguments], StopFlag) throws -> [Result<HTTPResponse, any Error>])
  }

  /// The path, as it stands in a target.
  package var path: String
  /// What it answers, in one sentence.
  package var summary: String
  /// What it may be asked with.
  package var parameters: ParameterSet
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
    _ path: String, _ summary: String, parameters: [Parameter] = [],
    alternatives: [[String]] = [], takesJSON: Bool = false,
    mediaType: String = MediaType.json, schema: String? = nil, isLong: Bool = false, work: Work
  ) {
    self.path = path
    self.summary = summary
    self.parameters = ParameterSet(parameters, alternatives: alternatives)
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

  /// Answers requests that were taken together, each as soon as its answer is there.
  ///
  /// - Parameters:
  ///   - requests: each with the flag that asks its work to end.
  ///   - stop: asks all work to end; that of requests that are answered by one call.
  ///   - tell: gets the place of a request and its answer, once for each.
  func answer(
    _ requests: [(request: HTTPRequest, stop: StopFlag)], _ stop: StopFlag,
    tell: (Int, Result<HTTPResponse, any Error>) -> Void
  ) {
    var groups: [Arguments: [(place: Int, arguments: Arguments)]] = [:]
    var order: [Arguments] = []
    for (place, asked) in requests.enumerated() {
      do {
        let arguments = try arguments(of: asked.request)
        switch work {
        case .single(let answer): tell(place, Result { try answer(arguments, asked.stop) })
        case .together(let apart, _, _):
          let rest = arguments.without(apart)
          if groups[rest] == nil { order.append(rest) }
          groups[rest, default: []].append((place, arguments))
        }
      } catch {
        tell(place, .failure(error))
      }
    }
    guard case .together(_, _, let answer) = work else { return }
    for group in order.compactMap({ groups[$0] }) {
      // Who asks alone is stopped alone.
      let flag = group.count == 1 ? requests[group[0].place].stop : stop
      let found = Result { try answer(group.map(\.arguments), flag) }
      for (number, asked) in group.enumerated() {
        tell(
          asked.place, found.flatMap { number < $0.count ? $0[number] : .failure(Self.none) })
      }
    }
  }

  private static let none = HTTPFailure(500, found: "no answer")
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
