import WordtoolCore

/// What pictures, pages, answers and metrics tell of themselves.
enum MarkupFacts {
  private typealias Fact = FileDescription.Fact

  /// Bytes in which titles and sizes stand.
  private static let sampleSize = 64 << 10

  /// The facts of such a file.
  ///
  /// - Throws: ``WordtoolError`` as its reader.
  static func facts(of kind: FileKind, path: String) throws -> [FileDescription.Fact] {
    switch kind {
    case .metrics: return try metrics(path)
    case .answer, .json: return try answer(path)
    default: break
    }
    let text = String(decoding: try FileStart.bytes(of: path, count: sampleSize), as: UTF8.self)
    var facts: [Fact] = []
    if let title = between("<title>", and: "</title>", in: text) {
      facts.append(.text("title", title))
    }
    if kind == .picture, let tag = between("<svg", and: ">", in: text),
      let width = between(" width=\"", and: "\"", in: tag),
      let height = between(" height=\"", and: "\"", in: tag)
    {
      facts.append(.text("width x height", "\(width) x \(height)"))
    }
    return facts
  }

  private static func between(_ start: String, and end: String, in text: String) -> String? {
    guard let from = text.firstRange(of: start)?.upperBound,
      let to = text[from...].firstRange(of: end)?.lowerBound
    else { return nil }
    return String(text[from..<to])
  }

  /// The course of a training: where it ended.
  private static func metrics(_ path: String) throws -> [Fact] {
    let file = try MetricsFile(path: path)
    var facts: [Fact] = [.count("moments", file.moments.count), .text("counted in", file.unit)]
    if let last = file.moments.last {
      for (name, value) in last.sorted(by: { $0.key < $1.key }) {
        facts.append(.text("last " + JSONPhrase.name(name), NumberFormat.general(value)))
      }
    }
    return facts
  }

  /// One document, or one a line, and its members.
  private static func answer(_ path: String) throws -> [Fact] {
    let lines = try LineReader.all(path).filter { !$0.allSatisfy(\.isWhitespace) }
    let whole = Array(lines.joined(separator: "\n").utf8)
    let document =
      (try? JSONText.parse(whole)) ?? lines.first.flatMap { try? JSONText.parse(Array($0.utf8)) }
    switch document {
    case .object(let members):
      return [
        .count("documents", (try? JSONText.parse(whole)) == nil ? lines.count : 1),
        .text("members", members.map(\.key).joined(separator: ", ")),
      ]
    case .array(let items):
      guard case .object(let members) = items.first else { return [.count("answers", items.count)] }
      return [
        .count("answers", items.count),
        .text("members", members.map(\.key).joined(separator: ", ")),
      ]
    default: return []
    }
  }
}
