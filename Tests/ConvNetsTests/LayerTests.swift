import ConvNets
import Networks
import Testing

/// What holds for every layer.
@Suite struct LayerTests {
  @Test("gradients are differences, in Double", arguments: LayerCase.small)
  func gradients(_ layerCase: LayerCase) throws {
    try LayerChecks.gradientsAreDifferences(layerCase)
  }

  @Test("Float gives what Double gives", arguments: LayerCase.small + LayerCase.large)
  func floats(_ layerCase: LayerCase) throws { try LayerChecks.floatIsDouble(layerCase) }

  @Test(
    "input and output may share their place", arguments: LayerCase.activations + LayerCase.dropouts)
  func inPlace(_ layerCase: LayerCase) throws { try LayerChecks.placesMayBeShared(layerCase) }

  @Test("1, 2 and 3 threads give the same bits", arguments: LayerCase.large)
  func threads(_ layerCase: LayerCase) throws { try LayerChecks.threadsDoNotMatter(layerCase) }
}

@Suite struct ActivationLayerTests {
  @Test("NaN stays NaN")
  func notANumber() throws {
    for layer in [Layer.relu, .tanh, .sigmoid] {
      let run = try LayerRun<Float>(LayerCase(layer, [1, 1, 3], count: 1))
      #expect(try run.forward([[1, .nan, -1]])[1].isNaN)
    }
  }
}

@Suite struct MaxPoolTests {
  @Test("the first of equal values gets the gradient, and NaN is the largest value")
  func ties() throws {
    let run = try LayerRun<Float>(
      LayerCase(.maxPool(.init(kernel: Extent(2))), [2, 2, 1], count: 1))
    #expect(try run.forward([[1, 3, 3, 2]]) == [3])
    #expect(try run.backward([5]) == [[0, 5, 0, 0]])
    #expect(try run.forward([[1, .nan, 3, 2]])[0].isNaN)
    #expect(try run.backward([5]) == [[0, 5, 0, 0]])
  }

  @Test("a pass that keeps nothing can be followed backward, between passes that do")
  func backwardWithoutTraining() throws {
    let layerCase = LayerCase(.maxPool(.init(kernel: Extent(2))), [2, 2, 1], count: 1)
    let run = try LayerRun<Float>(layerCase)
    var other = layerCase
    other.isTraining = false
    let idle = try LayerRun<Float>(other)
    for run in [run, idle] {
      for (values, gradient) in [([4, 3, 2, 1], [9, 0, 0, 0]), ([1, 2, 3, 4], [0, 0, 0, 9])] {
        #expect(try run.forward([values.map(Float.init)]) == [4])
        #expect(try run.backward([9]) == [gradient.map(Float.init)])
      }
    }
  }
}

@Suite struct BatchNormTests {
  @Test("values far from zero do not spoil the variance")
  func largeMeans() throws {
    let layerCase = LayerCase(.batchNorm(.init()), [8, 8, 1], count: 4)
    let (single, double) = (try LayerRun<Float>(layerCase), try LayerRun<Double>(layerCase))
    let values = layerCase.values(seed: 9)[0].map { Float($0 + 1000) }
    _ = try single.forward([values])
    _ = try double.forward([values.map(Double.init)])
    let error = LayerChecks.error(
      [single.statistics.view("layer.running_var")[0, 0]],
      [double.statistics.view("layer.running_var")[0, 0]])
    #expect(error < 1e-6)
  }

  @Test("a single place per channel gives the bias")
  func onePlace() throws {
    let run = try LayerRun<Float>(LayerCase(.batchNorm(.init()), [1, 1, 2], count: 1))
    let bias = run.parameters.view("layer.bias")
    // 1 / √ε times the rounding of the mean is left.
    let output = try run.forward([[4, -7]])
    #expect(abs(output[0] - bias[0, 0]) < 1e-3 && abs(output[1] - bias[0, 1]) < 1e-3)
    #expect(try run.backward([1, 1]) == [[0, 0]])
    #expect(run.statistics.firstNotFinite() == nil)
  }
}

@Suite struct JoiningLayerTests {
  @Test("flattening without anything to move may share its place")
  func flattenInPlace() throws {
    try LayerChecks.placesMayBeShared(LayerCase(.flatten, [1, 1, 17]))
    try LayerChecks.placesMayBeShared(LayerCase(.flatten, [4, 3, 1]))
    let moving = try LayerRun<Float>(LayerCase(.flatten, [4, 3, 2]))
    #expect(!moving.operation.worksInPlace)
  }

  @Test("channels come in the order of the inputs, and flattened ones before rows")
  func order() throws {
    let join = try LayerRun<Float>(LayerCase(.concatenate, [1, 2, 1], [1, 2, 2], count: 1))
    #expect(try join.forward([[1, 2], [3, 4, 5, 6]]) == [1, 3, 4, 2, 5, 6])
    let flatten = try LayerRun<Float>(LayerCase(.flatten, [1, 2, 2], count: 1))
    #expect(try flatten.forward([[1, 2, 3, 4]]) == [1, 3, 2, 4])
  }
}
