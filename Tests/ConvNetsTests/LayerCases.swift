import ConvNets

extension LayerCase {
  static func pooling(
    _ kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int) = (0, 0), roundsUp: Bool = false,
    countsPadding: Bool = true
  ) -> Layer.Pooling {
    var pooling = Layer.Pooling(
      kernel: Extent(kernel.0, kernel.1), stride: Extent(stride.0, stride.1))
    pooling.padding = Extent(padding.0, padding.1)
    pooling.roundsUp = roundsUp
    pooling.countsPadding = countsPadding
    return pooling
  }

  /// Windows beside each other, over each other, with gaps, beyond the edge, of one place; one
  /// channel, 17 channels.
  static let windows: [(Layer.Pooling, [Int])] = [
    (pooling((2, 2), stride: (2, 2)), [6, 6, 4]),
    (pooling((2, 2), stride: (2, 2)), [5, 7, 17]),
    (pooling((3, 3), stride: (2, 2), padding: (1, 1)), [6, 7, 3]),
    (pooling((3, 2), stride: (2, 3), padding: (1, 0), roundsUp: true), [6, 7, 3]),
    (pooling((2, 2), stride: (3, 3), padding: (1, 1), roundsUp: true), [7, 5, 2]),
    (pooling((3, 3), stride: (1, 1), padding: (1, 1), roundsUp: true), [3, 3, 17]),
    (pooling((1, 1), stride: (1, 1)), [1, 1, 1]),
    (pooling((17, 17), stride: (1, 1)), [18, 17, 1]),
  ]

  static let activations: [LayerCase] = [Layer.relu, .tanh, .sigmoid].flatMap {
    [LayerCase($0, [3, 5, 4]), LayerCase($0, [1, 1, 1], count: 1), LayerCase($0, [2, 3, 17])]
  }

  static let maxPools: [LayerCase] =
    windows.map { LayerCase(.maxPool($0), $1) } + [
      LayerCase(.adaptiveMaxPool(height: 3, width: 2), [7, 5, 3]),
      LayerCase(.adaptiveMaxPool(height: 4, width: 5), [3, 2, 17]),
      LayerCase(.adaptiveMaxPool(height: 1, width: 1), [18, 17, 1]),
      LayerCase(.maxPool(pooling((3, 3), stride: (2, 2))), [5, 7, 17], isTraining: false),
    ]

  static let averagePools: [LayerCase] =
    windows.map { LayerCase(.averagePool($0), $1) }
    + windows.map { window, shape in
      var window = window
      window.countsPadding = false
      return LayerCase(.averagePool(window), shape)
    } + [
      LayerCase(.adaptiveAveragePool(height: 3, width: 2), [7, 5, 3]),
      LayerCase(.adaptiveAveragePool(height: 4, width: 5), [3, 2, 17]),
      LayerCase(.adaptiveAveragePool(height: 1, width: 1), [4, 4, 5]),
    ]

  static let batchNorms: [LayerCase] = [true, false].flatMap {
    [
      LayerCase(.batchNorm(.init()), [3, 4, 5], count: 3, isTraining: $0),
      LayerCase(.batchNorm(.init()), [1, 1, 17], count: 4, isTraining: $0),
      LayerCase(.batchNorm(.init()), [5, 2, 1], count: 2, isTraining: $0),
    ]
  }

  static let responseNorms: [LayerCase] = [
    (5, 1e-4, 0.75, 1), (5, 0.5, 0.75, 2), (4, 0.3, 0.6, 1.5), (1, 0.5, 0.5, 1), (9, 0.4, 0.75, 1),
  ].flatMap { (size, alpha, beta, k) in
    var settings = Layer.LocalResponseNorm()
    (settings.size, settings.alpha, settings.beta, settings.k) = (size, alpha, beta, k)
    return [
      LayerCase(.localResponseNorm(settings), [2, 3, 7]),
      LayerCase(.localResponseNorm(settings), [1, 2, 17]),
      LayerCase(.localResponseNorm(settings), [1, 1, 1]),
    ]
  }

  static let dropouts: [LayerCase] = [
    LayerCase(.dropout(rate: 0.5), [3, 5, 4]), LayerCase(.dropout(rate: 0.2), [1, 1, 17]),
    LayerCase(.dropout(rate: 0), [2, 2, 3]), LayerCase(.dropout(rate: 1), [2, 2, 3]),
    LayerCase(.dropout(rate: 0.5), [3, 5, 4], isTraining: false),
  ]

  static let joining: [LayerCase] = [
    LayerCase(.add, [3, 5, 4], [3, 5, 4]), LayerCase(.add, [1, 1, 1], [1, 1, 1]),
    LayerCase(.add, [2, 1, 17], [2, 1, 17], [2, 1, 17], [2, 1, 17]),
    LayerCase(.add, [2, 1, 3]),
    LayerCase(.concatenate, [3, 5, 4], [3, 5, 1], [3, 5, 17]),
    LayerCase(.concatenate, [1, 1, 1], [1, 1, 2]), LayerCase(.concatenate, [2, 3, 2]),
    LayerCase(.flatten, [3, 5, 4]), LayerCase(.flatten, [1, 1, 17]),
    LayerCase(.flatten, [4, 3, 1]),
    LayerCase(.flatten, [5, 7, 33]),
  ]

  /// Every kind of layer.
  static let small = [
    activations, maxPools, averagePools, batchNorms, responseNorms, dropouts, joining,
  ].flatMap { $0 }

  /// Large enough for every thread to get something.
  static let large: [LayerCase] = {
    let shape = [31, 33, 17]
    let layers: [Layer] = [
      .relu, .tanh, .sigmoid, .maxPool(.init(kernel: Extent(2))),
      .maxPool(pooling((3, 3), stride: (2, 2), padding: (1, 1))),
      .averagePool(pooling((3, 3), stride: (2, 2), padding: (1, 1))),
      .adaptiveAveragePool(height: 4, width: 5), .adaptiveMaxPool(height: 4, width: 5),
      .batchNorm(.init()), .localResponseNorm(.init()), .dropout(rate: 0.5), .flatten,
    ]
    return layers.map { LayerCase($0, shape, count: 5) } + [
      LayerCase(.add, shape, shape, count: 5),
      LayerCase(.concatenate, shape, [31, 33, 40], count: 5),
    ]
  }()
}
