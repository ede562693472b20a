import Tokenize
import WordtoolCore

/// One pass over an ARPA file.
struct ARPAReader {
  private let path: String
  private let fields: ARPAFields
  private let lines: LineReader
  private let threads: Int
  private var unit = TextUnit.word
  private var rule: TokenizerRule?
  private var counts: [Int] = []
  private var table = ByteStringTable()
  private var writesUnknownInCapitals = false
  private var levels: [SortedNGrams] = []
  /// Where the 2-grams do not come in the order of their words, the places of all longer ones that
  /// others begin with, see ``ARPAContexts``.
  private var tables: [PairTable] = []

  /// - Parameter threads: at least 1; the model does not depend on it, nor does an error.
  init(_ source: ByteSource, threads: Int) throws {
    path = source.path
    fields = ARPAFields(path: path)
    self.threads = threads
    // Words are compared by their bytes, whatever these are.
    lines = LineReader(try unsafe TextSource(source), invalid: .kept, maximumLength: 1 << 20)
  }

  private func failure(
    _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    fields.failure(lines.number, found, expected: expected, remedy: remedy)
  }

  /// The next line that is not blank, or nil at the end.
  private func nextLine() throws -> String? {
    while let line = try unsafe lines.next({ unsafe String(decoding: $0, as: UTF8.self) }) {
      if line.utf8.contains(where: { $0 > 0x20 }) { return line }
    }
    return nil
  }

  mutating func read() throws -> NGramModel {
    try readHeader()
    try readCounts()
    for length in 1...counts.count { try readLevel(length) }
    guard let line = try nextLine(), line.hasPrefix("\\end\\") else {
      throw fields.missingTitle(
        lines.number, after: counts.count, count: counts[counts.count - 1], isLast: true)
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
          "the line \(ARPAFields.quoted(line))",
          expected: "\\data\\ of an n-gram model in ARPA format",
          remedy: "models of n-grams are trained from text and written as such files")
      }
      if line.hasPrefix(ARPA.title) {
        let version = line.dropFirst(ARPA.title.count)
        guard version == "\(ARPA.version)" else {
          throw failure(
            "version \(ARPAFields.quoted(String(version)))", expected: "version \(ARPA.version)",
            remedy: "a newer wordtool may read it")
        }
      } else if line.hasPrefix(ARPA.unit) {
        let name = String(line.dropFirst(ARPA.unit.count))
        guard let named = TextUnit(rawValue: name) else {
          throw failure("the unit \(ARPAFields.quoted(name))", expected: "word or char")
        }
        unit = named
      } else if line.hasPrefix(ARPA.tokenizer) {
        let json = String(line.dropFirst(ARPA.tokenizer.count))
        do {
          rule = try StoredJSON.decode(TokenizerRule.self, from: json)
        } catch {
          throw failure("the tokenizer rule \(ARPAFields.quoted(json))", expected: "a rule as JSON")
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
      else {
        throw failure(
          "the line \(ARPAFields.quoted(line))", expected: "'ngram \(length)=COUNT'")
      }
      counts.append(count)
      guard length <= NGramModel.maximumOrder else {
        throw failure(
          "n-grams of order \(length)", expected: "at most \(NGramModel.maximumOrder)")
      }
    }
    throw failure("no \\1-grams:", expected: "it after the counts; the file may be cut off")
  }

  // MARK: Levels

  /// The n-grams of one length behind their title.
  private mutating func readLevel(_ length: Int) throws {
    if length == 1 {
      levels.append(try readWords())
    } else {
      guard let line = try nextLine(), line.hasPrefix("\\\(length)-grams:") else {
        throw fields.missingTitle(
          lines.number, after: length - 1, count: counts[length - 2], isLast: false)
      }
      let found = try readNGrams(length)
      try levels.append(place(found, below: length - 2))
    }
    if length < counts.count {
      let count = levels[length - 1].words.count
      levels[length - 1].firstChild = [Int32](repeating: 0, count: count + 1)
    }
  }

  /// What the next line has to be, with its number, while n-grams are missing.
  private func expected(_ length: Int) -> String {
    "\(counts[length - 1]) \(length)-grams, each with its probability, as the header says"
  }

  private func cutOff(_ length: Int, _ count: Int) -> WordtoolError {
    failure(
      "the end of the file after \(count) \(length)-grams",
      expected: "\(counts[length - 1])", remedy: "the file may be cut off")
  }

  /// The 1-grams, whose words get the numbers of their order.
  private mutating func readWords() throws -> SortedNGrams {
    var level = SortedNGrams()
    let hasBackoffs = counts.count > 1
    // Nothing is reserved by the header's word: a file has to bring the lines it promises.
    while level.words.count < counts[0] {
      let isLine: Void? = try unsafe lines.next { line in
        var at = 0
        let number = lines.number
        guard
          let probability = unsafe try fields.probability(
            line, &at, number: number, expected: expected(1))
        else { return }
        guard let range = unsafe ARPAFields.next(line, &at) else {
          throw failure("a line with 0 words", expected: "1 word")
        }
        let word = unsafe UnsafeBufferPointer(rebasing: line[range])
        let isUnknown =
          unsafe word.count == 5 && word.elementsEqual("<UNK>".utf8)
          && table.find(TokenText.unknown) == nil
        if isUnknown { writesUnknownInCapitals = true }
        let (id, isNew) = unsafe isUnknown ? table.add(TokenText.unknown.utf8) : table.add(word)
        guard isNew else {
          throw failure("\(ARPAFields.quoted(table.text(id))) for the second time")
        }
        let backoff = unsafe try fields.backoff(line, &at, number: number)
        level.words.append(id)
        level.logProbabilities.append(probability)
        if hasBackoffs { level.backoffs.append(backoff) }
      }
      if isLine == nil { throw cutOff(1, level.words.count) }
    }
    return level
  }

