/// What can be asked at the prompt of `repl`, by its name behind a colon.
enum ReplQuestion: String, CaseIterable {
  case nearest, least, analogy, similarity, explain, rank, closer, odd, axes, vector, ngrams
  case texts, wmd, sentence
  case k, restrict, help, quit

  /// The names that the command of its kind has as well.
  private var aliases: [String] {
    switch self {
    case .nearest: ["nn", "similar"]
    case .closer: ["closer-than"]
    case .odd: ["odd-one-out", "doesnt-match"]
    case .texts: ["nearest-sentences"]
    case .sentence: ["sentence-vector"]
    case .help: ["h"]
    case .quit: ["q", "exit"]
    default: []
    }
  }

  /// What stands behind the name.
  private var parameters: String {
    switch self {
    case .nearest, .least, .odd: "WORD..."
    case .analogy: "A B C"
    case .similarity: "A B..."
    case .explain, .rank, .closer: "A B"
    case .axes: "A:B... WORD..."
    case .vector, .ngrams: "WORD"
    case .texts: "TEXT | TEXT..."
    case .wmd: "TEXT | TEXT"
    case .sentence: "TEXT"
    case .k, .restrict: "N"
    case .help, .quit: ""
    }
  }

  private var purpose: String {
    switch self {
    case .nearest: "the nearest words; the same without :nearest"
    case .least: "the least similar ones"
    case .analogy: "A - B + C"
    case .similarity: "the cosine of two words, or of each with each"
    case .explain: "the same with what it is made of"
    case .rank: "the place of B among the neighbours of A"
    case .closer: "the words that are nearer to A than B is"
    case .odd: "the word that fits the others least"
    case .axes: "the words on the axis of each pair"
    case .vector: "its numbers"
    case .ngrams: "its n-grams, with their rows"
    case .texts: "the texts behind the first, the nearest to it first"
    case .wmd: "Word Mover's Distance of two texts, and its bound"
    case .sentence: "the numbers of a text: the mean of its words"
    case .k: "how many words are printed"
    case .restrict: "only the first N words are answers; 0: all"
    case .help, .quit: ""
    }
  }

  /// The question that a name with its colon stands for.
  init?(_ name: String) {
    guard name.hasPrefix(":"),
      let found = Self.allCases.first(where: {
        $0.rawValue == name.dropFirst() || $0.aliases.contains(String(name.dropFirst()))
      })
    else { return nil }
    self = found
  }

  /// All names with their colons, sorted.
  static var names: [String] { allCases.map { ":" + $0.rawValue }.sorted() }

  /// All questions, a line each.
  static var overview: String {
    let described = allCases.filter { !$0.purpose.isEmpty }
    let starts = described.map { "  :\($0.rawValue) \($0.parameters)" }
    let width = starts.map(\.count).max() ?? 0
    return
      (zip(starts, described).map { $0.padded(to: width) + "  " + $1.purpose }
      + ["  :help  :quit"]).joined(separator: "\n")
  }
}
