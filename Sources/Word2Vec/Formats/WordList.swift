import Libc
import NumPyFiles
import WordtoolCore

/// The words of a table of vectors, where they stand in a list of their own.
struct WordList {
  /// What the places are in.
  let contents: FileContents
  /// Where each word is.
  private(set) var places: [Place]
  /// How often each occurred, where the list says so.
  private(set) var counts: [Int64]?
  /// The line of a word; nil where the list has no lines.
  private(set) var lines: [Int]?

  /// The file, for messages.
  var path: String { contents.path }

  /// Words that are in memory.
  init(_ words: some Sequence<[UInt8]>, path: String) {
    var bytes: [UInt8] = []
    var places: [Place] = []
    for word in words {
      places.append(Place(start: bytes.count, count: word.count))
      bytes += word
    }
    contents = FileContents(bytes: bytes, path: path)
    self.places = places
  }

  /// Reads a list: lines of text, with columns parted by tabs or counts behind the words or not; JSON, a
  /// list, numbers by word or a `tokenizer.json`; a NumPy array of text.
  ///
  /// - Parameters:
  ///   - rowCount: how many words there must be; nil when any number will do.
  ///   - vectorPath: the file the words are for, for messages.
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` for another number of words, or what is no list.
  init(contentsOf path: String, rowCount: Int?, for vectorPath: String) throws {
    let file = try FileContents(path: path)
    if unsafe file.bytes.starts(with: NumpyHeader.signature) {
      let header = try unsafe NumpyHeader(file.bytes, path: path)
      guard let words = unsafe header.words(file.bytes) else {
        throw WordtoolError(
          .badData, path: path, found: "an array \(header.shape) of numbers",
          expected: "a list of words")
      }
      self.init(words, path: path)
    } else if let words = try JSONWords.read(file) {
      self.init(words, path: path)
    } else {
      guard !Self.holdsVectors(file) else {
        throw WordtoolError(
          .badData, path: path, found: "vectors", expected: "a list of words, one a line")
      }
      self.init(lines: file, rowCount: rowCount)
    }
    guard rowCount == nil || rowCount == places.count else {
      throw WordtoolError(
        .badData, path: path, found: "\(places.count, "word")",
        expected: "\(rowCount ?? 0), one for each row of \(vectorPath)",
        remedy: "name the right list with `wordList`")
    }
  }

  /// Whether a text is a table of words and their vectors.
  private static func holdsVectors(_ file: FileContents) -> Bool {
    let text = unsafe TextLines(file.bytes)
    let fields = text.fields(of: text.line(from: text.start).range)
    if fields.count > 3, fields.dropFirst().allSatisfy(text.looksLikeNumber) { return true }
    guard let size = SizeLine(text) else { return false }
    return text.fields(of: text.line(from: size.end).range).count > 3
  }

  /// The lines of a text.
  private init(lines file: FileContents, rowCount: Int?) {
    contents = file
    let text = unsafe TextLines(file.bytes)
    var ranges = Self.lines(of: text, rowCount: rowCount)
    let layout = Layout(of: ranges, text, rowCount: rowCount)
    if layout.hasNames { ranges.removeFirst() }
    let entries = layout.entries(of: ranges, text)
    places = entries.places
    counts = entries.counts
    let firstLine = layout.hasNames ? 2 : 1
    lines = Array(firstLine..<firstLine + places.count)
  }

  /// The lines of a text, each without its end. Empty words are words; empty lines at the end are none,
  /// unless they are needed.
  private static func lines(of text: TextLines, rowCount: Int?) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var offset = text.start
    while unsafe offset < text.bytes.count {
      let (line, next) = text.line(from: offset)
      ranges.append(line)
      offset = next
    }
    while let last = ranges.last, last.isEmpty, ranges.count > rowCount ?? 0 { ranges.removeLast() }
    return ranges
  }

  /// Where words and counts stand in the lines of a text.
  private struct Layout {
    /// The names of columns that words and their counts stand in.
    private static let wordNames: Set<String> = ["word", "words", "token", "label", "name", "key"]
    private static let countNames: Set<String> = ["count", "counts", "frequency", "freq"]

    /// Whether the first line has the names of the columns, as the Embedding Projector has it: known by
    /// being one more than there are rows, and having columns or the name of one.
    private(set) var hasNames = false
    /// Whether all lines have as many columns, parted by tabs, and more than one.
    private let hasColumns: Bool
    private var wordColumn = 0
    /// The column of counts; nil where there is none.
    private var countColumn: Int?

    init(of ranges: [Range<Int>], _ text: TextLines, rowCount: Int?) {
      if let first = ranges.first, rowCount.map({ ranges.count == $0 + 1 }) ?? false {
        let names = WordList.columns(of: first, text).map {
          unsafe String(decoding: text.bytes[$0], as: UTF8.self).lowercased()
        }
        if names.count > 1 || Self.wordNames.contains(names[0]) {
          hasNames = true
          wordColumn = names.firstIndex { Self.wordNames.contains($0) } ?? 0
          countColumn = names.firstIndex { Self.countNames.contains($0) }
        }
      }
      let rows = ranges.dropFirst(hasNames ? 1 : 0)
      let columnCount = rows.first.map { WordList.columns(of: $0, text).count } ?? 0
      hasColumns =
        columnCount > 1 && rows.allSatisfy { WordList.columns(of: $0, text).count == columnCount }
      // Words and their counts, without names.
      if countColumn == nil, columnCount == 2, !hasNames { countColumn = 1 }
    }

    /// The words of lines, and their counts where each line has one.
    func entries(of ranges: [Range<Int>], _ text: TextLines) -> (places: [Place], counts: [Int64]?)
    {
      let entries = ranges.map { hasColumns ? columns(of: $0, text) : fields(of: $0, text) }
      let counts = entries.compactMap(\.count)
      let areCounted = !counts.isEmpty && counts.count == entries.count
      let places = zip(ranges, entries).map { line, entry in
        // Without counts behind all words the blanks of a line are part of its word.
        let word = hasColumns || areCounted ? entry.word : line
        return Place(start: word.lowerBound, count: word.count)
      }
      return (places, areCounted ? counts : nil)
    }

    private typealias Entry = (word: Range<Int>, count: Int64?)

    private func columns(of line: Range<Int>, _ text: TextLines) -> Entry {
      let columns = WordList.columns(of: line, text)
      // The line of names may have more columns than the others.
      let count = countColumn.flatMap { $0 < columns.count ? text.integer(columns[$0]) : nil }
      return (columns[min(wordColumn, columns.count - 1)], count.map { Int64($0) })
    }

    /// A word and its count, as word2vec.c saves vocabularies.
    private func fields(of line: Range<Int>, _ text: TextLines) -> Entry {
      let fields = text.fields(of: line)
      guard fields.count == 2, fields[0].lowerBound == line.lowerBound,
        let count = text.integer(fields[1])
      else { return (line, nil) }
      return (fields[0], Int64(count))
    }
  }

  /// What stands between the tabs of a line.
  fileprivate static func columns(of line: Range<Int>, _ text: TextLines) -> [Range<Int>] {
    var columns: [Range<Int>] = []
    var first = line.lowerBound
    for at in line where unsafe text.bytes[at] == 0x09 {
      columns.append(first..<at)
      first = at + 1
    }
    return columns + [first..<line.upperBound]
  }
}

extension WordList {
  /// What lists are called that stand beside a file: after the file, then by themselves.
  private static let endings = [".words", ".vocab", ".txt", ".json"]
  private static let names = [
    "words.txt", "vocab.txt", "words.json", "vocab.json", "tokenizer.json",
  ]

  /// The list beside a file of vectors: `NAME.words`, `NAME.vocab`, `NAME.txt` or `NAME.json` beside
  /// `NAME.npy`; else `words.txt`, `vocab.txt`, `words.json`, `vocab.json` or `tokenizer.json` in the
  /// same folder; nil when there is none.
  static func beside(_ path: String) -> String? {
    guard path != "-" else { return nil }
    let (folder, file) = OutputTarget.split(path)
    let name = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let prefix = path.contains("/") ? (folder.hasSuffix("/") ? folder : folder + "/") : ""
    let candidates = endings.map { prefix + stem + $0 } + names.map { prefix + $0 }
    return candidates.first { candidate in
      guard candidate != path, isFile(candidate) else { return false }
      // The same vectors as text are often called so.
      return (try? FileContents(path: candidate)).map { !holdsVectors($0) } ?? true
    }
  }

  /// Whether there is a regular file of that name.
  static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The list for a table of vectors: the one that is named, or the one beside it.
  ///
  /// - Throws: `WordtoolError`: as ``init(contentsOf:rowCount:for:)``; `badData` when there is none.
  static func list(
    for path: String, rowCount: Int, what: String, options: WordVectors.ReadOptions
  ) throws -> WordList {
    guard let list = options.wordList ?? beside(path) else {
      throw WordtoolError(
        .badData, path: path, found: "\(what) without words",
        expected: "a list of \(rowCount, "word")",
        remedy: "put the words, one a line, beside it under the same name with .txt or .words, or "
          + "name the list with `wordList`")
    }
    return try WordList(contentsOf: list, rowCount: rowCount, for: path)
  }

  /// Makes vectors of a table and these words.
  func vectors(
    of table: NumericTable, format: WordVectors.Format, metadata: [String: String] = [:],
    options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    var assembly = VectorAssembly(
      path: table.path, format: format, dimension: table.dimension,
      rows: try table.rows(threads: options.threads))
    assembly.wordPath = path
    assembly.counts = counts
    assembly.metadata = metadata
    return try unsafe places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: contents.bytes, options: options) { row in
        lines.map { .line($0[row]) }
      }
    }
  }
}
