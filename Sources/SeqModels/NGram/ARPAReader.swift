import Tokenize
import WordtoolCore

/// One pass over an ARPA file.
struct ARPAReader {
  private let path: String
  private let lines: LineReader
  private var unit = TextUnit.word
  private var rule: TokenizerRule?
  private var counts: [Int] = []
  private var table = ByteStringTable()
  private var writesUnknownInCapitals = false
  private var levels: [SortedNGrams] = []

  init(_ source: ByteSource) throws {
    path = source.path
    // Words are compared by their bytes, whatever these are.
    lines = LineReader(try unsafe TextSource(source), invalid: .kept, maximumLength: 1 << 20)
  }

  private func failure(
    _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(max(1, lines.number)), found: found, expected: expected,
      remedy: remedy)
  }

  /// The next line that is not blank, or nil at the end.
  private func nextLine() throws -> String? {
    while let line = try unsafe lines.next({ unsafe String(decoding: $0, as: UTF8.self) }) {
      if line.utf8.contains(where: { $0 > 0x20 }) { return line }
    }
    return nil
  }

  /// Text of a file in a message: short, and nothing a terminal would obey.
  private func quoted(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40).map {
      $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0 == "\u{FFFD}" ? "?" : String($0)
    }
    return "'\(start.joined())\(text.unicodeScalars.count > 40 ? "..." : "")'"
  }

  mutating func read() throws -> NGramModel {
    try readHeader()
    try readCounts()
    for length in 1...counts.count { try readLevel(length) }
    guard let line = try nextLine(), line.hasPrefix("\\end\\") else {
      throw failure("no \\end\\", expected: "it after the n-grams; the file may be cut off")
    }
    guard let begin = table.find(TokenText.begin), let end = table.find(TokenText.end) else {
      throw WordtoolError(
        .badData, path: path, found: "a model without <s> or </s>",
        expected: "both among the 1-grams")
    }
    var unknown = table.find(TokenText.unknown)
    if unknown == nil {
      unknown = table.add(TokenText.unknown.utf8).id
      levels[0].words.append(Int32(table.count - 1))
      levels[0].logProbabilities.append(-100)
      if counts.count > 1 {
        levels[0].backoffs.append(0)
        levels[0].firstChild.append(levels[0].firstChild[levels[0].firstChild.count - 1])
      }
    }
    return NGramModel(
      unit: unit, rule: rule, store: try NGramStore(table, levels), unknown: unknown ?? 0,
      begin: begin, end: end)
  }

  /// The lines up to `\data\`.
  private mutating func readHeader() throws {
    while let line = try nextLine() {
      if line.hasPrefix("\\data\\") { return }
      guard line.hasPrefix("#") else {
        throw failure(
          "the line \(quoted(line))", expected: "\\data\\ of an n-gram model in ARPA format",
          remedy: "models of n-grams are trained from text and written as such files")
      }
      if line.hasPrefix(ARPA.title) {
        let version = line.dropFirst(ARPA.title.count)
        guard version == "\(ARPA.version)" else {
          throw failure(
            "version \(quoted(String(version)))", expected: "version \(ARPA.version)",
            remedy: "a newer wordtool may read it")
        }
      } else if line.hasPrefix(ARPA.unit) {
        let name = String(line.dropFirst(ARPA.unit.count))
        guard let named = TextUnit(rawValue: name) else {
          throw failure("the unit \(quoted(name))", expected: "word or char")
        }
        unit = named
      } else if line.hasPrefix(ARPA.tokenizer) {
        let json = String(line.dropFirst(ARPA.tokenizer.count))
        do {
          rule = try StoredJSON.decode(TokenizerRule.self, from: json)
        } catch {
          throw failure("the tokenizer rule \(quoted(json))", expected: "a rule as JSON")
        }
      }
    }
    throw WordtoolError(
      .badData, path: path, found: lines.number == 0 ? "an empty file" : "no \\data\\",
      expected: "an n-gram model in ARPA format")
  }

  /// `ngram 1=42` and so on, up to `\1-grams:`.
  private mutating func readCounts() throws {
    while let line = try nextLine() {
      if line.hasPrefix("\\1-grams:") {
        guard !counts.isEmpty else { throw failure("no counts", expected: "'ngram 1=COUNT'") }
        return
      }
      let parts = line.split(separator: "=", maxSplits: 1)
      let length = counts.count + 1
      guard parts.count == 2, parts[0].split(separator: " ") == ["ngram", "\(length)"],
        let count = Int(parts[1].filter { $0 != " " && $0 != "\t" }), count >= 0,
        count < Int(Int32.max) - 1
      else { throw failure("the line \(quoted(line))", expected: "'ngram \(length)=COUNT'") }
      counts.append(count)
      guard length <= NGramModel.maximumOrder else {
        throw failure(
          "n-grams of order \(length)", expected: "at most \(NGramModel.maximumOrder)")
      }
    }
    throw failure("no \\1-grams:", expected: "it after the counts; the file may be cut off")
  }

  /// The n-grams of one order, and the title of the next.
  private mutating func readLevel(_ length: Int) throws {
    if length > 1 {
      guard let line = try nextLine(), line.hasPrefix("\\\(length)-grams:") else {
        throw failure(
          "no \\\(length)-grams:", expected: "it after \(counts[length - 2]) \(length - 1)-grams")
      }
    }
    let hasBackoffs = length < counts.count
    var level = SortedNGrams()
    var keys: [UInt64] = []
    var ids = [Int32](repeating: -1, count: length)
    var previous = ids
    var parent: Int32 = -1
    // Nothing is reserved by the header's word: a file has to bring the lines it promises.
    while level.words.count < counts[length - 1] {
      let isLine: Bool? = try unsafe lines.next { line in
        var fields = unsafe FieldCutter(line)
        guard let first = unsafe fields.next() else { return false }
        guard let probability = unsafe Self.number(first) else {
          throw failure(
            unsafe "the line \(quoted(String(decoding: line, as: UTF8.self)))",
            expected:
              "\(counts[length - 1]) \(length)-grams, each with its probability, as the header says"
          )
        }
        guard probability <= 0 else {
          throw failure("the log10 probability \(probability)", expected: "at most 0")
        }
        for place in 0..<length {
          guard let word = unsafe fields.next() else {
            throw failure("a line with \(place) words", expected: "\(length, "word")")
          }
          let isUnknown = unsafe word.count == 5 && word.elementsEqual("<UNK>".utf8)
          if length == 1 {
            let isFirst = isUnknown && table.find(TokenText.unknown) == nil
            if isFirst { writesUnknownInCapitals = true }
            let (id, isNew) = unsafe isFirst ? table.add(TokenText.unknown.utf8) : table.add(word)
            guard isNew else {
              throw failure("\(quoted(table.text(id))) for the second time")
            }
            ids[0] = id
          } else {
            let known =
              unsafe isUnknown && writesUnknownInCapitals
              ? table.find(TokenText.unknown) : table.find(word)
            guard let id = known else {
              throw failure(
                unsafe "the word \(quoted(String(decoding: word, as: UTF8.self)))",
                expected: "a word of the 1-grams")
            }
            ids[place] = id
          }
        }
        var backoff: Float = 0
        if let field = unsafe fields.next() {
          guard let value = unsafe Self.number(field), value.isFinite || value < 0 else {
            throw failure(
              unsafe "\(quoted(String(decoding: field, as: UTF8.self))) after the words",
              expected: "a back-off weight")
          }
          // Some programs write a weight of -inf or -99 for a context without mass to give.
          backoff = max(-99, value)
        }
        guard unsafe fields.next() == nil else {
          throw failure("more than a back-off weight after the words")
        }
        if length > 1 {
          if ids.dropLast() != previous.dropLast() {
            parent = try node(of: ids.dropLast())
            previous = ids
          }
          keys.append(UInt64(parent) << 32 | UInt64(ids[length - 1]))
        }
        level.words.append(ids[length - 1])
        level.logProbabilities.append(max(-100, probability))
        if hasBackoffs { level.backoffs.append(backoff) }
        return true
      }
      guard isLine != nil else {
        throw failure(
          "the end of the file after \(level.words.count) \(length)-grams",
          expected: "\(counts[length - 1])", remedy: "the file may be cut off")
      }
    }
    if length > 1 { try place(&level, keys, below: length - 2) }
    if hasBackoffs { level.firstChild = [Int32](repeating: 0, count: level.words.count + 1) }
    levels.append(level)
  }

  /// The number of the n-gram of these tokens.
  private func node(of ids: ArraySlice<Int32>) throws -> Int32 {
    var node: Int32 = ids[ids.startIndex]
    for (depth, id) in ids.dropFirst().enumerated() {
      let starts = levels[depth].firstChild
      var low = starts[Int(node)]
      var high = starts[Int(node) + 1]
      let words = levels[depth + 1].words
      while low < high {
        let middle = low + (high - low) / 2
        if words[Int(middle)] < id { low = middle + 1 } else { high = middle }
      }
      guard low < starts[Int(node) + 1], words[Int(low)] == id else {
        let text = ids.map { table.text($0) }.joined(separator: " ")
        throw failure(
          "an n-gram that begins with \(quoted(text))",
          expected: "that among the \(ids.count)-grams")
      }
      node = low
    }
    return node
  }

  /// Brings a level into the order of its keys and tells the one below where continuations begin.
  private mutating func place(
    _ level: inout SortedNGrams, _ keys: [UInt64], below index: Int
  ) throws {
    var order: [Int]?
    if zip(keys, keys.dropFirst()).contains(where: { $0 >= $1 }) {
      order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }
    var sorted = keys
    if let order {
      sorted = order.map { keys[$0] }
      level.words = order.map { level.words[$0] }
      level.logProbabilities = order.map { level.logProbabilities[$0] }
      if !level.backoffs.isEmpty { level.backoffs = order.map { level.backoffs[$0] } }
      if let twice = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 })?.0 {
        throw failure(
          "a \(index + 2)-gram that ends with "
            + "\(quoted(table.text(Int32(truncatingIfNeeded: twice & 0xFFFF_FFFF)))) twice")
      }
    }
    for key in sorted { levels[index].firstChild[Int(key >> 32) + 1] += 1 }
    for node in levels[index].firstChild.indices.dropFirst() {
      levels[index].firstChild[node] += levels[index].firstChild[node - 1]
    }
  }

  /// A number in decimal digits, or nil; never NaN.
  private static func number(_ field: UnsafeBufferPointer<UInt8>) -> Float? {
    guard field.count <= 40, let value = unsafe Float(String(decoding: field, as: UTF8.self)),
      !value.isNaN
    else { return nil }
    return value
  }
}

/// Cuts a line at the white space that KenLM cuts at.
@safe private struct FieldCutter {
  // SAFETY: a line of the reader's, which outlives this; places are compared with its count.
  private let line: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ line: UnsafeBufferPointer<UInt8>) { unsafe self.line = unsafe line }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 9 && byte <= 13) || byte == 0
  }

  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    while unsafe at < line.count, unsafe Self.isSpace(line[at]) { at += 1 }
    guard unsafe at < line.count else { return nil }
    let start = at
    while unsafe at < line.count, unsafe !Self.isSpace(line[at]) { at += 1 }
    return unsafe UnsafeBufferPointer(rebasing: line[start..<at])
  }
}
