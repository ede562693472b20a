/// Finds the route of a request, and says what is wrong where there is none.
package struct Router: Sendable {
  /// What is to be done with a request.
  enum Decision {
    /// It is answered at once.
    case answer(HTTPResponse)
    /// A route answers it.
    case route(Route)
  }

  /// All routes.
  package let routes: [Route]
  private let byPath: [String: Route]
  private let hosts: HostRule

  /// - Parameters:
  ///   - routes: each with a path of its own.
  ///   - hosts: whom requests may be for.
  package init(_ routes: [Route], hosts: HostRule) {
    self.routes = routes
    byPath = Dictionary(routes.map { ($0.path, $0) }) { first, _ in first }
    self.hosts = hosts
  }

  /// The path of a request as numbers about it name it: one of ours, or `other`.
  func label(of request: HTTPRequest?) -> String {
    request.flatMap { byPath[$0.path]?.path } ?? "other"
  }

  /// Decides about a request.
  ///
  /// - Throws: ``HTTPFailure``: 400, 403, 404, 405 and 421.
  func decide(_ request: HTTPRequest) throws(HTTPFailure) -> Decision {
    try hosts.check(request)
    if request.path == "*", request.knownMethod == .options {
      return .answer(Self.allowing("GET, HEAD, OPTIONS, POST"))
    }
    let path = try PercentEncoding.decoded(request.path[...], isQuery: false)
    guard let route = byPath[path] else {
      throw HTTPFailure(
        404, found: "there is no '\(path.prefix(200))'", expected: "a path of /openapi.json")
    }
    switch request.knownMethod {
    case .options: return .answer(Self.allowing(route.allowed))
    case .get, .head: return .route(route)
    case .post where route.takesJSON: return .route(route)
    case .post, nil:
      var failure = HTTPFailure(
        405, found: "the method \(request.method) for \(path)", expected: route.allowed)
      failure.fields = [("Allow", route.allowed)]
      throw failure
    }
  }

  private static func allowing(_ methods: String) -> HTTPResponse {
    HTTPResponse(
      status: 204, mediaType: MediaType.json, fields: [("Allow", methods)], body: .bytes([]))
  }
}
