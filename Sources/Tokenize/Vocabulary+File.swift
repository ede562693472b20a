import WordtoolCore

extension Vocabulary {
  /// Reads a file of lines `word count`, as `save(to:)` and word2vec.c write them.
  ///
  /// The count is what stands behind the last space of a line. Blank lines are left out. The words are
  /// brought into the vocabulary's order, whatever the order of the lines.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` with the line for a line without a
  ///   count, a count that is no number, a word that is empty, not UTF-8 or there already.
  public init(contentsOf path: String) throws {
    let lines = try LineReader(path: path, maximumLength: Self.longestLine)
    let table = WordTable()
    var total: Int64 = 0
    while true {
      // SAFETY: the line is valid while it is parsed.
      let count = try unsafe lines.next { line in
        unsafe line.allSatisfy { $0 <= 0x20 }
          ? 0 : try unsafe Self.parse(line, into: table, path: path, line: lines.number)
      }
      guard let count else { break }
      let sum = total.addingReportingOverflow(count)
      guard !sum.overflow else {
        throw WordtoolError(
          .badData, path: path, at: .line(lines.number), found: "counts whose sum exceeds 2^63")
      }
      total = sum.partialValue
    }
    guard table.count > 0 else {
      throw WordtoolError(
        .badData, path: path, found: "an empty file", expected: "lines of a word and a count")
    }
    self = try VocabularyBuilder(table).build(VocabularyLimits(minimumCount: 0))
  }

  private static let longestLine = 1 << 20

  private static func parse(
    _ line: UnsafeBufferPointer<UInt8>, into table: WordTable, path: String, line number: Int
  ) throws -> Int64 {
    func problem(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .line(number), found: found, expected: expected)
    }
    let space = UInt8(ascii: " ")
    guard
      let split = unsafe line.lastIndex(where: { $0 == space || $0 == UInt8(ascii: "\t") }),
      split > 0
    else { throw problem("no count", "a word, a space and a count") }
    let digits = unsafe Array(line[(split + 1)...])
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0 >= 48 && $0 <= 57 }
    guard isNumber, let count = Int64(String(decoding: digits, as: UTF8.self)) else {
      let text = String(decoding: digits.prefix(40), as: UTF8.self)
      throw problem("'\(text)' as a count", "a whole number from 0 to 2^63 - 1")
    }
    let word = unsafe UnsafeBufferPointer(rebasing: line[..<split])
    guard unsafe table.find(word) < 0 else {
      let text = unsafe String(decoding: unsafe word, as: UTF8.self)
      throw problem("'\(text)' for the second time", "every word once")
    }
    _ = unsafe table.add(word, count: count)
    return count
  }

  /// Writes lines `word count`, in the order of the vocabulary.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`, and `badData` when a word holds
  ///   a line feed; the target is then untouched.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { file in
      var line: [UInt8] = []
      for id in 0..<count {
        line.removeAll(keepingCapacity: true)
        unsafe withUTF8(at: id) { unsafe line.append(contentsOf: $0) }
        guard !line.contains(UInt8(ascii: "\n")), !line.isEmpty else {
          throw WordtoolError(
            .badData, path: path, found: "word \(id + 1) is empty or holds a line feed",
            expected: "words that fit on a line")
        }
        line += " \(count(at: id))\n".utf8
        try file.write(line)
      }
    }
  }
}
