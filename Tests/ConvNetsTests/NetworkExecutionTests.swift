import ConvNets
import Networks
import Testing
import TestSupport

/// Networks of every layer with filters: gradients, threads, joined layers.
@Suite struct NetworkExecutionTests {
  static func random<Scalar: NetworkScalar>(
    _ count: Int, seed: UInt64, in range: ClosedRange<Double> = -1...1
  ) -> [Scalar] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Scalar(Double.random(in: range, using: &random)) }
  }

  /// Weights, and running statistics as a training leaves them.
  static func fill<Scalar: NetworkScalar>(_ network: NetworkExecution<Scalar>, seed: UInt64) {
    let values: [Scalar] = random(network.parameters.values.count, seed: seed, in: -0.6...0.6)
    for entry in network.parameters.entries {
      for index in entry.range { network.parameters.values.base[index] = values[index] }
    }
    let numbers: [Scalar] = random(network.statistics.values.count, seed: seed + 1, in: 0.5...1.5)
    for entry in network.statistics.entries {
      for index in entry.range {
        network.statistics.values.base[index] =
          entry.name.hasSuffix("mean") ? numbers[index] - 1 : numbers[index]
      }
    }
    network.parametersChanged()
  }

  typealias Builder = @Sendable (inout LayerGraph) throws -> Void

  static func convolution(
    _ outputs: Int, _ kernel: Extent, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true
  ) -> Layer {
    var layer = Layer.Convolution(outputs: outputs, kernel: kernel)
    layer.stride = Extent(stride)
    layer.padding = Extent(padding)
    layer.dilation = Extent(dilation)
    layer.groups = groups
    layer.hasBias = bias
    return .convolution(layer)
  }

  static func transposed(
    _ outputs: Int, _ kernel: Extent, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    dilation: Int = 1, groups: Int = 1
  ) -> Layer {
    var layer = Layer.TransposedConvolution(outputs: outputs, kernel: kernel)
    layer.stride = Extent(stride)
    layer.padding = Extent(padding)
    layer.outputPadding = Extent(outputPadding)
    layer.dilation = Extent(dilation)
    layer.groups = groups
    return .transposedConvolution(layer)
  }

  /// Small networks, by name: what they hold of layers is what their name says.
  static let networks: [(name: String, input: ImageShape, build: Builder)] = [
    (
      "convolutions with stride, padding and dilation",
      ImageShape(height: 9, width: 8, channels: 3),
      { graph in
        try graph.add("a", convolution(5, Extent(3, 2), stride: 2, padding: 1))
        try graph.add("b", .tanh)
        try graph.add("c", convolution(4, Extent(3), padding: 2, dilation: 2))
        try graph.add("d", .sigmoid)
        try graph.add("e", convolution(3, Extent(1), stride: 2))
      }
    ),
    (
      "groups", ImageShape(height: 6, width: 6, channels: 4),
      { graph in
        try graph.add("a", convolution(6, Extent(3), padding: 1, groups: 2))
        try graph.add("b", .relu)
        try graph.add("c", convolution(6, Extent(3), stride: 2, groups: 6, bias: false))
        try graph.add("d", transposed(4, Extent(2), stride: 2, groups: 2))
      }
    ),
    (
      "transposed convolutions", ImageShape(height: 4, width: 5, channels: 2),
      { graph in
        try graph.add(
          "a", transposed(3, Extent(3, 4), stride: 2, padding: 1, outputPadding: 1))
        try graph.add("b", .tanh)
        try graph.add("c", transposed(2, Extent(3), padding: 1, dilation: 2))
        try graph.add("d", transposed(2, Extent(2), stride: 3))
      }
    ),
    (
      "a residual block", ImageShape(height: 6, width: 6, channels: 3),
      { graph in
        try graph.add("stem", convolution(4, Extent(3), padding: 1))
        let start = try graph.add("relu", .relu)
        try graph.add("conv1", convolution(6, Extent(3), stride: 2, padding: 1, bias: false))
        try graph.add("bn1", .batchNorm(.init()))
        try graph.add("relu1", .relu)
        try graph.add("conv2", convolution(6, Extent(3), padding: 1, bias: false))
        let main = try graph.add("bn2", .batchNorm(.init()))
        try graph.add(
          "downsample.0", convolution(6, Extent(1), stride: 2, bias: false), start)
        let side = try graph.add("downsample.1", .batchNorm(.init()))
        try graph.add("add", .add, main, side)
        let second = try graph.add("relu2", .relu)
        try graph.add("conv3", convolution(6, Extent(3), padding: 1, bias: false))
        let last = try graph.add("bn3", .batchNorm(.init()))
        try graph.add("add2", .add, last, second)
        try graph.add("relu3", .relu)
      }
    ),
    (
      "an inception block with a second head", ImageShape(height: 6, width: 6, channels: 2),
      { graph in
        try graph.add("stem", convolution(4, Extent(3), padding: 1))
        let start = try graph.add("norm", .localResponseNorm(.init()))
        try graph.add("b1", convolution(2, Extent(1)), start)
        let one = try graph.add("b1.relu", .relu)
        try graph.add("b2.0", convolution(2, Extent(1)), start)
        try graph.add("b2.0.relu", .relu)
        let two = try graph.add("b2.1", convolution(3, Extent(3), padding: 1))
        var pool = Layer.Pooling(kernel: Extent(3), stride: Extent(1))
        pool.padding = Extent(1)
        try graph.add("b3.0", .maxPool(pool), start)
        let three = try graph.add("b3.1", convolution(2, Extent(1)))
        let joined = try graph.add("join", .concatenate, one, two, three)
        try graph.add("aux.flatten", .flatten, joined)
        let aux = try graph.add("aux.fc", .fullyConnected(outputs: 3, hasBias: true))
        graph.markAuxiliary(aux, weight: 0.3)
        try graph.add("pool", .averagePool(.init(kernel: Extent(2))), joined)
      }
    ),
    (
      "fully connected layers", ImageShape(height: 3, width: 4, channels: 2),
      { graph in
        try graph.add("flat", .flatten)
        try graph.add("fc1", .fullyConnected(outputs: 7, hasBias: false))
        try graph.add("tanh", .tanh)
        try graph.add("drop", .dropout(rate: 0.3))
      }
    ),
  ]

  static func graph(_ index: Int) throws -> LayerGraph {
    var graph = LayerGraph(input: networks[index].input)
    try networks[index].build(&graph)
    try graph.add("last.flatten", .flatten)
    try graph.add("last", .fullyConnected(outputs: 3, hasBias: true))
    return graph
  }

  static func loss(
    _ network: NetworkExecution<Double>, _ images: [Double], _ targets: [Double], count: Int
  ) throws -> Double {
    // Heads in training count too: the gradient's antiderivative is the weighted sum.
    let main = try network.train(images, targets: targets, count: count, seed: 5, step: 2).loss
    network.parameters.gradients.clear()
    return main
  }

  @Test(
    "every weight's gradient is the difference quotient of the loss",
    arguments: networks.indices)
  func gradients(_ index: Int) throws {
    var graph = try Self.graph(index)
    // The loss that `train` returns is that of the main head alone.
    if !graph.auxiliaryOutputs.isEmpty { graph = try Self.withoutHeads(index) }
    let network = try NetworkExecution<Double>(graph, threads: 1)
    Self.fill(network, seed: 3)
    let count = 3
    let images: [Double] = Self.random(count * graph.inputShape.valueCount, seed: 9)
    let targets = [0.1, 0.7, 0.2, 0, 0, 1, 1, 0, 0]
    network.parameters.gradients.clear()
    _ = try network.train(images, targets: targets, count: count, seed: 5, step: 2)
    let gradients = Array(network.parameters.gradients.all)
    let values = network.parameters.values.base
    var worst = 0.0
    for entry in network.parameters.entries {
      for place in Swift.stride(
        from: entry.range.lowerBound, to: entry.range.upperBound,
        by: max(1, entry.range.count / 40))
      {
        let before = values[place]
        let step = 1e-5
        values[place] = before + step
        network.parametersChanged()
        let above = try Self.loss(network, images, targets, count: count)
        values[place] = before - step
        network.parametersChanged()
        let below = try Self.loss(network, images, targets, count: count)
        values[place] = before
        let expected = (above - below) / (2 * step)
        let error = abs(expected - gradients[place]) / max(1e-3, abs(expected))
        worst = max(worst, error)
        #expect(error < 1e-5, "\(entry.name) \(place): \(gradients[place]), not \(expected)")
      }
    }
    #expect(worst > 0)
  }

  static func withoutHeads(_ index: Int) throws -> LayerGraph {
    let graph = try Self.graph(index)
    var copy = LayerGraph(input: graph.inputShape)
    for node in graph.nodes.dropFirst() { try copy.add(node.name, node.layer, inputs: node.inputs) }
    return copy
  }

  @Test("a second head's gradient is its weight's share of its loss")
  func heads() throws {
    let index = 4
    let graph = try Self.graph(index)
    let network = try NetworkExecution<Double>(graph, threads: 1)
    Self.fill(network, seed: 3)
    let images: [Double] = Self.random(2 * graph.inputShape.valueCount, seed: 9)
    let targets: [Double] = [0, 1, 0, 1, 0, 0]
    network.parameters.gradients.clear()
    _ = try network.train(images, targets: targets, count: 2, seed: 5, step: 2)
    let both = Array(network.parameters.gradients.all)
    // The same network with the head as its output gives the head's gradients.
    var head = try Self.withoutHeads(index)
    let main = try NetworkExecution<Double>(head, threads: 1)
    let aux = try #require(head.node(named: "aux.fc"))
    head.setOutput(aux)
    let other = try NetworkExecution<Double>(head, threads: 1)
    var sums = [Double](repeating: 0, count: both.count)
    for (part, weight) in [(main, 1.0), (other, 0.3)] {
      Self.fill(part, seed: 3)
      part.parameters.gradients.clear()
      _ = try part.train(images, targets: targets, count: 2, seed: 5, step: 2)
      for place in sums.indices { sums[place] += weight * part.parameters.gradients.base[place] }
    }
    for place in sums.indices { #expect(abs(sums[place] - both[place]) < 1e-12) }
  }

  @Test("the images' gradient is the difference quotient of a logit", arguments: networks.indices)
  func inputGradient(_ index: Int) throws {
    let graph = try Self.graph(index)
    let network = try NetworkExecution<Double>(graph, threads: 1)
    Self.fill(network, seed: 3)
    let size = graph.inputShape.valueCount
    var images: [Double] = Self.random(2 * size, seed: 9)
    let gradient = try network.inputGradient(images, count: 2, classes: [1, 2])
    for place in Swift.stride(from: 0, to: 2 * size, by: 7) {
      let (image, label) = (place / size, place < size ? 1 : 2)
      let before = images[place]
      images[place] = before + 1e-5
      let above = try network.logits(images, count: 2)[image, label]
      images[place] = before - 1e-5
      let below = try network.logits(images, count: 2)[image, label]
      images[place] = before
      let expected = (above - below) / 2e-5
      #expect(
        abs(expected - gradient[place]) < 1e-6 * max(1, abs(expected)),
        "\(place): \(gradient[place]), not \(expected)")
    }
  }

  @Test("joined layers give what single layers give", arguments: networks.indices)
  func joining(_ index: Int) throws {
    let graph = try Self.graph(index)
    let network = try NetworkExecution<Double>(graph, threads: 2)
    Self.fill(network, seed: 3)
    for count in [1, 4] {
      let images: [Double] = Self.random(count * graph.inputShape.valueCount, seed: 9)
      let single = try network.allActivations(images, count: count)[graph.output]
      let expected = (0..<single.valueCount).map { single.base[$0] }
      let joined = try network.logits(images, count: count)
      for place in expected.indices {
        #expect(abs(expected[place] - joined.base[place]) < 1e-9)
      }
    }
  }

  @Test("Float kernels agree with the oracle in Double", arguments: networks.indices)
  func floats(_ index: Int) throws {
    let graph = try Self.graph(index)
    let (single, double) = (
      try NetworkExecution<Float>(graph, threads: 2),
      try NetworkExecution<Double>(graph, threads: 1)
    )
    Self.fill(single, seed: 3)
    Self.fill(double, seed: 3)
    let count = 5
    let images: [Float] = Self.random(count * graph.inputShape.valueCount, seed: 9)
    var targets = [Float](repeating: 0, count: count * 3)
    for image in 0..<count { targets[image * 3 + image % 3] = 1 }
    let one = try single.train(images, targets: targets, count: count, seed: 5, step: 2)
    let two = try double.train(
      images.map(Double.init), targets: targets.map(Double.init), count: count, seed: 5, step: 2)
    #expect(abs(one.loss - two.loss) < 1e-5)
    for place in 0..<single.parameters.gradients.count {
      let expected = double.parameters.gradients.base[place]
      let actual = Double(single.parameters.gradients.base[place])
      #expect(abs(actual - expected) < 1e-4 * max(1, abs(expected)))
    }
  }

  @Test("no bit depends on the number of threads", arguments: networks.indices)
  func threads(_ index: Int) throws {
    let graph = try Self.graph(index)
    var results: [[UInt32]] = []
    for threads in 1...3 {
      let network = try NetworkExecution<Float>(graph, threads: threads)
      Self.fill(network, seed: 3)
      for count in [1, 7] {
        let images: [Float] = Self.random(count * graph.inputShape.valueCount, seed: 9)
        var targets = [Float](repeating: 0, count: count * 3)
        for image in 0..<count { targets[image * 3 + image % 3] = 1 }
        _ = try network.train(images, targets: targets, count: count, seed: 5, step: 2)
        let logits = try network.logits(images, count: count)
        let values = (0..<count * 3).map { logits.base[$0].bitPattern }
        results.append(values + network.parameters.gradients.all.map(\.bitPattern))
      }
    }
    #expect(results[0] == results[2] && results[0] == results[4])
    #expect(results[1] == results[3] && results[1] == results[5])
  }
  /// Images of few places go through the filters together: more of them than one pass takes.
  @Test("images that are taken together give what each gives alone", arguments: networks.indices)
  func together(_ index: Int) throws {
    let graph = try Self.graph(index)
    let count = 41
    let size = graph.inputShape.valueCount
    let images: [Float] = Self.random(count * size, seed: 9)
    let alone = try NetworkExecution<Float>(graph, threads: 1)
    Self.fill(alone, seed: 3)
    let expected = try (0..<count).flatMap { image in
      let logits = try alone.logits(Array(images[image * size..<(image + 1) * size]), count: 1)
      return (0..<3).map { logits.base[$0] }
    }
    for threads in 1...3 {
      let network = try NetworkExecution<Float>(graph, threads: threads)
      Self.fill(network, seed: 3)
      let logits = try network.logits(images, count: count)
      #expect((0..<count * 3).map { logits.base[$0] } == expected, "\(threads) threads")
    }
  }

  /// The gradients of a batch are the sums of its images', wherever a chain of additions ends.
  @Test("gradients of a batch are those of its images together", arguments: [0, 1, 2])
  func batchGradients(_ index: Int) throws {
    let graph = try Self.graph(index)
    let count = 41
    let size = graph.inputShape.valueCount
    let images: [Double] = Self.random(count * size, seed: 9)
    func targets(_ images: Range<Int>) -> [Double] {
      images.flatMap { image in (0..<3).map { $0 == image % 3 ? 1 : 0 } }
    }
    let network = try NetworkExecution<Double>(graph, threads: 2)
    Self.fill(network, seed: 3)
    _ = try network.train(images, targets: targets(0..<count), count: count, seed: 5, step: 2)
    let whole = network.parameters.gradients.all.map { $0 }
    var sums = [Double](repeating: 0, count: whole.count)
    for image in 0..<count {
      let part = try NetworkExecution<Double>(graph, threads: 1)
      Self.fill(part, seed: 3)
      _ = try part.train(
        Array(images[image * size..<(image + 1) * size]), targets: targets(image..<image + 1),
        count: 1, seed: 5, step: 2)
      for place in sums.indices { sums[place] += part.parameters.gradients.base[place] / 41 }
    }
    for (found, expected) in zip(whole, sums) {
      #expect(abs(found - expected) < 1e-9 * max(1, abs(expected)))
    }
  }
}
