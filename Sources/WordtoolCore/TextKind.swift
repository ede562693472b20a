/// What a file of text holds that is no prose: what this tool and its relatives write beside the text
/// they read. A folder that is read again after a run has such files in it, under any name.
///
/// JSON that is not known to be this tool's is text: lines of it are a common form of corpora.
package enum TextKind: Sendable, CaseIterable {
  case matrix, nGramModel, picture, page, image, images
  case bytePairEncoding, metrics, answer, phrases
  case vectors, vocabulary

  /// What it is called, with its article.
  package var noun: String {
    switch self {
    case .matrix: "a matrix"
    case .nGramModel: "a language model (ARPA)"
    case .picture: "an SVG picture"
    case .page: "a page of words that explore has made"
    case .image: "a PNM image"
    case .images: "images in optdigits format"
    case .bytePairEncoding: "a tokenizer.json"
    case .metrics: "metrics of a training"
    case .answer: "an answer of wordtool in JSON"
    case .phrases: "phrases of words"
    case .vectors: "vectors"
    case .vocabulary: "a vocabulary"
    }
  }

  /// What to do where such a file is text all the same: standard input is not looked at.
  package static let remedy = "if it is text all the same, give it on standard input"

  /// Recognises what is no prose by how it begins.
  ///
  /// - Parameters:
  ///   - text: the start of the file.
  ///   - isWhole: whether that is all of it; otherwise the last line may be cut off.
  ///   - isGuess: whether words with counts are a vocabulary however few and in whatever order, where
  ///     nothing is refused for it.
  /// - Returns: what it is; nil for what may be prose.
  package static func of(
    _ text: ArraySlice<UInt8>, isWhole: Bool, isGuess: Bool = false
  ) -> TextKind? {
    if text.starts(with: "%%MatrixMarket".utf8) { return .matrix }
    if text.starts(with: "# wordtool phrases ".utf8) { return .phrases }
    var lines = text.split(separator: 0x0A, maxSplits: 64).prefix(64).map { line in
      line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }.filter { !$0.isEmpty }
    if lines.contains(where: { $0.count == 1 && $0[0].elementsEqual("\\data\\".utf8) }),
      lines.contains(where: { $0.count == 2 && $0[1].starts(with: "1=".utf8) })
    {
      return .nGramModel
    }
    if let kind = markup(text) { return kind }
    guard let first = lines.first else { return nil }
    if isImage(text, first) { return .image }
    if isSize(first), lines.count > 1, let size = number(first[1]),
      isVector(
        lines[1].prefix(isWhole || lines.count > 2 ? Int.max : lines[1].count - 1), mayBeWhole: true
      ),
      isWhole || lines.count > 2 ? Int(size) == lines[1].count - 1 : true
    {
      return .vectors
    }
    if !isWhole { lines.removeLast() }
    if lines.count > 1, lines.allSatisfy({ $0.count == first.count && isVector($0[...]) }),
      // Numbers alone are an array of them.
      lines.contains(where: { number($0[0]) == nil })
    {
      return .vectors
    }
    if !lines.isEmpty, lines.allSatisfy({ $0.count == 1 && isDigits($0[0]) }) { return .images }
    return isVocabulary(lines, isGuess: isGuess) ? .vocabulary : nil
  }

  /// JSON of this tool, and pictures.
  private static func markup(_ text: ArraySlice<UInt8>) -> TextKind? {
    let start = text.drop { $0 <= 0x20 }
    guard let byte = start.first, "{[<".utf8.contains(byte) else { return nil }
    let head = String(decoding: start.prefix(1 << 11), as: UTF8.self)
    if head.hasPrefix("<svg") || (head.hasPrefix("<?xml") && head.contains("<svg")) {
      return .picture
    }
    if head.hasPrefix("<!doctype html>"), head.contains("content=\"wordtool explore\"") {
      return .page
    }
    if head.hasPrefix("{") {
      let all = String(decoding: start, as: UTF8.self)
      let isEncoding = all.contains("\"merges\"") && all.contains("\"vocab\"")
      if isEncoding || head.contains("\"added_tokens\"") { return .bytePairEncoding }
    }
    let line = head.prefix { !$0.isNewline }
    guard line.hasPrefix("{\"") || line.hasPrefix("[{\"") else { return nil }
    func has(_ member: String) -> Bool { line.contains("\"\(member)\":") }
    if line.hasPrefix("{"), line.hasSuffix("}"), !has("seed"),
      has("loss") || (has("epoch") && has("seconds"))
    {
      return .metrics
    }
    return answerMarks.contains { line.contains($0) } ? .answer : nil
  }

  /// Members of what `--json` prints that nobody else's JSON has, written without blanks.
  private static let answerMarks = [
    "\"neighbors\":[{\"similarity\":", "\"machine\":{\"blas\":", "\"peakResidentBytes\":",
    "\"tokensPerSecond\":", "\"perplexityWithoutUnknown\":", "\"words\":[{\"count\":",
    "\"labels\":[{\"label\":",
  ]

  /// Whether text is an image in a portable format whose numbers are text.
  private static func isImage(_ text: ArraySlice<UInt8>, _ first: [ArraySlice<UInt8>]) -> Bool {
    let marks: [[UInt8]] = [Array("P1".utf8), Array("P2".utf8), Array("P3".utf8)]
    guard marks.contains(where: { text.starts(with: $0) }), first[0].count == 2 else {
      return false
    }
    // The width comes next, or a remark.
    guard let next = text.dropFirst(2).first(where: { $0 > 0x20 }) else { return false }
    return next == UInt8(ascii: "#") || (0x30...0x39).contains(next)
  }

  /// Whether a line is 64 pixels and a digit, as the set `optdigits` has them.
  private static func isDigits(_ line: ArraySlice<UInt8>) -> Bool {
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    return fields.count == 65 && fields.allSatisfy { !$0.isEmpty && isCount($0) }
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
    guard fields.count >= 2 else { return false }
    let values = fields.dropFirst()
    return values.allSatisfy { number($0) != nil } && (mayBeWhole || !values.allSatisfy(isCount))
  }

  /// Whether lines are distinct words with counts; where nobody guesses, at least three and the most
  /// frequent first.
  private static func isVocabulary(_ lines: [[ArraySlice<UInt8>]], isGuess: Bool) -> Bool {
    guard lines.count >= (isGuess ? 1 : 3),
      lines.allSatisfy({ $0.count == 2 && isCount($0[1]) })
    else { return false }
    let counts = lines.map { number($0[1]) ?? 0 }
    return Set(lines.map { Array($0[0]) }).count == lines.count
      && (isGuess || zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 })
  }
}
