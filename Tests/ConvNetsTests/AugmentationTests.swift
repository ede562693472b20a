import ConvNets
import Testing
import TestSupport
import WordtoolCore

@Suite struct AugmentationTests {
  private static let everything = """
    rotation=30,shift=0.2,height-shift=0.1,width-shift=0.1,shear=15,zoom=0.2,horizontal-flip,\
    vertical-flip=0.3,brightness=0.3,contrast=0.3,saturation=0.5,hue=0.1,grayscale=0.2,\
    channel-shift=0.1,lighting=0.5,noise=0.05,cutout=4,resized-crop=12x10:0.5,crop=8x8+2,\
    resize=9x7,sample-center,sample-scale,mixup=0.4
    """

  @Test func everyStepIsReadAndWritten() throws {
    let pipeline = try Augmentation(parsing: Self.everything)
    #expect(pipeline.steps.count == 22 && pipeline.mixup == 0.4)
    #expect(try Augmentation(parsing: pipeline.text).steps == pipeline.steps)
    let names = AugmentationStep.grammar.split(separator: ", ").map {
      $0.split { $0 == "=" || $0 == " " }[0]
    }
    for name in names where !name.hasPrefix("feature") {
      #expect(Self.everything.contains(name), "\(name) is not among the steps above")
    }
  }

