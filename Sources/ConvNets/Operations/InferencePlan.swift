/// The steps of a network that is only used: layers that can be done in the pass of the layer before
/// are joined to it, and memory is used again as soon as nobody needs what it holds.
struct InferencePlan {
  typealias NodeID = LayerGraph.NodeID

  /// A layer with what follows it at once.
  struct Step {
    /// The layer.
    let node: NodeID
    /// The nodes it reads.
    let inputs: [NodeID]
    /// The node whose values it makes: its own, or that of the last layer joined.
    let result: NodeID
    /// A batch normalisation folded into a convolution.
    var norm: NodeID?
    /// A node whose values are added.
    var addend: NodeID?
    /// Whether negative values become 0.
    var relu = false
  }

  let steps: [Step]
  /// Where the values of each node lie, in numbers per image; -1 for nodes without values.
  let offsets: [Int]
  /// What all values take per image.
  let size: Int

  /// - Parameter joins: whether layers are joined and memory is used again; otherwise every node has
  ///   its values to the end.
  init(_ graph: LayerGraph, joins: Bool) {
    let nodes = graph.nodes
    // What the output does not need is left out.
    var isLive = [Bool](repeating: !joins, count: nodes.count)
    isLive[graph.output] = true
    for node in nodes.indices.reversed() where isLive[node] {
      for input in nodes[node].inputs { isLive[input] = true }
    }
    isLive[0] = true
    var consumers = [[NodeID]](repeating: [], count: nodes.count)
    for node in nodes.indices where isLive[node] {
      for input in nodes[node].inputs { consumers[input].append(node) }
    }
    func onlyConsumer(_ node: NodeID) -> NodeID? {
      joins && consumers[node].count == 1 && node != graph.output ? consumers[node][0] : nil
    }

    var steps: [Step] = []
    // The node that stands for another's values, where a layer does nothing.
    var same = Array(nodes.indices)
    var isDone = [Bool](repeating: false, count: nodes.count)
    isDone[0] = true
    for node in nodes.indices.dropFirst() where isLive[node] && !isDone[node] {
      let inputs = nodes[node].inputs.map { same[$0] }
      isDone[node] = true
      switch nodes[node].layer {
      case .dropout where joins:
        same[node] = inputs[0]
        continue
      case .flatten where joins && nodes[inputs[0]].shape.planeCount == 1:
        same[node] = inputs[0]
        continue
      case .convolution, .transposedConvolution:
        var end = node
        var (norm, addend, relu) = (NodeID?.none, NodeID?.none, false)
        if case .convolution = nodes[node].layer, let next = onlyConsumer(end),
          case .batchNorm = nodes[next].layer
        {
          (norm, end) = (next, next)
        }
        if let next = onlyConsumer(end), nodes[next].layer == .add, nodes[next].inputs.count == 2 {
          let other = nodes[next].inputs[0] == end ? nodes[next].inputs[1] : nodes[next].inputs[0]
          if isDone[other] && other != end { (addend, end) = (same[other], next) }
        }
        if let next = onlyConsumer(end), nodes[next].layer == .relu { (relu, end) = (true, next) }
        for joined in [norm, end].compactMap({ $0 }) { isDone[joined] = true }
        if addend != nil, relu {
          // The sum itself has no values of its own.
          for input in nodes[end].inputs { isDone[input] = true }
        }
        steps.append(
          Step(node: node, inputs: inputs, result: end, norm: norm, addend: addend, relu: relu))
      default: steps.append(Step(node: node, inputs: inputs, result: node))
      }
    }
    self.steps = steps

    // Lifetimes in steps; step 0 is the input's copy.
    var last = [Int](repeating: -1, count: nodes.count)
    var first = last
    first[0] = 0
    for (index, step) in steps.enumerated() {
      first[step.result] = index + 1
      for input in step.inputs + (step.addend.map { [$0] } ?? []) { last[input] = index + 1 }
    }
    last[same[graph.output]] = steps.count + 1
    // Layers that work in place take over the memory of an input that nobody needs later.
    var owner = Array(nodes.indices)
    if joins {
      for (index, step) in steps.enumerated() where step.inputs[0] != 0 {
        let input = owner[step.inputs[0]]
        guard Self.worksInPlace(nodes[step.node].layer), last[step.inputs[0]] == index + 1,
          last[input] <= index + 1
        else { continue }
        owner[step.result] = input
        last[input] = max(last[input], last[step.result])
      }
    }
    let intervals = nodes.indices.map { node -> MemoryPlan.Interval in
      guard first[node] >= 0, owner[node] == node else {
        return MemoryPlan.Interval(size: 0, first: 0, last: -1)
      }
      return MemoryPlan.Interval(
        size: (nodes[node].shape.valueCount + 15) / 16 * 16, first: joins ? first[node] : 0,
        last: joins ? max(first[node], last[node]) : steps.count + 1)
    }
    let memory = MemoryPlan(intervals)
    offsets = nodes.indices.map { node in
      first[same[node]] >= 0 ? memory.offsets[owner[same[node]]] : -1
    }
    size = memory.total
  }

  /// Whether a layer may write where it reads.
  static func worksInPlace(_ layer: Layer) -> Bool {
    switch layer {
    case .relu, .tanh, .sigmoid, .dropout: true
    default: false
    }
  }
}
