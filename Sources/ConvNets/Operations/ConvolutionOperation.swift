import Networks

/// Counts the changes of the weights, so that what was derived from them is made anew.
final class ParameterVersion {
  var value = 1
}

/// A layer that is a convolution or the transpose of one.
final class ConvolutionOperation<Scalar: NetworkScalar>: LayerOperation {
  private let core: ConvolutionCore<Scalar>
  private let isTransposed: Bool
  private let weights: MatrixView<Scalar>
  private let weightGradient: MatrixView<Scalar>
  private let bias: MatrixView<Scalar>?
  private let biasGradient: MatrixView<Scalar>?
  private let version: ParameterVersion

  /// Filters for the way forward and for the way back, in the plan that each takes.
  private var forwardPanels: ConvolutionCore<Scalar>.Panels?
  private var forwardVersion = 0
  private var backwardPanels: ConvolutionCore<Scalar>.Panels?
  private var backwardVersion = 0
  private var scratch: AlignedBuffer<Scalar>?
  private let zeros: [Int32]
  /// The biases with a batch normalisation folded in, and its scales.
  private var fold: (norm: FoldedNorm<Scalar>, scale: [Scalar], bias: [Scalar])?

  private init(
    _ geometry: ConvolutionGeometry, isTransposed: Bool, name: String, hasBias: Bool,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>, frames: FrameStore<Scalar>,
    version: ParameterVersion
  ) {
    core = ConvolutionCore(geometry, compute: compute, frames: frames)
    self.isTransposed = isTransposed
    weights = parameters.view(name + ".weight")
    weightGradient = parameters.gradient(name + ".weight")
    bias = hasBias ? parameters.view(name + ".bias") : nil
    biasGradient = hasBias ? parameters.gradient(name + ".bias") : nil
    self.version = version
    let output = isTransposed ? geometry.input : geometry.output
    zeros = hasBias ? [Int32](repeating: 0, count: output.planeCount) : []
  }

  /// A convolution.
  convenience init(
    _ layer: Layer.Convolution, name: String, input: ImageShape, output: ImageShape,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>, frames: FrameStore<Scalar>,
    version: ParameterVersion
  ) {
    self.init(
      ConvolutionGeometry(layer, input: input, output: output), isTransposed: false, name: name,
      hasBias: layer.hasBias, parameters: parameters, compute: compute, frames: frames,
      version: version)
  }

  /// A transposed convolution.
  convenience init(
    _ layer: Layer.TransposedConvolution, name: String, input: ImageShape, output: ImageShape,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>, frames: FrameStore<Scalar>,
    version: ParameterVersion
  ) {
    self.init(
      ConvolutionGeometry(layer, input: input, output: output), isTransposed: true, name: name,
      hasBias: layer.hasBias, parameters: parameters, compute: compute, frames: frames,
      version: version)
  }

  /// Folds the batch normalisation that follows into the filters from now on, or none.
  func setFold(_ norm: FoldedNorm<Scalar>?) {
    if (norm == nil) == (fold == nil) { return }
    fold = norm.map { ($0, [], []) }
    forwardVersion = 0
  }

  private func packedForward() throws -> ConvolutionCore<Scalar>.Panels {
    let panels =
      try forwardPanels ?? (isTransposed ? core.makeTransposePanels() : core.makeForwardPanels())
    forwardPanels = panels
    if forwardVersion != version.value {
      if let norm = fold?.norm {
        let (scale, bias) = norm.factors(after: bias)
        fold = (norm, scale, bias)
        unsafe scale.withUnsafeBufferPointer {
          unsafe core.packForward(weights.base, scale: $0.baseAddress, into: panels)
        }
      } else if isTransposed {
        unsafe core.packTranspose(weights.base, into: panels)
      } else {
        unsafe core.packForward(weights.base, into: panels)
      }
      forwardVersion = version.value
    }
    return panels
  }

  private func packedBackward() throws -> ConvolutionCore<Scalar>.Panels {
    let panels =
      try backwardPanels ?? (isTransposed ? core.makeForwardPanels() : core.makeTransposePanels())
    backwardPanels = panels
    if backwardVersion != version.value {
      if isTransposed {
        unsafe core.packForward(weights.base, into: panels)
      } else {
        unsafe core.packTranspose(weights.base, into: panels)
      }
      backwardVersion = version.value
    }
    return panels
  }

  func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass
  ) throws {
    try forward(inputs[0], into: output, addend: nil, relu: false)
  }

  /// The same with what may follow in one pass.
  func forward(
    _ input: Activations<Scalar>, into output: Activations<Scalar>, addend: Activations<Scalar>?,
    relu: Bool
  ) throws {
    let panels = try packedForward()
    if let fold {
      try unsafe fold.bias.withUnsafeBufferPointer {
        try unsafe core.apply(
          panels, to: input, into: output,
          Epilogue(bias: $0.baseAddress, addend: addend, relu: relu))
      }
    } else {
      try unsafe core.apply(
        panels, to: input, into: output,
        Epilogue(bias: bias.map { unsafe UnsafePointer($0.base) }, addend: addend, relu: relu))
    }
  }

  func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass
  ) throws {
    if let target = targets[0] {
      try unsafe core.apply(
        try packedBackward(), to: gradient, into: target.values, Epilogue(keep: target.adds))
    }
    if let biasGradient {
      unsafe core.addBiasGradient(gradient, into: biasGradient.base, zeros: zeros)
    }
    let scratch = try scratch ?? AlignedBuffer(count: weights.rows * weights.columns)
    self.scratch = scratch
    // Back from a transposed convolution its gradient is the convolution's input.
    try unsafe core.addWeightGradient(
      try isTransposed ? packedBackward() : packedForward(),
      inputs: isTransposed ? gradient : inputs[0],
      gradients: isTransposed ? inputs[0] : gradient, into: weightGradient.base, scratch: scratch)
  }
}

/// A batch normalisation with fixed statistics: a scale and a shift of each channel.
struct FoldedNorm<Scalar: NetworkScalar> {
  let weight, bias, mean, variance: MatrixView<Scalar>
  let epsilon: Double

  /// What multiplies the filters, and the biases that come of those they have.
  func factors(after filterBias: MatrixView<Scalar>?) -> (scale: [Scalar], bias: [Scalar]) {
    let scale = (0..<weight.columns).map { channel in
      unsafe Scalar(
        Double(weight.base[channel]) / (Double(variance.base[channel]) + epsilon).squareRoot())
    }
    let shift = (0..<weight.columns).map { channel in
      unsafe bias.base[channel] + ((filterBias?.base[channel] ?? 0) - mean.base[channel])
        * scale[channel]
    }
    return (scale, shift)
  }
}
