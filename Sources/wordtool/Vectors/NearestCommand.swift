import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool nearest`: the words nearest to a word, a mean of words or an expression.
struct NearestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nearest",
    abstract: "Print the words nearest to a word, to the mean of words, or to an expression.",
    discussion: """
      Nearness is the cosine of the angle between two vectors, 1 for the same direction. In sums \
      and means each word has length 1; the words asked for are left out of the answer. Words \
      pass through the rule their vocabulary was made by, so Sweden finds sweden. An expression \
      has + and - between words, factors as in 0.5*woman, and parentheses.

      With '-' for WORD each line of standard input is a question. In the tsv and table styles a \
      blank line then ends each answer.

      Example:
        wordtool nearest sweden
        wordtool nearest 'king - man + 0.5*woman' -k 5 --json
      """,
    aliases: ["nn", "similar", "distance"])

  @Argument(help: ArgumentHelp("Words, or an expression of words.", valueName: "word"))
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions

  @Option(
    help: ArgumentHelp(
      "Leave out words whose similarity is less. (default: none is)", valueName: "x"))
  var minSimilarity: Float?

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  struct Answer: Encodable {
    struct Neighbor: Encodable {
      var word: String
      var similarity: Float
    }
    var query: String
    var neighbors: [Neighbor]
  }

  func run() throws {
    var lookup = Lookup(try VectorSet(vectors, threads: threads.count), lookup)
    if words == ["-"] {
      try StandardInput.forEachQuestion(prompt: prompt) { line in
        if style.resolved == .word2vec && line == "EXIT" { return false }
        try answer(line, &lookup, isBatch: true)
        return true
      }
    } else {
      try answer(words.joined(separator: " "), &lookup, isBatch: false)
    }
    try lookup.finish()
  }

  private var prompt: String {
    switch style.resolved {
    case .word2vec: "Enter word or sentence (EXIT to break): "
    case .fasttext: "Query word? "
    case .table, .tsv, .json: ""
    }
  }

  private var searchOptions: SearchOptions {
    SearchOptions(
      count: count.count, restrict: restrict.restrict, minimumSimilarity: minSimilarity,
      threads: threads.count)
  }

  private func answer(_ line: String, _ lookup: inout Lookup, isBatch: Bool) throws {
    let parts = line.split(whereSeparator: \.isWhitespace).map(String.init)
    let text = parts.joined(separator: " ")
    var found: [Neighbor]?
    if Self.isExpression(parts) && lookup.set.row(of: text) == nil {
      do {
        found = try lookup.set.vectors.neighbors(ofExpression: text, options: searchOptions)
      } catch let error as WordtoolError where error.kind == .unavailable {
        try lookup.tell(error)
      }
    } else if lookup.set.row(of: text) != nil, let word = try lookup.known(text) {
      found = try lookup.set.vectors.neighbors(of: [word], options: searchOptions)
    } else {
      let known = try parts.compactMap { try lookup.known($0) }
      if !known.isEmpty {
        found = try lookup.set.vectors.neighbors(of: known, options: searchOptions)
      }
    }
    if found != nil { lookup.countAnswer() }
    try print(found, text, parts, lookup.set, isBatch: isBatch)
  }

  /// Whether the parts are joined by signs, or one of them has a factor or a parenthesis.
  private static func isExpression(_ parts: [String]) -> Bool {
    parts.contains { part in
      part == "+" || part == "-" || (part.count > 1 && part.contains { "*+(".contains($0) })
    }
  }

  private func print(
    _ found: [Neighbor]?, _ text: String, _ parts: [String], _ set: VectorSet, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    let rows = (found ?? []).map { WordListing.Row(word: $0.word, score: $0.similarity) }
    let blockEnd = isBatch ? "\n" : ""
    switch style.resolved {
    case .json:
      let answer = Answer(
        query: text,
        neighbors: rows.map { Answer.Neighbor(word: $0.word, similarity: $0.score) })
      if isBatch { try JSONOutput.write(answer) } else { try JSONOutput.write([answer]) }
    case .tsv:
      try out.write(WordListing.tsv(rows) + blockEnd)
    case .table:
      guard found != nil else { return }
      try out.write(WordListing.table(rows, title: text, scoreName: "similarity") + blockEnd)
    case .fasttext:
      try out.write(WordListing.fastText(rows))
    case .word2vec:
      let words = Self.isExpression(parts) ? [] : parts
      guard try WordListing.printPositions(of: words, in: set), found != nil else { return }
      try out.write("\n" + String(repeating: " ", count: 46) + "Word       Cosine distance\n")
      try out.write(WordListing.word2vecRule + "\n" + WordListing.word2vec(rows))
    }
  }
}
