import WordtoolCore

extension LabelledTextReader {
  /// Reads a JSON object a line.
  func readJSON(into result: inout LabelledText) throws {
    let lines = try LineReader(path: path)
    while true {
      let isFirst = lines.number == 0
      let found = try lines.next { line in
        Array(isFirst ? ByteOrderMark.skipped(line) : line[...])
      }
      guard let line = found else { return }
      if line.allSatisfy(LabelledTextLayout.isSpace) { continue }
      let value: JSONText
      do {
        value = try JSONText.parse(line)
      } catch let problem {
        throw failure(
          lines.number, "JSON with \(problem.found) at byte \(problem.offset)",
          expected: "an object a line")
      }
      guard case .object(let members) = value else {
        throw failure(lines.number, "JSON that is no object", expected: "an object a line")
      }
      let names = members.map(\.key)
      let text = try member(
        layout.textColumn, usual: LabelledTextLayout.textNames, "text", names, lines.number)
      guard let text, case .string(let content) = members[text].value else {
        throw failure(lines.number, "no text", expected: "a string", remedy: "see --text-column")
      }
      let label = try member(
        layout.labelColumn, usual: LabelledTextLayout.labelNames, "label", names, lines.number)
      let labels = try label.map { try self.labels(members[$0].value, line: lines.number) } ?? []
      if labels.isEmpty, requiresLabels {
        throw failure(lines.number, "no label", expected: "one", remedy: "see --label-column")
      }
      result.append(text: content.utf8, labels: labels, line: lines.number)
    }
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