  @Test func seedEpochAndIndexDecideEverything() throws {
    let pipeline = try Augmentation(parsing: Self.everything)
    let image = ImageSamples.smooth(16, 14, 3)
    let first = try pipeline.apply(to: image, seed: 1, epoch: 2, index: 3)
    #expect(first.shape == ImageShape(height: 9, width: 7, channels: 3))
    #expect(first.values.allSatisfy { $0.isFinite })
    #expect(try pipeline.apply(to: image, seed: 1, epoch: 2, index: 3) == first)
    for (seed, epoch, index) in [(2, 2, 3), (1, 3, 3), (1, 2, 4)] {
      #expect(
        try pipeline.apply(to: image, seed: UInt64(seed), epoch: epoch, index: index) != first)
    }
  }

  @Test func wrongStepsAreRefused() {
    for (text, part) in [
      ("rotation", "rotation= and a number"), ("rotation=x", "from 0.0 to 360.0"),
      ("turn=3", "expected one of rotation=DEGREES"), ("crop=3", "a size such as 224x224"),
      ("crop=99999999x9", "a size"), ("hue=0.7", "from 0.0 to 0.5"), ("zoom=nan", "zoom="),
      ("sample-center=1", "without a number"), ("", "one of"), ("mixup=0", "mixup="),
      ("sample-center,noise=0.1", "centring and scaling last"), ("cutout=-1", "cutout="),
      ("resized-crop=3x3:0", "smallest share"), ("crop=3x3+9999", "a padding"),
    ] {
      expectError(part, kind: .usage) { _ = try Augmentation(parsing: text) }
    }
  }

  @Test func aRightAngleMovesPixelsWhole() {
    let image = ImageSamples.random(5, 5, 3)
    let map = AffineMap.rotation(degrees: 90).centered(on: image.shape)
    let turned = image.transformed(by: map, fill: .constant, constant: 9)
    for row in 0..<5 {
      for column in 0..<5 {
        #expect(abs(turned[row, column, 1] - image[4 - column, row, 1]) < 1e-6)
      }
    }
    let back = turned.transformed(by: AffineMap.rotation(degrees: -90).centered(on: image.shape))
    #expect(Golden.distance(back.values, image.values) < 1e-6)
  }

  @Test func degenerateImagesAndFarPlacesAreFilled() {
    let map = AffineMap(1e9, 3, -2, 1e300, rowOffset: -1e12, columnOffset: 4)
    for fill in FillMode.allCases {
      for (height, width) in [(1, 1), (1, 6), (4, 3)] {
        let image = ImageSamples.random(height, width, 1)
        let values = image.transformed(by: map, fill: fill, constant: 0.5).values
        #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      }
    }
  }

  @Test func flipsAreTheirOwnInverse() {
    let image = ImageSamples.random(4, 5, 3)
    #expect(image.flippedHorizontally()[1, 0, 2] == image[1, 4, 2])
    #expect(image.flippedVertically()[0, 3, 1] == image[3, 3, 1])
    #expect(image.flippedHorizontally().flippedHorizontally() == image)
    #expect(image.flippedVertically().flippedVertically() == image)
  }

  @Test func probabilitiesAndRangesAreKept() throws {
    let image = ImageSamples.smooth(8, 8, 3)
    let flip = try Augmentation(parsing: "horizontal-flip=0.3")
    let flipped = try (0..<4000).count {
      try flip.apply(to: image, seed: 5, epoch: 0, index: $0) != image
    }
    // Four standard deviations of a binomial count.
    #expect(abs(flipped - 1200) < 116)
    let bright = try Augmentation(parsing: "brightness=0.5")
    let grey = Image(shape: ImageShape(height: 1, width: 1, channels: 1), filledWith: 0.5)
    let found = try (0..<4000).map {
      try bright.apply(to: grey, seed: 5, epoch: 0, index: $0).values[0]
    }
    #expect((found.min() ?? 0) >= 0.25 && (found.min() ?? 0) < 0.252)
    #expect((found.max() ?? 0) <= 0.75 && (found.max() ?? 0) > 0.748)
    let mean = found.reduce(0, +) / 4000
    #expect(abs(mean - 0.5) < 0.01)
  }

  @Test func noiseIsNormal() throws {
    let grey = Image(shape: ImageShape(height: 100, width: 100, channels: 1), filledWith: 0.5)
    let noisy = try Augmentation(parsing: "noise=0.05").apply(
      to: grey, seed: 1, epoch: 0, index: 0)
    let deviations = noisy.values.map { Double($0 - 0.5) / 0.05 }
    let mean = deviations.reduce(0, +) / 1e4
    let variance = deviations.reduce(0) { $0 + $1 * $1 } / 1e4
    let fourth = deviations.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 1e4
    // Four standard errors: 1/100, sqrt(2)/100 and sqrt(96)/100.
    #expect(abs(mean) < 0.04 && abs(variance - 1) < 0.057 && abs(fourth - 3) < 0.4)
  }

  @Test func cutoutCoversASquare() throws {
    var pipeline = try Augmentation(parsing: "cutout=3")
    pipeline.constant = 0.25
    let black = Image(shape: ImageShape(height: 9, width: 9, channels: 3), filledWith: 0)
    var sizes: Set<Int> = []
    for index in 0..<200 {
      let covered = try pipeline.apply(to: black, seed: 1, epoch: 0, index: index)
      sizes.insert(covered.plane(2).values.count { $0 == 0.25 })
    }
    #expect(sizes == [4, 6, 9])
  }

  @Test func centeringAndScalingGiveMeanZeroAndDeviationOne() throws {
    let folder = ScratchFolder()
    try folder.write(ImageSamples.cifar([1, 2, 3]), to: "data_batch_1.bin")
    let set = try ImageDataset(contentsOf: folder.path)
    var pipeline = try Augmentation(parsing: "feature-center,feature-scale")
    expectError("without a training set", kind: .usage) {
      _ = try pipeline.apply(to: try set.image(at: 0), seed: 1, epoch: 0, index: 0)
    }
    pipeline.statistics = try ChannelStatistics(of: set)
    let batch = try set.batch([0, 1, 2], transform: pipeline.transform(seed: 1, epoch: 0))
    for channel in 0..<3 {
      let values = (0..<3).flatMap { batch.image(at: $0).plane(channel).values }.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-3)
    }
    let sample = try set.image(at: 0).sampleCentered().sampleScaled()
    let square = sample.values.reduce(0.0) { $0 + Double($1 * $1) } / Double(sample.values.count)
    #expect(abs(square - 1) < 1e-4)
    expectError("an image of 1 channels, expected 3") {
      _ = try pipeline.apply(to: ImageSamples.random(4, 4, 1), seed: 1, epoch: 0, index: 0)
    }
  }

  @Test func lightingFindsTheDirectionsOfColour() throws {
    // Blue varies most, red a little, green not at all.
    var image = Image(shape: ImageShape(height: 10, width: 10, channels: 3), filledWith: 0.5)
    for row in 0..<10 {
      for column in 0..<10 {
        image[row, column, 2] = Float(row) / 10
        image[row, column, 0] = Float(column) / 100
      }
    }
    let lighting = try ColorLighting(indices: [0]) { _ in image }
    #expect(abs(lighting.directions[0][2]) > 0.999 && abs(lighting.directions[1][0]) > 0.999)
    #expect(abs(lighting.deviations[0] - 0.2872) < 1e-3 && lighting.deviations[2] < 1e-6)
    expectError("an image of 1 channels") {
      _ = try ColorLighting(indices: [0]) { _ in image.plane(0) }
    }
  }

  @Test func mixupMixesValuesAndKeepsBothLabels() throws {
    let images = (0..<64).map { place in
      Image(shape: ImageShape(height: 1, width: 1, channels: 1), filledWith: Float(place))
    }
    let batch = try ImageBatch(images, labels: (0..<64).map(Int32.init))
    let mixed = try Mixup(batch, alpha: 0.4, seed: 1, epoch: 0, number: 0)
    #expect(Set(mixed.otherLabels).count == 64)
    for place in 0..<64 {
      let (share, other) = (mixed.shares[place], Float(mixed.otherLabels[place]))
      #expect((0...1).contains(share))
      #expect(abs(mixed.batch.values[place] - (share * Float(place) + (1 - share) * other)) < 1e-5)
    }
    // The beta distribution of 0.4 has mean 1/2 and variance 1/(4 (2 · 0.4 + 1)).
    let shares = try (0..<100).flatMap {
      try Mixup(batch, alpha: 0.4, seed: 1, epoch: 0, number: $0).shares
    }.map(Double.init)
    let mean = shares.reduce(0, +) / 6400
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6400
    #expect(abs(mean - 0.5) < 0.02 && abs(variance - 0.1389) < 0.006)
  }

  @Test func cropsSayWhichImageIsTooSmall() throws {
    let folder = ScratchFolder()
    try folder.write(ImageSamples.cifar([1, 2]), to: "data_batch_1.bin")
    let set = try ImageDataset(contentsOf: folder.path)
    let pipeline = try Augmentation(parsing: "crop=64x64+4")
    expectError("[1]: an image of 32 x 32 x 3, expected at least 64 x 64") {
      _ = try set.batch([1], transform: pipeline.transform(seed: 1, epoch: 0))
    }
  }

  @Test func batchesAreTheSameForAnyNumberOfThreads() throws {
    let folder = ScratchFolder()
    try folder.write(ImageSamples.cifar([1, 2, 3, 4, 5]), to: "data_batch_1.bin")
    let set = try ImageDataset(contentsOf: folder.path)
    let transform = try Augmentation(parsing: Self.everything).transform(seed: 1, epoch: 0)
    let results = try (1...3).map {
      try set.batch([0, 1, 2, 3, 4], threads: $0, transform: transform).values
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func contactSheetsHoldEveryImage() {
    let images = [ImageSamples.random(3, 2, 1), ImageSamples.random(2, 3, 3)]
    let sheet = ContactSheet.make(images, columns: 5, gap: 1, magnification: 2, background: 0)
    #expect(sheet.shape == ImageShape(height: 8, width: 15, channels: 3))
    #expect(sheet[1, 2, 2] == images[0][0, 0, 0] && sheet[5, 13, 1] == images[1][1, 2, 1])
  }
}
