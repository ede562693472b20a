import WordtoolCore

/// The course of a training as `--metrics` wrote it, read again.
///
/// A run that was killed may have left its last line, or the last packed one, cut short: what is whole is
/// read, and that is told. Where a run goes back, as one does that resumed from a checkpoint into a file
/// of its own behind the lines of another, the later lines replace the earlier ones.
package struct MetricsFile {
  /// What was measured at one moment, by its name in the file.
  package typealias Moment = [String: Double]

  package let path: String
  /// The moments, in the order of the work.
  package private(set) var moments: [Moment] = []
  /// What the work is counted in.
  private(set) var unit = ""
  /// Whether the file ends in a line that is cut short.
  private(set) var isCut = false

  /// The lines of a file that are kept: each takes half a kilobyte.
  private static let mostMoments = 500_000

  /// What the work may be counted in; the first that a line has counts.
  private static let units = ["words", "tokens", "images", "examples", "trial"]

  /// Reads a file; `-` is standard input.
  ///
  /// - Throws: ``WordtoolError``: `badData` with the line that holds no metrics, for a file without any,
  ///   and what reading throws.
  package init(path: String) throws {
    self.path = path
    let reader = try LineReader(path: path)
    // A line that is no metrics is told once another follows: the last one may be cut short.
    var damage: WordtoolError?
    func next() throws -> String? {
      do { return try reader.nextLine() } catch let error as WordtoolError
        where error.kind == .badData && error.position == nil && !moments.isEmpty
      {
        isCut = true
        return nil
      }
    }
    while let line = try next() {
      if line.allSatisfy(\.isWhitespace) { continue }
      if let damage { throw damage }
      guard moments.count < Self.mostMoments else {
        throw WordtoolError(
          .badData, path: path, at: .line(reader.number),
          found: "more than \(Self.mostMoments) lines", expected: "at most so many in a picture",
          remedy: "leave some out, for instance with: awk 'NR % 10 == 0'")
      }
      guard let moment = try? StoredJSON.decode(Line.self, from: line).values,
        let name = Self.units.first(where: { moment[$0] != nil }), unit.isEmpty || unit == name,
        let position = moment[name], position.isFinite
      else {
        damage = WordtoolError(
          .badData, path: path, at: .line(reader.number), found: Self.excerpt(line),
          expected: unit.isEmpty
            ? "metrics of a training: an object with what was measured, and \"words\", \"tokens\", "
              + "\"images\" or \"examples\""
            : "an object with \"\(unit)\", as the lines before")
        continue
      }
      unit = name
      add(moment, at: position)
    }
    guard !moments.isEmpty else {
      throw damage
        ?? WordtoolError(.badData, path: path, found: "no line", expected: "metrics of a training")
    }
    isCut = isCut || damage != nil
  }

  /// Adds a moment behind those that it does not replace. Its seconds go on where a run was resumed.
  private mutating func add(_ moment: Moment, at position: Double) {
    while let last = moments.last, let before = last[unit], before > position {
      moments.removeLast()
    }
    var moment = moment
    if let seconds = moment["seconds"] {
      let last = moments.last
      let shift = last?[Self.shift] ?? 0
      let before = last?["seconds"] ?? 0
      moment[Self.shift] = seconds + shift < before ? before : shift
      moment["seconds"] = seconds + (moment[Self.shift] ?? 0)
    }
    moments.append(moment)
  }

  /// Seconds of the runs before, beside what the line holds.
  private static let shift = "seconds before"

  private static func excerpt(_ line: String) -> String {
    "'\(line.prefix(60))\(line.count > 60 ? "…" : "")'"
  }

  /// The numbers of a line; text stands for those that JSON does not have.
  private struct Line: Decodable {
    var values: Moment = [:]

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: Key.self)
      for key in members.allKeys {
        if let number = try? members.decode(Double.self, forKey: key) {
          values[key.stringValue] = number
        } else if let text = try? members.decode(String.self, forKey: key),
          ["nan", "inf", "-inf"].contains(text)
        {
          values[key.stringValue] = Double(text)
        }
      }
    }
  }
}
