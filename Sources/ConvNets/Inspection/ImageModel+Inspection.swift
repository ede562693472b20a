import Networks
public import WordtoolCore

/// Looking inside a model: what its filters look for, what its layers see, and what of an image
/// decides about its class.
extension ImageModel {
  /// The number of a layer.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when there is no layer of that name.
  func node(named name: String) throws -> LayerGraph.NodeID {
    guard let node = description.graph.node(named: name) else {
      throw WordtoolError(
        .usage, found: "no layer '\(name)'",
        expected: "one of \(layers.dropFirst().map(\.name).joined(separator: ", "))")
    }
    return node
  }

  /// The number of a class.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when there is no class of that name.
  public func label(ofClass name: String) throws -> Int {
    guard let label = classNames.firstIndex(of: name) else {
      throw WordtoolError(
        .usage, found: "no class '\(name)'",
        expected: "one of \(classNames.prefix(20).joined(separator: ", "))")
    }
    return label
  }

  /// The filters of the first layer that has any.
  public struct Filters: Sendable {
    /// The layer.
    public let layer: String
    /// The weights, as many planes as the input has channels; those of a fully connected layer
    /// are as large as the input.
    public let images: [Image]
  }

  /// The filters that look at the pixels.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when no such layer reads the input.
  public func firstLayerFilters() throws -> Filters {
    let graph = description.graph
    for node in graph.nodes.indices.dropFirst() {
      let (name, layer) = (graph.nodes[node].name, graph.nodes[node].layer)
      let shape: ImageShape
      switch layer {
      case .convolution(let layer):
        shape = ImageShape(
          height: layer.kernel.height, width: layer.kernel.width,
          channels: graph.inputShape.channels / layer.groups)
      case .fullyConnected: shape = graph.inputShape
      // What keeps the pixels' places.
      case .batchNorm, .localResponseNorm, .dropout, .flatten, .input: continue
      default:
        throw WordtoolError(
          .unavailable, found: "the layer '\(name)' before any filter",
          expected: "a convolution or a fully connected layer that reads the input")
      }
      let weight = execution.parameters.view(name + ".weight")
      return Filters(
        layer: name,
        images: (0..<weight.rows).map { row in
          unsafe Image(
            shape: shape,
            values: Array(UnsafeBufferPointer(start: weight.row(row), count: shape.valueCount)))
        })
    }
    throw WordtoolError(.unavailable, found: "a network without filters")
  }

  /// The names of the layers whose results have rows and columns, but for dropout, which only trains.
  public var spatialLayers: [String] {
    description.graph.nodes.dropFirst().filter { node in
      if case .dropout = node.layer { return false }
      return node.shape.planeCount > 1
    }.map(\.name)
  }

