import Word2Vec

/// Options of the models that predict words, from words or from documents: what the options of the
/// command line say of both alike.
protocol PredictingOptions {
  var dimension: Int { get set }
  var windowRadius: Int { get set }
  var isWindowFixed: Bool { get set }
  var hierarchicalSoftmax: Bool { get set }
  var negativeSamples: Int { get set }
  var noiseExponent: Double { get set }
  var subsampling: Double { get set }
  var epochs: Int { get set }
  var learningRate: Float { get set }
  var minimumLearningRateRatio: Float { get set }
  var seed: UInt64 { get set }
}

extension WordVectorOptions: PredictingOptions {}
extension DocumentVectorOptions: PredictingOptions {}

extension ModelOptions {
  /// Sets what is given; the rest stays as the model has it.
  func apply(to options: inout some PredictingOptions, seed: UInt64) {
    options.dimension = dim
    options.windowRadius = window ?? options.windowRadius
    options.isWindowFixed = fixedWindow
    options.hierarchicalSoftmax = loss.hasTree
    options.negativeSamples = loss.hasNoise ? negative ?? options.negativeSamples : 0
    options.noiseExponent = noiseExponent ?? options.noiseExponent
    options.subsampling = sample ?? options.subsampling
    if case .fixed(let count) = epochs { options.epochs = count }
    options.learningRate = lr ?? options.learningRate
    options.minimumLearningRateRatio = minLrRatio ?? options.minimumLearningRateRatio
    options.seed = seed
  }
}
