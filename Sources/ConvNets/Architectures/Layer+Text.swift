/// Layers as text, `conv 64 3x3 stride 2`: what ``LayerList`` reads.
extension Layer: CustomStringConvertible {
  /// The layer in the words of ``LayerList/grammar``; settings with their usual values are left out.
  public var description: String { text(outputs: nil) }

  /// - Parameter outputs: what to write for the number of outputs, instead of it.
  func text(outputs: String?) -> String {
    func extent(_ value: Extent) -> String {
      value.height == value.width ? "\(value.height)" : "\(value.height)x\(value.width)"
    }
    func setting(_ name: String, _ value: Extent, usual: Int) -> String {
      value == Extent(usual) ? "" : " \(name) \(extent(value))"
    }
    func setting(_ name: String, _ value: Double, usual: Double) -> String {
      value == usual ? "" : " \(name) \(value)"
    }
    switch self {
    case .input: return "input"
    case .convolution(let layer):
      return "conv \(outputs ?? "\(layer.outputs)") \(layer.kernel.height)x\(layer.kernel.width)"
        + setting("stride", layer.stride, usual: 1) + setting("pad", layer.padding, usual: 0)
        + setting("dilation", layer.dilation, usual: 1)
        + (layer.groups == 1 ? "" : " groups \(layer.groups)")
        + (layer.hasBias ? "" : " no-bias")
    case .transposedConvolution(let layer):
      return "transposed-conv \(outputs ?? "\(layer.outputs)") "
        + "\(layer.kernel.height)x\(layer.kernel.width)"
        + setting("stride", layer.stride, usual: 1) + setting("pad", layer.padding, usual: 0)
        + setting("output-pad", layer.outputPadding, usual: 0)
        + setting("dilation", layer.dilation, usual: 1)
        + (layer.groups == 1 ? "" : " groups \(layer.groups)")
        + (layer.hasBias ? "" : " no-bias")
    case .fullyConnected(let count, let hasBias):
      return "fc \(outputs ?? "\(count)")" + (hasBias ? "" : " no-bias")
    case .relu: return "relu"
    case .tanh: return "tanh"
    case .sigmoid: return "sigmoid"
    case .maxPool(let layer), .averagePool(let layer):
      var name = "average-pool"
      if case .maxPool = self { name = "max-pool" }
      return name + " \(extent(layer.kernel))"
        + (layer.stride == layer.kernel ? "" : " stride \(extent(layer.stride))")
        + setting("pad", layer.padding, usual: 0) + (layer.roundsUp ? " ceil" : "")
        + (layer.countsPadding ? "" : " exclude-pad")
    case .adaptiveAveragePool(let height, let width):
      return "adaptive-average-pool \(extent(Extent(height, width)))"
    case .adaptiveMaxPool(let height, let width):
      return "adaptive-max-pool \(extent(Extent(height, width)))"
    case .batchNorm(let layer):
      return "bn" + setting("epsilon", layer.epsilon, usual: BatchNorm().epsilon)
        + setting("momentum", layer.momentum, usual: BatchNorm().momentum)
    case .localResponseNorm(let layer):
      let usual = LocalResponseNorm()
      return "lrn" + (layer.size == usual.size ? "" : " size \(layer.size)")
        + setting("alpha", layer.alpha, usual: usual.alpha)
        + setting("beta", layer.beta, usual: usual.beta) + setting("k", layer.k, usual: usual.k)
    case .dropout(let rate): return "dropout \(rate)"
    case .add: return "add"
    case .concatenate: return "concatenate"
    case .flatten: return "flatten"
    }
  }
}
