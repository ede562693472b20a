import BLASCore
import ConvNets
import Testing
import TestSupport
import WordtoolCore

@Suite struct ImageModelTests {
  private let folder = ScratchFolder()

  private func train(
    _ network: String = StripeSet.network, whitening: ZCAWhitening? = nil,
    preprocessing: ImagePreprocessing = ImagePreprocessing()
  ) throws -> ImageModel {
    var options = ImageTrainingOptions()
    options.epochs = 2
    options.batch = 10
    return try ImageTrainer(
      StripeSet.description(network, preprocessing: preprocessing), training: options,
      set: StripeSet.make(30, in: folder), whitening: whitening, threads: 1
    ).train()
  }

  private func write(_ model: ImageModel, to name: String = "model") throws -> String {
    try model.write(to: folder(name))
    return folder(name)
  }

  @Test func aFileGivesTheModelBack() throws {
    var preprocessing = ImagePreprocessing()
    preprocessing.fit = .crop(share: 0.875)
    preprocessing.convertsColors = true
    preprocessing.mean = [0.25]
    preprocessing.deviation = [0.5]
    let model = try train(preprocessing: preprocessing)
    let again = try ImageModel(contentsOf: write(model), threads: 2)
    #expect(again.description == model.description)
    #expect(again.stepCount == 6)
    #expect(again.parameterCount == model.parameterCount)
    let images = (0..<3).map { ImageSamples.random(20 + $0, 17, 3, seed: UInt64($0)) }
    #expect(try again.logits(of: images) == model.logits(of: images))
  }

  @Test func aNetworkOfAnySizeTakesOtherImages() throws {
    let path = try write(train("conv 4 3x3, relu, adaptive-average-pool 1, flatten, fc classes"))
    let large = try ImageModel(contentsOf: path, inputSize: Extent(20, 16))
    #expect(try large.logits(of: [ImageSamples.random(20, 16, 1)])[0].count == 3)
    let fixed = try write(train(), to: "fixed")
    expectError("tensor 6.weight") {
      _ = try ImageModel(contentsOf: fixed, inputSize: Extent(20, 16))
    }
  }

