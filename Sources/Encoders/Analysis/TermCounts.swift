import WordtoolCore

/// How often each term stands in each of some consecutive texts, by numbers of the counter's own.
struct TermCounts: Sendable {
  /// The terms by number.
  let table: TermTable
  /// Where each row starts in `terms` and `counts`.
  private(set) var rowOffsets = [0]
  /// Numbers of terms, in the order of their first appearance in the text.
  private(set) var terms: [Int32] = []
  private(set) var counts: [Int32] = []

  /// Counts the terms of some texts as the analyzer cuts them out.
  ///
  /// - Parameters:
  ///   - range: which texts.
  ///   - known: the terms to count; nil counts and learns every term.
  init(
    _ documents: Documents, _ range: Range<Int>, _ analysis: TextAnalysis, known: ByteStringTable?
  ) throws {
    let analyzer = try TermAnalyzer(analysis)
    var texts = known ?? ByteStringTable()
    var rows = RowTally(termCount: texts.count)
    let learns = known == nil
    unsafe documents.forEachText(in: range) { text in
      unsafe analyzer.forEachTerm(text) { term in
        if learns {
          rows.count(unsafe texts.add(term).id)
        } else if let number = unsafe texts.find(term) {
          rows.count(number)
        }
      }
      rows.endRow()
    }
    table = .texts(texts)
    (rowOffsets, terms, counts) = rows.finish()
  }

  /// Counts the n-grams of the words of some texts; nil when a word holds a blank, so that n-grams of
  /// other words would read the same.
  ///
  /// - Parameter known: the terms to count, and the terms of its tree among them; nil counts and learns
  ///   every term.
  init?(
    gramsOf documents: Documents, _ range: Range<Int>, _ analysis: TextAnalysis,
    known: KnownGrams?
  ) throws {
    let analyzer = try TermAnalyzer(analysis)
    var tree = known?.tree ?? GramTree()
    var rows = RowTally(termCount: known?.termCount ?? 0)
    let learns = known == nil
    var words: [Int32] = []
    // Of each place of the text, the n-gram that begins there.
    var grams: [Int32] = []
    var holdsBlank = false
    unsafe documents.forEachText(in: range) { text in
      words.removeAll(keepingCapacity: true)
      unsafe analyzer.forEachKeptWord(text) { word in
        if learns {
          let count = tree.words.count
          words.append(unsafe tree.add(word: word))
          if tree.words.count > count, unsafe word.contains(where: { $0 <= 0x20 }) {
            holdsBlank = true
          }
        } else {
          let number = unsafe tree.words.find(word) ?? -1
          if number < 0, unsafe word.contains(where: { $0 <= 0x20 }) { holdsBlank = true }
          words.append(number)
        }
      }
      grams.removeAll(keepingCapacity: true)
      grams.append(contentsOf: words.lazy.map { $0 < 0 ? -1 : tree.termOfWord[Int($0)] })
      for size in 1...analysis.ngrams.upperBound where size <= words.count {
        if size > 1 {
          grams.removeLast()
          unsafe words.withUnsafeBufferPointer { words in
            unsafe grams.withUnsafeMutableBufferPointer {
              unsafe tree.extend(
                $0, by: UnsafeBufferPointer(rebasing: words[(size - 1)...]), learns: learns)
            }
          }
        }
        guard size >= analysis.ngrams.lowerBound else { continue }
        if let known {
          for gram in grams where gram >= 0 { rows.count(known.terms[Int(gram)]) }
        } else {
          for gram in grams { rows.count(gram) }
        }
      }
      rows.endRow()
    }
    if holdsBlank { return nil }
    table = .grams(tree)
    (rowOffsets, terms, counts) = rows.finish()
  }

  /// Counts all texts on some threads, consecutive texts each.
  static func count(
    _ documents: Documents, _ analysis: TextAnalysis, known: ByteStringTable? = nil, threads: Int
  ) throws -> [TermCounts] {
    try analysis.validate()
    try OptionCheck.requireThreads(threads)
    let pieces = documents.pieces(count: max(1, min(threads, documents.count)))
    if analysis.hasGramsOfWords {
      let tree = known.map { KnownGrams($0) }
      let parts = try Self.map(count: pieces.count) { index in
        try TermCounts(gramsOf: documents, pieces[index], analysis, known: tree)
      }
      let counted = parts.compactMap { $0 }
      if counted.count == parts.count { return counted }
    }
    return try Self.map(count: pieces.count) { index in
      try TermCounts(documents, pieces[index], analysis, known: known)
    }
  }

  /// In how many texts each term of `table` stands, and how often in all of them.
  func frequencies() -> (documents: [Int], totals: [Int]) {
    var documents = [Int](repeating: 0, count: table.count)
    var totals = documents
    for (term, count) in zip(terms, counts) {
      documents[Int(term)] += 1
      totals[Int(term)] += Int(count)
    }
    return (documents, totals)
  }

  /// Runs `body` on a thread for each number and returns the results in the order of numbers.
  static func map<Result: Sendable>(
    count: Int, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Locked([Result?](repeating: nil, count: count))
    try Workers.run(count: count) { index in
      let result = try body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.compactMap { $0 }
  }
}

/// Counts the terms of one text after another.
private struct RowTally {
  private var offsets = [0]
  private var terms: [Int32] = []
  private var counts: [Int32] = []
  /// Where the last count of each term is; those of the row at hand are not before its start.
  private var places: [Int]
  private var start = 0

  init(termCount: Int) { places = Array(repeating: -1, count: termCount) }

  /// Counts a term once more; below 0 for none.
  @inline(__always)
  mutating func count(_ term: Int32) {
    if term < 0 { return }
    if Int(term) >= places.count { grow(beyond: term) }
    let place = places[Int(term)]
    if place >= start {
      counts[place] += 1
    } else {
      places[Int(term)] = terms.count
      terms.append(term)
      counts.append(1)
    }
  }

  @inline(never)
  private mutating func grow(beyond term: Int32) {
    places += repeatElement(-1, count: max(Int(term) + 1 - places.count, places.count))
  }

  mutating func endRow() {
    start = terms.count
    offsets.append(start)
  }

  func finish() -> (offsets: [Int], terms: [Int32], counts: [Int32]) { (offsets, terms, counts) }
}
