/// Short spellings of the layers that architectures are made of.
extension Layer {
  static func conv(
    _ outputs: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    hasBias: Bool = true
  ) -> Layer {
    var settings = Convolution(outputs: outputs, kernel: Extent(kernel))
    settings.stride = Extent(stride)
    settings.padding = Extent(padding)
    settings.groups = groups
    settings.hasBias = hasBias
    return .convolution(settings)
  }

  static func maxPool(
    _ kernel: Int, stride: Int, padding: Int = 0, roundsUp: Bool = false
  ) -> Layer {
    var settings = Pooling(kernel: Extent(kernel), stride: Extent(stride))
    settings.padding = Extent(padding)
    settings.roundsUp = roundsUp
    return .maxPool(settings)
  }

  static func linear(_ outputs: Int) -> Layer {
    .fullyConnected(outputs: outputs, hasBias: true)
  }

  static func batchNorm(epsilon: Double = 1e-5) -> Layer {
    var settings = BatchNorm()
    settings.epsilon = epsilon
    return .batchNorm(settings)
  }

  /// The constants of Krizhevsky et al. 2012, section 3.3: k 2, alpha 1e-4, beta 0.75 over five
  /// channels. Their alpha multiplies the sum, ours the mean.
  static let krizhevskyNorm: Layer = {
    var settings = LocalResponseNorm()
    settings.size = 5
    settings.alpha = 5e-4
    settings.beta = 0.75
    settings.k = 2
    return .localResponseNorm(settings)
  }()
}

extension LayerGraph {
  /// Adds layers one after another, named `<prefix>.0`, `<prefix>.1` and so on, as PyTorch's
  /// `Sequential` names its modules; `0`, `1` with an empty prefix.
  mutating func addSequence(_ prefix: String, _ layers: [Layer]) throws {
    for (index, layer) in layers.enumerated() {
      try add(prefix.isEmpty ? "\(index)" : "\(prefix).\(index)", layer)
    }
  }
}
