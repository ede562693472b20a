import WordtoolCore

/// A network of layers that follow one another, as text:
/// `conv 32 3x3, relu, max-pool 2, flatten, fc 128, relu, dropout 0.5, fc classes`.
public struct LayerList: Hashable, Sendable {
  /// One layer of the list.
  public struct Step: Hashable, Sendable {
    /// What it computes; with ``countsClasses`` its number of outputs says nothing.
    public var layer: Layer
    /// Whether it has an output for each class, whose number the text leaves open.
    public var countsClasses: Bool

    /// A layer, or one with as many outputs as there are classes.
    public init(_ layer: Layer, countsClasses: Bool = false) {
      self.layer = layer
      self.countsClasses = countsClasses
    }
  }

  /// The layers, first to last.
  public let steps: [Step]

  /// The most layers a text may have.
  static let maximumStepCount = 10_000

  init(steps: [Step]) { self.steps = steps }

  /// The network for images of a shape. Its layers are named 0, 1, 2 and so on, as those of
  /// PyTorch's `Sequential`.
  ///
  /// - Throws: `WordtoolError`: `usage` for less than one class; `badData` when a layer does not suit
  ///   what comes before it, or the last one does not give a value for each class.
  public func graph(input: ImageShape, classes: Int) throws -> LayerGraph {
    try OptionCheck.require("classes", classes, in: 1...ImageModelDescription.maximumClassCount)
    var graph = LayerGraph(input: input)
    for (index, step) in steps.enumerated() {
      let shape = graph.nodes[index].shape
      let layer = step.countsClasses ? step.layer.with(outputs: classes) : step.layer
      if let (problem, expected, remedy) = Self.obstacle(to: layer, of: shape) {
        throw WordtoolError(
          .badData, found: "layer \(index), '\(step.text)', \(problem)", expected: expected,
          remedy: remedy)
      }
      try graph.add("\(index)", layer)
      guard Self.weightCount(of: layer, reading: shape) <= Architecture.maximumParameterCount else {
        throw WordtoolError(
          .badData, found: "layer \(index), '\(step.text)', has too many weights for \(shape)",
          expected: "at most \(Architecture.maximumParameterCount)")
      }
    }
    let last = graph.nodes[graph.output].shape
    guard last == ImageShape(height: 1, width: 1, channels: classes) else {
      throw WordtoolError(
        .badData, found: "the network ends in \(last)",
        expected: "1 x 1 x \(classes), a value for each class",
        remedy: last.planeCount == 1
          ? "end it with 'fc classes'" : "end it with 'flatten, fc classes'")
    }
    return graph
  }

  /// How many weights a layer has; `Int.max` when that is no `Int`.
  private static func weightCount(of layer: Layer, reading shape: ImageShape) -> Int {
    let factors: [Int] =
      switch layer {
      case .convolution(let settings):
        [
          settings.outputs, shape.channels / settings.groups, settings.kernel.height,
          settings.kernel.width,
        ]
      case .transposedConvolution(let settings):
        [
          settings.outputs / settings.groups, shape.channels, settings.kernel.height,
          settings.kernel.width,
        ]
      case .fullyConnected(let outputs, _): [outputs, shape.valueCount]
      default: []
      }
    var count = 1
    for factor in factors {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      if overflow { return .max }
      count = product
    }
    return count
  }

  /// Why a layer cannot read this shape, beyond what ``LayerGraph`` says.
  private static func obstacle(
    to layer: Layer, of shape: ImageShape
  ) -> (found: String, expected: String, remedy: String?)? {
    let groups: (Int, Int)? =
      switch layer {
      case .convolution(let settings): (settings.groups, settings.outputs)
      case .transposedConvolution(let settings): (settings.groups, settings.outputs)
      default: nil
      }
    if let (count, outputs) = groups,
      shape.channels % count != 0 || outputs % count != 0
    {
      return (
        "makes \(outputs) channels of \(shape.channels)",
        "numbers of channels that \(count) groups share", nil
      )
    }
    if case .fullyConnected = layer, shape.planeCount != 1 {
      return ("reads \(shape)", "1 x 1 places", "put 'flatten' before it")
    }
    return nil
  }
}

extension LayerList: CustomStringConvertible {
  /// The text that ``init(parsing:)`` reads as this list.
  public var description: String { steps.map(\.text).joined(separator: ", ") }
}

extension LayerList.Step {
  /// The layer as the list's text has it.
  var text: String { layer.text(outputs: countsClasses ? "classes" : nil) }
}

extension Layer {
  /// The layer with another number of outputs, where it has one.
  func with(outputs: Int) -> Layer {
    switch self {
    case .convolution(var settings):
      settings.outputs = outputs
      return .convolution(settings)
    case .transposedConvolution(var settings):
      settings.outputs = outputs
      return .transposedConvolution(settings)
    case .fullyConnected(_, let hasBias):
      return .fullyConnected(outputs: outputs, hasBias: hasBias)
    default: return self
    }
  }
}
