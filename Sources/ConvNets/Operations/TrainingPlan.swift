/// Where the values and gradients of a training pass lie.
struct TrainingPlan {
  typealias NodeID = LayerGraph.NodeID

  /// The layers that lead to an output, in order.
  let order: [NodeID]
  /// Whether anything trained lies at a node or before it.
  let wantsGradient: [Bool]
  /// Where values and gradients lie, in numbers per image; -1 where there are none.
  let valueOffsets: [Int]
  let gradientOffsets: [Int]
  /// What all of it takes per image.
  let size: Int

  /// - Parameter withInput: whether the gradient of the images is wanted; then all values are kept.
  init(_ graph: LayerGraph, withInput: Bool = false) {
    let nodes = graph.nodes
    let outputs = [graph.output] + (withInput ? [] : graph.auxiliaryOutputs.map(\.node))
    var isLive = [Bool](repeating: false, count: nodes.count)
    for node in outputs { isLive[node] = true }
    for node in nodes.indices.reversed() where isLive[node] {
      for input in nodes[node].inputs { isLive[input] = true }
    }
    isLive[0] = true
    var wants = nodes.indices.map { withInput || !graph.parameters(of: $0).isEmpty }
    for node in nodes.indices {
      wants[node] = wants[node] || nodes[node].inputs.contains { wants[$0] }
    }
    order = nodes.indices.filter { isLive[$0] }
    wantsGradient = wants
    var consumers = [[NodeID]](repeating: [], count: nodes.count)
    for node in order { for input in nodes[node].inputs { consumers[input].append(node) } }

    // Times: node n forward at n, backward at 2·count - n.
    let end = 2 * nodes.count
    var lastValue = Array(nodes.indices)
    for node in order {
      if Self.readsOutput(nodes[node].layer) { lastValue[node] = max(lastValue[node], end - node) }
      for input in nodes[node].inputs {
        let reads = withInput || Self.readsInput(nodes[node].layer)
        lastValue[input] = max(lastValue[input], reads ? end - node : node)
      }
    }
    for node in outputs { lastValue[node] = max(lastValue[node], nodes.count) }
    var lastGradient = nodes.indices.map { end - $0 }
    lastGradient[0] = end + 1
    var firstGradient = lastGradient
    for node in order {
      for input in nodes[node].inputs {
        firstGradient[input] = min(firstGradient[input], end - node)
      }
    }
    for node in outputs { firstGradient[node] = nodes.count }

    // A layer that works in place takes its only input's memory when the layer before does not look
    // at its own values on the way back.
    var valueOwner = Array(nodes.indices)
    var gradientOwner = Array(nodes.indices)
    for node in order where InferencePlan.worksInPlace(nodes[node].layer) {
      let input = nodes[node].inputs[0]
      guard input != 0, consumers[input].count == 1, !outputs.contains(input) else { continue }
      if !withInput && !Self.readsOutput(nodes[input].layer) {
        let owner = valueOwner[input]
        valueOwner[node] = owner
        lastValue[owner] = max(lastValue[owner], lastValue[node])
      }
      let owner = gradientOwner[input]
      gradientOwner[node] = owner
    }
    // Gradients flow from the last of a chain to the first.
    for node in order.reversed() where gradientOwner[node] != node {
      let owner = gradientOwner[node]
      firstGradient[owner] = min(firstGradient[owner], firstGradient[node])
    }

    func size(_ node: NodeID) -> Int { (nodes[node].shape.valueCount + 15) / 16 * 16 }
    let nothing = MemoryPlan.Interval(size: 0, first: 0, last: -1)
    let values = nodes.indices.map { node in
      isLive[node] && valueOwner[node] == node
        ? MemoryPlan.Interval(size: size(node), first: node, last: lastValue[node]) : nothing
    }
    let gradients = nodes.indices.map { node in
      isLive[node] && wants[node] && gradientOwner[node] == node
        ? MemoryPlan.Interval(
          size: size(node), first: firstGradient[node], last: lastGradient[node]) : nothing
    }
    let memory = MemoryPlan(values + gradients)
    valueOffsets = nodes.indices.map { isLive[$0] ? memory.offsets[valueOwner[$0]] : -1 }
    gradientOffsets = nodes.indices.map {
      isLive[$0] && wants[$0] ? memory.offsets[nodes.count + gradientOwner[$0]] : -1
    }
    self.size = memory.total
  }

  /// Whether a layer looks at its input again on the way back.
  private static func readsInput(_ layer: Layer) -> Bool {
    switch layer {
    case .convolution, .transposedConvolution, .fullyConnected, .batchNorm, .localResponseNorm: true
    default: false
    }
  }

  /// Whether a layer looks at its output again on the way back.
  private static func readsOutput(_ layer: Layer) -> Bool {
    switch layer {
    case .relu, .tanh, .sigmoid, .localResponseNorm: true
    default: false
    }
  }
}
