/// The part of the image that one value of a layer depends on, as if the image had no end.
///
/// A window over k places that are j pixels apart sees (k - 1) · j pixels more than one place does,
/// and a stride of s makes the places s times as far apart.
public struct ReceptiveField: Hashable, Sendable {
  /// Rows and columns of the image.
  public let size: Extent
  /// Rows and columns of the image from one place of the layer to the next; nil where that is not
  /// one whole number, and where there are no places any more because all have been joined.
  public let stride: Extent?

  /// The fields of all layers of a network, in its order.
  public static func all(in graph: LayerGraph) -> [ReceptiveField] {
    func axis(_ extent: KeyPath<Extent, Int>, _ size: KeyPath<ImageShape, Int>) -> [AxisField] {
      var fields: [AxisField] = []
      for node in graph.nodes {
        guard let first = node.inputs.first else {
          fields.append(.pixels)
          continue
        }
        let joined = node.inputs.dropFirst().reduce(fields[first]) { $0.joined(with: fields[$1]) }
        fields.append(
          joined.under(
            node.layer, extent, places: graph.nodes[first].shape[keyPath: size],
            results: node.shape[keyPath: size]))
      }
      return fields
    }
    return zip(axis(\.height, \.height), axis(\.width, \.width)).map { rows, columns in
      var stride: Extent?
      if let row = rows.wholeStep, let column = columns.wholeStep { stride = Extent(row, column) }
      return ReceptiveField(
        size: Extent(Int(rows.size.rounded(.up)), Int(columns.size.rounded(.up))), stride: stride)
    }
  }
}

/// What the places of a layer see of one axis of the image.
private struct AxisField {
  /// Where what the first place sees begins; below 0 in the padding.
  var start: Double
  /// Pixels that a place sees.
  var size: Double
  /// Pixels from one place to the next; nil if there is but one place for everything.
  var step: Double?

  static let pixels = AxisField(start: 0, size: 1, step: 1)

  var wholeStep: Int? { step.flatMap { Int(exactly: $0) } }

  /// Both together: a place of the result is the places of both.
  func joined(with other: AxisField) -> AxisField {
    let begin = min(start, other.start)
    return AxisField(
      start: begin, size: max(start + size, other.start + other.size) - begin,
      step: step == other.step ? step : nil)
  }

  /// What windows over `reach` places see, `stride` places apart.
  private func windows(reach: Int, stride: Double, padding: Int) -> AxisField {
    let step = step ?? 0
    return AxisField(
      start: start - Double(padding) * step, size: size + Double(reach - 1) * step,
      step: self.step.map { $0 * stride })
  }

  func under(
    _ layer: Layer, _ extent: KeyPath<Extent, Int>, places: Int, results: Int
  ) -> AxisField {
    switch layer {
    case .convolution(let settings):
      return windows(
        reach: settings.dilation[keyPath: extent] * (settings.kernel[keyPath: extent] - 1) + 1,
        stride: Double(settings.stride[keyPath: extent]), padding: settings.padding[keyPath: extent]
      )
    case .maxPool(let settings), .averagePool(let settings):
      return windows(
        reach: settings.kernel[keyPath: extent], stride: Double(settings.stride[keyPath: extent]),
        padding: settings.padding[keyPath: extent])
    case .transposedConvolution(let settings):
      // A place is reached from every place whose filter covers it: at most so many neighbours.
      let stride = settings.stride[keyPath: extent]
      let reach = settings.dilation[keyPath: extent] * (settings.kernel[keyPath: extent] - 1) + 1
      return windows(reach: (reach + stride - 1) / stride, stride: 1 / Double(stride), padding: 0)
    case .adaptiveAveragePool, .adaptiveMaxPool:
      let largest = (0..<results).map {
        AdaptiveWindow.places($0, of: results, over: places).count
      }.max()
      return windows(reach: largest ?? 1, stride: Double(places) / Double(results), padding: 0)
    case .flatten, .fullyConnected:
      var field = windows(reach: places, stride: 1, padding: 0)
      field.step = nil
      return field
    case .input, .relu, .tanh, .sigmoid, .batchNorm, .localResponseNorm, .dropout, .add,
      .concatenate:
      return self
    }
  }
}