  /// What a layer makes of an image: one plane for each channel.
  ///
  /// - Throws: `WordtoolError`: `usage` when there is no such layer; `badData` when the image does
  ///   not fit.
  public func featureMaps(of image: Image, layer: String) throws -> [Image] {
    let node = try node(named: layer)
    let batch = try pipeline.batch([image])
    return try unsafe batch.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return [] }
      return try unsafe Self.planes(execution.allActivations(base, count: 1)[node], image: 0)
    }
  }

  private static func planes(_ values: Activations<Float>, image: Int) -> [Image] {
    let (shape, base) = unsafe (values.shape, values.image(image))
    return (0..<shape.channels).map { channel in
      Image(
        shape: ImageShape(height: shape.height, width: shape.width, channels: 1),
        values: (0..<shape.planeCount).map { unsafe base[$0 * shape.channels + channel] })
    }
  }

  // MARK: What decides

  /// How the log-odds of a class change when a square of the image is covered.
  ///
  /// The paper shows the probability; of a class that is all but certain it hardly moves, where the
  /// log-odds log(p / (1 - p)) still tell.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - label: the class.
  ///   - window: rows and columns of the square, at least 1.
  ///   - stride: pixels from one square to the next, at least 1.
  ///   - stop: ends the work early.
  /// - Returns: the log-odds with the square around each place, one plane; squares reach beyond the
  ///   border, so that each pixel counts.
  /// - Throws: `WordtoolError`: `usage` for numbers out of range; `badData` when the image does not
  ///   fit; `interrupted`.
  /// - SeeAlso: Zeiler and Fergus 2013, section 4.2.
  public func occlusionMap(
    of image: Image, label: Int, window: Int, stride: Int, stop: StopFlag = StopFlag()
  ) throws -> Image {
    try OptionCheck.require("window", window, in: 1...Int(Int32.max))
    try OptionCheck.require("stride", stride, in: 1...Int(Int32.max))
    try OptionCheck.require("label", label, in: 0...classNames.count - 1)
    let fitted = try description.preprocessing.fitted(image, to: inputShape)
    // The mean of the training images says least; without it, that of the image.
    let mean = description.preprocessing.mean
    let cover = (0..<fitted.channels).map { channel in
      mean.isEmpty
        ? fitted.plane(channel).values.reduce(0, +) / Float(fitted.shape.planeCount)
        : mean[channel]
    }
    let rows = Array(Swift.stride(from: stride / 2, to: fitted.height, by: stride))
    let columns = Array(Swift.stride(from: stride / 2, to: fitted.width, by: stride))
    var odds: [Float] = []
    let size = ImageScoring.batchSize(for: inputShape)
    let places = rows.flatMap { row in columns.map { (row, $0) } }
    for start in Swift.stride(from: 0, to: places.count, by: size) {
      let covered = places[start..<min(places.count, start + size)].map { row, column in
        var copy = fitted
        let lines = (row - window / 2..<row - window / 2 + window).clamped(to: 0..<fitted.height)
        let rest = (column - window / 2..<column - window / 2 + window)
          .clamped(to: 0..<fitted.width)
        for channel in 0..<fitted.channels {
          for line in lines {
            for place in rest { copy[line, place, channel] = cover[channel] }
          }
        }
        return copy
      }
      odds += try logits(of: covered).map { ClassRanking.logOdds(of: label, $0) }
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(odds.count) squares")
      }
    }
    return Image(
      shape: ImageShape(height: rows.count, width: columns.count, channels: 1),
      values: odds)
  }

  /// How much each pixel's change would change the logit of a class: the largest magnitude of the
  /// gradient over the channels.
  ///
  /// With a whitening of whole images it is taken with respect to the pixels, with one of patches
  /// with respect to what the network sees.
  ///
  /// - Throws: `WordtoolError`: `usage` for a class that is not there; `badData` when the image does
  ///   not fit.
  /// - SeeAlso: Simonyan, Vedaldi and Zisserman: Deep inside convolutional networks, 2013.
  public func saliency(of image: Image, label: Int) throws -> Image {
    try OptionCheck.require("label", label, in: 0...classNames.count - 1)
    let batch = try pipeline.batch([image])
    var gradient = try unsafe batch.values.withUnsafeBufferPointer { values -> [Float] in
      guard let base = values.baseAddress else { return [] }
      return try unsafe execution.inputGradient(base, count: 1, classes: [label])
    }
    if let whitening, whitening.region == .image {
      // The matrix is its own transpose.
      let count = gradient.count
      gradient = (0..<count).map { row in
        var sum: Float = 0
        for column in 0..<count {
          sum += whitening.weights[row * count + column] * gradient[column]
        }
        return sum
      }
    }
    let area = inputShape.planeCount
    let magnitudes = (0..<area).map { place in
      (0..<inputShape.channels).reduce(Float(0)) { max($0, abs(gradient[$1 * area + place])) }
    }
    return Image(
      shape: ImageShape(height: inputShape.height, width: inputShape.width, channels: 1),
      values: magnitudes)
  }
}
