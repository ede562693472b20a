import BLASCore
import ConvNets
import Networks
import TestSupport
import Testing
import WordtoolCore

/// What the trainers of images, and what changes images by chance, give to the last bit: the same
/// for any number of threads, any kernels and any build. A change here is deliberate, and CHANGELOG
/// tells it.
@Suite("Pinned images") struct PinnedResultTests {
  static let runs = trainings + images

  @Test("images", arguments: runs)
  func pinned(_ run: PinnedRun) throws {
    let difference = try run.difference()
    #expect(difference == nil)
    // With another number of threads whenever it may change.
    let changing = try ThreadTeam.$script.withValue(.init(drawnNumbers(1...4))) { try run.run(4) }
    #expect(changing == run.expected)
  }

  // The kernels are chosen once in a process, so each of them has one of its own.

  @Test("the same with scalar kernels")
  func scalar() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "scalar")
      #expect(differences == [])
    }
  }

  @Test("the same with AVX2", .enabled(if: KernelTable(named: "avx2") != nil))
  func avx2() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "avx2")
      #expect(differences == [])
    }
  }

  @Test("the same with AVX-512", .enabled(if: KernelTable(named: "avx512") != nil))
  func avx512() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "avx512")
      #expect(differences == [])
    }
  }

  @Test("the same with NEON", .enabled(if: KernelTable(named: "neon") != nil))
  func neon() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "neon")
      #expect(differences == [])
    }
  }

  // MARK: Training

  /// Images of 12 x 12 with a bright row, a bright column or both.
  private static func set(_ count: Int, in folder: ScratchFolder) throws -> ImageDataset {
    var generator = SeededGenerator(seed: 7)
    func below(_ limit: UInt64) -> Int { Int(generator.next() % limit) }
    var pixels: [UInt8] = []
    for index in 0..<count {
      let (row, column) = (2 + below(8), 2 + below(8))
      for place in 0..<144 {
        let isBright =
          place / 12 == row && index % 3 != 1 || place % 12 == column && index % 3 != 0
        pixels.append(UInt8((isBright ? 200 : 20) + below(50)))
      }
    }
    let path = try folder.write(
      ImageSamples.idx([count, 12, 12], pixels), to: "train-images-idx3-ubyte")
    try folder.write(
      ImageSamples.idx([count], (0..<count).map { UInt8($0 % 3) }), to: "train-labels-idx1-ubyte")
    return try ImageDataset(contentsOf: path)
  }

  /// Three epochs; the numbers are their losses and the last one of the held-out images.
  private static func training(
    _ name: String, _ network: String, _ expected: PinnedResult,
    _ change: @escaping @Sendable (inout ImageTrainingOptions) -> Void
  ) -> PinnedRun {
    PinnedRun(name, expected) { threads in
      let folder = ScratchFolder()
      let set = try set(40, in: folder)
      var preprocessing = ImagePreprocessing()
      try preprocessing.learn(.feature, from: set)
      var options = ImageTrainingOptions()
      options.epochs = 3
      options.batch = 12
      options.learningRate = 0.05
      options.validShare = 0.2
      change(&options)
      let trainer = try ImageTrainer(
        StripeSet.description(network, preprocessing: preprocessing), training: options, set: set,
        threads: threads)
      var reports: [ImageTrainer.Report] = []
      let model = try trainer.train(epochEnded: { reports.append($0) })
      return try PinnedResult(reports.map(\.loss) + [reports.last?.validLoss ?? 0]) {
        try model.write(to: $0)
      }
    }
  }

  private static let trainings = [
    training(
      "SGD, augmentation, mixup", StripeSet.network,
      PinnedResult(
        "eae44ca2cab5e29d5cb9041dbcbdef19c2b73a41d76b2b99589af4813e175206",
        [1.0627134636332087, 1.2577588515253209, 1.1549564206211587, 0.6356225992994036])
    ) {
      $0.optimizer.momentum = 0.9
      $0.augmentation = "rotation=10.0,shift=0.1,noise=0.1,mixup=0.3"
      $0.labelSmoothing = 0.1
      $0.warmup = 2
    },
    training(
      "Adam", "conv 5 3x3, bn, relu, average-pool 2, conv 7 3x3, relu, flatten, fc classes",
      PinnedResult(
        "3d0f517e1795198361547705d41b8050c7be322895db122f8db8a22b383e014e",
        [1.1365072012327957, 1.0471313657580623, 0.9903808826920534, 1.0208710421448313])
    ) {
      $0.optimizer.method = .adam
      $0.learningRate = 0.01
      $0.schedule = .step
      $0.decayEpochs = [2]
      $0.augmentation = "zoom=0.2,shear=10.0,horizontal-flip"
    },
    training(
      "local response normalisation, tanh",
      "conv 6 5x5, tanh, lrn size 3 beta 0.6, flatten, fc classes",
      PinnedResult(
        "845cb47631f2ec9efba93ca6cd325281765f03cd8c47bf4f8e25ae3e1c1f35d3",
        [3.3271221145182523, 1.0995426444257128, 0.7561965939036055, 0.12294192012138293])
    ) {
      $0.optimizer.method = .rmsprop
      $0.learningRate = 0.003
      $0.schedule = .constant
    },
  ]

  // MARK: Images

  private static func image() -> Image {
    var generator = SeededGenerator(seed: 12)
    let shape = ImageShape(height: 14, width: 16, channels: 3)
    return Image(
      shape: shape,
      interleaved: (0..<shape.valueCount).map { _ in UInt8(generator.next() >> 56) })
  }

  private static let images = [
    PinnedRun(
      "augmentation",
      PinnedResult("ec58ce780fee6b1582fde6acab640dc677594964cadc1a556532b25e5b6c649e", [])
    ) { _ in
      let pipeline = try Augmentation(
        parsing: """
          rotation=30,shift=0.2,shear=15,zoom=0.2,horizontal-flip,vertical-flip=0.3,brightness=0.3,\
          contrast=0.3,saturation=0.5,hue=0.1,grayscale=0.2,channel-shift=0.1,lighting=0.5,\
          noise=0.05,cutout=4,resized-crop=12x10:0.5,sample-center,sample-scale
          """)
      var digest = SHA256()
      for index in 0..<8 {
        digest.update(try pipeline.apply(to: image(), seed: 1, epoch: 2, index: index).values)
      }
      return PinnedResult(digest.hexadecimal)
    },
    PinnedRun(
      "colours", PinnedResult("", [0.2985498011112213, 0.27911028265953064, 0.26756876707077026])
    ) { _ in
      let lighting = try ColorLighting(indices: [0]) { _ in image() }
      return PinnedResult("", lighting.deviations.map(Double.init))
    },
    PinnedRun(
      "ZCA whitening",
      PinnedResult("279bd54be554b41f957564e9040f06457f27b5b1dd678e6dbc632429381e845c", [144.0])
    ) { threads in
      let folder = ScratchFolder()
      let whitening = try ZCAWhitening(fitting: set(170, in: folder), threads: threads)
      var digest = SHA256()
      digest.update(whitening.weights)
      return PinnedResult(digest.hexadecimal, [Double(whitening.rank)])
    },
  ]
}
