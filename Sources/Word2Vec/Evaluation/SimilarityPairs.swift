import WordtoolCore

/// Pairs of words with a score that people gave their similarity.
///
/// A line is `word word score`, parted by tabs, commas or blanks, as WordSim-353, MEN, RG-65, MTurk,
/// SimLex-999, SimVerb-3500 and Rare Words are published: what follows the score is not looked at, nor is a
/// part of speech in front of it; the first line may name the columns, lines that begin with `#` are
/// remarks, and the number of each row may stand in front. Where all words end in a part of speech as in
/// MEN's lemma form (`sun-n`), it is left out.
public struct SimilarityPairs: Hashable, Sendable {
  /// One pair.
  public struct Pair: Hashable, Sendable {
    /// The first word.
    public let first: String
    /// The second word.
    public let second: String
    /// The score; higher is more similar.
    public let score: Double
  }

  /// The pairs in the order of the file.
  public let pairs: [Pair]

  /// Reads a file of pairs, plain or gzip; `-` is standard input.
  ///
  /// The score is the column that a first line without a number calls so (`SimLex999`, `Human
  /// (mean)`, `score` ...); else the first number behind the two words.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for a line that is no pair.
  public init(contentsOf path: String) throws {
    var pairs: [Pair] = []
    var header: [String]?
    for line in try PairLines.read(path) {
      // Columns may be called by numbers, one for each person who was asked.
      if pairs.isEmpty, header == nil, line.fields.dropFirst(2).contains(where: Self.isScore) {
        header = line.fields
        continue
      }
      let numbers = line.fields.dropFirst(2).map { Double($0) }
      let named = header.flatMap { names in
        names.firstIndex { Self.isScore($0) }.flatMap { $0 >= 2 ? $0 - 2 : nil }
      }
      let first = named ?? numbers.firstIndex { $0 != nil }
      if let first, first < numbers.count, let score = numbers[first], score.isFinite {
        pairs.append(Pair(first: line.fields[0], second: line.fields[1], score: score))
      } else if pairs.isEmpty, header == nil, line.fields.count > 2, first == nil {
        header = line.fields
      } else {
        throw WordtoolError(
          .badData, path: path, at: .line(line.number),
          found: "'\(line.fields.joined(separator: " ").prefix(60))'",
          expected: "two words and a score, parted by tabs, commas or blanks")
      }
    }
    guard !pairs.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no pairs", expected: "word, word, score")
    }
    self.pairs = Self.withoutTags(pairs)
  }

  /// MEN's lemma form has a part of speech behind each word: `sun-n`, `run-v`, `old-j`.
  private static func withoutTags(_ pairs: [Pair]) -> [Pair] {
    func isTagged(_ word: String) -> Bool {
      word.count > 2 && ["-n", "-v", "-j"].contains { word.hasSuffix($0) }
    }
    guard pairs.allSatisfy({ isTagged($0.first) && isTagged($0.second) }) else { return pairs }
    return pairs.map {
      Pair(
        first: String($0.first.dropLast(2)), second: String($0.second.dropLast(2)), score: $0.score)
    }
  }

  /// Whether a column is called as scores are.
  static func isScore(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasPrefix("simlex") || name.hasPrefix("human") || name.hasPrefix("score")
      || name.hasPrefix("similarity") || name.hasPrefix("mean")
  }
}

/// Lines that begin with two words.
package enum PairLines {
  /// A line's fields, two at least, and its number.
  package struct Line {
    package var fields: [String]
    package var number: Int
  }

  /// The lines of a file; blank ones, remarks behind `#` and the numbers of rows in front of the words
  /// are left out.
  ///
  /// - Throws: ``WordtoolError``: what reading throws, `badData` for a line of one word.
  package static func read(_ path: String) throws -> [Line] {
    let reader = try LineReader(path: path)
    var lines: [Line] = []
    while let line = try reader.nextLine() {
      let start = line.trimmed
      if start.isEmpty || start.hasPrefix("#") { continue }
      let isTable = line.contains("\t")
      let parts = start.split { isTable ? $0 == "\t" : $0 == "," || $0 == ";" }
      let fields =
        parts.count > 1
        ? parts.map(\.trimmed) : start.split(whereSeparator: \.isWhitespace).map(String.init)
      guard fields.count >= 2 else {
        throw WordtoolError(
          .badData, path: path, at: .line(reader.number), found: "one word",
          expected: "two words apart by a tab, a comma or spaces")
      }
      lines.append(Line(fields: fields, number: reader.number))
    }
    return withoutRowNumbers(lines)
  }

  /// As ``read(_:)``, without the first line where that names the columns.
  package static func readPairs(_ path: String) throws -> [Line] {
    let lines = try read(path)
    return namesColumns(lines) ? Array(lines.dropFirst()) : lines
  }

  /// Whether the first line is the names of columns: the usual ones, or where all others have a
  /// number behind the words it has none.
  private static func namesColumns(_ lines: [Line]) -> Bool {
    guard let first = lines.first?.fields else { return false }
    let names = first.prefix(2).map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
    let usual = ["word1 word2", "w1 w2", "term1 term2", "firstword secondword"]
    if usual.contains(names.joined(separator: " ")) { return true }
    let further = first.dropFirst(2)
    if further.contains(where: SimilarityPairs.isScore) { return true }
    return !further.isEmpty && further.allSatisfy { Double($0) == nil } && lines.count > 1
      && lines.dropFirst().allSatisfy { $0.fields.dropFirst(2).contains { Double($0) != nil } }
  }

  /// Leaves out the first column where it is the numbers of the rows: whole numbers, with two words
  /// behind them. One line has them only if a score follows.
  private static func withoutRowNumbers(_ lines: [Line]) -> [Line] {
    func isNumbered(_ line: Line) -> Bool {
      line.fields.count >= 3 && Int(line.fields[0]) != nil && Double(line.fields[1]) == nil
        && Double(line.fields[2]) == nil
    }
    let hasNames = lines.first.map { !isNumbered($0) } ?? false
    let rows = lines.dropFirst(hasNames ? 1 : 0)
    guard let first = rows.first, rows.allSatisfy(isNumbered),
      rows.count > 1 || first.fields.dropFirst(3).first.flatMap(Double.init) != nil
    else { return lines }
    return lines.enumerated().map { place, line in
      // Tables of R and pandas have no name for such a column.
      let isShort = hasNames && place == 0 && line.fields.count < first.fields.count
      return isShort
        ? line : Line(fields: Array(line.fields.dropFirst()), number: line.number)
    }
  }
}
