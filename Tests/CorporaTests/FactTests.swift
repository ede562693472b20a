import Corpora
import Testing
import WordtoolCore

@Suite("Facts of the atlas")
struct FactTests {
  private static let tables = [
    "adjectives", "animals", "attributes", "colours", "countries", "names", "nouns", "numbers",
    "patterns", "people", "regions", "verbs",
  ]

  @Test("tables have only plain characters, and no field has stray white space", arguments: tables)
  func fieldsArePlain(name: String) throws {
    let table = try FactTable(named: name)
    var odd: [String] = []
    let punctuation = Set(name == "patterns" ? " -,.;:?!'\"{}" : " -,")
    for field in table.rows.joined() {
      let isPlain = field.allSatisfy {
        ($0.isASCII && ($0.isLetter || $0.isNumber)) || punctuation.contains($0)
      }
      let isTrimmed = !field.hasPrefix(" ") && !field.hasSuffix(" ") && !field.contains("  ")
      let hasItems = !field.hasPrefix(",") && !field.hasSuffix(",") && !field.contains(",,")
      if !isPlain || !isTrimmed || !hasItems { odd.append(field) }
    }
    #expect(odd.isEmpty)
    let optional: Set = ["article", "neighbours", "cities"]
    for column in table.columns where !optional.contains(column) {
      #expect(try table.column(column).allSatisfy { !$0.isEmpty }, "\(name): \(column)")
    }
    #expect(Set(table.rows).count == table.rows.count)
  }

  @Test(
    "tables are as large as promised",
    arguments: [
      ("countries", 190), ("adjectives", 150), ("verbs", 150), ("nouns", 150), ("patterns", 300),
      ("people", 40), ("animals", 50), ("colours", 20), ("numbers", 30),
    ])
  func tablesAreLarge(name: String, least: Int) throws {
    #expect(try FactTable(named: name).rows.count >= least)
  }

  @Test("neighbours exist, are mutual, and nobody is its own neighbour")
  func neighboursAreSymmetric() throws {
    let table = try FactTable(named: "countries")
    let names = try table.column("name")
    let neighbours = Dictionary(uniqueKeysWithValues: zip(names, try table.lists("neighbours")))
    var wrong: [String] = []
    for (name, list) in neighbours {
      if Set(list).count != list.count || list.contains(name) { wrong.append(name) }
      for other in list where neighbours[other]?.contains(name) != true {
        wrong.append("\(name) and \(other)")
      }
    }
    #expect(wrong.isEmpty)
  }

  @Test("no country and no capital appears twice, and names are in order")
  func countriesAreUnique() throws {
    let table = try FactTable(named: "countries")
    let names = try table.column("name")
    #expect(Set(names).count == names.count)
    #expect(names == names.sorted())
    let capitals = try table.column("capital")
    #expect(Set(capitals).count == capitals.count)
    #expect(try table.column("article").allSatisfy { $0.isEmpty || $0 == "the" })
  }

  @Test("every region is in use and has at least two countries")
  func regionsAreUsed() throws {
    let regions = try FactTable(named: "countries").column("region")
    let names = try FactTable(named: "regions").column("name")
    #expect(Set(regions) == Set(names))
    #expect(names.allSatisfy { name in regions.count { $0 == name } >= 2 })
  }

  @Test("each continent has its countries")
  func continentsAreComplete() throws {
    let continents = try FactTable(named: "countries").column("continent")
    var counts: [String: Int] = [:]
    for continent in continents { counts[continent, default: 0] += 1 }
    let expected = [
      "Africa": 54, "Asia": 48, "Europe": 46, "North America": 23, "Oceania": 14,
      "South America": 12,
    ]
    #expect(counts == expected)
  }

  @Test("the Nordic countries are filed together")
  func nordicCountriesAreTogether() throws {
    let table = try FactTable(named: "countries")
    let pairs = zip(try table.column("name"), try table.column("region"))
    let nordic = pairs.filter { $0.1 == "Northern Europe" }.map(\.0)
    #expect(nordic == ["Denmark", "Finland", "Iceland", "Norway", "Sweden"])
  }

  @Test(
    "no word is listed twice in a column of forms",
    arguments: [
      ("adjectives", ["positive", "comparative", "superlative"]),
      ("verbs", ["base", "third", "gerund"]), ("nouns", ["singular", "plural"]),
      ("animals", ["animal"]), ("colours", ["colour"]), ("people", ["male", "female"]),
    ])
  func formsAreUnique(name: String, columns: [String]) throws {
    let table = try FactTable(named: name)
    for column in columns {
      let values = try table.column(column)
      #expect(Set(values).count == values.count, "\(name): \(column)")
    }
  }

  @Test("a table with a missing field is refused with file and line")
  func raggedTableIsRefused() throws {
    let path = try TemporaryTable.write("a\tb\n1\t2\n3\n")
    defer { TemporaryTable.remove(path) }
    let error = #expect(throws: WordtoolError.self) { try FactTable(contentsOf: path) }
    #expect(error?.kind == .badData)
    #expect(error?.position == .line(3))
  }
}
