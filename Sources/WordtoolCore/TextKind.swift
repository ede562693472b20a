/// What a file of text holds that is no prose: what this tool and its relatives write beside the text
/// they read. A folder that is read again after a run has such files in it, under any name.
enum TextKind {
  /// Recognises what is no prose by how it begins.
  ///
  /// - Parameters:
  ///   - text: the start of the file.
  ///   - isWhole: whether that is all of it; otherwise the last line may be cut off.
  /// - Returns: what it is, as it is told; nil for what may be prose.
  static func of(_ text: ArraySlice<UInt8>, isWhole: Bool) -> String? {
    if text.starts(with: "%%MatrixMarket".utf8) { return "a matrix" }
    var lines = text.split(separator: 0x0A, maxSplits: 64).prefix(64).map { line in
      line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
    if lines.contains(where: { $0.count == 1 && $0[0].elementsEqual("\\data\\".utf8) }),
      lines.contains(where: { $0.count == 2 && $0[1].starts(with: "1=".utf8) })
    {
      return "a language model (ARPA)"
    }
    if let kind = markup(text) { return kind }
    guard let first = lines.first else { return nil }
    if isSize(first), lines.count > 1, let size = number(first[1]),
      isVector(
        lines[1].prefix(isWhole || lines.count > 2 ? Int.max : lines[1].count - 1), mayBeWhole: true
      ),
      lines.count == 2 || Int(size) == lines[1].count - 1
    {
      return "vectors"
    }
    if !isWhole { lines.removeLast() }
    if lines.count > 1, lines.allSatisfy({ $0.count == first.count && isVector($0[...]) }) {
      return "vectors"
    }
    return isVocabulary(lines) ? "a vocabulary" : nil
  }

  /// JSON of this tool, and pictures.
  private static func markup(_ text: ArraySlice<UInt8>) -> String? {
    let start = text.drop { $0 <= 0x20 }
    guard start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "<") else { return nil }
    let head = String(decoding: start.prefix(1 << 11), as: UTF8.self)
    if head.hasPrefix("<svg") || (head.hasPrefix("<?xml") && head.contains("<svg")) {
      return "an SVG picture"
    }
    if head.hasPrefix("{"), head.contains("\"added_tokens\"") { return "a tokenizer.json" }
    let line = head.prefix { !$0.isNewline }
    let isMetrics = line.hasPrefix("{\"") && line.contains("\"loss\":") && line.hasSuffix("}")
    return isMetrics ? "metrics of a training" : nil
  }

  private static func number(_ field: ArraySlice<UInt8>) -> Double? {
    guard let last = field.last, last < 0x3A, field.count <= 32 else { return nil }
    return Double(String(decoding: field, as: UTF8.self))
  }

  private static func isCount(_ field: ArraySlice<UInt8>) -> Bool {
    field.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && field.count < 19
  }

  /// Whether a line is the size of what follows: words and values a word.
  private static func isSize(_ fields: [ArraySlice<UInt8>]) -> Bool {
    fields.count == 2 && fields.allSatisfy(isCount)
  }

  /// Whether a line is a word and numbers; without a size before them not all of them are whole.
  private static func isVector(
    _ fields: ArraySlice<ArraySlice<UInt8>>, mayBeWhole: Bool = false
  ) -> Bool {
    guard fields.count >= 3 else { return false }
    let values = fields.dropFirst()
    return values.allSatisfy { number($0) != nil } && (mayBeWhole || !values.allSatisfy(isCount))
  }

  /// Whether lines are distinct words with counts, the most frequent first.
  private static func isVocabulary(_ lines: [[ArraySlice<UInt8>]]) -> Bool {
    guard lines.count >= 3, lines.allSatisfy({ $0.count == 2 && isCount($0[1]) }) else {
      return false
    }
    let counts = lines.map { number($0[1]) ?? 0 }
    return Set(lines.map { Array($0[0]) }).count == lines.count
      && zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 }
  }
}
