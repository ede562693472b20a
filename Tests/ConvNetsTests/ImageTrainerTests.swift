import ConvNets
import Networks
import Testing
import TestSupport
import WordtoolCore

@Suite struct ImageTrainerTests {
  private let folder = ScratchFolder()

  private func options(_ change: (inout ImageTrainingOptions) -> Void = { _ in })
    -> ImageTrainingOptions
  {
    var options = ImageTrainingOptions()
    options.epochs = 3
    options.batch = 16
    options.learningRate = 0.05
    change(&options)
    return options
  }

  private func bytes(_ model: ImageModel) throws -> [UInt8] {
    try model.write(to: folder("model"))
    return try folder.bytes(of: "model")
  }

  @Test func itLearnsWhatCanBeLearnt() throws {
    let set = try StripeSet.make(240, in: folder)
    let test = try StripeSet.make(90, in: folder, name: "test", seed: 2)
    var preprocessing = ImagePreprocessing()
    try preprocessing.learn(.feature, from: set)
    let trainer = try ImageTrainer(
      StripeSet.description(preprocessing: preprocessing), training: options { $0.epochs = 8 },
      set: set, threads: 2)
    var reports: [ImageTrainer.Report] = []
    let model = try trainer.train(epochEnded: { reports.append($0) })
    let report = try model.evaluate(test)
    #expect(report.accuracy > 0.95, "\(report.confusion)")
    #expect(reports.map(\.epoch) == Array(1...8))
    #expect(reports.last?.steps == 8 * 15 && reports.last?.images == 8 * 240)
    #expect((reports.last?.loss ?? 9) < 0.5 * reports[0].loss)
    #expect(reports.last?.fraction == 1)
    let rows = try model.classify([try test.image(at: 0), try test.image(at: 1)])
    #expect(rows.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
    #expect(rows.map { ClassRanking.best(1, of: $0)[0] } == [0, 1])
  }

  @Test func theBytesAreTheSameForAnyNumberOfThreads() throws {
    let set = try StripeSet.make(50, in: folder)
    let models = try (1...3).map { threads in
      let trainer = try ImageTrainer(
        StripeSet.description(),
        training: options {
          $0.augmentation = "rotation=10.0,noise=0.1,mixup=0.3"
          $0.labelSmoothing = 0.1
          $0.validShare = 0.2
        }, set: set, threads: threads)
      return try bytes(try trainer.train())
    }
    #expect(models[0] == models[1] && models[0] == models[2])
  }

  /// Every rule with a memory of its own, and interruptions at different places.
  @Test(arguments: [
    ("sgd", "cosine", 1), ("sgd", "plateau", 6), ("adam", "step", 7), ("adamw", "constant", 9),
    ("rmsprop", "cosine", 4),
  ])
  func aResumedTrainingGivesTheBytesOfAnUnbrokenOne(
    method: String, schedule: String, steps: Int
  ) throws {
    let set = try StripeSet.make(60, in: folder)
    let training = try options {
      $0.optimizer.method = try #require(.init(rawValue: method))
      $0.schedule = try #require(.init(rawValue: schedule))
      $0.learningRate = method == "sgd" ? 0.05 : 0.003
      $0.decayEpochs = [1]
      $0.warmup = 3
      $0.augmentation = "shift=0.1,mixup=0.2"
      $0.validShare = 0.25
    }
    func trainer() throws -> ImageTrainer {
      try ImageTrainer(StripeSet.description(), training: training, set: set, threads: 2)
    }
    let whole = try bytes(try trainer().train())
    let broken = try trainer()
    let stop = StopFlag()
    expectError("stopped in epoch", kind: .interrupted) {
      _ = try broken.train(stop: stop, progress: { if $0.steps == steps { stop.raise() } })
    }
    try broken.writeCheckpoint(to: folder("checkpoint"))
    let resumed = try ImageTrainer(
      resuming: ImageTrainer.Checkpoint(path: folder("checkpoint")), set: set, threads: 3)
    #expect(resumed.imagesTrained == broken.imagesTrained)
    #expect(try bytes(try resumed.train()) == whole)
  }

  private func options(_ change: (inout ImageTrainingOptions) throws -> Void) throws
    -> ImageTrainingOptions
  {
    var options = options()
    try change(&options)
    return options
  }

  @Test func aCheckpointOfAnEpochGoesOnToo() throws {
    let set = try StripeSet.make(60, in: folder)
    let valid = try StripeSet.make(30, in: folder, name: "valid", seed: 3)
    let trainer = try ImageTrainer(
      StripeSet.description(), training: options(), set: set, valid: valid, threads: 1)
    let whole = try bytes(
      try trainer.train(epochEnded: { report in
        if report.epoch == 2 {
          try trainer.writeCheckpoint(to: folder("checkpoint"))
        }
      }))
    let checkpoint = try ImageTrainer.Checkpoint(path: folder("checkpoint"))
    let resumed = try ImageTrainer(resuming: checkpoint, set: set, valid: valid, threads: 1)
    #expect(try bytes(try resumed.train()) == whole)
    let other = try StripeSet.make(60, in: folder, name: "other", seed: 9)
    expectError("a checkpoint of other images") {
      _ = try ImageTrainer(resuming: checkpoint, set: other, valid: valid, threads: 1)
    }
    // No piece of a checkpoint is taken for a whole one.
    let whole2 = try folder.bytes(of: "checkpoint")
    for part in 1..<20 {
      try folder.write(Array(whole2[..<(whole2.count * part / 20)]), to: "part")
      expectError("part") { _ = try ImageTrainer.Checkpoint(path: folder("part")) }
    }
  }

