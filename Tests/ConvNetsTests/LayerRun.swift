import ConvNets
import Networks
import TestSupport

/// One layer, the shapes it reads and how many images.
struct LayerCase: CustomStringConvertible, Sendable {
  var layer: Layer
  var inputs: [ImageShape]
  var count = 2
  var isTraining = true

  init(_ layer: Layer, _ inputs: [Int]..., count: Int = 2, isTraining: Bool = true) {
    self.layer = layer
    self.inputs = inputs.map { ImageShape(height: $0[0], width: $0[1], channels: $0[2]) }
    self.count = count
    self.isTraining = isTraining
  }

  var description: String {
    "\(count) of \(inputs), \(layer), \(isTraining ? "training" : "inference")"
  }

  /// Distinct values between -2 and 2, none nearer than 1e-4 to another or to 0, so that small
  /// changes neither reorder them nor change a sign.
  func values(seed: UInt64) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    var result: [[Double]] = []
    for shape in inputs {
      let total = count * shape.valueCount
      let order = (0..<total).shuffled(using: &random)
      result.append(
        order.map { place -> Double in
          let value = (Double(place) + 0.5) / Double(total) * 4 - 2
          return value.magnitude < 1e-4 ? 1e-4 : value
        })
    }
    return result
  }
}

/// A layer at work, made by the factory, with its memory.
final class LayerRun<Scalar: NetworkScalar> {
  let layerCase: LayerCase
  let operation: any LayerOperation<Scalar>
  let output: ImageShape
  let parameters: Parameters<Scalar>
  let statistics: Parameters<Scalar>
  private let inputBuffers: [AlignedBuffer<Scalar>]
  private let outputBuffer: AlignedBuffer<Scalar>

  init(_ layerCase: LayerCase, threads: Int = 1) throws {
    self.layerCase = layerCase
    var graph = LayerGraph(input: layerCase.inputs[0])
    var nodes: [LayerGraph.NodeID] = []
    for (index, shape) in layerCase.inputs.enumerated() {
      // Only the shapes are of interest.
      nodes.append(
        try graph.add(
          "input\(index)",
          .convolution(.init(outputs: shape.channels, kernel: Extent(1))), inputs: [0]))
    }
    let node = try graph.add("layer", layerCase.layer, inputs: nodes)
    output = graph.nodes[node].shape
    parameters = try Parameters(graph.parameters(of: node).map { ($0.name, $0.shape) })
    statistics = try Parameters(graph.statistics(of: node).map { ($0.name, $0.shape) })
    let made = try LayerOperations.make(
      node: node, graph: graph, parameters: parameters, statistics: statistics,
      compute: Compute<Scalar>(threadCount: threads))
    guard let made else { throw Missing() }
    operation = made
    inputBuffers = try layerCase.inputs.map {
      try AlignedBuffer(count: layerCase.count * $0.valueCount)
    }
    outputBuffer = try AlignedBuffer(count: layerCase.count * output.valueCount)
    fill(parameters, from: 0.5)
    fill(statistics, from: 0.7)
    try operation.prepare(count: layerCase.count, isTraining: layerCase.isTraining)
  }

  struct Missing: Error {}

  private func fill(_ arrays: Parameters<Scalar>, from first: Double) {
    for entry in arrays.entries {
      for index in 0..<entry.range.count {
        arrays.values.base[entry.range.lowerBound + index] = Scalar(
          first + 0.13 * Double(index % 9))
      }
    }
  }

  var pass: LayerPass { LayerPass(isTraining: layerCase.isTraining, seed: 5, step: 3) }

  private var inputs: [Activations<Scalar>] {
    zip(inputBuffers, layerCase.inputs).map {
      Activations(base: $0.base, count: layerCase.count, shape: $1)
    }
  }

  private var outputs: Activations<Scalar> {
    Activations(base: outputBuffer.base, count: layerCase.count, shape: output)
  }

  /// The output for inputs laid out [image, row, column, channel].
  func forward(_ values: [[Scalar]]) throws -> [Scalar] {
    for (buffer, values) in zip(inputBuffers, values) {
      for (index, value) in values.enumerated() { buffer.base[index] = value }
    }
    try operation.forward(inputs, into: outputs, pass: pass)
    return outputBuffer.list
  }

  /// The gradients of the inputs after `forward`, added to `start` where it is given.
  func backward(_ gradient: [Scalar], addingTo start: Scalar? = nil) throws -> [[Scalar]] {
    let buffer = try AlignedBuffer<Scalar>(count: gradient.count)
    for (index, value) in gradient.enumerated() { buffer.base[index] = value }
    let targets = try inputBuffers.map { input in
      let target = try AlignedBuffer<Scalar>(count: input.count)
      target.base.update(repeating: start ?? .nan, count: input.count)
      return target
    }
    try operation.backward(
      inputs, output: outputs,
      gradient: Activations(base: buffer.base, count: layerCase.count, shape: output),
      into: zip(targets, layerCase.inputs).map { target, shape in
        GradientTarget(
          values: Activations(base: target.base, count: layerCase.count, shape: shape),
          adds: start != nil)
      }, pass: pass)
    withExtendedLifetime(buffer) {}
    return targets.map(\.list)
  }

  /// The same in one place for input and output, and one for both gradients.
  func inPlace(_ values: [Scalar], _ gradient: [Scalar]) throws -> (
    output: [Scalar], gradient: [Scalar]
  ) {
    let buffers = try [values, gradient].map { list in
      let buffer = try AlignedBuffer<Scalar>(count: list.count)
      for (index, value) in list.enumerated() { buffer.base[index] = value }
      return buffer
    }
    let places = buffers.map {
      Activations(base: $0.base, count: layerCase.count, shape: layerCase.inputs[0])
    }
    let gradients = Activations(base: buffers[1].base, count: layerCase.count, shape: output)
    let result = Activations(base: buffers[0].base, count: layerCase.count, shape: output)
    try operation.forward([places[0]], into: result, pass: pass)
    let output = buffers[0].list
    try operation.backward(
      [places[0]], output: result, gradient: gradients,
      into: [GradientTarget(values: places[1], adds: false)], pass: pass)
    return (output, buffers[1].list)
  }
}

extension AlignedBuffer {
  /// All numbers, read while the buffer surely lives.
  var list: [Scalar] { withExtendedLifetime(self) { Array(all) } }
}
