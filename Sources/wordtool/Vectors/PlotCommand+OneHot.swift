import Charts
import Word2Vec
import WordtoolCore

/// The same words as one-hot columns and as dense ones.
extension PlotCommand {
  private struct Answer: Encodable {
    struct Word: Encodable {
      var word: String
      /// Its place among the words of the vectors, from 1 on: where its one-hot column has the 1.
      var row: Int
    }
    var vocabulary: Int
    var dimension: Int
    var words: [Word]
    /// Between any two one-hot columns.
    var oneHotSimilarity = 0.0
    var oneHotDistance = 2.0.squareRoot()
    /// Between the dense vectors, which have length 1: [word][word].
    var similarities: [[Double]]
    var distances: [[Double]]
  }

  func drawOneHot(_ style: StyleOptions.Style) throws {
    let file = try output.map { path in
      try OutputPaths.check([path], inputs: [vectors.vectors], printing: nil)
      return try DrawingFile(path: path, kind: .chart)
    }
    let set = try VectorSet(vectors, threads: threads.count).vectors
    var lookup = Lookup(lookup)
    var chart = EncodingChart(
      title: title ?? "One-hot and dense: \(words.joined(separator: ", "))",
      vocabularySize: set.count, words: [])
    chart.isDark = dark
    for text in words {
      guard let query = try lookup.tell(try set.answer(toQueryOf: text)) else { continue }
      guard let row = query.row else {
        throw WordtoolError(
          .unavailable, found: "'\(text)' has no row of its own", expected: "a word of the vectors")
      }
      if chart.words.contains(where: { $0.row == row + 1 }) { continue }
      let values = query.values.map(Double.init)
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      chart.words.append(
        EncodingChart.Word(
          name: set.word(at: row), row: row + 1, values: values.map { $0 / max(length, 1e-30) }))
    }
    guard chart.words.count >= 2 else {
      throw WordtoolError(
        .unavailable, found: "\(chart.words.count, "word") to draw", expected: "two or more")
    }
    try write(chart, to: file, style)
    try lookup.finish()
  }

  private func write(
    _ chart: EncodingChart, to file: DrawingFile?, _ style: StyleOptions.Style
  ) throws {
    if let file { return try file.write(isPicture ? chart.svg() : Self.pairTable(chart)) }
    let out = StandardOutput.shared
    switch style {
    case .json:
      let places = chart.words.indices
      try JSONOutput.write(
        Answer(
          vocabulary: chart.vocabularySize, dimension: chart.words[0].values.count,
          words: chart.words.map { .init(word: $0.name, row: $0.row) },
          similarities: places.map { row in places.map { chart.similarity(row, $0) } },
          distances: places.map { row in places.map { chart.distance(row, $0) } }))
    case .table: try out.write(Self.text(chart))
    default: try out.write(Self.pairTable(chart))
    }
  }

  /// A row of names, then a row for each pair of words.
  private static func pairTable(_ chart: EncodingChart) -> String {
    let oneHot = "\(NumberFormat.fixed(0))\t\(NumberFormat.fixed(2.0.squareRoot()))"
    var text = "word\tother\tone-hot similarity\tone-hot distance\tsimilarity\tdistance\n"
    for (first, word) in chart.words.enumerated() {
      for second in chart.words.indices.dropFirst(first + 1) {
        text +=
          [
            TerminalText.escaped(word.name), TerminalText.escaped(chart.words[second].name), oneHot,
            NumberFormat.fixed(chart.similarity(first, second)),
            NumberFormat.fixed(chart.distance(first, second)),
          ].joined(separator: "\t") + "\n"
      }
    }
    return text
  }

  /// Numbers of dense vectors that a person is shown.
  private static let shownNumbers = 5

  /// Both kinds of columns, and the similarities of the dense ones.
  private static func text(_ chart: EncodingChart) -> String {
    let words = chart.words
    let names = words.map(\.name)
    let dimension = words[0].values.count
    let order = words.indices.sorted { words[$0].row < words[$1].row }
    let oneHot = order.map { row in
      [NumberFormat.grouped(words[row].row)] + words.indices.map { $0 == row ? "1" : "0" }
    }
    let dense = (0..<min(shownNumbers, dimension)).map { number in
      ["\(number + 1)"] + words.map { NumberFormat.fixed($0.values[number], 4) }
    }
    let similarities = words.indices.map { row in
      [names[row]] + words.indices.map { NumberFormat.fixed(chart.similarity(row, $0), 4) }
    }
    func table(_ corner: String, _ rows: [[String]]) -> String {
      TextTable.aligned([[corner] + names] + rows, shrinking: Array(0...names.count))
    }
    return "one-hot: \(NumberFormat.grouped(chart.vocabularySize)) numbers a word, one of them 1\n"
      + table("row", oneHot)
      + "between any two: similarity 0, distance \(NumberFormat.fixed(2.0.squareRoot(), 4))\n\n"
      + "dense: \(dimension) numbers a word"
      + (dimension > shownNumbers ? ", of which \(shownNumbers)\n" : "\n") + table("number", dense)
      + "\nsimilarity\n" + table("", similarities)
  }
}
