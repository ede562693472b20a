import Networks
public import WordtoolCore

extension ImageModel {
  /// A value of a layer, or all of one channel, projected to the pixels.
  public struct Projection: Sendable {
    /// The channel of the layer.
    public let channel: Int
    /// The number of the image.
    public let image: Int
    /// The largest value.
    public let activation: Float
    /// What of the image led to the value, in the shape of the network's input; 0 where nothing did.
    public let picture: Image
    /// The rows that the largest value depends on.
    public let rows: Range<Int>
    /// The columns.
    public let columns: Range<Int>
  }

  /// A place of the largest value of a channel.
  private struct Peak {
    var image: Int
    var place: Int
    var value: Float
  }

  /// The largest value of each channel of a node in one image; the first of equal ones.
  private static func peaks(_ values: Activations<Float>, image: Int, number: Int) -> [Peak] {
    let (shape, base) = unsafe (values.shape, values.image(image))
    return (0..<shape.channels).map { channel in
      var peak = unsafe Peak(image: number, place: 0, value: base[channel])
      for place in 1..<max(1, shape.planeCount)
      where unsafe base[place * shape.channels + channel] > peak.value {
        peak = unsafe Peak(
          image: number, place: place, value: base[place * shape.channels + channel])
      }
      return peak
    }
  }

  /// Projects the largest value of the strongest channels of a layer to the pixels.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - layer: the name of the layer.
  ///   - count: how many channels, the strongest first.
  ///   - wholeMaps: whether all values of a channel are projected, and not the largest alone.
  /// - Throws: `WordtoolError`: `usage` when there is no such layer; `badData` when the image does
  ///   not fit.
  public func deconvolve(
    _ image: Image, layer: String, count: Int, wholeMaps: Bool = false
  ) throws -> [Projection] {
    let node = try node(named: layer)
    return try withActivations(of: image) { values in
      let peaks = Self.peaks(values[node], image: 0, number: 0)
      let order = peaks.indices.sorted {
        (peaks[$1].value, $0) < (peaks[$0].value, $1)
      }
      return order.prefix(count).filter { peaks[$0].value > 0 }.map {
        project(peaks[$0], channel: $0, node: node, values, wholeMap: wholeMaps)
      }
    }
  }

  /// Projects the largest values that a set of images has in each of some channels of a layer.
  ///
  /// - Parameters:
  ///   - set: the images.
  ///   - indices: which of them; all without.
  ///   - layer: the name of the layer.
  ///   - channels: how many channels, from 0 on.
  ///   - count: how many images for each channel, the strongest first.
  ///   - stop: ends the work early.
  /// - Returns: [channel, rank].
  /// - Throws: `WordtoolError`: `usage` when there is no such layer; `badData` when an image does
  ///   not fit; `interrupted`; what reading the images throws.
  /// - SeeAlso: Zeiler and Fergus 2013, figure 2.
  public func deconvolve(
    _ set: ImageDataset, indices: [Int]? = nil, layer: String, channels: Int, count: Int = 9,
    stop: StopFlag = StopFlag()
  ) throws -> [[Projection]] {
    let node = try node(named: layer)
    let indices = indices ?? Array(0..<set.count)
    let shown = min(channels, description.graph.nodes[node].shape.channels)
    var best = [[Peak]](repeating: [], count: shown)
    let size = max(1, ImageScoring.batchSize(for: inputShape) / 8)
    for start in stride(from: 0, to: indices.count, by: size) {
      let part = Array(indices[start..<min(indices.count, start + size)])
      let batch = try pipeline.batch(part, of: set, threads: threads)
      try unsafe batch.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        let values = try unsafe execution.allActivations(base, count: part.count)[node]
        for (place, number) in part.enumerated() {
          let peaks = Self.peaks(values, image: place, number: number)
          for channel in 0..<shown where peaks[channel].value > 0 {
            let rank =
              best[channel].firstIndex { $0.value < peaks[channel].value } ?? best[channel].count
            guard rank < count else { continue }
            best[channel].insert(peaks[channel], at: rank)
            if best[channel].count > count { best[channel].removeLast() }
          }
        }
      }
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(start + part.count, "image")")
      }
    }
    return try best.enumerated().map { channel, peaks in
      try peaks.map { peak in
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped in channel \(channel)")
        }
        return try withActivations(of: try set.image(at: peak.image)) {
          project(peak, channel: channel, node: node, $0)
        }
      }
    }
  }

  private func withActivations<Result>(
    of image: Image, _ body: ([Activations<Float>]) throws -> Result
  ) throws -> Result {
    let batch = try pipeline.batch([image])
    return try unsafe batch.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { preconditionFailure("an image without values") }
      return try unsafe body(execution.allActivations(base, count: 1))
    }
  }

  private func project(
    _ peak: Peak, channel: Int, node: LayerGraph.NodeID, _ values: [Activations<Float>],
    wholeMap: Bool = false
  ) -> Projection {
    let shape = description.graph.nodes[node].shape
    var signal = [Float](repeating: 0, count: shape.valueCount)
    if wholeMap {
      for place in stride(from: channel, to: signal.count, by: shape.channels) {
        signal[place] = unsafe values[node].image(0)[place]
      }
    } else {
      signal[peak.place * shape.channels + channel] = peak.value
    }
    let picture = Deconvnet(execution).project(signal, from: node, values: values)
    let field = ReceptiveRegion.of(
      row: peak.place / shape.width, column: peak.place % shape.width, node: node,
      in: description.graph)
    return Projection(
      channel: channel, image: peak.image, activation: peak.value, picture: picture,
      rows: field.rows, columns: field.columns)
  }
}

