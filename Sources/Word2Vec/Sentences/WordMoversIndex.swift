public import WordtoolCore

/// Many texts, searched by Word Mover's Distance; the answers are exact.
///
/// For a question the distances from its words to every different word of the texts are computed once.
/// They give the relaxed bound of each text at little cost; texts are then measured in the order of the
/// bound, until no bound is below the worst answer that is kept ("prefetch and prune", Kusner et al.
/// 2015, section 4; the shared table as in Atasu et al. 2017, "Linear-Complexity Relaxed Word Mover's
/// Distance").
public struct WordMoversIndex: Sendable {
  /// How many of the texts have a word that is known; the others are no answers.
  public var count: Int { numbers.count }

  private let finder: TextTermFinder
  /// The different words of all texts.
  private let places: [TextTermFinder.Place]
  /// By text, which words it has and how often.
  private let terms: [[Int32]]
  private let counts: [[Int]]
  /// The numbers of the texts.
  private let numbers: [Int]

  private static let piece = 256

  /// Finds the words of texts.
  ///
  /// - Throws: `WordtoolError`: `usage` for a text of more than
  ///   ``WordMoversDistance/maximumWordCount`` different words, `interrupted` once `stop` is raised,
  ///   `unavailable` when ICU cannot be opened.
  public init(
    of texts: [String], vectors: WordVectors, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.requireThreads(threads)
    let finder = try TextTermFinder(vectors)
    self.finder = finder
    let found = Locked<[Int: [[TextTermFinder.Place]]]>([:])
    try VectorStorage.inPieces(of: texts.count, size: Self.piece, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the reading of texts was stopped before its end")
      }
      let result = texts[range].map { text in
        var places: [TextTermFinder.Place] = []
        finder.forEach(in: text) { if let place = $1 { places.append(place) } }
        return places
      }
      found.withLock { $0[range.lowerBound] = result }
    }
    var places: [TextTermFinder.Place] = []
    var known: [TextTermFinder.Place: Int32] = [:]
    var (terms, counts, numbers) = ([[Int32]](), [[Int]](), [Int]())
    let pieces = found.withLock { $0 }
    for first in pieces.keys.sorted() {
      for (offset, text) in (pieces[first] ?? []).enumerated() where !text.isEmpty {
        var own: [Int32: Int] = [:]
        var (words, times) = ([Int32](), [Int]())
        for place in text {
          let term = known[place] ?? Int32(places.count)
          if term == places.count {
            known[place] = term
            places.append(place)
          }
          if let index = own[term] {
            times[index] += 1
          } else {
            own[term] = words.count
            words.append(term)
            times.append(1)
          }
        }
        guard words.count <= WordMoversDistance.maximumWordCount else {
          throw WordtoolError(
            .usage, found: "text \(first + offset + 1) has \(words.count) different words",
            expected: "at most \(WordMoversDistance.maximumWordCount)",
            remedy: "shorter texts, such as sentences a line")
        }
        terms.append(words)
        counts.append(times)
        numbers.append(first + offset)
      }
    }
    (self.places, self.terms, self.counts, self.numbers) = (places, terms, counts, numbers)
  }

  /// The texts nearest to a question.
  ///
  /// - Parameters:
  ///   - question: a text.
  ///   - count: at most so many answers, 0 or more.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: the answers with their distances, nearest first, by number where they are equally near;
  ///   none for a question without a word that is known. `measuredCount` of it says how many distances
  ///   had to be computed.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range and for a question of too many
  ///   different words, `interrupted` once `stop` is raised, `badData` for a damaged file.
  public func nearest(
    to question: String, count: Int = 10, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> Answer {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("count", count, in: 0...Int.max)
    let bag = try WordBag(question, finder)
    guard bag.total > 0, count > 0, !numbers.isEmpty else { return Answer() }
    let table = try distances(to: bag, threads: threads, stop: stop)
    let bounds = try bounds(bag, table, threads: threads)
    let order = bounds.indices.sorted { (bounds[$0], $0) < (bounds[$1], $1) }
    var answer = Answer()
    for text in order {
      // The bound and the distance are sums of the same numbers in another order.
      if answer.matches.count == count, let worst = answer.matches.last,
        bounds[text] > worst.score + 1e-9
      {
        break
      }
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the search was stopped before its end")
      }
      answer.measuredCount += 1
      let distance = WordMoversDistance.distance(
        bag.counts, counts[text], costs(bag, text, table))
      let match = TextMatch(index: numbers[text], score: max(bounds[text], distance))
      let place =
        answer.matches.firstIndex { (match.score, match.index) < ($0.score, $0.index) }
        ?? answer.matches.count
      answer.matches.insert(match, at: place)
      if answer.matches.count > count { answer.matches.removeLast() }
    }
    return answer
  }

  /// What a search found, and what it took.
  public struct Answer: Hashable, Sendable {
    /// The nearest texts.
    public var matches: [TextMatch] = []
    /// How many texts were measured exactly; the bound ruled out the others.
    public var measuredCount = 0
  }

  /// The distances from the words of the question to all different words: [words, question].
  private func distances(to bag: WordBag, threads: Int, stop: StopFlag) throws -> [Double] {
    let width = bag.terms.count
    let (size, isLarge) = places.count.multipliedReportingOverflow(by: width)
    guard !isLarge, size <= MemorySizes.available / 16 else {
      throw WordtoolError(
        .unavailable, found: "a table of \(places.count) x \(width) distances",
        expected: "no more than memory holds", remedy: "a shorter question, or fewer texts")
    }
    let memory = Allocation(byteCount: 8 * size)
    let table = unsafe memory.buffer(of: Double.self, count: size)
    // SAFETY: each piece writes the lines of its own words.
    nonisolated(unsafe) let target = unsafe table
    try VectorStorage.inPieces(of: places.count, size: Self.piece, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the search was stopped before its end")
      }
      for place in range {
        let unit = try finder.term(at: places[place]).unit
        for (column, term) in bag.terms.enumerated() {
          unsafe target[place * width + column] = WordBag.distance(term.unit, unit)
        }
      }
    }
    return unsafe Array(table)
  }

  private func bounds(_ bag: WordBag, _ table: [Double], threads: Int) throws -> [Double] {
    let masses = bag.masses
    let found = Locked<[Int: [Double]]>([:])
    try VectorStorage.inPieces(of: numbers.count, size: Self.piece, threads: threads) { range in
      let result = range.map { text in
        let total = Double(counts[text].reduce(0, +))
        return WordMoversDistance.relaxed(
          masses, counts[text].map { Double($0) / total }, costs(bag, text, table))
      }
      found.withLock { $0[range.lowerBound] = result }
    }
    let pieces = found.withLock { $0 }
    return pieces.keys.sorted().flatMap { pieces[$0] ?? [] }
  }

  /// The costs between the question and a text: [question, text].
  private func costs(_ bag: WordBag, _ text: Int, _ table: [Double]) -> [Double] {
    let width = bag.terms.count
    return (0..<width).flatMap { word in terms[text].map { table[Int($0) * width + word] } }
  }
}
