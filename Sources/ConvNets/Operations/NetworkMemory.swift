import Networks

/// What a network's training holds beside its weights, in numbers of four bytes.
struct NetworkMemory {
  /// Filters laid out, there and back, and sums of their gradients.
  private(set) var filters = 0
  /// Values and gradients of a batch.
  private(set) var activations = 0
  /// Matrices that are laid out for one product.
  private(set) var scratch = 0
  /// Places of maxima, sums of channels, images with a border.
  private(set) var other = 0

  /// - Parameters:
  ///   - batch: images of a step.
  ///   - measured: images at a time that are only answered for; 0 for none.
  ///   - threads: threads that work.
  init(_ graph: LayerGraph, batch: Int, measured: Int, threads: Int) {
    let plan = TrainingPlan(graph)
    activations = Self.product(batch, plan.size)
    if measured > 0 {
      let answers = InferencePlan(graph, joins: true)
      activations = max(activations, Self.product(measured, answers.size))
    }
    var frame = 0
    for node in plan.order {
      guard let first = graph.nodes[node].inputs.first else { continue }
      let (input, output) = (graph.nodes[first].shape, graph.nodes[node].shape)
      let wantsGradient = plan.wantsGradient[first] && plan.gradientOffsets[first] >= 0
      switch graph.nodes[node].layer {
      case .convolution(let layer):
        add(
          ConvolutionGeometry(layer, input: input, output: output), isTransposed: false,
          isLast: !wantsGradient, frame: &frame)
      case .transposedConvolution(let layer):
        add(
          ConvolutionGeometry(layer, input: input, output: output), isTransposed: true,
          isLast: !wantsGradient, frame: &frame)
      case .fullyConnected:
        let (inputs, outputs) = (input.valueCount, output.valueCount)
        scratch = max(
          scratch, Self.packed(inputs, outputs), Self.packed(batch, inputs),
          wantsGradient ? Self.packed(outputs, inputs) : 0)
      case .maxPool, .adaptiveMaxPool: other += Self.product(batch, output.valueCount) / 4
      case .batchNorm:
        // Two sums of eight bytes a channel and piece.
        let pieces = min(64, max(1, Self.product(batch, output.valueCount) >> 14))
        other += 4 * pieces * input.channels
      default: break
      }
    }
    other += Self.product(min(batch, threads), frame)
  }

  private mutating func add(
    _ geometry: ConvolutionGeometry, isTransposed: Bool, isLast: Bool, frame: inout Int
  ) {
    let taps = geometry.tapCount * geometry.groups
    let there = taps * Self.packed(geometry.groupInputs, geometry.groupOutputs)
    let back = taps * Self.packed(geometry.groupOutputs, geometry.groupInputs)
    // The gradients of the weights of a transposed convolution need both.
    filters += isLast && !isTransposed ? there : there + back
    filters += taps * geometry.groupInputs * geometry.groupOutputs
    let height = geometry.input.height + 2 * geometry.padding.height
    let width = geometry.input.width + 2 * geometry.padding.width
    frame = max(frame, height * width * geometry.input.channels)
  }

  private static func packed(_ rows: Int, _ columns: Int) -> Int {
    PackedSize.count(rows, columns, of: Float.self)
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? 1 << 58 : product
  }
}
