import WordtoolCore

/// What a request asks a route with: values that its parameters allow.
package struct Arguments: Sendable, Hashable {
  /// A value.
  enum Value: Sendable, Hashable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case texts([String])
    case tuples([[String]])
    case numbers([Double])
  }

  private var values: [String: Value] = [:]

  /// The arguments of a query.
  ///
  /// - Throws: ``HTTPFailure``: 400 for one that cannot be read, 422 for what no parameter allows.
  init(query: String, parameters: ParameterSet) throws(HTTPFailure) {
    let parameters = parameters.inQuery
    var lists: [String: [JSONText]] = [:]
    for (name, text) in try PercentEncoding.pairs(in: query) {
      let parameter = try parameters.parameter(name)
      try Self.check(.string(text), of: parameter)
      if case .texts = parameter.kind {
        lists[parameter.name, default: []].append(.string(text))
      } else {
        try set(
          parameter, to: Self.value(of: text, as: parameter), from: Self.words(for: .string(text)))
      }
    }
    for parameter in parameters.parameters {
      guard let list = lists[parameter.name] else { continue }
      try set(
        parameter, to: Self.value(of: .array(list), as: parameter),
        from: Self.words(for: .array(list)))
    }
    try parameters.check(Set(values.keys))
  }

  /// The arguments of an object of JSON.
  ///
  /// - Throws: ``HTTPFailure``: 400 for what is no JSON, 422 for what no parameter allows.
  init(json bytes: [UInt8], parameters: ParameterSet) throws(HTTPFailure) {
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
      let parameter = try parameters.parameter(name)
      try Self.check(json, of: parameter)
      try set(parameter, to: Self.value(of: json, as: parameter), from: Self.words(for: json))
    }
    try parameters.check(Set(values.keys))
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

  /// The texts of a list; nil when it is not given.
  package func texts(_ name: String) -> [String]? {
    if case .texts(let texts) = values[name] { texts } else { nil }
  }

  /// The texts of a list of lists; nil when it is not given.
  package func tuples(_ name: String) -> [[String]]? {
    if case .tuples(let tuples) = values[name] { tuples } else { nil }
  }

  /// The numbers of a list; nil when it is not given.
  package func numbers(_ name: String) -> [Double]? {
    if case .numbers(let numbers) = values[name] { numbers } else { nil }
  }

  /// The arguments but some.
  func without(_ names: Set<String>) -> Arguments {
    var rest = self
    for name in names { rest.values[name] = nil }
    return rest
  }

  /// Refuses a text that holds a control character, wherever it came from.
  private static func check(_ json: JSONText, of parameter: Parameter) throws(HTTPFailure) {
    switch json {
    case .string(let text):
      guard let (place, scalar) = ControlCharacters.first(in: text) else { return }
      throw HTTPFailure(
        400,
        found: "\(ControlCharacters.name(of: scalar)) at character \(place) of `\(parameter.name)`",
        expected: "text", remedy: "leave it out")
    case .array(let elements): for element in elements { try check(element, of: parameter) }
    default: break
    }
  }

  private mutating func set(
    _ parameter: Parameter, to value: Value?, from given: String
  ) throws(HTTPFailure) {
    guard let value else {
      throw HTTPFailure(
        422, found: "`\(parameter.name)` is \(given)", expected: parameter.expected)
    }
    guard values.updateValue(value, forKey: parameter.name) == nil else {
      throw HTTPFailure(
        422, found: "`\(parameter.name)` for the second time", expected: "one value")
    }
  }

  /// What was given, in a few words.
  private static func words(for json: JSONText) -> String {
    switch json {
    case .string(let text): "'\(text.prefix(40))\(text.count > 40 ? "..." : "")'"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let isTrue): "\(isTrue)"
    case .array(let items): "a list of \(items.count)"
    case .object: "an object"
    case .null: "null"
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
    // Lists are put together before.
    case .texts, .tuples, .numbers: nil
    }
  }

  /// A value out of JSON; nil for one that is not allowed.
  private static func value(of json: JSONText, as parameter: Parameter) -> Value? {
    switch (parameter.kind, json) {
    case (.text(let longest), .string): text(json, longest: longest).map(Value.text)
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
    case (.texts(let count, let longest), .array(let list)):
      all(list, count) { text($0, longest: longest) }.map(Value.texts)
    case (.tuples(let size, let count, let longest), .array(let list)):
      all(list, count) { element in
        guard case .array(let parts) = element else { return nil }
        return all(parts, size...size) { text($0, longest: longest) }
      }.map(Value.tuples)
    case (.numbers(let count, let range), .array(let list)):
      all(list, count) { element in
        switch element {
        case .integer(let number) where range.contains(Double(number)): Double(number)
        case .number(let number) where range.contains(number): number
        default: nil
        }
      }.map(Value.numbers)
    default: nil
    }
  }

  /// A text of 1 up to `longest` characters.
  private static func text(_ json: JSONText, longest: Int) -> String? {
    guard case .string(let text) = json, (1...longest).contains(text.unicodeScalars.count) else {
      return nil
    }
    return text
  }

  /// What the elements of a list are; nil for another number of them, or where one is nothing allowed.
  private static func all<Element>(
    _ list: [JSONText], _ count: ClosedRange<Int>, _ element: (JSONText) -> Element?
  ) -> [Element]? {
    guard count.contains(list.count) else { return nil }
    let found = list.compactMap(element)
    return found.count == list.count ? found : nil
  }
}
