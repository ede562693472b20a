import WordtoolCore

extension Vocabulary {
  /// Reads a file of lines `word count`, as ``save(to:)`` and word2vec.c write them.
  ///
  /// The count is what stands behind the last space of a line. Gzip is unpacked. The words are
  /// brought into the vocabulary's order, whatever the order of the lines.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` with the line for a line without a
  ///   count, a count that is no number, a word that is empty, not UTF-8 or there already.
  public init(contentsOf path: String) throws {
    let source = try ByteSource(path: path)
    let table = WordTable()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var line: [UInt8] = []
    var number = 0
    var total: Int64 = 0
    func take() throws {
      number += 1
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      let count = try Self.parse(line, into: table, path: path, line: number)
      let sum = total.addingReportingOverflow(count)
      guard !sum.overflow else {
        throw WordtoolError(
          .badData, path: path, at: .line(number), found: "counts whose sum exceeds 2^63")
      }
      total = sum.partialValue
      line.removeAll(keepingCapacity: true)
    }
    while true {
      // SAFETY: the array lends its storage for the call.
      let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe source.read(into: $0) }
      if count == 0 { break }
      var start = 0
      while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
        line += buffer[start..<end]
        try take()
        start = end + 1
      }
      line += buffer[start..<count]
      guard line.count <= Self.longestLine else {
        throw WordtoolError(
          .badData, path: path, at: .line(number + 1),
          found: "a line of more than \(Self.longestLine) bytes", expected: "a word and a count")
      }
    }
    if !line.isEmpty { try take() }
    guard table.count > 0 else {
      throw WordtoolError(
        .badData, path: path, found: "an empty file", expected: "lines of a word and a count")
    }
    self = try VocabularyBuilder(table).build(VocabularyLimits(minimumCount: 0))
  }

  private static let longestLine = 1 << 20

  private static func parse(
    _ line: [UInt8], into table: WordTable, path: String, line number: Int
  ) throws -> Int64 {
    func problem(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .line(number), found: found, expected: expected)
    }
    let space = UInt8(ascii: " ")
    guard
      let split = line.lastIndex(where: { $0 == space || $0 == UInt8(ascii: "\t") }), split > 0
    else {
      throw problem("no count", "a word, a space and a count")
    }
    let digits = line[(split + 1)...]
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0 >= 48 && $0 <= 57 }
    guard isNumber, let count = Int64(String(decoding: digits, as: UTF8.self)) else {
      let text = String(decoding: digits.prefix(40), as: UTF8.self)
      throw problem("'\(text)' as a count", "a whole number from 0 to 2^63 - 1")
    }
    return try unsafe line[..<split].withUnsafeBufferPointer { word in
      guard unsafe UTF8Text.firstProblem(in: word) == nil else {
        throw problem("a word that is not UTF-8", "UTF-8 text")
      }
      guard unsafe !word.contains(0) else {
        throw problem("a NUL byte", "UTF-8 text")
      }
      let before = table.count
      _ = unsafe table.add(word, count: count)
      guard table.count > before else {
        let text = unsafe String(decoding: unsafe word, as: UTF8.self)
        throw problem("'\(text)' for the second time", "every word once")
      }
      return count
    }
  }

  /// Writes lines `word count`, in the order of the vocabulary.
  ///
  /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput`, and `badData` when a word holds
  ///   a line feed; the target is then untouched.
  public func save(to path: String) throws {
    let file = try OutputFile(path: path)
    var line: [UInt8] = []
    for id in 0..<count {
      line.removeAll(keepingCapacity: true)
      unsafe withUTF8(at: id) { unsafe line.append(contentsOf: $0) }
      guard !line.contains(UInt8(ascii: "\n")), !line.isEmpty else {
        throw WordtoolError(
          .badData, path: path, found: "word \(id) is empty or holds a line feed",
          expected: "words that fit on a line")
      }
      line += " \(count(at: id))\n".utf8
      try file.write(line)
    }
    try file.commit()
  }
}
