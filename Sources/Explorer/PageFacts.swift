import Tokenize
import Word2Vec
import WordtoolCore

/// What a page says in words, as the JSON that its script reads.
struct PageFacts {
  let vectors: WordVectors
  let map: ExplorerMap
  let title: String
  let column: WordColumn?

  /// The text of the JSON, fit for a script element.
  var json: String {
    let words = map.rows.map(vectors.word)
    var members = [
      ("title", PageText.json(title)),
      ("caption", PageText.json(map.caption)),
      (
        "licence", vectors.metadata[WordVectors.MetadataKey.corpusLicence].map { PageText.json($0) }
      ),
      ("dimension", "\(vectors.dimension)"),
      ("allWords", "\(vectors.count)"),
      ("lowercase", "\(vectors.tokenizerRule?.lowercase ?? true)"),
      ("form", PageText.json(form)),
      ("groups", PageText.json(map.groupNames)),
      ("words", PageText.json(words)),
      (
        "counts",
        vectors.counts.map { counts in
          "[" + map.rows.map { "\(counts[$0])" }.joined(separator: ",") + "]"
        }
      ),
    ]
    if let column { members.append(("column", Self.json(of: column, words: words))) }
    return "{"
      + members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
      .joined(separator: ",\n") + "}"
  }

  /// The Unicode form in which words are looked up.
  private var form: String {
    switch vectors.tokenizerRule?.normalization {
    case .nfc: "NFC"
    case .nfd: "NFD"
    case .nfkc, .nfkcCaseFold: "NFKC"
    case .nfkd: "NFKD"
    case .some(.none), nil: ""
    }
  }

  /// Numbers where all values are numbers, else the different texts and which one each word has; null for
  /// words without a value.
  private static func json(of column: WordColumn, words: [String]) -> String {
    let own = words.map { column.values[$0] }
    let name = "{\"name\":\(PageText.json(column.name))"
    let numbers = own.map { $0.flatMap(Double.init) }
    if zip(own, numbers).allSatisfy({ $0 == nil || $1?.isFinite == true }) {
      let values = numbers.map { $0.map { "\($0)" } ?? "null" }
      return name + ",\"numbers\":[" + values.joined(separator: ",") + "]}"
    }
    // The most frequent text first; of equals the one that comes first.
    var counts: [String: (count: Int, first: Int)] = [:]
    for (place, value) in own.enumerated() {
      if let value { counts[value, default: (0, place)].count += 1 }
    }
    let labels = counts.keys.sorted { one, other in
      let (a, b) = (counts[one] ?? (0, 0), counts[other] ?? (0, 0))
      return a.count != b.count ? a.count > b.count : a.first < b.first
    }
    let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    let indices = own.map { $0.flatMap { places[$0] }.map { "\($0)" } ?? "null" }
    return name + ",\"labels\":\(PageText.json(labels)),\"indices\":["
      + indices.joined(separator: ",") + "]}"
  }
}
