import Corpora
import Tokenize
import Word2Vec
import WordtoolCore

/// Tells what small text files are that commands take beside their text: lists of words, pairs of words,
/// lists for tests of association, columns of values, catalogues of corpora, digests; and rows and names
/// that `encode` writes as JSON.
///
/// Where another kind of file is expected these are not told apart from text, since the readers say more of a
/// line that does not fit.
enum ListRecognizer {
  /// Bytes that are looked at.
  private static let sampleSize = 64 << 10
  /// Lines that must all look alike.
  private static let lineLimit = 200

  /// The kind of a regular file of text; nil of prose.
  static func kind(of path: String) -> FileKind? {
    guard let start = try? FileStart.bytes(of: path, count: sampleSize), !start.isEmpty,
      !start.contains(0)
    else { return nil }
    let isWhole = start.count < sampleSize
    let text = String(decoding: start, as: UTF8.self)
    var lines = text.split(whereSeparator: \.isNewline)
    if !isWhole, lines.count > 1 { lines.removeLast() }
    let rows = lines.prefix(lineLimit).filter { !$0.allSatisfy(\.isWhitespace) }
    guard let first = rows.first else { return nil }
    if let kind = json(first.drop(while: \.isWhitespace), text, path) { return kind }
    if tableHeaders.contains(where: { first.hasPrefix($0) }),
      rows.allSatisfy({ cells($0).count == cells(first).count })
    {
      return .answerTable
    }
    if first.hasPrefix("word\t"), rows.allSatisfy({ cells($0).count == 2 }) { return .wordColumn }
    if isAssociations(rows), (try? AssociationSets.read(contentsOf: path)) != nil {
      return .associationTests
    }
    if rows.allSatisfy(isDigest) { return .digests }
    guard rows.count >= 3, Set(rows).count == rows.count else { return nil }
    let words = rows.filter { !$0.hasPrefix("#") }.map { $0.split { $0 == " " || $0 == "\t" } }
    if words.allSatisfy({ $0.count == 1 }) { return .wordList }
    // Verse may have two words a line, but its lines end in commas and stops.
    let arePairs = words.allSatisfy { pair in
      pair.count == 2 && pair.allSatisfy { $0.last?.isPunctuation == false && Double($0) == nil }
    }
    return arePairs ? .wordPairs : nil
  }

  /// How the tables begin that `plot`, `evaluate` and their like write.
  private static let tableHeaders = [
    "word\tx\ty\t", "word\tother\tone-hot similarity\t", "label\tgiven\tcount\tshare",
    "file\tquantity\tpart\t",
  ]

  private static func json(_ first: Substring, _ text: String, _ path: String) -> FileKind? {
    if first.hasPrefix("{\"columns\":["), first.contains("],\"values\":[") { return .sparseRows }
    if first.hasPrefix("[\"") { return .nameList }
    guard first.hasPrefix("{") || first.hasPrefix("[{") else { return nil }
    if text.contains("\"targ1\""), (try? AssociationSets.read(contentsOf: path)) != nil {
      return .associationTests
    }
    if text.contains("\"corpora\""), (try? CorpusCatalogue(contentsOf: path)) != nil {
      return .catalogue
    }
    // A first line that is one whole value, or a file of one.
    let isJSON = [first, text[...]].contains { (try? JSONText.parse(Array($0.utf8))) != nil }
    return isJSON ? .json : nil
  }

  private static func cells(_ line: Substring) -> [Substring] {
    line.split(separator: "\t", omittingEmptySubsequences: false)
  }

  /// Lines `name: word, word`, four for each test.
  private static func isAssociations(_ rows: [Substring]) -> Bool {
    let lists = rows.filter { !$0.hasPrefix("#") }
    return lists.count >= 4
      && lists.allSatisfy { line in
        line.firstIndex(of: ":").map { line[$0...].contains(",") } ?? false
      }
  }

  /// A line as `sha256sum` writes it.
  private static func isDigest(_ line: Substring) -> Bool {
    let digest = line.prefix { $0 != " " }
    return digest.utf8.count == 64 && digest.allSatisfy(\.isHexDigit)
      && line.dropFirst(64).hasPrefix(" ")
  }

  // MARK: Facts

  /// What a file of such a kind holds.
  ///
  /// - Throws: ``WordtoolError`` as its reader.
  static func facts(of kind: FileKind, path: String) throws -> [FileDescription.Fact] {
    switch kind {
    case .catalogue: return try catalogue(path)
    case .associationTests:
      let tests = try AssociationSets.read(contentsOf: path)
      let names = tests.prefix(4).flatMap { $0.lists.map(\.name) }.joined(separator: ", ")
      return [
        .count("tests", tests.count), .text("lists", names + (tests.count > 4 ? ", ..." : "")),
      ]
    case .nameList:
      let names = try StoredJSON.decode([String].self, from: LineReader.all(path).joined())
      return [.count("names", names.count), .text("first", listed(names))]
    default: break
    }
    let lines = try LineReader.all(path).filter { !$0.allSatisfy(\.isWhitespace) }
    let rows = kind == .wordColumn || kind == .digests ? lines : lines.filter { !$0.hasPrefix("#") }
    let words = rows.map { $0.split { $0 == " " || $0 == "\t" }.first.map(String.init) ?? "" }
    switch kind {
    case .wordColumn:
      let values = Set(rows.dropFirst().compactMap { cells($0[...]).last })
      return [
        .count("words", rows.count - 1),
        .text("column", cells(rows[0][...]).last.map(String.init) ?? ""),
        .count("distinct values", values.count),
      ]
    case .wordPairs: return [.count("pairs", rows.count), .text("first", listed(rows))]
    case .sparseRows: return [.count("rows", rows.count)]
    case .answerTable:
      return [
        .count("rows", rows.count - 1),
        .text("columns", cells(rows[0][...]).joined(separator: ", ")),
      ]
    case .digests: return [.count("files", rows.count)]
    default: return [.count("words", rows.count), .text("first", listed(words))]
    }
  }

  private static func catalogue(_ path: String) throws -> [FileDescription.Fact] {
    let corpora = try CorpusCatalogue(contentsOf: path).corpora
    let files = corpora.flatMap(\.files)
    return [
      .count("corpora", corpora.count), .text("names", listed(corpora.map(\.name))),
      .count("files", files.count), .count("files with a digest", files.count { $0.sha256 != nil }),
      .count("bytes known of", files.reduce(0) { $0 + ($1.byteCount ?? 0) }),
      .text("licences", Set(corpora.map(\.licence)).sorted().joined(separator: "; ")),
    ]
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
  }
}
