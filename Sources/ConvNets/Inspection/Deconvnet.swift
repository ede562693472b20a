import Networks

/// The way back from a layer to the pixels: a network's layers in reverse order, with transposed
/// filters, maxima put back where they were found, and negative signals cut off at each rectifier.
///
/// What the paper does not have is passed as its linear part: batch normalisation scales, means are
/// spread, sums and concatenations are taken apart. Local response normalisation passes unchanged,
/// as in the paper.
///
/// - SeeAlso: Zeiler and Fergus: Visualizing and understanding convolutional networks, 2013,
///   section 2.1.
struct Deconvnet {
  private let graph: LayerGraph
  private let parameters: Parameters<Float>
  private let statistics: Parameters<Float>

  init(_ execution: NetworkExecution<Float>) {
    graph = execution.graph
    parameters = execution.parameters
    statistics = execution.statistics
  }

  /// Projects a signal at a node to the input.
  ///
  /// - Parameters:
  ///   - signal: in the order [row, column, channel] of the node.
  ///   - node: where it is.
  ///   - values: what all layers made of the image.
  ///   - image: its number in the batch.
  /// - Returns: the shape of the input; zeros where nothing arrives.
  func project(
    _ signal: [Float], from node: LayerGraph.NodeID, values: [Activations<Float>], image: Int = 0
  ) -> Image {
    let nodes = graph.nodes
    precondition(signal.count == nodes[node].shape.valueCount, "\(signal.count) values")
    var signals = [[Float]?](repeating: nil, count: node + 1)
    signals[node] = signal
    for place in stride(from: node, to: 0, by: -1) {
      guard let signal = signals[place] else { continue }
      signals[place] = nil
      for (number, input) in nodes[place].inputs.enumerated() {
        var target =
          signals[input] ?? [Float](repeating: 0, count: nodes[input].shape.valueCount)
        signals[input] = nil
        unsafe pass(
          signal, back: place, number: number, values: values[input].image(image), &target)
        signals[input] = target
      }
    }
    let shape = graph.inputShape
    var result = Image(shape: shape, filledWith: 0)
    if let signal = signals[0] {
      unsafe result.withMutableValues { values in
        for place in 0..<shape.planeCount {
          for channel in 0..<shape.channels {
            unsafe values[channel * shape.planeCount + place] =
              signal[place * shape.channels + channel]
          }
        }
      }
    }
    return result
  }

