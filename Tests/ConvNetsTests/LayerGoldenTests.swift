import ConvNets
import Networks
import Testing

/// What PyTorch's layers made of small batches; see Scripts/golden/layers.py.
private struct LayerGolden: Decodable {
  struct Case: Decodable {
    struct Settings: Decodable {
      var kernel, stride, padding, size: [Int]?
      var roundsUp, countsPadding: Int?
      var epsilon, momentum, alpha, beta, k: Double?
    }
    struct Arrays: Decodable {
      var weight, bias, mean, variance: [Double]
    }
    var kind: String
    /// [image, channel, row, column]
    var shape, outputShape: [Int]
    var ties, training: Bool
    var rounds: Int
    var settings: Settings
    var output, gradient: [Double]
    var arrays: Arrays?
  }
  struct CrossEntropy: Decodable {
    var targets: [Double]
    var loss: Double
    var gradient: [Double]
  }
  var cases: [Case]
  var crossEntropy: CrossEntropy

  /// The numbers that the script gives PyTorch.
  static func values(_ count: Int, salt: Int, ties: Bool = false) -> [Double] {
    (0..<count).map { index in
      let value = Double((index + salt) * 7919 % 1009 - 504) / 252
      return ties ? (value * 2).rounded(.toNearestOrEven) / 2 : value
    }
  }

  /// From [image, channel, row, column] to [image, row, column, channel], or back.
  static func reordered(_ values: [Double], _ shape: [Int], back: Bool = false) -> [Double] {
    let (channels, places) = (shape[1], shape.dropFirst(2).reduce(1, *))
    var result = values
    for image in 0..<shape[0] {
      for channel in 0..<channels {
        for place in 0..<places {
          let planes = (image * channels + channel) * places + place
          let rows = (image * places + place) * channels + channel
          if back { result[planes] = values[rows] } else { result[rows] = values[planes] }
        }
      }
    }
    return result
  }
}

extension LayerGolden.Case {
  var layer: Layer? {
    func extent(_ list: [Int]?) -> Extent { Extent(list?[0] ?? 1, list?[1] ?? 1) }
    var pooling = Layer.Pooling(kernel: extent(settings.kernel), stride: extent(settings.stride))
    pooling.padding = Extent(settings.padding?[0] ?? 0, settings.padding?[1] ?? 0)
    pooling.roundsUp = settings.roundsUp == 1
    pooling.countsPadding = settings.countsPadding != 0
    var batchNorm = Layer.BatchNorm()
    batchNorm.epsilon = settings.epsilon ?? batchNorm.epsilon
    batchNorm.momentum = settings.momentum ?? batchNorm.momentum
    var responseNorm = Layer.LocalResponseNorm()
    responseNorm.size = settings.size?[0] ?? responseNorm.size
    responseNorm.alpha = settings.alpha ?? responseNorm.alpha
    responseNorm.beta = settings.beta ?? responseNorm.beta
    responseNorm.k = settings.k ?? responseNorm.k
    let size = extent(settings.size?.count == 2 ? settings.size : nil)
    switch kind {
    case "relu": return .relu
    case "tanh": return .tanh
    case "sigmoid": return .sigmoid
    case "flatten": return .flatten
    case "maxPool": return .maxPool(pooling)
    case "averagePool": return .averagePool(pooling)
    case "adaptiveMaxPool": return .adaptiveMaxPool(height: size.height, width: size.width)
    case "adaptiveAveragePool": return .adaptiveAveragePool(height: size.height, width: size.width)
    case "batchNorm": return .batchNorm(batchNorm)
    case "localResponseNorm": return .localResponseNorm(responseNorm)
    default: return nil
    }
  }
}

@Suite struct LayerGoldenTests {
  @Test func layersGivePyTorchsValuesAndGradients() throws {
    for item in try Golden.read("layers.json", as: LayerGolden.self).cases {
      try check(item, Float.self)
      try check(item, Double.self)
    }
  }

  private func check<Scalar: NetworkScalar>(
    _ item: LayerGolden.Case, _ type: Scalar.Type
  ) throws {
    let layer = try #require(item.layer, "\(item.kind)")
    let shape = item.shape
    let layerCase = LayerCase(
      layer, [shape[2], shape[3], shape[1]], count: shape[0], isTraining: item.training)
    let run = try LayerRun<Scalar>(layerCase)
    let places = [
      item.outputShape.dropFirst(2).first ?? 1, item.outputShape.dropFirst(3).first ?? 1,
    ]
    #expect(
      [run.output.channels, run.output.height, run.output.width] == [item.outputShape[1]] + places)
    let channels = shape[1]
    if item.arrays != nil {
      fill(run.parameters, "weight", LayerGolden.values(channels, salt: 3).map { $0 + 2 })
      fill(run.parameters, "bias", LayerGolden.values(channels, salt: 5))
      fill(run.statistics, "running_mean", LayerGolden.values(channels, salt: 7))
      fill(run.statistics, "running_var", LayerGolden.values(channels, salt: 9).map { $0 + 3 })
    }
    let input = LayerGolden.values(shape.reduce(1, *), salt: 0, ties: item.ties)
    let values = LayerGolden.reordered(input, shape).map(Scalar.init)
    var output: [Scalar] = []
    for _ in 0..<item.rounds { output = try run.forward([values]) }
    let seen = LayerGolden.reordered(output.map(Double.init), item.outputShape, back: true)
    #expect(LayerChecks.error(seen, item.output) < 2e-6, "\(layerCase)")
    let above = LayerGolden.values(output.count, salt: 17)
    let below = try run.backward(LayerGolden.reordered(above, item.outputShape).map(Scalar.init))[0]
    let gradient = LayerGolden.reordered(below.map(Double.init), shape, back: true)
    // Where a channel has one value or two, its gradient is what is left of equal numbers.
    let worst = zip(gradient, item.gradient).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-5, "\(layerCase)")
    guard let arrays = item.arrays else { return }
    for (name, expected) in [("weight", arrays.weight), ("bias", arrays.bias)] {
      let found = run.parameters.gradient("layer." + name)
      #expect(
        LayerChecks.error((0..<channels).map { found[0, $0] }, expected) < 1e-5, "\(name)")
    }
    for (name, expected) in [("running_mean", arrays.mean), ("running_var", arrays.variance)] {
      let found = run.statistics.view("layer." + name)
      #expect(
        LayerChecks.error((0..<channels).map { found[0, $0] }, expected) < 1e-6, "\(name)")
    }
  }

  private func fill<Scalar: NetworkScalar>(
    _ arrays: Parameters<Scalar>, _ name: String, _ values: [Double]
  ) {
    let view = arrays.view("layer." + name)
    for (index, value) in values.enumerated() { view[0, index] = Scalar(value) }
  }

  @Test func crossEntropyIsPyTorchs() throws {
    let golden = try Golden.read("layers.json", as: LayerGolden.self).crossEntropy
    var gradient = [Float](repeating: 0, count: 20)
    let result = SoftmaxCrossEntropy.loss(
      of: LayerGolden.values(20, salt: 0).map(Float.init), targets: golden.targets.map(Float.init),
      count: 4, classes: 5, gradient: &gradient, compute: try Compute(threadCount: 1))
    #expect(abs(result.loss - golden.loss) < 1e-6)
    #expect(LayerChecks.error(gradient, golden.gradient) < 1e-6)
  }
}
