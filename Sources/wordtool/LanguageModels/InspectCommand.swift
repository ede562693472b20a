import ArgumentParser
import Charts
import SeqModels
import WordtoolCore

/// `wordtool inspect`: gates and states of a recurrent model over a text.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Look at the gates and states of a recurrent model while it reads.",
    discussion: """
      MODEL is a recurrent model that train-lm, train-classifier or train-tagger wrote. For each token \
      of --text the table has the mean of each gate over the units of a layer (i, f, o of lstm; r, z of \
      gru), and the mean magnitude of what has either sign: the candidate (g, n), the cell (c) and the \
      output (h). A language model begins after the end of a line, </s>. --units prints single units. \
      -o draws them as a heat map (.svg, .png), without --units those whose outputs change most.

      Example:
        wordtool inspect ptb.lm --text 'the company said it would' -o gates.svg
        wordtool inspect reviews.model --text 'not bad at all' --units 1,7 --json
      """)

  @Argument(
    help: ArgumentHelp("A recurrent model.", valueName: "model"), completion: .file())
  var model: String

  @Option(help: ArgumentHelp("What it reads.", valueName: "text"))
  var text: String

  @Option(help: ArgumentHelp("Which layer, from 1 on. (default: the last)", valueName: "n"))
  var layer: Int?

  @Option(
    help: ArgumentHelp(
      "Units to print and draw, from 1 on, apart by commas or blanks. (default: the mean over all; drawn are 16)",
      valueName: "n,n"))
  var units: String?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Draw a heat map to this SVG file.", valueName: "path"), completion: .file())
  var output: String?

  @OptionGroup var json: JSONOptions

  /// Units that are drawn where none are named.
  private static let drawnCount = 16

  func validate() throws {
    try OptionCheck.whole([("--layer", layer, 1...RecurrentOptions.maximumLayers)])
    if let units, unitNumbers.isEmpty {
      throw ValidationError("--units is \(units), expected numbers from 1 on: 1,5,9")
    }
  }

  private var unitNumbers: [Int] {
    let parts = units?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    let numbers = parts.compactMap { Int($0) }.filter { $0 > 0 }
    return numbers.count == parts.count ? numbers : []
  }

  func run() throws {
    try OutputPaths.check([output], inputs: [model], printing: json.json ? "the answer" : nil)
    let file = try output.map { try DrawingFile(path: $0) }
    let found = try read()
    let unitCount = found[0].quantities.map { $0.values[0].count }.min() ?? 0
    if let unit = unitNumbers.first(where: { $0 > unitCount }) {
      throw WordtoolError(
        .usage, found: "`units` has \(unit)", expected: "1 to \(unitCount), the units of the layer")
    }
    if let file {
      try file.write(picture(of: found).svg())
    }
    if json.json {
      try JSONOutput.write(found)
    } else if file?.isStandardOutput != true {
      let tables = found.map { ActivationTables($0, units: unitNumbers.map { $0 - 1 }).text }
      try StandardOutput.shared.write(tables.joined(separator: "\n"))
    }
  }

  private func read() throws -> [RecurrentActivations] {
    try FileKind.reading(model, as: .languageModel, .classifier, .tagger) {
      do {
        switch FileRecognizer.kind(of: model) {
        case .classifier, .fastTextClassifier:
          return try TextClassifier(contentsOf: model).activations(reading: text, layer: layer)
        case .tagger:
          return try SequenceTagger(contentsOf: model).activations(reading: text, layer: layer)
        default:
          return try NeuralLanguageModel(contentsOf: model, threads: 1)
            .activations(reading: text, layer: layer)
        }
      } catch var error as WordtoolError {
        // What is wrong with the model names it.
        if error.kind == .badData && error.path == nil { error.path = model }
        throw error
      }
    }
  }

  private func picture(of found: [RecurrentActivations]) -> HeatMap {
    let chosen =
      units == nil ? found[0].liveliestUnits(Self.drawnCount) : unitNumbers.map { $0 - 1 }
    let first = found[0]
    var map = HeatMap(
      title: "\(first.cell.rawValue), layer \(first.layer) of \(first.layerCount)",
      columnNames: first.tokens, rowNames: chosen.map { "\($0 + 1)" })
    let outputCount = first.quantities.last?.values.first?.count ?? 0
    map.subtitle =
      units != nil || chosen.count == outputCount
      ? "units by number"
      : "the \(chosen.count, "unit") whose outputs change most, by number"
    for direction in found {
      for quantity in direction.quantities {
        let rows = chosen.map { unit in quantity.values.map { Double($0[unit]) } }
        let largest = rows.joined().reduce(0) { max($0, $1.magnitude) }
        map.panels.append(
          HeatMap.Panel(
            name: "\(quantity.symbol): \(quantity.name)"
              + (direction.isReverse ? ", from the end" : ""),
            rows: rows,
            shades: quantity.isGate ? .share : .signed(limit: max(1, largest.rounded(.up)))))
      }
    }
    return map
  }
}
