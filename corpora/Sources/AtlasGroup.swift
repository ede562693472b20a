import WordtoolCore

/// The entries of one subject (countries, people, verbs, ...) with the patterns that speak of them.
struct AtlasGroup: Sendable {
  /// The values of one entry: for each slot the choices, as UTF-8.
  typealias Entry = [[[UInt8]]]

  /// How many of every hundred paragraphs are about this subject.
  let weight: Int
  /// The entries.
  let entries: [Entry]
  /// For each entry and each list of relatives (neighbours, same region) the related entries.
  let relatives: [[[Int]]]
  /// The patterns in sets; one paragraph uses patterns of one set only.
  let patternSets: [[AtlasPattern]]
  /// What a place that names a relative begins with: the neighbour, and two of the same region.
  static let relationPrefixes = ["neighbour", "other", "other2"]
}

/// All tables and patterns, read and joined.
struct AtlasContents: Sendable {
  /// The subjects.
  let groups: [AtlasGroup]
  /// The choices of the places that any sentence may use.
  let common: [[[UInt8]]]

  static let commonNames = ["number", "colour", "month", "day", "season", "man", "woman"]

  /// Reads the bundled tables.
  init() throws {
    let names = try FactTable(named: "names")
    common = try [
      Array(FactTable(named: "numbers").column("cardinal").dropFirst().prefix(26)),
      FactTable(named: "colours").column("colour"),
      [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
      ],
      ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
      ["spring", "summer", "autumn", "winter"],
      names.column("male"), names.column("female"),
    ].map(Self.bytes)

    let patterns = try FactTable(named: "patterns")
    let builder = GroupBuilder(
      patterns: patterns, kinds: try patterns.column("kind"), texts: try patterns.column("pattern"))
    groups = try [
      Self.countries(builder), Self.people(builder, names: names),
      builder.group(
        weight: 18, table: "adjectives",
        kinds: ["positive", "comparative", "superlative", "topics"],
        slots: [
          ("adj", "positive"), ("comp", "comparative"), ("sup", "superlative"),
          ("thing", "describes"), ("topic", "describes"),
        ]),
      builder.group(
        weight: 25, table: "verbs",
        kinds: ["base", "third", "past", "participle", "gerund", "topics"],
        slots: [
          ("base", "base"), ("third", "third"), ("past", "past"), ("part", "participle"),
          ("ing", "gerund"), ("object", "objects"), ("topic", "objects"),
        ]),
      builder.group(
        weight: 28, table: "nouns", kinds: ["singular", "plural", "topics"],
        slots: [("one", "singular"), ("many", "plural"), ("topic", "topics")]),
      builder.group(
        weight: 3, table: "animals", kinds: ["animal"],
        slots: [
          ("animal", "animal"), ("young", "young"), ("sound", "sound"), ("group", "group"),
          ("home", "home"),
        ]),
      builder.group(
        weight: 2, table: "numbers", kinds: ["number"],
        slots: [("cardinal", "cardinal"), ("ordinal", "ordinal")]),
      builder.group(
        weight: 2, table: "colours", kinds: ["colour"],
        slots: [("colour1", "colour"), ("thing", "things")]),
    ]
  }

  static func bytes(_ values: [String]) -> [[UInt8]] {
    values.map { Array($0.utf8) }
  }

  /// Countries with their regions; relatives are the neighbours and the others of the region.
  private static func countries(_ builder: GroupBuilder) throws -> AtlasGroup {
    let table = try FactTable(named: "countries")
    let names = try table.column("name")
    let articles = try table.column("article")
    let regions = try table.column("region")
    let regionTable = try FactTable(named: "regions")
    let regionNames = try regionTable.column("name")
    let regionAdjectives = try regionTable.column("adjective")
    let regionTraits = try regionTable.lists("traits")

    let slotNames = [
      "country", "capital", "nationality", "language", "currency", "continent", "region",
      "regionadj", "regiontrait", "city", "trait",
    ]
    let single = try ["capital", "nationality"].map { try table.column($0) }
    let languages = try table.lists("languages")
    let currencies = try table.column("currency")
    let continents = try table.column("continent")
    let cities = try table.lists("cities")
    let traits = try table.lists("traits")
    let neighbours = try table.lists("neighbours")

    var entries: [AtlasGroup.Entry] = []
    var relatives: [[[Int]]] = []
    for index in names.indices {
      guard let region = regionNames.firstIndex(of: regions[index]) else {
        throw WordtoolError(
          .badData, path: table.path, at: .line(index + 2), found: "region \(regions[index])",
          expected: "one of those in regions.tsv")
      }
      let name = articles[index].isEmpty ? names[index] : "\(articles[index]) \(names[index])"
      entries.append(
        [
          [name], [single[0][index]], [single[1][index]], languages[index], [currencies[index]],
          [continents[index]], [regions[index]], [regionAdjectives[region]], regionTraits[region],
          cities[index], traits[index],
        ].map(bytes))
      let bordering = neighbours[index].compactMap { names.firstIndex(of: $0) }
      let nearby = names.indices.filter { $0 != index && regions[$0] == regions[index] }
      relatives.append([bordering, nearby])
    }
    return try builder.group(
      weight: 40, kindSets: [["country", "capital", "nation", "currency", "region"]],
      slotNames: slotNames, entries: entries, relatives: relatives)
  }

