import ArgumentParser
import Projection
import Word2Vec
import WordtoolCore

/// `wordtool cluster`: words in groups.
struct ClusterCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Put words into groups.",
    discussion: """
      Groups are made by k-means on the words' directions; without words the most frequent ones \
      are taken. In a group the words nearest to its middle come first. The table shows some of each \
      group, tsv and JSON all: the group, the word, its cosine to the middle. The same vectors, \
      options and seed give the same groups.

      Example:
        wordtool cluster
        wordtool cluster --top 5000 --groups 50 --style tsv > groups.tsv
        wordtool cluster oslo paris dog cat tuesday friday --groups 3
      """,
    aliases: ["clusters", "kmeans"])

  /// A group of words, nearest to its middle first.
  struct Group: Encodable {
    /// A word and its cosine to the middle of the group.
    struct Member: Encodable {
      var word: String
      var similarity: Double
    }

    /// 1 for the largest.
    var group: Int
    var words: [Member]
  }

  @Argument(
    help: ArgumentHelp("Words to put into groups.", valueName: "word"),
    completion: Completions.words)
  var words: [String] = []

  @OptionGroup var vectors: VectorsOptions

  @Option(
    help: ArgumentHelp(
      "How many groups. (default: 20, a third of fewer than 60 words)", valueName: "n"))
  var groups: Int?

  @Option(
    help: ArgumentHelp(
      "Take the first n words of the vectors. (default: 2000 without words)", valueName: "n"))
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out the first n words of the vectors, often of and the.", valueName: "n"))
  var skip = 0

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many words of a group the table shows. (default: 10)", valueName: "k"))
  var count: Int?

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--groups", groups, 1...100_000), ("--top", top, 1 ... .max), ("--skip", skip, 0 ... .max),
      ("-k", count, 1 ... .max),
    ])
    if top != nil, !words.isEmpty {
      throw ValidationError("words and --top were given, expected one of them")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--skip"], need: "no words", isMet: words.isEmpty),
      OptionRule(["--strict"], need: "words", isMet: !words.isEmpty),
      OptionRule(["-k", "--count"], need: "--style table", isMet: style.resolved == .table),
    ]
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "cluster")
    let set = try VectorSet(vectors, threads: threads.count).vectors
    var lookup = Lookup(lookup)
    var names: [String] = []
    var values: [Double] = []
    func add(_ name: String, _ query: QueryVector) {
      guard query.hasDirection, words.isEmpty || !names.contains(name) else { return }
      names.append(name)
      values += query.values.map(Double.init)
    }
    for word in words {
      if let query = try lookup.tell(try set.answer(toQueryOf: word)) {
        add(query.row.map(set.word) ?? word, query)
      }
    }
    if words.isEmpty {
      let first = min(skip, set.count)
      for row in first..<first + min(set.count - first, top ?? 2000) {
        add(set.word(at: row), try set.query(values: set.vector(at: row)))
      }
    }
    let groups = groups ?? max(1, min(20, names.count / 3))
    guard names.count >= groups else {
      throw WordtoolError(
        .usage, found: "\(groups) groups of \(names.count, "word")",
        expected: "at least as many words as groups", remedy: "fewer --groups")
    }
    let points = try PointSet(values, dimension: set.dimension)
    let found = try KMeans(
      of: points, count: groups, seed: seed, threads: threads.count, stop: Interrupts.stopFlag())
    try print(Self.groups(names, points, found), style)
    try lookup.finish()
  }

  private static func groups(
    _ names: [String], _ points: PointSet, _ found: KMeans
  ) -> [Group] {
    var groups = found.means.indices.map { Group(group: $0 + 1, words: []) }
    let lengths = found.means.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    for (index, group) in found.groups.enumerated() {
      let product = zip(points[index], found.means[group]).reduce(0) { $0 + $1.0 * $1.1 }
      let cosine = lengths[group] > 0 ? product / lengths[group] : 0
      groups[group].words.append(.init(word: names[index], similarity: cosine))
    }
    for group in groups.indices {
      let members = groups[group].words
      let order = members.indices.sorted { one, other in
        if members[one].similarity != members[other].similarity {
          return members[one].similarity > members[other].similarity
        }
        return one < other
      }
      groups[group].words = order.map { members[$0] }
    }
    return groups
  }

  private func print(_ groups: [Group], _ style: StyleOptions.Style) throws {
    let out = StandardOutput.shared
    switch style {
    case .json: try JSONOutput.write(groups)
    case .table:
      for group in groups {
        let shown = group.words.prefix(count ?? 10).map { TerminalText.escaped($0.word) }
        let more = group.words.count - shown.count
        try out.writeLine(
          "\(group.group)".padded(to: 4, onLeft: true) + "  " + shown.joined(separator: " ")
            + (more > 0 ? " … and \(NumberFormat.grouped(more)) more" : ""))
      }
    default:
      for group in groups {
        for member in group.words {
          let cosine = NumberFormat.fixed(member.similarity)
          try out.writeLine("\(group.group)\t\(TerminalText.escaped(member.word))\t\(cosine)")
        }
      }
    }
  }
}
