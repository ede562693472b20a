import Projection
import Word2Vec
import WordtoolCore

/// Words as points of a map.
struct WordMap {
  /// One word.
  struct Entry: Encodable {
    var word: String
    var x: Double
    var y: Double
    @Nullable var z: Double?
    /// The group of words it is in, 1 for the largest.
    var group: Int
    /// Whether it was asked for by name.
    var isMain: Bool
  }

  /// What was asked for.
  struct Request {
    /// How places are found.
    enum Placement {
      /// Few words by principal components, many by t-SNE.
      case automatic
      case principalComponents
      case tsne(perplexity: Double?, iterations: Int)
      case umap(neighbors: Int?, epochs: Int?)
      /// How far each word goes along directions: pairs of words, from the first to the second.
      case axes([[(String, String)]])
    }

    /// Words to draw, as they were typed.
    var words: [String] = []
    /// How many of each one's nearest words are drawn as well.
    var neighbors = 0
    /// Rows that are drawn without being asked for by name.
    var rows = 0..<0
    /// Words that arrows join.
    var pairs: [(String, String)] = []
    var placement = Placement.automatic
    var dimension = 2
    var groups = 6
    var seed: UInt64 = 1
    var threads = 1
  }

  var entries: [Entry] = []
  /// Arrows, by the numbers of the entries.
  var arrows: [(from: Int, to: Int)] = []
  /// How the places were found, for a caption.
  var caption = ""

  /// Looks words up and places them.
  init(
    _ request: Request, in vectors: WordVectors, _ lookup: inout Lookup, stop: StopFlag,
    progress: (Double) -> Void
  ) throws {
    var words = Words()
    /// Adds a word as a person types it; nil when it is not there.
    func add(_ text: String) throws -> Int? {
      guard let found = try lookup.tell(try vectors.answer(toQueryOf: text)) else { return nil }
      return words.add(found.row.map(vectors.word) ?? text, found)
    }
    /// Adds a row, which may have no direction.
    func add(row: Int) throws {
      let query = try vectors.query(values: vectors.vector(at: row))
      if query.hasDirection { _ = words.add(vectors.word(at: row), query) }
    }
    for word in request.words { _ = try add(word) }
    for (from, to) in request.pairs {
      if let from = try add(from), let to = try add(to) { arrows.append((from, to)) }
    }
    let mainCount = words.names.count
    if request.neighbors > 0, mainCount > 0 {
      let options = SearchOptions(count: request.neighbors, threads: request.threads)
      for found in try vectors.neighbors(of: words.queries, options: options, stop: stop) {
        for neighbor in found { try add(row: neighbor.index) }
      }
    }
    for row in request.rows { try add(row: row) }
    let names = words.names
    guard names.count >= 2 else {
      throw WordtoolError(
        .unavailable, found: "\(names.count, "word") to draw", expected: "two or more")
    }
    let points = try PointSet(
      words.queries.flatMap { $0.values.map(Double.init) }, dimension: vectors.dimension)
    let placed = try place(points, request, vectors, stop: stop, progress: progress)
    let groups = try KMeans(
      of: points, count: min(request.groups, points.count), seed: request.seed,
      threads: request.threads, stop: stop
    ).groups
    entries = names.indices.map { index in
      Entry(
        word: names[index], x: placed[index, 0], y: placed.dimension > 1 ? placed[index, 1] : 0,
        z: placed.dimension > 2 ? placed[index, 2] : nil, group: groups[index] + 1,
        isMain: index < mainCount)
    }
  }

  /// Words and their directions, each once.
  private struct Words {
    private(set) var names: [String] = []
    private(set) var queries: [QueryVector] = []
    private var places: [String: Int] = [:]

    /// The number of a word, which is added where it is not there yet.
    mutating func add(_ name: String, _ query: QueryVector) -> Int {
      if let place = places[name] { return place }
      places[name] = names.count
      names.append(name)
      queries.append(query)
      return names.count - 1
    }
  }

