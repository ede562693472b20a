import ConvNets
import Networks
import Testing
import TestSupport
import WordtoolCore

@Suite struct InspectionTests {
  private let folder = ScratchFolder()

  private func model(_ network: String, input: ImageShape, classes: Int = 4) throws -> ImageModel {
    let description = try ImageModelDescription(
      architecture: network, inputShape: input, classNames: (0..<classes).map(String.init))
    let execution = try NetworkExecution<Float>(description.graph, threads: 2)
    NetworkExecutionTests.fill(execution, seed: 3)
    return ImageModel(description, execution: execution, threads: 2)
  }

  private static let shape = ImageShape(height: 12, width: 10, channels: 3)

  /// Without rectifiers a network is linear around an image, and the way back is its gradient: the
  /// projection of one value, seen from any change of the pixels, is its derivative times the value.
  @Test(arguments: [
    "conv 6 3x3 stride 2 pad 1 groups 3, bn, max-pool 2, conv 8 2x2 dilation 2 pad 1, average-pool 2x1",
    "average-pool 3 stride 2 pad 1, conv 4 3x3 no-bias, adaptive-max-pool 3x2",
    "transposed-conv 6 3x3 stride 2 pad 1 output-pad 1 groups 3, conv 5 5x3 stride 3, bn",
    "conv 5 3x3, adaptive-average-pool 3, flatten, fc 7",
    "max-pool 3 stride 2 pad 1 ceil, flatten, fc 9",
  ])
  func theWayBackIsTheTransposeOfTheWayForth(network: String) throws {
    let text =
      network.contains("flatten") ? network + ", fc classes" : network + ", flatten, fc classes"
    let model = try model(text, input: Self.shape)
    let image = ImageSamples.random(12, 10, 3, seed: 5)
    let layers = model.layers.map(\.name)
    let layer = layers[network.contains("flatten") ? layers.count - 2 : layers.count - 3]
    let maps = try model.featureMaps(of: image, layer: layer)
    let projections = try model.deconvolve(image, layer: layer, count: 3)
    #expect(!projections.isEmpty)
    var random = SeededGenerator(seed: 7)
    for projection in projections {
      let map = maps[projection.channel]
      let place = try #require(map.values.firstIndex(of: projection.activation))
      #expect(map.values.max() == projection.activation)
      var moved = image
      var expected = 0.0
      for _ in 0..<3 {
        // So small that no maximum moves.
        let index = Int.random(in: 0..<image.values.count, using: &random)
        let step: Float = 1e-3
        moved.withMutableValues { $0[index] += step }
        expected += Double(projection.picture.values[index]) * Double(step)
      }
      let change =
        try model.featureMaps(of: moved, layer: layer)[projection.channel].values[place]
        - projection.activation
      let found = Double(change) * Double(projection.activation)
      #expect(
        abs(found - expected) < 2e-4 * max(1, abs(Double(projection.activation))),
        "\(found) \(expected)")
    }
  }

  @Test func nothingComesFromOutsideTheReceptiveField() throws {
    let model = try model(
      "conv 6 3x3, relu, max-pool 2, conv 8 3x3, relu, flatten, fc classes",
      input: ImageShape(height: 20, width: 20, channels: 1))
    let image = ImageSamples.random(20, 20, 1, seed: 6)
    for projection in try model.deconvolve(image, layer: "4", count: 8) {
      #expect(projection.rows.count == 8 && projection.columns.count == 8)
      for row in 0..<20 {
        for column in 0..<20
        where !(projection.rows.contains(row) && projection.columns.contains(column)) {
          #expect(projection.picture[row, column, 0] == 0)
        }
      }
      #expect(projection.picture.values.contains { $0 != 0 })
    }
  }

  @Test func saliencyIsTheLargestDerivative() throws {
    let model = try model("conv 5 3x3, tanh, flatten, fc classes", input: Self.shape)
    let image = ImageSamples.random(12, 10, 3, seed: 8)
    let map = try model.saliency(of: image, label: 2)
    #expect(map.shape == ImageShape(height: 12, width: 10, channels: 1))
    for (row, column) in [(0, 0), (5, 7), (11, 9)] {
      let derivatives = try (0..<3).map { channel in
        var (up, down) = (image, image)
        up[row, column, channel] += 1e-2
        down[row, column, channel] -= 1e-2
        let logits = try model.logits(of: [up, down])
        return abs(logits[0][2] - logits[1][2]) / 2e-2
      }
      #expect(abs((derivatives.max() ?? 0) - map[row, column, 0]) < 5e-3)
    }
  }

  @Test func occlusionCoversEveryPlace() throws {
    let model = try model("flatten, fc classes", input: Self.shape)
    let image = ImageSamples.random(12, 10, 3, seed: 9)
    let map = try model.occlusionMap(of: image, label: 1, window: 3, stride: 2)
    #expect((map.height, map.width) == (6, 5))
    // The square in the corner, by hand: its centre is at row 1, column 1.
    var covered = image
    for channel in 0..<3 {
      let mean = image.plane(channel).values.reduce(0, +) / 120
      for row in 0..<3 {
        for column in 0..<3 { covered[row, column, channel] = mean }
      }
    }
    let probability = Double(try model.classify([covered])[0][1])
    let odds = Oracle.log(probability / (1 - probability))
    #expect(abs(odds - Double(map[0, 0, 0])) < 1e-4)
  }

  @Test func filtersAreTheWeights() throws {
    let model = try model("conv 5 3x4, relu, flatten, fc classes", input: Self.shape)
    let filters = try model.firstLayerFilters()
    #expect(filters.layer == "0" && filters.images.count == 5)
    #expect(filters.images[0].shape == ImageShape(height: 3, width: 4, channels: 3))
    let weight = model.execution.parameters.view("0.weight")
    #expect(filters.images[4].values == (0..<36).map { weight[4, $0] })
    let flat = try self.model("flatten, fc 6, relu, fc classes", input: Self.shape)
    #expect(try flat.firstLayerFilters().images[5].shape == Self.shape)
    expectError("before any filter", kind: .unavailable) {
      _ = try self.model("max-pool 2, conv 3 3x3, flatten, fc classes", input: Self.shape)
        .firstLayerFilters()
    }
  }

  @Test func theStrongestImagesAreFound() throws {
    let set = try StripeSet.make(40, in: folder)
    let model = try model(
      "conv 4 3x3, relu, max-pool 2, flatten, fc classes", input: StripeSet.shape, classes: 3)
    let found = try model.deconvolve(set, layer: "2", channels: 3, count: 5)
    #expect(found.count == 3)
    for (channel, projections) in found.enumerated() where !projections.isEmpty {
      let maxima = try (0..<set.count).map { index in
        try model.featureMaps(of: set.image(at: index), layer: "2")[channel].values.max() ?? 0
      }
      #expect(projections.map(\.activation) == Array(maxima.sorted(by: >).prefix(5)))
      #expect(projections.allSatisfy { maxima[$0.image] == $0.activation })
    }
  }
}