  @Test func theTensorsAreThoseOfTorchvision() throws {
    let file = try TensorFile(path: write(train()))
    #expect(
      file.entries.map { "\($0.name) \($0.type.rawValue) \($0.shape)" } == [
        "0.weight F32 [6, 1, 3, 3]", "0.bias F32 [6]", "1.weight F32 [6]", "1.bias F32 [6]",
        "1.running_mean F32 [6]", "1.running_var F32 [6]", "1.num_batches_tracked I64 []",
        "6.weight F32 [3, 150]", "6.bias F32 [3]",
      ])
  }

  /// Writes tensors of a file under another header.
  private func rewrite(
    _ path: String, to name: String, metadata: [String: String] = [:],
    leavingOut: String? = nil, change: (inout [UInt8], String) -> Void = { _, _ in }
  ) throws -> String {
    let file = try TensorFile(path: path)
    let entries = file.entries.filter { $0.name != leavingOut }
    let output = try OutputFile(path: folder(name))
    var writer = try TensorFileWriter(
      to: output, metadata: metadata,
      tensors: entries.map { TensorFileWriter.Announcement($0.name, $0.type, $0.shape) })
    for entry in entries {
      var bytes = Array(file.bytes(of: entry))
      change(&bytes, entry.name)
      try bytes.withUnsafeBytes { try writer.write($0) }
    }
    writer.finish()
    try output.commit()
    return folder(name)
  }

  @Test func bareWeightsAreReadForANamedNetwork() throws {
    let model = try train()
    let path = try write(model)
    let bare = try rewrite(path, to: "bare")
    func load(_ network: String = StripeSet.network, names: [String]? = nil) throws -> ImageModel {
      try ImageModel(
        weights: bare, architecture: network, inputShape: StripeSet.shape, classNames: names)
    }
    let again = try load()
    let images = [ImageSamples.random(12, 12, 1)]
    #expect(again.classNames == ["0", "1", "2"])
    #expect(try again.logits(of: images) == model.logits(of: images))
    #expect(try load(names: ["a", "b", "c"]).classNames == ["a", "b", "c"])
    expectError("3, as many as the network has outputs") { _ = try load(names: ["a"]) }
    expectError("the tensor 1.weight") {
      _ = try load("conv 6 3x3, relu, relu, max-pool 2, relu, flatten, fc classes")
    }
    expectError("tensor 0.weight of type F32 and shape [6, 1, 3, 3]") {
      _ = try load("conv 6 5x5 pad 1, bn, relu, max-pool 2, relu, flatten, fc classes")
    }
    expectError("no tensor 7.weight") {
      _ = try load("conv 6 3x3, bn, relu, max-pool 2, relu, relu, flatten, fc classes")
    }
    expectError("'nonet'", kind: .usage) { _ = try load("nonet") }
    expectError("tensors without a format") { _ = try ImageModel(contentsOf: bare) }
    expectError("leave `architecture` out") {
      _ = try ImageModel(
        weights: path, architecture: StripeSet.network, inputShape: StripeSet.shape)
    }
    let less = try rewrite(path, to: "less", leavingOut: "1.num_batches_tracked")
    #expect(
      try ImageModel(
        weights: less, architecture: StripeSet.network, inputShape: StripeSet.shape
      ).stepCount == 0)
    let nan = try rewrite(path, to: "nan") { bytes, name in
      if name == "6.bias" { bytes.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F]) }
    }
    expectError("a value in 6.bias that is not finite") {
      _ = try ImageModel(
        weights: nan, architecture: StripeSet.network, inputShape: StripeSet.shape)
    }
  }

  @Test func damagedFilesAreRefused() throws {
    let path = try write(train())
    let bytes = try folder.bytes(of: "model")
    for part in stride(from: 0, to: bytes.count, by: 97) {
      try folder.write(Array(bytes[..<part]), to: "part")
      expectError("part") { _ = try ImageModel(contentsOf: folder("part")) }
    }
    let metadata = try TensorFile(path: path).metadata
    for (from, to, part) in [
      ("\"height\":12", "\"height\":0", "an unreadable model"),
      ("\"height\":12", "\"height\":15", "6.weight"),
      ("\"height\":12", "\"height\":1000000000000", "an unreadable model"),
      ("\"classes\":[\"0\"", "\"classes\":[\"0\",\"9\"", "6.weight"),
      ("\"classes\":[\"0\",\"1\",\"2\"]", "\"classes\":[]", "an unreadable model"),
      ("\"mean\":[]", "\"mean\":[1,2]", "an unreadable model"),
      ("\"fit\":\"exact\"", "\"fit\":\"best\"", "an unreadable model"),
      ("conv 6", "conv 7", "0.weight"), ("conv 6", "convex 6", "convex"),
      ("conv 6 3x3", "conv 6 99x99", "Layer"),
    ] {
      var metadata = metadata
      let model = try #require(metadata["model"])
      metadata["model"] = model.replacing(from, with: to)
      #expect(metadata["model"] != model, "\(from)")
      let damaged = try rewrite(path, to: "damaged", metadata: metadata)
      expectAnyError(part) { _ = try ImageModel(contentsOf: damaged) }
    }
    expectError("a language model") {
      _ = try ImageModel(
        contentsOf: rewrite(path, to: "other", metadata: ["format": "wordtool-language-model 1"]))
    }
  }

  /// Bad data whose message has the part in it, large or small letters.
  private func expectAnyError(_ part: String, _ body: () throws -> Void) {
    do {
      try body()
      Issue.record("no error, expected '\(part)'")
    } catch let error as WordtoolError {
      #expect(error.kind == .badData, "\(error)")
      #expect(error.description.lowercased().contains(part.lowercased()), "\(error)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func whiteningIsSavedWithTheModelAndApplied() throws {
    let set = try StripeSet.make(300, in: folder, name: "more", seed: 5)
    let whitening = try ZCAWhitening(
      fitting: set, options: ZCAWhitening.Options(epsilon: 0.01))
    let model = try train(whitening: whitening)
    let again = try ImageModel(contentsOf: write(model))
    #expect(again.whitening?.weights == whitening.weights)
    let image = try set.image(at: 7)
    #expect(try again.logits(of: [image]) == model.logits(of: [image]))
    // The network sees what the whitening makes of the image.
    let plain = try ImageModel(
      weights: bareWithoutWhitening(folder("model")), architecture: StripeSet.network,
      inputShape: StripeSet.shape)
    let white = try whitening.apply(to: image)
    let (own, other) = (try again.logits(of: [image])[0], try plain.logits(of: [white])[0])
    #expect(zip(own, other).allSatisfy { abs($0 - $1) < 1e-4 })
    expectError("centring or scaling before whitening", kind: .usage) {
      var preprocessing = ImagePreprocessing()
      preprocessing.mean = [0.5]
      _ = try train(whitening: whitening, preprocessing: preprocessing)
    }
  }

  private func bareWithoutWhitening(_ path: String) throws -> String {
    let file = try TensorFile(path: path)
    let entries = file.entries.filter { !$0.name.hasPrefix("zca.") }
    #expect(entries.count == file.entries.count - 3)
    let output = try OutputFile(path: folder("bare"))
    var writer = try TensorFileWriter(
      to: output, metadata: [:],
      tensors: entries.map { TensorFileWriter.Announcement($0.name, $0.type, $0.shape) })
    for entry in entries { try writer.write(file.bytes(of: entry)) }
    writer.finish()
    try output.commit()
    return folder("bare")
  }

  @Test func imagesThatDoNotFitAreTold() throws {
    let model = try train()
    expectError("an image that is RGB, expected grey") {
      _ = try model.logits(of: [ImageSamples.random(12, 12, 3)])
    }
    expectError("an image of 11 x 12 x 1, expected 12 x 12 x 1") {
      _ = try model.logits(of: [ImageSamples.random(11, 12, 1)])
    }
    let other = try StripeSet.make(12, in: folder, name: "other")
    let relabelled = try other.relabelled(to: ["0", "1", "2", "x"])
    #expect(try model.evaluate(relabelled).count == 12)
    var preprocessing = ImagePreprocessing()
    preprocessing.fit = .stretch
    preprocessing.convertsColors = true
    let rows = try model.with(preprocessing: preprocessing).logits(
      of: [ImageSamples.random(30, 9, 3)])
    #expect(rows[0].count == 3)
  }

  @Test func croppingIsThatOfTorchvision() throws {
    // Resize(256) and CenterCrop(224) of an image of 300 x 401: 256 x 342, from row 16, column 59.
    var preprocessing = ImagePreprocessing()
    preprocessing.fit = .crop(share: 0.875)
    let image = ImageSamples.smooth(300, 401, 3)
    let shape = ImageShape(height: 224, width: 224, channels: 3)
    #expect(
      try preprocessing.fitted(image, to: shape)
        == image.resized(height: 256, width: 342)
        .cropped(row: 16, column: 59, height: 224, width: 224))
    #expect(ImagePreprocessing.Fit("crop=0.875") == .crop(share: 0.875))
    #expect(ImagePreprocessing.Fit("crop=2") == nil && ImagePreprocessing.Fit("") == nil)
  }

  @Test func theReportCountsWhatItIsSaidTo() throws {
    let model = try train()
    let set = try StripeSet.make(60, in: folder, name: "test", seed: 8)
    var rows: [[Float]] = []
    let report = try model.evaluate(
      set, k: 2,
      each: { index, logits in
        #expect(index == rows.count)
        rows.append(logits)
      })
    let given = rows.map { ClassRanking.best(2, of: $0) }
    let right = zip(given, set.labels).filter { $0[0] == Int($1) }.count
    #expect(report.correctCount == right && report.count == 60)
    #expect(
      report.correctAmongK == zip(given, set.labels).filter { $0.contains(Int($1)) }.count)
    #expect((0..<3).map { report.count(of: $0) } == [20, 20, 20])
    #expect((0..<3).map { report.predictedCount(of: $0) }.reduce(0, +) == 60)
    let loss = zip(rows, set.labels).map { row, label in
      -Oracle.log(Double(ClassRanking.probabilities(of: row)[Int(label)]))
    }.reduce(0, +)
    #expect(abs(report.meanLoss - loss / 60) < 1e-5)
  }
}

@Suite struct PrefetcherTests {
  @Test func thingsComeInOrder() throws {
    let prefetcher = Prefetcher(3..<200) { $0 * 2 }
    var made: [Int] = []
    while let next = try prefetcher.next() { made.append(next) }
    #expect(made == (3..<200).map { $0 * 2 })
    #expect(try prefetcher.next() == nil)
    #expect(try Prefetcher(0..<0) { $0 }.next() == nil)
  }

  @Test func anErrorComesInItsPlace() throws {
    let prefetcher = Prefetcher(0..<10) { number -> Int in
      if number == 4 { throw WordtoolError(.badData, found: "number 4") }
      return number
    }
    for number in 0..<4 { #expect(try prefetcher.next() == number) }
    expectError("number 4") { _ = try prefetcher.next() }
    #expect(try prefetcher.next() == nil)
  }

  @Test func oneThatIsNotUsedUpEnds() throws {
    for taken in 0..<20 {
      let prefetcher = Prefetcher(0..<1000) { $0 }
      for number in 0..<taken { #expect(try prefetcher.next() == number) }
    }
  }
}
