import ConvNets

/// What `image describe` prints; the names of the JSON are a contract.
struct NetworkDescription: Encodable {
  struct Row: Encodable {
    var name: String
    var kind: String
    var layer: String
    var output: [Int]
    var parameters: Int
    var multiplyAdds: Int
    /// The longer side.
    var receptiveField: Int
    var receptiveFieldExtent: [Int]
    /// The longer side; null where places are not evenly spaced, or there is but one for all.
    @Nullable var stride: Int?
    var activationBytes: Int
    var auxiliary: Bool

    init(_ layer: LayerSummary) {
      name = layer.name
      kind = layer.kind
      self.layer = layer.text
      output = layer.output.extents
      parameters = layer.parameterCount
      multiplyAdds = layer.multiplyAdds
      let size = layer.receptiveField.size
      receptiveField = max(size.height, size.width)
      receptiveFieldExtent = [size.height, size.width]
      stride = layer.receptiveField.stride.map { max($0.height, $0.width) }
      activationBytes = layer.activationBytes
      auxiliary = layer.isAuxiliary
    }
  }

  struct Cost: Encodable {
    var parameters: Int
    var multiplyAdds: Int

    init(_ cost: SpatialComparison.Cost) {
      parameters = cost.parameterCount
      multiplyAdds = cost.multiplyAdds
    }
  }

  struct Comparison: Encodable {
    var layer: String
    var input: [Int]
    var output: [Int]
    var convolution: Int
    var locallyConnected: Int
    var fullyConnected: Int
    var network: Cost
    var hiddenSizes: [Int]
    var fullyConnectedNetwork: Cost

    init(_ comparison: SpatialComparison) {
      layer = comparison.name
      input = comparison.input.extents
      output = comparison.output.extents
      convolution = comparison.sharedCount
      locallyConnected = comparison.locallyConnectedCount
      fullyConnected = comparison.fullyConnectedCount
      network = Cost(comparison.network)
      hiddenSizes = comparison.hiddenSizes
      fullyConnectedNetwork = Cost(comparison.fullyConnected)
    }
  }

  var network: String
  var source: String
  var input: [Int]
  var classes: Int
  var parameters: Int
  var auxiliaryParameters: Int
  var multiplyAdds: Int
  var activationBytes: Int
  var layers: [Row]
  var comparison: Comparison?
  var comparisonOfTwiceTheSize: Comparison?

  init(
    _ architecture: Architecture, summary: NetworkSummary, comparison: SpatialComparison?,
    enlarged: SpatialComparison?, classes: Int, isBrief: Bool
  ) {
    network = architecture.name
    source = architecture.source
    input = summary.input.extents
    self.classes = classes
    parameters = summary.parameterCount
    auxiliaryParameters = summary.auxiliaryParameterCount
    multiplyAdds = summary.multiplyAdds
    activationBytes = summary.activationBytes
    layers = (isBrief ? summary.blocks : summary.layers).map(Row.init)
    self.comparison = comparison.map(Comparison.init)
    comparisonOfTwiceTheSize = enlarged.map(Comparison.init)
  }

  // MARK: Text

  /// The tables.
  var text: String {
    let grouped = NumberFormat.grouped
    var text = "\(network): \(source)\n"
    text += "images \(Self.volume(input)), \(NumberFormat.counted(classes, "class"))\n\n"
    text += table
    if auxiliaryParameters > 0 {
      text +=
        "\n* in training only: \(grouped(auxiliaryParameters)) parameters; the totals have them, "
        + "but not their multiply-adds and memory\n"
    }
    return Self.fitted(text + comparisonText)
  }

  /// The text with lines of prose that a terminal has no room for broken at blanks.
  private static func fitted(_ text: String) -> String {
    guard let columns = StandardOutput.columns else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      TerminalText.wrapped(String(line), columns: columns).joined(separator: "\n  ")
    }.joined(separator: "\n")
  }

  /// Extents as they are read.
  static func volume(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: " x ")
  }

  /// How numbers stand in a table: short where there is no room.
  static func number(isShort: Bool) -> (Int) -> String {
    isShort
      ? { NumberFormat.withPrefix(Double($0)).trimmingSuffix(" ") } : { NumberFormat.grouped($0) }
  }

  private var table: String {
    func label(_ row: Row) -> String { row.name + (row.auxiliary ? " *" : "") }
    // The widest table takes this much.
    let isShort = StandardOutput.columns.map { $0 < 150 } ?? false
    let number = Self.number(isShort: isShort)
    let volume = { (extents: [Int]) in
      isShort ? extents.map(String.init).joined(separator: "x") : Self.volume(extents)
    }
    var rows = [
      [
        "name", "layer", "output", isShort ? "params" : "parameters",
        isShort ? "MACs" : "multiply-adds", "field", "stride", "memory",
      ]
    ]
    for row in layers {
      let field = row.receptiveFieldExtent
      rows.append([
        label(row), row.layer, volume(row.output),
        row.parameters == 0 ? "" : number(row.parameters),
        row.multiplyAdds == 0 ? "" : number(row.multiplyAdds),
        field[0] == field[1] ? "\(field[0])" : "\(field[0])x\(field[1])",
        row.stride.map(String.init) ?? "-", NumberFormat.bytes(row.activationBytes),
      ])
    }
    rows.append([
      "total", "", "", number(parameters), number(multiplyAdds), "", "",
      NumberFormat.bytes(activationBytes),
    ])
    return TextTable.aligned(rows, left: 2, shrinking: [0, 1])
  }

  private var comparisonText: String {
    guard let comparison else { return "" }
    let grouped = NumberFormat.grouped
    var text =
      "\nWhat spatial structure saves: weights and biases that make \(Self.volume(comparison.output)) "
      + "of \(Self.volume(comparison.input))\n"
    text += TextTable.aligned([
      ["  each output sees all inputs (fully connected)", grouped(comparison.fullyConnected)],
      ["  each sees its window, with weights of its own", grouped(comparison.locallyConnected)],
      [
        "  all places share one set of weights (\(comparison.layer))",
        grouped(comparison.convolution),
      ],
    ])
    let sizes = comparison.hiddenSizes.map(grouped).joined(separator: " and ")
    text += "\nThe network beside a fully connected one with hidden layers of \(sizes)\n"
    func rows(_ comparison: Comparison, scale: Int) -> [[String]] {
      let images = Self.volume([input[0] * scale, input[1] * scale, input[2]])
      return [
        ("  this network", comparison.network),
        ("  fully connected", comparison.fullyConnectedNetwork),
      ].map { [$0, images, grouped($1.parameters), grouped($1.multiplyAdds)] }
    }
    text += TextTable.aligned(
      [["", "images", "parameters", "multiply-adds"]] + rows(comparison, scale: 1)
        + (comparisonOfTwiceTheSize.map { rows($0, scale: 2) } ?? []))
    return text
  }
}
