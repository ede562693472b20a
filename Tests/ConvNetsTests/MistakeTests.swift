import ConvNets
import Networks
import TestSupport
import Testing
import WordtoolCore

/// What an importer may give wrong: an error that names it, or a trap where it is no data.
@Suite struct MistakeTests {
  @Test func `options out of range are refused by the name of the property`() throws {
    for (property, change) in [
      ("learningRate", { $0.learningRate = 0 }), ("batch", { $0.batch = 0 }),
      ("decayEpochs", { $0.decayEpochs = [3, 2] }), ("validShare", { $0.validShare = 1 }),
      ("beta2", { $0.optimizer.beta2 = 1 }),
    ] as [(String, (inout ImageTrainingOptions) -> Void)] {
      var options = ImageTrainingOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage && error?.found.hasPrefix("`\(property)` is ") == true)
    }
    var options = ImageTrainingOptions()
    options.learningRate = 0.375
    let text = try StoredJSON.text(options)
    // As in older checkpoints.
    #expect(text.contains("\"rate\":0.375") && !text.contains("learningRate"))
    #expect(try StoredJSON.decode(ImageTrainingOptions.self, from: text) == options)
    for (property, options) in [
      ("region", ZCAWhitening.Options(region: .patch(size: 4))),
      ("epsilon", ZCAWhitening.Options(epsilon: -1)),
      ("patchCount", ZCAWhitening.Options(patchCount: 0)),
    ] {
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage && error?.found.contains("`\(property)`") == true)
    }
  }

  @Test func `arguments out of range are errors of kind usage`() throws {
    let shape = ImageShape(height: 8, width: 8, channels: 1)
    let image = Image(shape: shape, filledWith: 0.5)
    let batch = try ImageBatch([image], labels: [0])
    let graph = LayerGraph(input: shape)
    let kernel = ImageKernel(name: "one", rows: [[1]])
    let mistakes: [() throws -> Void] = [
      { _ = try ImageBatch([], labels: []) }, { _ = try ImageBatch([image], labels: [0, 1]) },
      { _ = try Mixup(batch, alpha: 0, seed: 1, epoch: 0, number: 0) },
      { _ = try ChannelStatistics(mean: [0], deviation: []) },
      { _ = try image.converted(toChannels: 2) },
      { _ = try ImageFilter(kernel, stride: 0).apply(to: image) },
      { _ = try ImageFilter(kernel, padding: .pixels(-1)).apply(to: image) },
      { _ = try Architecture("lenet-5").graph(input: shape, classes: 0) },
      {
        _ = try ImageModelDescription(architecture: "lenet-5", inputShape: shape, classNames: [])
      },
      {
        var graph = graph
        try graph.add("a", .relu)
        try graph.add("a", .relu)
      },
      {
        var graph = graph
        try graph.add("a", .relu, inputs: [5])
      },
    ]
    for (number, mistake) in mistakes.enumerated() {
      let error = #expect(throws: WordtoolError.self, "\(number)") { try mistake() }
      #expect(error?.kind == .usage, "\(number)")
    }
    #expect(ClassRanking.best(-1, of: [1, 2]).isEmpty)
  }

  /// Places and shapes that cannot be are a mistake in the program, as with arrays.
  @Test func `an image of other values, or a place outside of one, is a trap`() async {
    await #expect(processExitsWith: .failure) { _ = ImageShape(height: 0, width: 1, channels: 1) }
    await #expect(processExitsWith: .failure) {
      _ = Image(shape: ImageShape(height: 1, width: 1, channels: 1), values: [])
    }
    await #expect(processExitsWith: .failure) {
      let shape = ImageShape(height: 2, width: 2, channels: 1)
      _ = Image(shape: shape, filledWith: 0)[2, 0, 0]
    }
    await #expect(processExitsWith: .failure) { _ = ImageKernel(name: "", rows: [[1], []]) }
  }
}
