import WordtoolCore

/// How far the words of one text have to travel to become those of another: Word Mover's Distance.
///
/// Each word of a text has a mass of how often it occurs divided by all; to move a mass costs the Euclidean
/// distance between the words' unit vectors. The distance is the least total cost: 0 for the same words,
/// at most 2. Words that are not there are left out.
///
/// - SeeAlso: Kusner, Sun, Kolkin and Weinberger 2015, "From Word Embeddings To Document Distances",
///   section 3. With unit vectors it is what gensim's `wmdistance` gives by default.
public struct WordMoversDistance: Sendable {
  /// A part of one word's mass that becomes another word.
  public struct Move: Hashable, Sendable {
    /// The word of the first text, as the vectors have it.
    public let source: String
    /// The word of the second text.
    public let target: String
    /// The share of the first text's mass, above 0, at most 1.
    public let mass: Double
    /// The distance between the two words, 0 ... 2.
    public let distance: Double
  }

  /// The distance, 0 ... 2.
  public let distance: Double
  /// A lower bound that needs no optimisation: each word goes to the nearest word of the other text, the
  /// worse of both directions ("relaxed", section 4 of the paper).
  public let relaxed: Double
  /// What becomes of what, in the order of the first text. Where several ways cost the same, one of them.
  public let moves: [Move]

  /// Distinct words that a text may have: costs are a table of all pairs.
  public static let maximumWordCount = 4096

  init(_ first: WordBag, _ second: WordBag) {
    let costs = first.distances(to: second)
    relaxed = Self.relaxed(first.masses, second.masses, costs)
    let flows = Self.flows(first.counts, second.counts, costs)
    let unit = 1 / Double(first.total * (second.total / Self.divisor(first.total, second.total)))
    moves = flows.map {
      Move(
        source: first.terms[$0.source].word, target: second.terms[$0.target].word,
        mass: Double($0.amount) * unit,
        distance: costs[$0.source * second.counts.count + $0.target])
    }
    distance = max(relaxed, moves.reduce(0) { $0 + $1.mass * $1.distance })
  }

  /// The cheapest flow between masses in whole numbers.
  static func flows(_ first: [Int], _ second: [Int], _ costs: [Double]) -> [Transportation.Flow] {
    let totals = (first.reduce(0, +), second.reduce(0, +))
    let divisor = divisor(totals.0, totals.1)
    return Transportation.solve(
      supplies: first.map { $0 * (totals.1 / divisor) },
      demands: second.map { $0 * (totals.0 / divisor) }, costs: costs)
  }

  /// The distance alone.
  static func distance(_ first: [Int], _ second: [Int], _ costs: [Double]) -> Double {
    let totals = (first.reduce(0, +), second.reduce(0, +))
    let unit = 1 / Double(totals.0 * (totals.1 / divisor(totals.0, totals.1)))
    let flows = flows(first, second, costs)
    return flows.reduce(0) {
      $0 + Double($1.amount) * unit * costs[$1.source * second.count + $1.target]
    }
  }

  /// The relaxed bound.
  ///
  /// - Parameter costs: [first, second], row-major.
  static func relaxed(_ first: [Double], _ second: [Double], _ costs: [Double]) -> Double {
    var (rows, columns) = (0.0, 0.0)
    var least = [Double](repeating: .infinity, count: second.count)
    for (row, mass) in first.enumerated() {
      var best = Double.infinity
      for column in second.indices {
        let cost = costs[row * second.count + column]
        best = min(best, cost)
        least[column] = min(least[column], cost)
      }
      rows += mass * best
    }
    for (column, mass) in second.enumerated() { columns += mass * least[column] }
    return max(rows, columns)
  }

  private static func divisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(1, a)
  }
}

/// The known words of a text and how often each occurs.
struct WordBag: Sendable {
  private(set) var terms: [TextTerm] = []
  private(set) var counts: [Int] = []
  /// Words that are not there, each once.
  private(set) var unknown: [String] = []

  var total: Int { counts.reduce(0, +) }
  var masses: [Double] {
    let total = Double(total)
    return counts.map { Double($0) / total }
  }

  /// - Throws: ``WordtoolError``: `usage` for more different words than a table of distances may have,
  ///   `badData` for a damaged file.
  init(_ text: String, _ finder: TextTermFinder) throws {
    var places: [TextTermFinder.Place] = []
    var known: [TextTermFinder.Place: Int] = [:]
    finder.forEach(in: text) { token, place in
      guard let place else {
        if !unknown.contains(token) { unknown.append(token) }
        return
      }
      if let index = known[place] {
        counts[index] += 1
      } else {
        known[place] = places.count
        places.append(place)
        counts.append(1)
      }
    }
    guard places.count <= WordMoversDistance.maximumWordCount else {
      throw WordtoolError(
        .usage, found: "a text of \(places.count) different words",
        expected: "at most \(WordMoversDistance.maximumWordCount)",
        remedy: "compare paragraphs, or the means of the texts' words")
    }
    terms = try places.map(finder.term)
  }

  /// The Euclidean distances between the unit vectors of two texts' words, [self, other].
  func distances(to other: WordBag) -> [Double] {
    terms.flatMap { first in other.terms.map { Self.distance(first.unit, $0.unit) } }
  }

  static func distance(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for column in a.indices {
      let difference = Double(a[column]) - Double(b[column])
      sum += difference * difference
    }
    return sum.squareRoot()
  }
}

extension WordVectors {
  /// The Word Mover's Distance between two texts.
  ///
  /// - Returns: nil when one of them has no word that is known: then there is nothing to move.
  /// - Throws: `WordtoolError`: `usage` for more than ``WordMoversDistance/maximumWordCount`` different
  ///   words, `badData` for a damaged file, `unavailable` when ICU cannot be opened.
  /// - Complexity: O((N + M)·N·M) for N and M different words, seldom all of it.
  public func wordMoversDistance(_ a: String, _ b: String) throws -> WordMoversDistance? {
    let finder = try TextTermFinder(self)
    let (first, second) = (try WordBag(a, finder), try WordBag(b, finder))
    guard first.total > 0, second.total > 0 else { return nil }
    return WordMoversDistance(first, second)
  }
}