  @Test func theWeightsOfTheBestEpochAreKept() throws {
    let set = try StripeSet.make(60, in: folder)
    let valid = try StripeSet.make(45, in: folder, name: "valid", seed: 3)
    let trainer = try ImageTrainer(
      StripeSet.description(),
      training: options {
        $0.epochs = 12
        $0.learningRate = 0.3
        $0.schedule = .constant
      }, set: set, valid: valid, threads: 1)
    var accuracies: [Double] = []
    let model = try trainer.train(epochEnded: { accuracies.append($0.validAccuracy ?? -1) })
    #expect(accuracies.count == 12)
    #expect(trainer.bestValidAccuracy == accuracies.max())
    #expect(try model.evaluate(valid).accuracy == accuracies.max())
  }

  @Test func trainingEndsWhenNothingGetsBetter() throws {
    let set = try StripeSet.make(30, in: folder)
    let trainer = try ImageTrainer(
      StripeSet.description("flatten, fc classes"),
      training: options {
        $0.epochs = 100
        $0.learningRate = 1e-12
        $0.schedule = .constant
        $0.validShare = 0.3
        $0.patience = 2
      }, set: set, threads: 1)
    #expect(trainer.validImageCount == 9 && trainer.imageCount == 21)
    var epochs = 0
    _ = try trainer.train(epochEnded: { _ in epochs += 1 })
    #expect(epochs < 100)
  }

  @Test func aTrainingThatDivergesEndsAndLeavesTheCheckpoint() throws {
    let set = try StripeSet.make(60, in: folder)
    let trainer = try ImageTrainer(
      StripeSet.description("fully-connected=16"),
      training: options {
        $0.schedule = .constant
        $0.learningRate = 1e18
        $0.optimizer.momentum = 0
      }, set: set, threads: 1)
    try folder.write("the last good one", to: "checkpoint")
    expectError("not finite", kind: .diverged) {
      _ = try trainer.train(epochEnded: { _ in
        try trainer.writeCheckpoint(to: folder("checkpoint"))
      })
    }
    #expect(try folder.bytes(of: "checkpoint") == Array("the last good one".utf8))
  }

  @Test func ratesFollowTheSchedule() throws {
    let set = try StripeSet.make(40, in: folder)
    func rates(_ change: (inout ImageTrainingOptions) -> Void) throws -> [Double] {
      let trainer = try ImageTrainer(
        StripeSet.description("flatten, fc classes"),
        training: options {
          $0.epochs = 4
          $0.batch = 20
          $0.learningRate = 0.8
          change(&$0)
        }, set: set, threads: 1)
      var rates: [Double] = []
      _ = try trainer.train(progress: { rates.append($0.learningRate) })
      return rates
    }
    #expect(try rates { $0.schedule = .constant } == [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8])
    let stepped = try rates {
      $0.schedule = .step
      $0.decay = 2
      $0.decayEpochs = [1, 3]
      $0.warmup = 2
    }
    #expect(stepped == [0.4, 0.8, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2])
    let cosine = try rates { $0.schedule = .cosine }
    #expect(cosine[0] == 0.8 && abs(cosine[4] - 0.4) < 1e-12 && cosine[7] < 0.04)
  }

  @Test func sizesThatDoNotFitAreTold() throws {
    let set = try StripeSet.make(12, in: folder)
    let description = try ImageModelDescription(
      architecture: "flatten, fc classes",
      inputShape: ImageShape(height: 10, width: 10, channels: 1),
      classNames: StripeSet.classNames)
    let trainer = try ImageTrainer(description, training: options(), set: set, threads: 1)
    expectError("train-images-idx3-ubyte[", kind: .badData) { _ = try trainer.train() }
    let crop = try ImageTrainer(
      description, training: options { $0.augmentation = "crop=10x10" }, set: set, threads: 1)
    _ = try crop.train()
    expectError("unknown class '2'") {
      let two = try ImageModelDescription(
        architecture: "flatten, fc classes", inputShape: StripeSet.shape, classNames: ["0", "1"])
      _ = try ImageTrainer(two, training: options(), set: set, threads: 1)
    }
  }

  @Test(
    .enabled(
      if: RealData.has("optdigits/optdigits.tra", "optdigits/optdigits.tes"),
      "needs optdigits in the folder that WORDTOOL_CORPORA names"))
  func realDigitsAreLearntReproducibly() throws {
    let set = try ImageDataset(contentsOf: RealData.path("optdigits"))
    let test = try ImageDataset(contentsOf: RealData.path("optdigits"), part: .test)
    var preprocessing = ImagePreprocessing()
    try preprocessing.learn(.feature, from: set)
    let description = try ImageModelDescription(
      architecture: "conv 8 3x3 pad 1, relu, max-pool 2, flatten, fc 64, relu, fc classes",
      inputShape: ImageShape(height: 8, width: 8, channels: 1), classNames: set.classNames,
      preprocessing: preprocessing)
    let training = options {
      $0.epochs = 4
      $0.batch = 32
    }
    var models: [[UInt8]] = []
    for threads in 1...3 {
      let trainer = try ImageTrainer(description, training: training, set: set, threads: threads)
      let model = try trainer.train()
      models.append(try bytes(model))
      if threads == 1 { #expect(try model.evaluate(test).accuracy > 0.95) }
    }
    #expect(models[0] == models[1] && models[0] == models[2])
    let trainer = try ImageTrainer(description, training: training, set: set, threads: 2)
    let stop = StopFlag()
    expectError("stopped", kind: .interrupted) {
      _ = try trainer.train(stop: stop, progress: { if $0.steps == 200 { stop.raise() } })
    }
    try trainer.writeCheckpoint(to: folder("checkpoint"))
    let resumed = try ImageTrainer(
      resuming: ImageTrainer.Checkpoint(path: folder("checkpoint")), set: set, threads: 1)
    #expect(try bytes(try resumed.train()) == models[0])
  }
}