  /// Fewer n-grams are not worth another thread.
  private static let fewestForThreads = 1 << 14

  /// The n-grams of one length, 2 or more, by several threads.
  private func readNGrams(_ length: Int) throws -> ARPAPart.NGrams {
    let (count, isLast) = (counts[length - 1], length == counts.count)
    let parts = ARPAParts(lines)
    let found = Turns(ARPAPart.NGrams())
    let capitalUnknown = writesUnknownInCapitals ? table.find(TokenText.unknown) : nil
    try ARPAContexts.lend(levels[...], tables: tables) { contexts in
      let rules = ARPAPart.Rules(
        fields: fields, length: length, count: count, hasBackoffs: !isLast, table: table,
        capitalUnknown: capitalUnknown, contexts: contexts)
      try Workers.run(count: count < Self.fewestForThreads ? 1 : threads) { _ in
        let part = ARPAPart()
        while parts.next(part) {
          part.read(rules)
          let isTaken: Void? = try found.take(part.index) { found in
            let room = count - found.keys.count
            let ngrams = part.found.keys.count
            // A line that is wrong is one, too.
            if ngrams > room || (ngrams == room && part.isCutShort) {
              throw rules.fields.missingTitle(
                part.lineNumber(ofNGram: room), after: length, count: count, isLast: isLast)
            }
            if let failure = part.failure { throw failure }
            found += part.found
          }
          if isTaken == nil { return }
        }
      }
    }
    let all = found.value
    if all.keys.count < count {
      _ = try unsafe lines.next { line in
        throw failure(
          unsafe "the line \(ARPAFields.quoted(line, line.indices))", expected: expected(length))
      }
      throw cutOff(length, all.keys.count)
    }
    return all
  }

  // MARK: Order

  /// Brings n-grams into the order of their keys and tells the level below where continuations begin.
  private mutating func place(
    _ found: consuming ARPAPart.NGrams, below index: Int
  ) throws -> SortedNGrams {
    let keys = found.keys
    var starts = levels[index].firstChild
    levels[index].firstChild = []
    for key in keys { starts[Int(key >> 32) + 1] += 1 }
    for node in starts.indices.dropFirst() { starts[node] += starts[node - 1] }
    defer { levels[index].firstChild = starts }
    var level = SortedNGrams()
    if Self.isAscending(keys) {
      level.words = keys.map { Int32(truncatingIfNeeded: $0) }
      level.logProbabilities = found.logProbabilities
      level.backoffs = found.backoffs
      if index > 0 { addTable(level.words, starts, below: index) }
      return level
    }
    // The neighbours of each context, then the words among them; behind each its place in the file.
    var next = starts
    var order = [UInt64](repeating: 0, count: keys.count)
    for (place, key) in keys.enumerated() {
      let node = Int(key >> 32)
      order[Int(next[node])] = key << 32 | UInt64(place)
      next[node] += 1
    }
    if let twice = Self.sortNeighbours(&order, starts) {
      throw failure(
        "a \(index + 2)-gram that ends with \(ARPAFields.quoted(table.text(twice))) twice")
    }
    level.words = order.map { Int32($0 >> 32) }
    addTable(level.words, starts, below: index)
    level.logProbabilities = order.map { found.logProbabilities[Int($0 & 0xFFFF_FFFF)] }
    if !found.backoffs.isEmpty {
      level.backoffs = order.map { found.backoffs[Int($0 & 0xFFFF_FFFF)] }
    }
    return level
  }

  /// Sorts the words of each context, which stand in the upper halves.
  ///
  /// - Returns: the first word that a context has twice.
  private static func sortNeighbours(_ order: inout [UInt64], _ starts: [Int32]) -> Int32? {
    unsafe order.withUnsafeMutableBufferPointer { order in
      var start = 0
      for end in starts.dropFirst() {
        let neighbours = start..<Int(end)
        start = Int(end)
        guard neighbours.count > 1 else { continue }
        // SAFETY: the bounds are those of the n-grams, of which `order` has one entry each.
        var part = unsafe UnsafeMutableBufferPointer(rebasing: order[neighbours])
        unsafe part.sort()
        for place in neighbours.dropFirst()
        where unsafe order[place] >> 32 == order[place - 1] >> 32 {
          return unsafe Int32(order[place] >> 32)
        }
      }
      return nil
    }
  }

  /// Makes the table of a level that others continue, where all levels before it have one.
  private mutating func addTable(_ words: [Int32], _ starts: [Int32], below index: Int) {
    guard tables.count == index, index + 2 < counts.count else { return }
    var table = PairTable(expectedCount: words.count)
    var place = 0
    for (node, end) in starts.dropFirst().enumerated() {
      while place < Int(end) {
        table.set(Int32(node), words[place], to: Int32(place))
        place += 1
      }
    }
    tables.append(table)
  }

  private static func isAscending(_ keys: [UInt64]) -> Bool {
    guard var last = keys.first else { return true }
    for key in keys.dropFirst() {
      if key <= last { return false }
      last = key
    }
    return true
  }
}
