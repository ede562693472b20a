package import Networks

/// A network with its numbers, for batches of images.
///
/// The same bits come out for any number of threads.
package final class NetworkExecution<Scalar: NetworkScalar> {
  /// The layers.
  package let graph: LayerGraph
  /// The trained numbers, named and shaped as ``LayerGraph/parameters`` says.
  package let parameters: Parameters<Scalar>
  /// The running statistics, named and shaped as ``LayerGraph/statistics`` says.
  package let statistics: Parameters<Scalar>
  /// The threads.
  package let compute: Compute<Scalar>

  private let operations: [(any LayerOperation<Scalar>)?]
  private let version = ParameterVersion()
  private var memory = AlignedBuffer<Scalar>()
  private lazy var inferencePlan = InferencePlan(graph, joins: true)
  private lazy var openPlan = InferencePlan(graph, joins: false)
  private lazy var trainingPlan = TrainingPlan(graph)
  private lazy var inputGradientPlan = TrainingPlan(graph, withInput: true)
  private var prepared = (count: 0, isTraining: false)

  /// Takes memory for the numbers; they are zero, running variances 1.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for more numbers than this machine can hold.
  package init(_ graph: LayerGraph, threads: Int) throws {
    self.graph = graph
    let parameters = try Parameters<Scalar>(graph.parameters.map { ($0.name, $0.shape) })
    let statistics = try Parameters<Scalar>(graph.statistics.map { ($0.name, $0.shape) })
    let compute = try Compute<Scalar>(threadCount: threads)
    for entry in statistics.entries where entry.name.hasSuffix(".running_var") {
      unsafe (statistics.values.base + entry.range.lowerBound).update(
        repeating: 1, count: entry.range.count)
    }
    let frames = FrameStore<Scalar>(threads: threads)
    let version = version
    operations = try graph.nodes.indices.map { node in
      let (name, shape) = (graph.nodes[node].name, graph.nodes[node].shape)
      let input = graph.nodes[node].inputs.first.map { graph.nodes[$0].shape } ?? shape
      switch graph.nodes[node].layer {
      case .convolution(let layer):
        return ConvolutionOperation(
          layer, name: name, input: input, output: shape, parameters: parameters,
          compute: compute, frames: frames, version: version)
      case .transposedConvolution(let layer):
        return ConvolutionOperation(
          layer, name: name, input: input, output: shape, parameters: parameters,
          compute: compute, frames: frames, version: version)
      case .fullyConnected(_, let hasBias):
        return FullyConnectedOperation(
          name: name, hasBias: hasBias, parameters: parameters, compute: compute)
      default:
        return try LayerOperations.make(
          node: node, graph: graph, parameters: parameters, statistics: statistics,
          compute: compute)
      }
    }
    self.compute = compute
    self.parameters = parameters
    self.statistics = statistics
  }

  /// The parameters or statistics were changed from outside: whatever was derived from them is made
  /// anew.
  package func parametersChanged() { version.value += 1 }

  // MARK: - Use

  /// The logits of a batch, [count, classes], valid until the next call.
  ///
  /// - Parameter images: `count` images in the order [channel, row, column], values as the network
  ///   expects them.
  package func logits(_ images: UnsafePointer<Scalar>, count: Int) throws -> MatrixView<Scalar> {
    let values = try unsafe run(inferencePlan, images, count: count)
    return matrix(values[graph.output])
  }

  /// Passes a batch forward and keeps every layer's result, whatever memory that takes.
  ///
  /// - Returns: the values of each node, in the order of the graph, valid until the next call.
  package func allActivations(
    _ images: UnsafePointer<Scalar>, count: Int
  ) throws -> [Activations<Scalar>] {
    try unsafe run(openPlan, images, count: count)
  }

  private func run(
    _ plan: InferencePlan, _ images: UnsafePointer<Scalar>, count: Int
  ) throws -> [Activations<Scalar>] {
    try prepare(count: count, size: plan.size, isTraining: false)
    let values = activations(plan.offsets, count: count)
    unsafe take(images, into: values[0])
    let pass = LayerPass(isTraining: false)
    for step in plan.steps {
      guard let operation = operations[step.node] else { continue }
      if let convolution = operation as? ConvolutionOperation<Scalar> {
        convolution.setFold(step.norm.map(foldedNorm))
        try convolution.forward(
          values[step.inputs[0]], into: values[step.result],
          addend: step.addend.map { values[$0] }, relu: step.relu)
      } else {
        try operation.forward(
          step.inputs.map { values[$0] }, into: values[step.result], pass: pass)
      }
    }
    return values
  }

  private func foldedNorm(_ node: LayerGraph.NodeID) -> FoldedNorm<Scalar> {
    guard case .batchNorm(let settings) = graph.nodes[node].layer else {
      preconditionFailure("'\(graph.nodes[node].name)' is no batch normalisation")
    }
    let name = graph.nodes[node].name
    return FoldedNorm(
      weight: parameters.view(name + ".weight"), bias: parameters.view(name + ".bias"),
      mean: statistics.view(name + ".running_mean"),
      variance: statistics.view(name + ".running_var"), epsilon: settings.epsilon)
  }

  // MARK: - Training

  /// One training pass: forward, softmax with cross-entropy, backward. Gradients are added to
  /// `parameters.gradients`, those of the mean loss of the batch.
  ///
  /// - Parameters:
  ///   - images: as for ``logits(_:count:)``.
  ///   - targets: the probability of each class for each image, [count, classes]: one-hot, smoothed
  ///     or mixed.
  ///   - seed: decides with `step`, the number of the batch, what dropout drops.
  /// - Returns: the mean cross-entropy of the main output, and how many images got their likeliest
  ///   class right.
  package func train(
    _ images: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, count: Int, seed: UInt64,
    step: Int
  ) throws -> (loss: Double, correct: Int) {
    let plan = trainingPlan
    let pass = LayerPass(isTraining: true, seed: seed, step: step)
    let (values, gradients) = unsafe try forward(plan, images, count: count, pass: pass)
    var seeds = [graph.output]
    let result = unsafe SoftmaxCrossEntropy.loss(
      of: values[graph.output].base, targets: targets, count: count, classes: graph.classCount,
      gradient: gradients[graph.output].base, compute: compute)
    for head in graph.auxiliaryOutputs {
      _ = unsafe SoftmaxCrossEntropy.loss(
        of: values[head.node].base, targets: targets, count: count, classes: graph.classCount,
        weight: head.weight, gradient: gradients[head.node].base, compute: compute)
      seeds.append(head.node)
    }
    try backward(plan, values, gradients, from: seeds, pass: pass)
    // An optimizer's step follows.
    version.value += 1
    return (result.loss, result.correct)
  }

  /// The gradient of one class's logit with respect to the images, [count, channel, row, column], as
  /// the network is used (no dropout, running statistics). The parameters' gradients are cleared.
  package func inputGradient(
    _ images: UnsafePointer<Scalar>, count: Int, classes: [Int]
  ) throws -> [Scalar] {
    precondition(classes.count == count, "\(classes.count) classes for \(count) images")
    let plan = inputGradientPlan
    let pass = LayerPass(isTraining: false)
    let (values, gradients) = unsafe try forward(plan, images, count: count, pass: pass)
    let seeds = gradients[graph.output]
    unsafe seeds.base.update(repeating: 0, count: seeds.valueCount)
    for (image, index) in classes.enumerated() { unsafe seeds.image(image)[index] = 1 }
    try backward(plan, values, gradients, from: [graph.output], pass: pass)
    parameters.gradients.clear()
    let (result, area) = (gradients[0], graph.inputShape.planeCount)
    let channels = graph.inputShape.channels
    return unsafe [Scalar](unsafeUninitializedCapacity: result.valueCount) { planes, filled in
      for image in 0..<count {
        let from = unsafe result.image(image)
        for channel in 0..<channels {
          for place in 0..<area {
            unsafe planes[(image * channels + channel) * area + place] =
              from[place * channels + channel]
          }
        }
      }
      filled = result.valueCount
    }
  }

  private func forward(
    _ plan: TrainingPlan, _ images: UnsafePointer<Scalar>, count: Int, pass: LayerPass
  ) throws -> (values: [Activations<Scalar>], gradients: [Activations<Scalar>]) {
    try prepare(count: count, size: plan.size, isTraining: pass.isTraining)
    let values = activations(plan.valueOffsets, count: count)
    unsafe take(images, into: values[0])
    for node in plan.order {
      guard let operation = operations[node] else { continue }
      (operation as? ConvolutionOperation<Scalar>)?.setFold(nil)
      try operation.forward(
        graph.nodes[node].inputs.map { values[$0] }, into: values[node], pass: pass)
    }
    return (values, activations(plan.gradientOffsets, count: count))
  }

  private func backward(
    _ plan: TrainingPlan, _ values: [Activations<Scalar>], _ gradients: [Activations<Scalar>],
    from seeds: [LayerGraph.NodeID], pass: LayerPass
  ) throws {
    // Nodes whose gradient holds something already.
    var hasGradient = [Bool](repeating: false, count: graph.nodes.count)
    for node in seeds { hasGradient[node] = true }
    for node in plan.order.reversed() where hasGradient[node] && plan.wantsGradient[node] {
      guard let operation = operations[node] else { continue }
      let inputs = graph.nodes[node].inputs
      let targets = inputs.map { input -> GradientTarget<Scalar>? in
        guard plan.wantsGradient[input], plan.gradientOffsets[input] >= 0 else { return nil }
        defer { hasGradient[input] = true }
        return GradientTarget(values: gradients[input], adds: hasGradient[input])
      }
      try operation.backward(
        inputs.map { values[$0] }, output: values[node], gradient: gradients[node], into: targets,
        pass: pass)
    }
  }

  // MARK: - Memory

  private func prepare(count: Int, size: Int, isTraining: Bool) throws {
    precondition(count > 0, "a batch of no images")
    let (valueCount, overflow) = count.multipliedReportingOverflow(by: size)
    try AlignedBuffer.reserve(&memory, overflow ? .max : valueCount)
    if prepared.count < count || (isTraining && !prepared.isTraining) {
      prepared = (max(count, prepared.count), isTraining || prepared.isTraining)
      for operation in operations {
        try operation?.prepare(count: prepared.count, isTraining: prepared.isTraining)
      }
    }
  }

  private func activations(_ offsets: [Int], count: Int) -> [Activations<Scalar>] {
    graph.nodes.indices.map { node in
      unsafe Activations(
        base: memory.base + max(0, offsets[node]) * count, count: count,
        shape: graph.nodes[node].shape)
    }
  }

  private func matrix(_ values: Activations<Scalar>) -> MatrixView<Scalar> {
    unsafe MatrixView(base: values.base, rows: values.count, columns: values.shape.valueCount)
  }

  /// From planes to places.
  @_specialize(where Scalar == Float)
  private func take(_ images: UnsafePointer<Scalar>, into input: Activations<Scalar>) {
    let (area, channels) = (input.shape.planeCount, input.shape.channels)
    if channels == 1 {
      unsafe input.base.update(from: images, count: input.valueCount)
      return
    }
    compute.forRanges(of: input.placeCount, atLeast: 4096) { range in
      for place in range {
        let (image, within) = place.quotientAndRemainder(dividingBy: area)
        let from = unsafe images + image * channels * area + within
        let to = unsafe input.base + place * channels
        for channel in 0..<channels { unsafe to[channel] = unsafe from[channel * area] }
      }
    }
  }
}