  private mutating func place(
    _ points: PointSet, _ request: Request, _ vectors: WordVectors, stop: StopFlag,
    progress: (Double) -> Void
  ) throws -> PointSet {
    let way: Placement
    switch request.placement {
    case .automatic where points.count < Placement.fewPoints, .principalComponents:
      way = .principalComponents
    case .automatic: way = .tsne(TSNEOptions(pointCount: points.count))
    case .tsne(let perplexity, let iterations):
      var options = TSNEOptions(pointCount: points.count)
      options.perplexity = perplexity ?? options.perplexity
      options.iterations = iterations
      way = .tsne(options)
    case .umap(let neighbors, let epochs):
      var options = UMAPOptions(pointCount: points.count)
      options.neighborCount = neighbors ?? options.neighborCount
      options.epochs = epochs
      options.seed = request.seed
      way = .umap(options)
    case .axes(let axes):
      let directions = try axes.map { try Self.direction($0, vectors) }
      caption = "how far the words go from one end to the other: cosines with the directions"
      let values = (0..<points.count).flatMap { point in
        directions.map { zip(points[point], $0).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      return try PointSet(values, dimension: directions.count)
    }
    let (places, share) = try way.places(
      of: points, axes: request.dimension, threads: request.threads, stop: stop, progress: progress)
    caption = way.caption(explainedShare: share)
    return places
  }

  /// The mean direction of pairs, of length 1.
  private static func direction(
    _ pairs: [(String, String)], _ vectors: WordVectors
  ) throws -> [Double] {
    var sum = [Double](repeating: 0, count: vectors.dimension)
    for (from, to) in pairs {
      let ends = (try vectors.query([from]).values, try vectors.query([to]).values)
      for axis in sum.indices { sum[axis] += Double(ends.1[axis]) - Double(ends.0[axis]) }
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 1e-6 else {
      throw WordtoolError(
        .usage,
        found: "the words of \(pairs.map { "\($0.0):\($0.1)" }.joined(separator: ",")) point "
          + "the same way", expected: "two that differ")
    }
    return sum.map { $0 / length }
  }
}

extension WordMap {
  /// The map in letters: a grid of so many cells, as many names as there is room for.
  func letters(columns: Int, rows: Int, colors: Bool) -> String {
    func range(_ values: [Double]) -> (low: Double, length: Double) {
      let low = values.min() ?? 0
      return (low, max((values.max() ?? 1) - low, 1e-12))
    }
    let (x, y) = (range(entries.map(\.x)), range(entries.map(\.y)))
    var grid = [[(text: String, group: Int)?]](
      repeating: Array(repeating: nil, count: columns), count: rows)
    let order = entries.indices.sorted { a, b in
      entries[a].isMain != entries[b].isMain ? entries[a].isMain : a < b
    }
    for index in order {
      let entry = entries[index]
      let word = TerminalText.escaped(entry.word)
      let width = min(columns, TerminalText.cells(in: word))
      let row = Int((1 - (entry.y - y.low) / y.length) * Double(rows - 1) + 0.5)
      let place = Int((entry.x - x.low) / x.length * Double(columns - 1) + 0.5)
      let start = max(0, min(columns - width, place - width / 2))
      // A blank on either side keeps names apart; a row above or below will do as well.
      let free = [row, row - 1, row + 1].first { row in
        guard (0..<rows).contains(row) else { return false }
        return (max(0, start - 1)..<min(columns, start + width + 1)).allSatisfy {
          grid[row][$0] == nil
        }
      }
      guard let free else { continue }
      grid[free][start] = (word, entry.group)
      for rest in start + 1..<max(start + 1, start + width) { grid[free][rest] = ("", entry.group) }
    }
    let palette = [34, 33, 32, 35, 36, 31, 37]
    return grid.map { line in
      var text = ""
      for cell in line {
        guard let cell else {
          text += " "
          continue
        }
        guard !cell.text.isEmpty, colors else {
          text += cell.text
          continue
        }
        text += "\u{1B}[\(palette[(cell.group - 1) % palette.count])m\(cell.text)\u{1B}[0m"
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}

extension Placement {
  /// What a picture says of how its places were found.
  fileprivate func caption(explainedShare: Double?) -> String {
    switch self {
    case .principalComponents:
      "principal components: \(NumberFormat.fixed(100 * (explainedShare ?? 0), 0)) % of the variance"
    case .tsne(let options):
      "t-SNE, perplexity \(NumberFormat.fixed(options.perplexity, 0)): neighbours stay together, far "
        + "distances mean little"
    case .umap(let options):
      "UMAP, \(options.neighborCount) neighbours: they stay together, far distances mean little"
    }
  }
}
