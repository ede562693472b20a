import ArgumentParser
import ConvNets
import Networks
import WordtoolCore

/// One run of `image train`.
struct ImageTrainingRun: Training {
  private let command: ImageTrainCommand
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  /// A trainer and what it has to know besides.
  final class Trainer {
    let images: ImageTrainer
    let valid: ImageDataset?
    let test: ImageDataset?
    let imagesBefore: Int
    var last = ImageTrainer.Report(.init())
    /// Seconds in steps alone, without validation and checkpoints.
    var stepSeconds = 0.0

    init(_ images: ImageTrainer, valid: ImageDataset?, test: ImageDataset?) {
      self.images = images
      self.valid = valid
      self.test = test
      imagesBefore = images.imagesTrained
    }

    /// The pace of this run.
    var imagesPerSecond: Double {
      Double(images.imagesTrained - imagesBefore) / max(stepSeconds, 1e-9)
    }
  }

  /// One epoch.
  private struct Line: MetricsLine {
    var epoch: Int
    var steps: Int
    var images: Int
    var loss: Double
    var accuracy: Double
    var validLoss: Double?
    var validAccuracy: Double?
    var imagesPerSecond: Double
    var learningRate: Double
    var gradientNorm: Double
    var seconds: Double
    var position: Int { steps }
  }

  struct Summary: TrainingSummary {
    var model: String
    var parameters: Int
    var epochs: Int
    var images: Int
    var seconds: Double
    var imagesPerSecond: Double
    var loss: Double
    var trainAccuracy: Double
    @Nullable var validAccuracy: Double?
    @Nullable var testAccuracy: Double?
    var threads: Int
    var seed: UInt64
    var peakResidentBytes: Int

    var lines: [(String, String)] {
      [
        ("network", model),
        ("parameters", NumberFormat.grouped(parameters)),
        ("images", NumberFormat.grouped(images)),
        ("epochs", "\(epochs)"),
        ("seconds", NumberFormat.fixed(seconds, 1)),
        ("images a second", NumberFormat.grouped(Int(imagesPerSecond))),
        ("training accuracy", NumberFormat.fixed(trainAccuracy, 4)),
      ]
        + Self.measured(
          ["validation accuracy": validAccuracy, "test accuracy": testAccuracy], decimals: 4)
    }
  }

