import Charts

extension NetworkDescription {
  /// The network as a row of boxes: what `image describe -o` draws.
  var drawing: VolumeDiagram {
    var diagram = VolumeDiagram(title: "\(network): \(source)")
    diagram.subtitle =
      "\(NumberFormat.grouped(parameters)) parameters, \(NumberFormat.grouped(multiplyAdds)) "
      + "multiply-adds for an image"
    let image = VolumeDiagram.Volume(
      name: "image", layer: "", extents: (input[0], input[1], input[2]), note: "",
      color: Self.otherColor)
    diagram.volumes =
      [image]
      + layers.filter { !$0.auxiliary }.map { row in
        VolumeDiagram.Volume(
          name: row.name, layer: row.layer, extents: (row.output[0], row.output[1], row.output[2]),
          note: row.parameters == 0
            ? "" : NumberFormat.counted(row.parameters, "parameter"),
          color: Self.color(of: row.kind))
      }
    return diagram
  }

  private static let otherColor = 6

  /// Layers that do the same have the same colour.
  private static func color(of kind: String) -> Int {
    switch kind {
    case "conv", "transposed-conv": 4
    case let kind where kind.contains("pool"): 1
    case "fc": 0
    case let kind where kind.contains("block") || kind.contains("inception"): 2
    default: otherColor
    }
  }
}
