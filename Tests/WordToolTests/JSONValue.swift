import TestSupport
import Testing
import WordtoolCore

/// A JSON document of the tool, decoded.
enum JSONValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Decodes one document: all of `text` but the line end.
  static func document(_ text: String) throws -> JSONValue {
    try StoredJSON.decode(JSONValue.self, from: text)
  }

  /// Decodes a document a line.
  static func lines(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try document(String($0)) }
  }

  /// The value under a name; null when there is none.
  subscript(_ name: String) -> JSONValue {
    if case .object(let fields) = self { return fields[name] ?? .null }
    return .null
  }

  /// The names of an object's fields.
  var names: Set<String> {
    if case .object(let fields) = self { return Set(fields.keys) }
    return []
  }

  /// The elements of a list.
  var elements: [JSONValue] {
    if case .list(let elements) = self { return elements }
    return []
  }

  /// The number, if it is one.
  var number: Double? {
    if case .number(let value) = self { return value }
    return nil
  }

  /// The text, if it is one.
  var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }
}

extension JSONValue {
  /// Whether this value, or one inside it, is an object with that field; `"words":3`.
  func contains(_ field: String) throws -> Bool {
    guard case .object(let wanted) = try Self.document("{\(field)}") else { return false }
    return contains { fields in wanted.allSatisfy { fields[$0] == $1 } }
  }

  /// Whether this value, or one inside it, is an object with a field of that name.
  func contains(name: String) -> Bool { contains { $0[name] != nil } }

  private func contains(_ matches: ([String: JSONValue]) -> Bool) -> Bool {
    switch self {
    case .object(let fields): matches(fields) || fields.values.contains { $0.contains(matches) }
    case .list(let elements): elements.contains { $0.contains(matches) }
    default: false
    }
  }
}

extension Subprocess.Result {
  /// Standard output decoded: a document, or a list of documents that stand one a line.
  func json() throws -> JSONValue {
    let lines = try JSONValue.lines(output)
    return lines.count == 1 ? lines[0] : .list(lines)
  }
}