  init(_ command: ImageTrainCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.output.output,
      references: [command.data, command.valid, command.test, command.training.whiten],
      metrics: command.common.metrics, state: command.state)
  }

  func read(_ session: TrainingSession) throws -> Trainer {
    let checkpoint = try command.state.resume.map { path in
      try FileKind.reading(path, as: .imageCheckpoint) { try ImageTrainer.Checkpoint(path: path) }
    }
    session.progress.update(
      Progress.Moment(phase: "reading", fraction: nil, count: 0, unit: "images"))
    let names = checkpoint?.description.classNames
    let set = try FileKind.reading(command.data, as: .idxImages, .cifar, .optdigits) {
      try ImageDataset(contentsOf: command.data, part: .train, classNames: names)
        .told(
          threads: common.threads.count, isStrict: command.folders.strict, stop: session.stop)
    }
    // Sets of other classes are told of before the work and not after it.
    func measured(_ path: String?) throws -> ImageDataset? {
      try path.map {
        try ImageDataset(evaluating: $0, classNames: names ?? set.classNames)
          .told(
            threads: common.threads.count, isStrict: command.folders.strict, stop: session.stop)
      }
    }
    let (valid, test) = (try measured(command.valid), try measured(command.test))
    return Trainer(
      try makeTrainer(checkpoint, set: set, valid: valid, hasTest: test != nil, session),
      valid: valid, test: test)
  }

  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> ImageModel {
    var mark = Environment.seconds()
    return try trainer.images.train(stop: session.stop) { report in
      trainer.last = report
      let line = line(report, seconds: session.secondsSoFar, speed: trainer.imagesPerSecond)
      try session.endEpoch(
        self, trainer, line: line, note: epochLine(report),
        measured: (report.validLoss, "loss on the validation images"))
      mark = Environment.seconds()
    } progress: { report in
      let now = Environment.seconds()
      trainer.stepSeconds += now - mark
      mark = now
      trainer.last = report
      session.progress.update(Progress.Moment(report, count: report.images, unit: "images"))
    }
  }

  func saveCheckpoint(of trainer: Trainer, to path: String) throws {
    try trainer.images.writeCheckpoint(to: path)
  }

  func write(_ model: ImageModel, of trainer: Trainer, to file: OutputFile) throws {
    try model.write(to: file)
  }

  func summarize(
    _ model: ImageModel, of trainer: Trainer, _ session: TrainingSession
  ) throws -> Summary {
    func accuracy(_ set: ImageDataset?, _ phase: String) throws -> Double? {
      guard let set else { return nil }
      return try model.evaluate(set, stop: session.stop) { done in
        session.progress.update(
          Progress.Moment(
            phase: phase, fraction: Double(done) / Double(set.count), count: done, unit: "images"))
      }.accuracy
    }
    let last = trainer.last
    return Summary(
      model: model.description.architecture, parameters: model.parameterCount,
      epochs: last.epoch, images: trainer.images.imageCount, seconds: session.seconds,
      imagesPerSecond: trainer.imagesPerSecond, loss: last.loss, trainAccuracy: last.accuracy,
      validAccuracy: try accuracy(trainer.valid, "validating")
        ?? trainer.images.bestValidAccuracy,
      testAccuracy: try accuracy(trainer.test, "testing"), threads: common.threads.count,
      seed: trainer.images.training.seed, peakResidentBytes: Environment.peakResidentBytes())
  }

  private func makeTrainer(
    _ checkpoint: ImageTrainer.Checkpoint?, set: ImageDataset, valid: ImageDataset?,
    hasTest: Bool, _ session: TrainingSession
  ) throws -> ImageTrainer {
    let arguments = command.training
    /// Tells what the training holds, and refuses it, before anything is taken.
    func tell(_ description: ImageModelDescription, _ training: ImageTrainingOptions) throws {
      let keepsBest = valid != nil || training.validShare > 0
      try session.tell(
        ImageTrainer.memoryEstimate(
          of: description, training: training, imageCount: set.count, keepsBest: keepsBest,
          measures: keepsBest || hasTest, isResumed: checkpoint != nil,
          threads: common.threads.count), limit: command.memory.memory,
        remedy: "use a smaller `batch`, a smaller network or input, or more `memoryLimit`")
    }
    if var checkpoint, let path = command.state.resume {
      let (kept, usual) = (checkpoint.training, try ImageTrainingArguments.parse([]))
      try ResumedOptions.check(
        arguments.options(augmentation: kept.augmentation, seed: common.seed),
        usual: usual.options(augmentation: kept.augmentation, seed: 1), kept: kept, path: path)
      checkpoint.training.epochs = try ResumedOptions.epochs(
        given: arguments.optimizer.steps.epochs, kept: kept.epochs, path: path)
      try tell(checkpoint.description, checkpoint.training)
      return try ImageTrainer(
        resuming: checkpoint, set: set, valid: valid, threads: common.threads.count)
    }
    let first = try set.image(at: 0)
    let shape = ImageShape(
      height: command.input?.height ?? first.height, width: command.input?.width ?? first.width,
      channels: command.input?.channels ?? first.channels)
    var preprocessing = ImagePreprocessing()
    command.fit.adjust(&preprocessing)
    let colored =
      try preprocessing.convertsColors && [1, 3].contains(shape.channels)
      ? set.converted(toChannels: shape.channels) : set
    var steps: [AugmentationStep] = []
    var random = ""
    if let augment = arguments.augment {
      let parts = try Augmentation(parsing: augment).separated()
      steps = parts.normalization
      random = parts.random.text
    }
    if !steps.isEmpty, arguments.normalize != nil {
      throw WordtoolError(
        .usage, found: "--normalize, and \(steps[0]) in --augment", expected: "one of them")
    }
    let whitening = try arguments.whiten.map { path in
      try FileKind.reading(path, as: .whitening, .imageModel) {
        try ZCAWhitening(contentsOf: path)
      }
    }
    if !steps.isEmpty {
      try preprocessing.learn(steps, from: colored)
    } else {
      try preprocessing.learn(
        arguments.normalize ?? (whitening == nil ? .feature : .none), from: colored)
    }
    guard preprocessing.mean.isEmpty || preprocessing.mean.count == shape.channels else {
      throw WordtoolError(
        .badData, path: command.data,
        found: "mean colours of \(preprocessing.mean.count, "channel")",
        expected: "\(shape.channels), as the network has",
        remedy: command.fit.convert ? nil : "--convert makes the images so")
    }
    let description = try ImageModelDescription(
      architecture: command.model, inputShape: shape, classNames: set.classNames,
      preprocessing: preprocessing)
    let training = arguments.options(augmentation: random, seed: common.seed)
    try tell(description, training)
    return try ImageTrainer(
      description, training: training, set: set, valid: valid, whitening: whitening,
      threads: common.threads.count)
  }

  private func line(_ report: ImageTrainer.Report, seconds: Double, speed: Double) -> Line {
    Line(
      epoch: report.epoch, steps: report.steps, images: report.images, loss: report.loss,
      accuracy: report.accuracy, validLoss: report.validLoss, validAccuracy: report.validAccuracy,
      imagesPerSecond: speed, learningRate: report.learningRate, gradientNorm: report.gradientNorm,
      seconds: seconds)
  }

  private func epochLine(_ report: ImageTrainer.Report) -> String {
    var text =
      "epoch \(report.epoch)  loss \(NumberFormat.fixed(report.loss, 4))  accuracy "
      + NumberFormat.fixed(report.accuracy, 4)
    if let valid = report.validAccuracy { text += "  valid \(NumberFormat.fixed(valid, 4))" }
    return text + "  learning rate \(NumberFormat.short(report.learningRate))"
  }
}
