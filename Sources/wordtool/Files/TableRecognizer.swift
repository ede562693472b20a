import SeqModels
import Word2Vec
import WordtoolCore

/// Tells what text in rows and columns is by its first lines: images, questions, tagged words, pairs
/// with scores, numbers, texts with labels. Where many things look alike the reader of the kind has the
/// last word.
struct TableRecognizer {
  private let path: String
  /// Whole lines, blank ones too.
  private let lines: [Substring]
  /// The lines with something on them.
  private let rows: [Substring]
  /// Whether these are all lines of the file.
  private let isWhole: Bool

  /// Files that are read as a whole to be sure; sets of questions and pairs are small.
  private static let sizeLimit = 4 << 20

  init(_ lines: ArraySlice<Substring>, of path: String, isWhole: Bool) {
    self.path = path
    self.lines = Array(lines)
    self.isWhole = isWhole
    rows = lines.filter { !$0.allSatisfy(\.isWhitespace) }
  }

  /// The kind that all lines are of; nil of prose.
  var kind: FileKind? {
    guard let first = rows.first else { return nil }
    if first.hasPrefix(": ") || first.hasPrefix(":\t") {
      let areQuestions = rows.map(Self.fields).allSatisfy { $0[0] == ":" || $0.count == 4 }
      return areQuestions ? .analogyQuestions : nil
    }
    if isDigits { return .optdigits }
    if isWhole, isKernel { return .kernel }
    if isNumbers { return .numbers }
    if isTagged { return .taggedText }
    if isPairs { return .similarityPairs }
    if isQuestions { return .analogyQuestions }
    return isLabelled ? .labelledText : nil
  }

  private static func fields(of line: Substring) -> [Substring] {
    line.split { $0 == " " || $0 == "\t" }
  }

  /// The fields of a row between tabs, else commas, else semicolons; one where none of these is there.
  private static func cells(of line: Substring) -> [Substring] {
    let separator = ["\t", ",", ";"].first { line.contains($0) } ?? "\t"
    return line.split(separator: separator, omittingEmptySubsequences: false)
  }

  private var mayBeReadWhole: Bool {
    (InputFiles.totalByteCount([path]) ?? .max) <= Self.sizeLimit
  }

  /// 64 pixels of 0 to 16 and a digit a row, with commas; remarks behind `#`.
  private var isDigits: Bool {
    let images = rows.filter { !$0.hasPrefix("#") }
    return !images.isEmpty
      && images.allSatisfy { row in
        let values = row.split(separator: ",", omittingEmptySubsequences: false).map { UInt8($0) }
        return values.count == 65 && values.allSatisfy { $0.map { $0 <= 16 } ?? false }
          && values[64].map { $0 <= 9 } == true
      }
  }

  /// Rows of numbers, as many in each, at most ``widestKernel``.
  private var isKernel: Bool {
    let rows = rows.map { line in line.prefix { $0 != "#" }.split { " ,\t".contains($0) } }
      .filter { !$0.isEmpty }
    guard let first = rows.first, rows.count > 1 || first.count > 1,
      max(first.count, rows.count) <= Self.widestKernel
    else { return false }
    return rows.allSatisfy { row in
      row.count == first.count
        && row.allSatisfy { number in number.split(separator: "/").allSatisfy { Double($0) != nil }
        }
    }
  }
  private static let widestKernel = 64

  /// Rows of numbers apart by tabs, commas or semicolons, as many in each, and maybe a row of names.
  private var isNumbers: Bool {
    let table = rows.filter { !$0.hasPrefix("#") }.map(Self.cells)
    guard table.count > 2, table[0].count > 1 else { return false }
    return table.dropFirst().allSatisfy { row in
      row.count == table[0].count && row.allSatisfy { Double($0.trimmed) != nil }
    }
  }

  /// A word and its tags a row, sentences apart by blank lines: CoNLL's layouts.
  private var isTagged: Bool {
    let words = rows.filter { !$0.hasPrefix("#") && !$0.hasPrefix("-DOCSTART-") }
    guard let first = words.first, lines.dropLast().contains(where: \.isEmpty) else { return false }
    let hasTabs = first.contains("\t")
    let table = words.map { row in
      hasTabs ? row.split(separator: "\t", omittingEmptySubsequences: false) : Self.fields(of: row)
    }
    let width = table[0].count
    guard width >= 2, table.allSatisfy({ $0.count == width && !$0[0].contains(" ") }) else {
      return false
    }
    // Lines of as many words each may be verse, whose last words seldom repeat.
    let tags = Set(table.map { width == 10 ? $0[3] : $0[width - 1] })
    return hasTabs && width == 2 || 2 * tags.count <= table.count
  }

  /// Two words and a score a row; the first line may name the columns.
  private var isPairs: Bool {
    let pairs = rows.map { line in line.split { " \t,;".contains($0) } }
    func isPair(_ pair: [Substring]) -> Bool {
      pair.count >= 3 && Double(pair[0]) == nil && Double(pair[1]) == nil && Double(pair[2]) != nil
    }
    if pairs.dropFirst(pairs.count > 1 ? 1 : 0).allSatisfy(isPair) { return true }
    // Other columns may stand between, as in SimLex-999.
    let table = rows.map(Self.cells)
    let scored = table.dropFirst().allSatisfy { row in
      row.count == table[0].count && row.count >= 3
        && row.prefix(2).allSatisfy { !$0.isEmpty && !$0.contains(" ") && Double($0) == nil }
        && row.dropFirst(2).contains { Double($0) != nil }
    }
    return table.count > 2 && scored && mayBeReadWhole
      && (try? SimilarityPairs(contentsOf: path)) != nil
  }

  /// Four words a row, or two of which the second has alternatives, without a section's name above.
  private var isQuestions: Bool {
    let table = rows.map(Self.fields)
    let width = table[0].count
    let isSet = table.allSatisfy { row in
      row.count == width && row.allSatisfy { Double($0) == nil && $0.last?.isPunctuation == false }
    }
    guard table.count >= 4, isSet else { return false }
    let isPlain = width == 4 || width == 2 && table.contains { $0[1].contains("/") }
    return isPlain && mayBeReadWhole && (try? AnalogyQuestions(contentsOf: path)) != nil
  }

  /// Whether train-classifier's reader finds texts, and labels that several texts have: at least two
  /// labels, but for a long table, which may be sorted by them.
  private var isLabelled: Bool {
    let start = Array((lines.joined(separator: "\n") + "\n").utf8)
    guard let (text, format) = try? LabelledText.sample(start, path: path) else { return false }
    if format == .fastText { return true }
    let (texts, labels) = (text.count, text.labels.count)
    guard text.unlabelledCount == 0, labels >= (isWhole || format != .tsv ? 2 : 1) else {
      return false
    }
    if format == .json || format == .jsonl { return true }
    // Pairs of words, such as those of a dictionary, repeat some as well.
    let hasPhrases = 2 * (0..<texts).count { text.text(at: $0).contains(" ") } > texts
    let largestShare = texts < 20 && hasPhrases ? 1 : hasPhrases ? 2 : 4
    return texts >= 3 && labels < texts && largestShare * labels <= texts
  }
}
