import WordtoolCore

/// What a request asks a route with: values that its parameters allow.
package struct Arguments: Sendable, Hashable {
  /// A value.
  enum Value: Sendable, Hashable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
  }

  private var values: [String: Value] = [:]

  /// The arguments of a query.
  ///
  /// - Throws: ``HTTPFailure``: 400 for one that cannot be read, 422 for what no parameter allows.
  init(query: String, parameters: [Parameter]) throws(HTTPFailure) {
    for (name, text) in try PercentEncoding.pairs(in: query) {
      let parameter = try Self.parameter(name, among: parameters)
      try set(parameter, to: Self.value(of: text, as: parameter))
    }
    try checkRequired(parameters)
  }

  /// The arguments of an object of JSON.
  ///
  /// - Throws: ``HTTPFailure``: 400 for what is no JSON, 422 for what no parameter allows.
  init(json bytes: [UInt8], parameters: [Parameter]) throws(HTTPFailure) {
    let json: JSONText
    do {
      json = try JSONText.parse(bytes, refusingRepeatedKeys: true)
    } catch {
      throw HTTPFailure(
        400, found: "\(error.found) at byte \(error.offset) of the body",
        expected: "an object of JSON")
    }
    guard case .object(let members) = json else {
      throw HTTPFailure(422, found: "JSON that is no object", expected: "{\"NAME\": VALUE, ...}")
    }
    for (name, json) in members {
      let parameter = try Self.parameter(name, among: parameters)
      try set(parameter, to: Self.value(of: json, as: parameter))
    }
    try checkRequired(parameters)
  }

  /// The text of a parameter; nil when it is not given.
  package func text(_ name: String) -> String? {
    if case .text(let text) = values[name] { text } else { nil }
  }

  /// The whole number of a parameter; nil when it is not given.
  package func integer(_ name: String) -> Int? {
    if case .integer(let number) = values[name] { number } else { nil }
  }

  /// The number of a parameter; nil when it is not given.
  package func number(_ name: String) -> Double? {
    switch values[name] {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  /// Whether a flag is given as true, or what counts where it is not given.
  package func flag(_ name: String, usual: Bool = false) -> Bool {
    if case .flag(let isTrue) = values[name] { isTrue } else { usual }
  }

  /// The arguments but one.
  func without(_ name: String) -> Arguments {
    var rest = self
    rest.values[name] = nil
    return rest
  }

  private static func parameter(
    _ name: String, among parameters: [Parameter]
  ) throws(HTTPFailure) -> Parameter {
    if let found = parameters.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      return found
    }
    throw HTTPFailure(
      422, found: "no parameter is called '\(Excerpt.of(name, limit: 60))'",
      expected: parameters.isEmpty
        ? "none" : "some of " + parameters.map(\.name).joined(separator: ", "))
  }

  private mutating func set(_ parameter: Parameter, to value: Value?) throws(HTTPFailure) {
    guard let value else {
      throw HTTPFailure(
        422, found: "`\(parameter.name)` is something else", expected: parameter.expected)
    }
    guard values.updateValue(value, forKey: parameter.name) == nil else {
      throw HTTPFailure(
        422, found: "`\(parameter.name)` for the second time", expected: "one value")
    }
  }

  private func checkRequired(_ parameters: [Parameter]) throws(HTTPFailure) {
    for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
      throw HTTPFailure(
        422, found: "no `\(parameter.name)` was given", expected: parameter.expected)
    }
  }

  /// A value out of a query; nil for one that is not allowed.
  private static func value(of text: String, as parameter: Parameter) -> Value? {
    switch parameter.kind {
    case .text, .blankText, .choice: value(of: .string(text), as: parameter)
    case .integer: Int(text).flatMap { value(of: .integer($0), as: parameter) }
    case .number: Double(text).flatMap { value(of: .number($0), as: parameter) }
    case .flag:
      switch text {
      case "true": .flag(true)
      case "false": .flag(false)
      default: nil
      }
    }
  }

  /// A value out of JSON; nil for one that is not allowed.
  private static func value(of json: JSONText, as parameter: Parameter) -> Value? {
    switch (parameter.kind, json) {
    case (.text(let longest), .string(let text)):
      (1...longest).contains(text.unicodeScalars.count) ? .text(text) : nil
    case (.blankText(let longest), .string(let text)):
      text.unicodeScalars.count <= longest ? .text(text) : nil
    case (.choice(let names), .string(let text)): names.contains(text) ? .text(text) : nil
    case (.integer(let range), .integer(let number)):
      range.contains(number) ? .integer(number) : nil
    // 3.0 is a whole number to JSON.
    case (.integer(let range), .number(let number)):
      Int(exactly: number).flatMap { range.contains($0) ? .integer($0) : nil }
    case (.number(let range), .integer(let number)):
      range.contains(Double(number)) ? .number(Double(number)) : nil
    case (.number(let range), .number(let number)): range.contains(number) ? .number(number) : nil
    case (.flag, .bool(let flag)): .flag(flag)
    default: nil
    }
  }
}
