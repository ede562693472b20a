import WordtoolCore

extension LabelledTextReader {
  /// Reads a JSON object a line.
  func readJSONLines(_ lines: LineReader, into result: inout LabelledText) throws {
    while let line = try unsafe lines.next({ unsafe Array($0) }) {
      let start = line.first { !LabelledTextLayout.isSpace($0) }
      if start == nil || start == UInt8(ascii: "#") { continue }
      let value: JSONText
      do {
        value = try JSONText.parse(line)
      } catch let problem {
        throw failure(
          lines.number, "JSON with \(problem.found) at byte \(problem.offset)",
          expected: "an object a line")
      }
      try add(value, line: lines.number, to: &result)
    }
  }

  /// Reads a JSON array of objects; their lines are their places in it.
  func readJSONArray(_ bytes: [UInt8], into result: inout LabelledText) throws {
    let value: JSONText
    do {
      value = try JSONText.parse(bytes)
    } catch let problem {
      throw WordtoolError(
        .badData, path: path, at: .byte(problem.offset), found: "JSON with \(problem.found)",
        expected: "an array of objects")
    }
    guard case .array(let elements) = value else {
      throw WordtoolError(
        .badData, path: path, found: "JSON that is no array", expected: "an array of objects",
        remedy: "for an object a line, say `format` jsonl")
    }
    for (index, element) in elements.enumerated() {
      do {
        try add(element, line: index + 1, to: &result)
      } catch var error as WordtoolError {
        error.position = nil
        error.found = "element \(index + 1): " + error.found
        throw error
      }
    }
  }

  private func add(_ value: JSONText, line: Int, to result: inout LabelledText) throws {
    guard case .object(let members) = value else {
      throw failure(line, "JSON that is no object", expected: "an object")
    }
    let names = members.map(\.key)
    let text = try member(
      layout.textColumn, usual: LabelledTextLayout.textNames, "text", names, line)
    guard let text, case .string(let content) = members[text].value else {
      throw failure(line, "no text", expected: "a string", remedy: "see `textColumn`")
    }
    let label = try member(
      layout.labelColumn, usual: LabelledTextLayout.labelNames, "label", names, line)
    let labels = try label.map { try self.labels(members[$0].value, line: line) } ?? []
    if labels.isEmpty, requiresLabels {
      return try leaveOut(
        &result, failure(line, "no label", expected: "one", remedy: "see `labelColumn`"))
    }
    result.append(text: content.utf8, labels: labels, line: line)
  }

  private func member(
    _ column: LabelledTextLayout.Column?, usual: [String], _ kind: String, _ names: [String],
    _ line: Int
  ) throws -> Int? {
    switch column {
    case nil: return Self.position(of: usual, in: names)
    case .name(let name): return names.firstIndex(of: name)
    case .number(let number):
      throw failure(
        line, "\(kind) column \(number)", expected: "the name of a member, for JSON lines")
    }
  }

  private func labels(_ value: JSONText, line: Int) throws -> [String] {
    switch value {
    case .string(let text) where !text.isEmpty: [text]
    case .integer(let number): [String(number)]
    case .number(let number): ["\(number)"]
    case .bool(let value): [value ? "true" : "false"]
    case .array(let elements): try elements.flatMap { try labels($0, line: line) }
    case .null: []
    default:
      throw failure(
        line, "a label that is an object or empty", expected: "a string, a number or a list")
    }
  }
}
