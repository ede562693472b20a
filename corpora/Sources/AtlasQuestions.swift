import WordtoolCore

/// Pairs of words that stand in one relation, section by section.
struct AtlasQuestions {
  /// One section: its name and the pairs.
  struct Section {
    var name: String
    var pairs: [(first: String, second: String)]
  }

  /// The most questions a section has.
  private static let largestSection = 500

  /// Countries whose capitals most readers know.
  private static let wellKnown = [
    "Australia", "Austria", "Belgium", "China", "Cuba", "Denmark", "Egypt", "Finland", "France",
    "Germany", "Greece", "Hungary", "Iran", "Iraq", "Ireland", "Italy", "Japan", "Kenya",
    "Norway", "Poland", "Portugal", "Russia", "Spain", "Sweden", "Switzerland", "Thailand",
  ]

  /// The sections, with only those pairs whose words mean one thing in all tables.
  let sections: [Section]

  /// Reads the tables.
  init() throws {
    let countries = try FactTable(named: "countries")
    let people = try FactTable(named: "people")
    let adjectives = try FactTable(named: "adjectives")
    let verbs = try FactTable(named: "verbs")
    let nouns = try FactTable(named: "nouns")

    let uses = try WordUses()
    func isFair(_ word: String, _ limit: Int) -> Bool {
      word.utf8.allSatisfy { (0x61...0x7A).contains($0) } && uses.count(of: word) <= limit
    }
    func pairs(
      _ table: FactTable, _ first: String, _ second: String, uses limit: Int = 1,
      where keep: (Int) -> Bool = { _ in true }
    ) throws -> [(String, String)] {
      let left = try table.column(first).map { $0.lowercased() }
      let right = try table.column(second).map { $0.lowercased() }
      return table.rows.indices
        .filter {
          keep($0) && left[$0] != right[$0] && isFair(left[$0], limit) && isFair(right[$0], limit)
        }
        .map { (left[$0], right[$0]) }
    }

    let names = try countries.column("name")
    let currencies = try countries.column("currency")
    let groups = try people.column("group")
    // A currency that several countries use does not point back to one of them.
    func isOwnCurrency(_ row: Int) -> Bool {
      currencies.count { $0 == currencies[row] } == 1
    }
    let family = ["general", "kin", "royalty"]
    sections = try [
      Section(
        name: "capital-common-countries",
        pairs: pairs(countries, "capital", "name") { Self.wellKnown.contains(names[$0]) }),
      Section(name: "capital-world", pairs: pairs(countries, "capital", "name")),
      Section(name: "currency", pairs: pairs(countries, "name", "currency", where: isOwnCurrency)),
      Section(
        name: "family",
        pairs: pairs(people, "male", "female", uses: 2) { family.contains(groups[$0]) }),
      Section(name: "gram3-comparative", pairs: pairs(adjectives, "positive", "comparative")),
      Section(name: "gram4-superlative", pairs: pairs(adjectives, "positive", "superlative")),
      Section(name: "gram5-present-participle", pairs: pairs(verbs, "base", "gerund")),
      Section(name: "gram6-nationality-adjective", pairs: pairs(countries, "name", "nationality")),
      Section(name: "gram7-past-tense", pairs: pairs(verbs, "gerund", "past")),
      Section(name: "gram8-plural", pairs: pairs(nouns, "singular", "plural", uses: 2)),
      Section(name: "gram9-plural-verbs", pairs: pairs(verbs, "base", "third")),
    ]
  }

  /// The questions: in each section every pair with every other pair, shuffled, at most 500.
  func text(seed: UInt64) -> String {
    var random = SplitMix64(seed: seed)
    var text = ""
    for section in sections {
      var questions: [(Int, Int)] = []
      for left in section.pairs.indices {
        for right in section.pairs.indices where left != right { questions.append((left, right)) }
      }
      random.shuffle(&questions)
      text += ": \(section.name)\n"
      for (left, right) in questions.prefix(Self.largestSection) {
        let (a, b) = section.pairs[left]
        let (c, d) = section.pairs[right]
        text += "\(a) \(b) \(c) \(d)\n"
      }
    }
    return text
  }
}

/// Where the words of the tables are used, to keep questions to words with one use: a question
/// about "ring", noun and verb, or about "Guinea", part of three other names, has no fair answer.
private struct WordUses {
  private var entries: [String: Int] = [:]

  init() throws {
    for name in ["countries", "people", "adjectives", "verbs", "nouns", "animals", "colours"] {
      let table = try FactTable(named: name)
      // Who borders on a country, and what a region is called, is said in the country's own row.
      let columns = table.columns.filter { $0 != "neighbours" && $0 != "languages" }
      let values = try columns.map { try table.lists($0) }
      for row in table.rows.indices {
        note(values.flatMap { $0[row] })
      }
    }
    for (name, column) in [("patterns", "pattern"), ("regions", "traits"), ("names", "male")] {
      let table = try FactTable(named: name)
      for text in try table.column(column) { note([Self.withoutPlaces(text)]) }
    }
  }

  /// How many entries of the tables and fixed texts of patterns use `word`.
  func count(of word: String) -> Int {
    entries[word, default: 0]
  }

  private mutating func note(_ texts: [String]) {
    var words: Set<String> = []
    for text in texts {
      words.formUnion(text.lowercased().split { !$0.isLetter }.map(String.init))
    }
    for word in words { entries[word, default: 0] += 1 }
  }

  /// A pattern's fixed text alone.
  private static func withoutPlaces(_ pattern: String) -> String {
    var depth = 0
    return String(
      pattern.map { character -> Character in
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
        return depth > 0 ? " " : character
      })
  }
}