  /// Adds a layer's signal, passed through it backwards, to that of one of its inputs.
  private func pass(
    _ signal: [Float], back node: LayerGraph.NodeID, number: Int, values: UnsafePointer<Float>,
    _ target: inout [Float]
  ) {
    let (name, output) = (graph.nodes[node].name, graph.nodes[node].shape)
    let input = graph.nodes[graph.nodes[node].inputs[number]].shape
    switch graph.nodes[node].layer {
    case .input: break
    case .relu:
      for place in signal.indices where signal[place] > 0 { target[place] += signal[place] }
    case .tanh, .sigmoid, .localResponseNorm, .dropout, .add:
      for place in signal.indices { target[place] += signal[place] }
    case .flatten:
      for channel in 0..<input.channels {
        for place in 0..<input.planeCount {
          target[place * input.channels + channel] += signal[channel * input.planeCount + place]
        }
      }
    case .concatenate:
      let inputs = graph.nodes[node].inputs.map { graph.nodes[$0].shape.channels }
      let start = inputs[..<number].reduce(0, +)
      for place in 0..<output.planeCount {
        for channel in 0..<input.channels {
          target[place * input.channels + channel] +=
            signal[place * output.channels + start + channel]
        }
      }
    case .batchNorm(let settings):
      let weight = parameters.view(name + ".weight")
      let variance = statistics.view(name + ".running_var")
      for channel in 0..<input.channels {
        let scale =
          weight[0, channel] / (variance[0, channel] + Float(settings.epsilon)).squareRoot()
        for place in stride(from: channel, to: signal.count, by: input.channels) {
          target[place] += signal[place] * scale
        }
      }
    case .fullyConnected:
      let weight = parameters.view(name + ".weight")
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return }
        for row in signal.indices where signal[row] != 0 {
          unsafe Float.addScaled(
            weight.row(row), factor: signal[row], into: base, count: target.count)
        }
      }
    case .convolution(let layer):
      convolution(layer, name: name, signal, output, input, &target)
    case .transposedConvolution(let layer):
      transposedConvolution(layer, name: name, signal, output, input, &target)
    case .maxPool(let layer):
      unsafe maximum(signal, output, input, values, &target) {
        (
          Self.window($0, layer.kernel.height, layer.stride.height, layer.padding.height),
          Self.window($1, layer.kernel.width, layer.stride.width, layer.padding.width)
        )
      }
    case .adaptiveMaxPool:
      unsafe maximum(signal, output, input, values, &target) {
        (
          AdaptiveWindow.places($0, of: output.height, over: input.height),
          AdaptiveWindow.places($1, of: output.width, over: input.width)
        )
      }
    case .averagePool(let layer):
      let area = layer.kernel.height * layer.kernel.width
      mean(signal, output, input, &target, area: layer.countsPadding ? area : nil) {
        (
          Self.window($0, layer.kernel.height, layer.stride.height, layer.padding.height),
          Self.window($1, layer.kernel.width, layer.stride.width, layer.padding.width)
        )
      }
    case .adaptiveAveragePool:
      mean(signal, output, input, &target, area: nil) {
        (
          AdaptiveWindow.places($0, of: output.height, over: input.height),
          AdaptiveWindow.places($1, of: output.width, over: input.width)
        )
      }
    }
  }

  // MARK: Pooling

  private static func window(_ index: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Range<
    Int
  > {
    index * stride - padding..<index * stride - padding + kernel
  }

  /// Puts each maximum back to its switch: the first largest value of its window.
  private func maximum(
    _ signal: [Float], _ output: ImageShape, _ input: ImageShape, _ values: UnsafePointer<Float>,
    _ target: inout [Float], windows: (Int, Int) -> (Range<Int>, Range<Int>)
  ) {
    for place in 0..<output.planeCount {
      let (rows, columns) = windows(place / output.width, place % output.width)
      let (inRows, inColumns) = (
        rows.clamped(to: 0..<input.height), columns.clamped(to: 0..<input.width)
      )
      for channel in 0..<output.channels {
        let value = signal[place * output.channels + channel]
        if value == 0 { continue }
        var best = (place: -1, value: -Float.infinity)
        for row in inRows {
          for column in inColumns {
            let index = (row * input.width + column) * input.channels + channel
            if unsafe values[index] > best.value { best = unsafe (index, values[index]) }
          }
        }
        if best.place >= 0 { target[best.place] += value }
      }
    }
  }

  /// Spreads each mean over its window.
  private func mean(
    _ signal: [Float], _ output: ImageShape, _ input: ImageShape, _ target: inout [Float],
    area: Int?, windows: (Int, Int) -> (Range<Int>, Range<Int>)
  ) {
    for place in 0..<output.planeCount {
      let (rows, columns) = windows(place / output.width, place % output.width)
      let (inRows, inColumns) = (
        rows.clamped(to: 0..<input.height), columns.clamped(to: 0..<input.width)
      )
      let share = 1 / Float(area ?? max(1, inRows.count * inColumns.count))
      for row in inRows {
        for column in inColumns {
          let base = (row * input.width + column) * input.channels
          for channel in 0..<output.channels {
            target[base + channel] += signal[place * output.channels + channel] * share
          }
        }
      }
    }
  }

  // MARK: Filters

  /// The filters as [output, row, column, input], whose last axis lies together as channels do.
  private func filters(
    _ name: String, outputs: Int, inputs: Int, area: Int
  ) -> [Float] {
    let weight = parameters.view(name + ".weight")
    var result = [Float](repeating: 0, count: outputs * inputs * area)
    for output in 0..<outputs {
      let row = unsafe weight.row(output)
      for channel in 0..<inputs {
        for place in 0..<area {
          result[(output * area + place) * inputs + channel] = unsafe row[channel * area + place]
        }
      }
    }
    return result
  }

  /// Each value lays its filter down around its place.
  private func convolution(
    _ layer: Layer.Convolution, name: String, _ signal: [Float], _ output: ImageShape,
    _ input: ImageShape, _ target: inout [Float]
  ) {
    let inputs = input.channels / layer.groups
    let perGroup = layer.outputs / layer.groups
    let (height, width) = (layer.kernel.height, layer.kernel.width)
    let filters = filters(name, outputs: layer.outputs, inputs: inputs, area: height * width)
    unsafe target.withUnsafeMutableBufferPointer { target in
      unsafe filters.withUnsafeBufferPointer { filters in
        guard let target = target.baseAddress, let filters = filters.baseAddress else { return }
        for place in 0..<output.planeCount {
          let top = place / output.width * layer.stride.height - layer.padding.height
          let left = place % output.width * layer.stride.width - layer.padding.width
          for channel in 0..<output.channels {
            let value = signal[place * output.channels + channel]
            if value == 0 { continue }
            let first = channel / perGroup * inputs
            for tap in 0..<height * width {
              let row = top + tap / width * layer.dilation.height
              let column = left + tap % width * layer.dilation.width
              guard row >= 0, row < input.height, column >= 0, column < input.width else {
                continue
              }
              unsafe Float.addScaled(
                filters + (channel * height * width + tap) * inputs, factor: value,
                into: target + (row * input.width + column) * input.channels + first,
                count: inputs)
            }
          }
        }
      }
    }
  }

  /// The transpose of a transposed convolution is a convolution.
  private func transposedConvolution(
    _ layer: Layer.TransposedConvolution, name: String, _ signal: [Float], _ output: ImageShape,
    _ input: ImageShape, _ target: inout [Float]
  ) {
    let outputs = layer.outputs / layer.groups
    let perGroup = input.channels / layer.groups
    let (height, width) = (layer.kernel.height, layer.kernel.width)
    let filters = filters(name, outputs: input.channels, inputs: outputs, area: height * width)
    for place in 0..<input.planeCount {
      let top = place / input.width * layer.stride.height - layer.padding.height
      let left = place % input.width * layer.stride.width - layer.padding.width
      for tap in 0..<height * width {
        let row = top + tap / width * layer.dilation.height
        let column = left + tap % width * layer.dilation.width
        guard row >= 0, row < output.height, column >= 0, column < output.width else { continue }
        let from = (row * output.width + column) * output.channels
        for channel in 0..<input.channels {
          let filter = (channel * height * width + tap) * outputs
          let first = channel / perGroup * outputs
          var sum: Float = 0
          for index in 0..<outputs { sum += filters[filter + index] * signal[from + first + index] }
          target[place * input.channels + channel] += sum
        }
      }
    }
  }
}
