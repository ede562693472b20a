import Charts
import ConvNets
import SeqModels
import WordtoolCore

/// How often which label was given for which: rows are what is true, columns what was given.
struct ConfusionMatrix {
  /// The labels that occur or were given, of rows and columns alike.
  private(set) var labels: [String]
  /// [true label][label that was given].
  private(set) var counts: [[Int]]
  /// What is counted: `texts`.
  let unit: String

  /// That of a test of texts or words.
  init(_ report: ClassificationReport, unit: String) {
    let cells = report.confusion
    let seen = Set(cells.flatMap { [$0.label, $0.predicted] }).sorted()
    let places = Dictionary(uniqueKeysWithValues: seen.enumerated().map { ($1, $0) })
    labels = seen.map { report.labels[$0].name }
    counts = Array(repeating: Array(repeating: 0, count: seen.count), count: seen.count)
    for cell in cells {
      guard let row = places[cell.label], let column = places[cell.predicted] else { continue }
      counts[row][column] += cell.count
    }
    self.unit = unit
  }

  /// That of a test of images.
  init(_ answer: ImageReportAnswer) {
    let seen = answer.labels.indices.filter {
      answer.labels[$0].examples + answer.labels[$0].predicted > 0
    }
    labels = seen.map { answer.classes[$0] }
    counts = seen.map { row in seen.map { answer.confusion[row][$0] } }
    unit = "images"
  }

  /// Labels that are put in order by similarity; the work grows with the third power.
  static let mostOrdered = 500

  /// The same with labels that are taken for one another side by side.
  ///
  /// Two labels are as similar as the shares of their rows in which each was taken for the other. Groups
  /// are joined by the mean similarity of their members (average linkage; Sokal and Michener 1958), the
  /// most similar first, each time with those ends together that are most similar. Of equals the first
  /// in the order of the labels counts.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for more than ``mostOrdered`` labels.
  func orderedBySimilarity() throws -> ConfusionMatrix {
    let count = labels.count
    guard count <= Self.mostOrdered else {
      throw WordtoolError(
        .usage, found: "`order` similarity for \(count) labels",
        expected: "at most \(Self.mostOrdered)")
    }
    let shares = counts.map { row in
      let total = Double(max(1, row.reduce(0, +)))
      return row.map { Double($0) / total }
    }
    var similarity = shares
    for row in shares.indices {
      for column in shares.indices { similarity[row][column] += shares[column][row] }
    }
    var groups = (0..<count).map { [$0] }
    // Sums of the similarities of the members of two groups.
    var sums = similarity
    while groups.count > 1 {
      var best = (value: 0.0, first: 0, second: 1)
      for first in groups.indices {
        for second in first + 1..<groups.count {
          let size = Double(groups[first].count * groups[second].count)
          let value = sums[first][second] / size
          if value > best.value { best = (value, first, second) }
        }
      }
      groups[best.first] = Self.joined(groups[best.first], groups[best.second], similarity)
      groups.remove(at: best.second)
      for other in sums.indices {
        sums[best.first][other] += sums[best.second][other]
        sums[other][best.first] = sums[best.first][other]
      }
      sums.remove(at: best.second)
      for row in sums.indices { sums[row].remove(at: best.second) }
    }
    let order = groups.first ?? []
    var result = self
    result.labels = order.map { labels[$0] }
    result.counts = order.map { row in order.map { counts[row][$0] } }
    return result
  }

  /// Two groups as one, turned so that the ends that meet are as similar as they can be.
  private static func joined(
    _ first: [Int], _ second: [Int], _ similarity: [[Double]]
  ) -> [Int] {
    let ways = [first, first.reversed()].flatMap { a in
      [second, second.reversed()].map { (a, Array($0)) }
    }
    var best = ways[0]
    for way in ways.dropFirst()
    where similarity[way.0[way.0.count - 1]][way.1[0]]
      > similarity[best.0[best.0.count - 1]][best.1[0]]
    {
      best = way
    }
    return best.0 + best.1
  }

  /// The picture.
  ///
  /// - Parameter kind: what a label is called.
  /// - Throws: ``WordtoolError`` of kind `usage` for more labels than a picture has room for.
  func chart(kind: String, isDark: Bool) throws -> ConfusionChart {
    guard labels.count <= ConfusionChart.mostLabels else {
      throw WordtoolError(
        .usage, found: "a picture of \(labels.count) labels",
        expected: "at most \(ConfusionChart.mostLabels)", remedy: "write a .tsv file")
    }
    let all = counts.joined().reduce(0, +)
    let right = labels.indices.reduce(0) { $0 + counts[$1][$1] }
    var chart = ConfusionChart(
      title: "Confusion of \(NumberFormat.counted(labels.count, kind))", labels: labels,
      counts: counts, unit: unit)
    chart.subtitle =
      "\(NumberFormat.grouped(right)) of \(NumberFormat.grouped(all)) \(unit) right; colours are shares "
      + "of a row"
    chart.isDark = isDark
    return chart
  }

  /// The matrix as a table for a person.
  func text(kind: String) -> String {
    LabelAnswer.confusion(kind: kind, labels) { counts[$0][$1] }
  }

  /// A row of names, then a row for each cell that is not 0: both labels, how often, and which share of
  /// the texts with the first that is.
  var table: String {
    var text = "label\tgiven\tcount\tshare\n"
    for (row, label) in labels.enumerated() {
      let total = counts[row].reduce(0, +)
      for (column, count) in counts[row].enumerated() where count > 0 {
        text +=
          [
            TerminalText.escaped(label), TerminalText.escaped(labels[column]), "\(count)",
            NumberFormat.fixed(Double(count) / Double(total)),
          ].joined(separator: "\t") + "\n"
      }
    }
    return text
  }
}