  /// Every person twice, as a man and as a woman, with the words that go with either.
  private static func people(_ builder: GroupBuilder, names: FactTable) throws -> AtlasGroup {
    let table = try FactTable(named: "people")
    let attributes = try FactTable(named: "attributes")
    let genders = ["male", "female"]
    let pronouns = [["he", "his", "him", "himself"], ["she", "her", "her", "herself"]]
    let topics = try table.lists("topics")
    var entries: [AtlasGroup.Entry] = []
    for (gender, other) in [(0, 1), (1, 0)] {
      let nouns = try table.column(genders[gender])
      let partners = try table.column(genders[other])
      let given = try names.column(genders[gender])
      let worn = try attributes.column(genders[gender])
      let manners = try attributes.column("\(genders[gender]) manner")
      for index in nouns.indices {
        var values = [[nouns[index]], [partners[index]], topics[index], given, worn, manners]
        values += pronouns[gender].map { [$0] }
        entries.append(values.map(bytes))
      }
    }
    return try builder.group(
      weight: 14, kindSets: [["person"], ["topics"]],
      slotNames: [
        "noun", "partner", "topic", "name", "attribute", "manner", "he", "his", "him", "himself",
      ], entries: entries, relatives: [])
  }
}

/// Joins entries with the patterns of their kinds.
private struct GroupBuilder {
  let patterns: FactTable
  let kinds: [String]
  let texts: [String]

  /// A group whose entries are the rows of one table; fields may be lists.
  func group(
    weight: Int, table name: String, kinds: [String], slots: [(name: String, column: String)]
  ) throws -> AtlasGroup {
    let table = try FactTable(named: name)
    let columns = try slots.map { try table.lists($0.column) }
    let entries = table.rows.indices.map { row in
      columns.map { AtlasContents.bytes($0[row]) }
    }
    // A paragraph keeps to one grammatical form: subsampling thins the text so much that a window
    // reaches over several sentences, and forms that alternate would blur into each other.
    return try group(
      weight: weight, kindSets: kinds.map { [$0] }, slotNames: slots.map(\.name),
      entries: entries, relatives: [])
  }

  /// A group of given entries.
  func group(
    weight: Int, kindSets: [[String]], slotNames: [String], entries: [AtlasGroup.Entry],
    relatives: [[[Int]]]
  ) throws -> AtlasGroup {
    var sets: [[AtlasPattern]] = []
    for wanted in kindSets {
      var found: [AtlasPattern] = []
      for index in kinds.indices where wanted.contains(kinds[index]) {
        let pattern = try AtlasPattern(texts[index], path: patterns.path, line: index + 2) {
          slot(named: $0, own: slotNames, hasRelatives: !relatives.isEmpty)
        }
        found.append(pattern)
      }
      // A paragraph has up to six different sentences.
      guard found.count >= 6, !entries.isEmpty else {
        throw WordtoolError(
          .badData, path: patterns.path,
          found: "\(found.count) patterns of the kinds \(wanted) and \(entries.count) entries",
          expected: "at least 6 patterns and an entry")
      }
      sets.append(found)
    }
    return AtlasGroup(weight: weight, entries: entries, relatives: relatives, patternSets: sets)
  }

  private func slot(named name: String, own: [String], hasRelatives: Bool) -> AtlasSlot? {
    if let index = own.firstIndex(of: name) { return .own(index) }
    if let index = AtlasContents.commonNames.firstIndex(of: name) { return .common(index) }
    if name == "year" { return .year }
    if name == "bignumber" { return .inhabitants }
    guard hasRelatives else { return nil }
    // The longest prefix first: "other2" also begins with "other".
    for (relation, prefix) in AtlasGroup.relationPrefixes.enumerated().reversed()
    where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      return own.firstIndex(of: rest.isEmpty ? "country" : rest).map { .related(relation, $0) }
    }
    return nil
  }
}
