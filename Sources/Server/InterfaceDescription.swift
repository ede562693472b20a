import WordtoolCore

/// What a server can be asked, as an OpenAPI 3.1 document, made of its routes.
package struct InterfaceDescription {
  private let title: String
  private let version: String
  private let routes: [Route]

  /// - Parameters:
  ///   - title: what is served.
  ///   - version: the version of the program.
  ///   - routes: all routes.
  package init(title: String, version: String, routes: [Route]) {
    self.title = title
    self.version = version
    self.routes = routes
  }

  /// The document.
  package var json: String {
    let paths = routes.map { route in
      let get = Self.operation(route, isPost: false)
      let post = route.takesJSON ? ",\"post\":" + Self.operation(route, isPost: true) : ""
      return "\(JSONText.quoted(route.path)):{\"get\":\(get)\(post)}"
    }
    return "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\(JSONText.quoted(title)),\"version\":"
      + "\(JSONText.quoted(version))},\"paths\":{" + paths.joined(separator: ",") + "},"
      + "\"components\":{\"schemas\":{\"Error\":\(Self.errorSchema)}}}\n"
  }

  private static let errorSchema =
    "{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"object\","
    + "\"required\":[\"kind\",\"found\",\"message\"],\"properties\":{\"kind\":{\"type\":\"string\"},"
    + "\"found\":{\"type\":\"string\"},\"expected\":{\"type\":\"string\"},\"remedy\":{\"type\":\"string\"},"
    + "\"message\":{\"type\":\"string\"}}}}}"

  private static func operation(_ route: Route, isPost: Bool) -> String {
    var members = ["\"summary\":\(JSONText.quoted(route.summary))"]
    if isPost {
      let objects = route.parameters.choices.map(objectSchema)
      let schema =
        objects.count == 1 ? objects[0] : "{\"oneOf\":[" + objects.joined(separator: ",") + "]}"
      members.append(
        "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":\(schema)}}}"
      )
    } else if case let parameters = route.parameters.inQuery, !parameters.parameters.isEmpty {
      // A parameter of one group among several may be given or not.
      let grouped = Set(
        parameters.alternatives.count > 1 ? parameters.alternatives.flatMap(\.self) : [])
      members.append(
        "\"parameters\":["
          + parameters.parameters.map { parameter in
            queryParameter(
              parameter, isRequired: parameter.isRequired && !grouped.contains(parameter.name))
          }.joined(separator: ",") + "]")
    }
    members.append(
      "\"responses\":{" + responses(route, isPost: isPost).joined(separator: ",") + "}")
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func queryParameter(_ parameter: Parameter, isRequired: Bool) -> String {
    let example = parameter.example.map { ",\"example\":\($0)" } ?? ""
    return "{\"name\":\(JSONText.quoted(parameter.name)),\"in\":\"query\",\"required\":"
      + "\(isRequired),\"description\":\(JSONText.quoted(parameter.summary)),"
      + "\"schema\":\(schema(parameter))\(example)}"
  }

  private static func objectSchema(_ parameters: [Parameter]) -> String {
    let properties = parameters.map { "\(JSONText.quoted($0.name)):\(schema($0))" }
    let required = parameters.filter(\.isRequired).map { JSONText.quoted($0.name) }
    return "{\"type\":\"object\",\"additionalProperties\":false,\"required\":["
      + required.joined(separator: ",") + "],\"properties\":{" + properties.joined(separator: ",")
      + "}}"
  }

  private static func schema(_ parameter: Parameter) -> String {
    var members: [String]
    switch parameter.kind {
    case .text(let longest): members = textMembers(longest)
    case .blankText(let longest): members = ["\"type\":\"string\"", "\"maxLength\":\(longest)"]
    case .integer(let range):
      members = ["\"type\":\"integer\"", "\"minimum\":\(range.lowerBound)"]
      if range.upperBound < .max { members.append("\"maximum\":\(range.upperBound)") }
    case .number(let range): members = numberMembers(range)
    case .flag: members = ["\"type\":\"boolean\""]
    case .choice(let names):
      members = [
        "\"type\":\"string\"",
        "\"enum\":[" + names.map(JSONText.quoted).joined(separator: ",") + "]",
      ]
    case .texts(let count, let longest): members = listMembers(of: textMembers(longest), count)
    case .tuples(let size, let count, let longest):
      members = listMembers(of: listMembers(of: textMembers(longest), size...size), count)
    case .numbers(let count, let range): members = listMembers(of: numberMembers(range), count)
    }
    if let usual = parameter.usual { members.append("\"default\":\(usual)") }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func textMembers(_ longest: Int) -> [String] {
    ["\"type\":\"string\"", "\"minLength\":1", "\"maxLength\":\(longest)"]
  }

  private static func numberMembers(_ range: ClosedRange<Double>) -> [String] {
    [
      "\"type\":\"number\"", "\"minimum\":\(range.lowerBound)", "\"maximum\":\(range.upperBound)",
    ]
  }

  private static func listMembers(of members: [String], _ count: ClosedRange<Int>) -> [String] {
    [
      "\"type\":\"array\"", "\"minItems\":\(count.lowerBound)", "\"maxItems\":\(count.upperBound)",
      "\"items\":{" + members.joined(separator: ",") + "}",
    ]
  }

  private static func responses(_ route: Route, isPost: Bool) -> [String] {
    // A media type without its parameters.
    let type = String(route.mediaType.prefix { $0 != ";" })
    let content = route.schema.map { "{\"schema\":\($0)}" } ?? "{}"
    var lines = [
      "\"200\":{\"description\":\"The answer.\",\"headers\":{\"\(HTTPResponse.noteField)\":{\"description\":"
        + "\"Notes about the answer, a list of JSON.\",\"schema\":{\"type\":\"string\"}}},\"content\":{"
        + "\(JSONText.quoted(type)):\(content)}}"
    ]
    var failures = [
      (400, "A request that cannot be read."), (403, "A request from another origin."),
      (404, "A word that is not there."), (408, "A request that came too slowly."),
      (414, "A target that is too long."), (421, "A request for another host."),
      (422, "Arguments that the route does not allow."), (431, "A header that is too long."),
      (503, "Too much to do, or an answer that took too long."),
    ]
    if isPost {
      failures += [
        (413, "A body that is too long."), (415, "A body that is no JSON."),
        (417, "An expectation that is not known."),
      ]
    }
    for (status, description) in failures.sorted(by: { $0.0 < $1.0 }) {
      lines.append(
        "\"\(status)\":{\"description\":\(JSONText.quoted(description)),\"content\":{\"application/json\":"
          + "{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}")
    }
    return lines
  }
}
