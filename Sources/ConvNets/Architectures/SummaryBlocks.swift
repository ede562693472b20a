/// Few rows for many layers.
enum SummaryBlocks {
  /// One row for each block that ends in `add` or `concatenate` and for each head for training;
  /// layers that keep the shape and multiply nothing in the row before.
  static func rows(of layers: [LayerSummary], in graph: LayerGraph) -> [LayerSummary] {
    let blocks = Set(
      graph.nodes.compactMap { node in
        [.add, .concatenate].contains(node.layer) ? module(of: node.name) : nil
      })
    var rows: [LayerSummary] = []
    var open: [LayerSummary] = []
    var openName: String?
    func close() {
      if !open.isEmpty { rows.append(joined(open, block: openName)) }
      open = []
    }
    for layer in layers {
      let name = block(of: layer, among: blocks)
      let staysInRow =
        name == nil
        ? openName == nil && changesValuesOnly(layer)
          && open.first?.isAuxiliary == layer.isAuxiliary
        : name == openName
      if !staysInRow { close() }
      openName = name
      open.append(layer)
    }
    close()
    return rows
  }

  /// `layer1.0` of `layer1.0.conv1`; nil for a name without a dot.
  private static func module(of name: String) -> String? {
    name.lastIndex(of: ".").map { String(name[..<$0]) }
  }

  /// The block that a layer is part of, if it is.
  private static func block(of layer: LayerSummary, among blocks: Set<String>) -> String? {
    if layer.isAuxiliary { return String(layer.name.prefix { $0 != "." }) }
    var name = layer.name
    while let outer = module(of: name) {
      if blocks.contains(outer) { return outer }
      name = outer
    }
    return nil
  }

  private static func changesValuesOnly(_ layer: LayerSummary) -> Bool {
    ["bn", "lrn", "relu", "tanh", "sigmoid", "dropout"].contains(layer.kind)
  }

  private static func joined(_ layers: [LayerSummary], block: String?) -> LayerSummary {
    let last = layers[layers.count - 1]
    func total(_ value: KeyPath<LayerSummary, Int>) -> Int {
      layers.reduce(0) { $0 + $1[keyPath: value] }
    }
    return LayerSummary(
      name: block ?? layers[0].name, kind: block == nil ? layers[0].kind : "block",
      text: block == nil ? layers.map(\.text).joined(separator: ", ") : contents(of: layers),
      output: last.output, parameterCount: total(\.parameterCount),
      multiplyAdds: total(\.multiplyAdds), receptiveField: last.receptiveField,
      activationBytes: total(\.activationBytes), isAuxiliary: last.isAuxiliary)
  }

  /// `3 conv, add`.
  private static func contents(of layers: [LayerSummary]) -> String {
    ["conv", "transposed-conv", "fc", "add", "concatenate"].compactMap { kind in
      let count = layers.reduce(0) { $0 + ($1.kind == kind ? 1 : 0) }
      return switch count {
      case 0: nil
      case 1: kind
      default: "\(count) \(kind)"
      }
    }.joined(separator: ", ")
  }
}
