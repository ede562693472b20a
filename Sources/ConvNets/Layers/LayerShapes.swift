import WordtoolCore

/// The shapes that layers make of shapes.
enum LayerShapes {
  static func result(of layer: Layer, name: String, inputs: [ImageShape]) throws -> ImageShape {
    try OptionCheck.require(
      layer != .input && !inputs.isEmpty, found: "layer '\(name)' of \(inputs.count) inputs",
      expected: "a layer behind the input")
    func require(_ condition: Bool, _ found: String, _ expected: String) throws {
      if condition { return }
      throw WordtoolError(.badData, found: "layer '\(name)' \(found)", expected: expected)
    }
    let from = inputs.first ?? ImageShape(height: 1, width: 1, channels: 1)
    func made(_ height: Int, _ width: Int, _ channels: Int) throws -> ImageShape {
      guard let shape = ImageShape(checking: height, width, channels) else {
        throw WordtoolError(
          .badData, found: "layer '\(name)' makes \(height) x \(width) x \(channels) of \(from)",
          expected: "extents of at least 1, at most \(ImageShape.maximumValueCount) values",
          remedy: "take another size of images")
      }
      return shape
    }
    switch layer {
    case .input: preconditionFailure("a second input")
    case .relu, .tanh, .sigmoid, .batchNorm, .localResponseNorm, .dropout: return from
    case .flatten: return try made(1, 1, from.valueCount)
    case .fullyConnected(let outputs, _): return try made(1, 1, outputs)
    case .adaptiveAveragePool(let height, let width), .adaptiveMaxPool(let height, let width):
      return try made(height, width, from.channels)
    case .add:
      guard inputs.allSatisfy({ $0 == from }) else {
        throw WordtoolError(
          .badData, found: "layer '\(name)' adds \(inputs)", expected: "inputs of one shape")
      }
      return from
    case .concatenate:
      guard inputs.allSatisfy({ ($0.height, $0.width) == (from.height, from.width) }) else {
        throw WordtoolError(
          .badData, found: "layer '\(name)' joins \(inputs)",
          expected: "inputs of one height and width")
      }
      return try made(from.height, from.width, inputs.reduce(0) { $0 + $1.channels })
    case .convolution(let layer):
      try require(
        layer.groups >= 1 && from.channels % layer.groups == 0
          && layer.outputs % layer.groups == 0,
        "makes \(layer.outputs) of \(from.channels) channels in \(layer.groups) groups",
        "groups of equal size")
      func count(_ size: Int, _ axis: KeyPath<Extent, Int>) -> Int {
        let reach = layer.dilation[keyPath: axis] * (layer.kernel[keyPath: axis] - 1) + 1
        return windows(
          size, reach: reach, stride: layer.stride[keyPath: axis],
          padding: layer.padding[keyPath: axis], roundsUp: false)
      }
      return try made(
        count(from.height, \.height), count(from.width, \.width), layer.outputs)
    case .transposedConvolution(let layer):
      try require(
        layer.groups >= 1 && from.channels % layer.groups == 0
          && layer.outputs % layer.groups == 0,
        "makes \(layer.outputs) of \(from.channels) channels in \(layer.groups) groups",
        "groups of equal size")
      func count(_ size: Int, _ axis: KeyPath<Extent, Int>) -> Int {
        (size - 1) * layer.stride[keyPath: axis] - 2 * layer.padding[keyPath: axis]
          + layer.dilation[keyPath: axis] * (layer.kernel[keyPath: axis] - 1)
          + layer.outputPadding[keyPath: axis] + 1
      }
      return try made(count(from.height, \.height), count(from.width, \.width), layer.outputs)
    case .maxPool(let layer), .averagePool(let layer):
      try require(
        2 * layer.padding.height <= layer.kernel.height
          && 2 * layer.padding.width <= layer.kernel.width, "pads by more than half a window",
        "less")
      func count(_ size: Int, _ axis: KeyPath<Extent, Int>) -> Int {
        windows(
          size, reach: layer.kernel[keyPath: axis], stride: layer.stride[keyPath: axis],
          padding: layer.padding[keyPath: axis], roundsUp: layer.roundsUp)
      }
      return try made(count(from.height, \.height), count(from.width, \.width), from.channels)
    }
  }

  /// How many windows fit; below 1 when none does.
  private static func windows(
    _ size: Int, reach: Int, stride: Int, padding: Int, roundsUp: Bool
  ) -> Int {
    let room = size + 2 * padding - reach
    if room < 0 { return 0 }
    var count = (room + (roundsUp ? stride - 1 : 0)) / stride + 1
    // The last window starts inside the input or its left padding.
    if roundsUp && (count - 1) * stride >= size + padding { count -= 1 }
    return count
  }
}