/// The part of the input that a place of a layer depends on.
enum ReceptiveRegion {
  static func of(
    row: Int, column: Int, node: LayerGraph.NodeID, in graph: LayerGraph
  ) -> (rows: Range<Int>, columns: Range<Int>) {
    var regions = [(rows: Range<Int>, columns: Range<Int>)?](repeating: nil, count: node + 1)
    regions[node] = (row..<row + 1, column..<column + 1)
    for place in stride(from: node, to: 0, by: -1) {
      guard let (rows, columns) = regions[place] else { continue }
      for input in graph.nodes[place].inputs {
        let (layer, from) = (graph.nodes[place].layer, graph.nodes[input].shape)
        let output = graph.nodes[place].shape
        let newRows = reach(layer, rows, \.height, from.height, output.height)
        let newColumns = reach(layer, columns, \.width, from.width, output.width)
        if let known = regions[input] {
          regions[input] = (union(known.rows, newRows), union(known.columns, newColumns))
        } else {
          regions[input] = (newRows, newColumns)
        }
      }
    }
    return regions[0] ?? (0..<graph.inputShape.height, 0..<graph.inputShape.width)
  }

  private static func union(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
    if a.isEmpty { return b }
    if b.isEmpty { return a }
    return min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
  }

  /// The places of a layer's input, along one axis, that some of its output read.
  private static func reach(
    _ layer: Layer, _ places: Range<Int>, _ axis: KeyPath<Extent, Int>, _ input: Int, _ output: Int
  ) -> Range<Int> {
    let all = 0..<input
    guard !places.isEmpty else { return 0..<0 }
    func windows(_ kernel: Extent, _ stride: Extent, _ padding: Extent, dilation: Extent) -> Range<
      Int
    > {
      let (stride, padding) = (stride[keyPath: axis], padding[keyPath: axis])
      let span = (kernel[keyPath: axis] - 1) * dilation[keyPath: axis] + 1
      let start = places.lowerBound * stride - padding
      return (start..<(places.upperBound - 1) * stride - padding + span).clamped(to: all)
    }
    switch layer {
    case .convolution(let layer):
      return windows(layer.kernel, layer.stride, layer.padding, dilation: layer.dilation)
    case .maxPool(let layer), .averagePool(let layer):
      return windows(layer.kernel, layer.stride, layer.padding, dilation: Extent(1))
    case .adaptiveMaxPool, .adaptiveAveragePool:
      let first = AdaptiveWindow.places(places.lowerBound, of: output, over: input)
      let last = AdaptiveWindow.places(places.upperBound - 1, of: output, over: input)
      return first.lowerBound..<last.upperBound
    case .fullyConnected, .flatten, .transposedConvolution: return all
    case .input, .relu, .tanh, .sigmoid, .batchNorm, .localResponseNorm, .dropout, .add,
      .concatenate:
      return places
    }
  }
}
