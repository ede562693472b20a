import ConvNets
import WordtoolCore

/// One run of `image train`, from the options to the summary.
struct ImageTrainingRun {
  private let command: ImageTrainCommand
  private let stop = StopFlag()

  init(_ command: ImageTrainCommand) { self.command = command }

  /// One line of the metrics.
  private struct Line: Encodable {
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
  }

  /// What is printed at the end; the names are a contract.
  struct Summary: Encodable {
    var model: String
    var parameters: Int
    var epochs: Int
    var images: Int
    var seconds: Double
    var imagesPerSecond: Double
    var loss: Double
    var trainAccuracy: Double
    var validAccuracy: Double?
    var testAccuracy: Double?
    var threads: Int
    var seed: UInt64
    var peakResidentBytes: Int

    private enum Key: String, CodingKey {
      case model, parameters, epochs, images, seconds, imagesPerSecond, loss, trainAccuracy
      case validAccuracy, testAccuracy, threads, seed, peakResidentBytes
    }

    /// All names are always there; what was not measured is null.
    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(model, forKey: .model)
      try values.encode(parameters, forKey: .parameters)
      try values.encode(epochs, forKey: .epochs)
      try values.encode(images, forKey: .images)
      try values.encode(seconds, forKey: .seconds)
      try values.encode(imagesPerSecond, forKey: .imagesPerSecond)
      try values.encode(loss, forKey: .loss)
      try values.encode(trainAccuracy, forKey: .trainAccuracy)
      try values.encode(validAccuracy, forKey: .validAccuracy)
      try values.encode(testAccuracy, forKey: .testAccuracy)
      try values.encode(threads, forKey: .threads)
      try values.encode(seed, forKey: .seed)
      try values.encode(peakResidentBytes, forKey: .peakResidentBytes)
    }
  }

  func run() throws {
    Interrupts.whenInterrupted(raise: stop)
    let file = try OutputFile(path: command.output)
    let metrics = try command.metrics.map { try OutputFile(path: $0) }
    if let path = command.checkpoint { _ = try OutputFile(path: path) }
    let checkpoint = try command.resume.map { try ImageTrainer.Checkpoint(path: $0) }
    let progress = command.progress.makeProgress()
    defer { progress.finish() }
    progress.update(Progress.Moment(phase: "reading", fraction: nil, count: 0, unit: "images"))
    let names = checkpoint?.description.classNames
    let set = try ImageDataset(contentsOf: command.data, part: .train, classNames: names)
    // Sets that are not there, or of other classes, are told before the work and not after it.
    let valid = try command.valid.map {
      try ImageDataset(evaluating: $0, classNames: names ?? set.classNames)
    }
    let test = try command.test.map {
      try ImageDataset(evaluating: $0, classNames: names ?? set.classNames)
    }
    let trainer = try makeTrainer(checkpoint, set: set, valid: valid)
    let before = trainer.imagesTrained
    // Seconds in all, and those of training alone.
    let began = Environment.seconds()
    var (mark, clock) = (began, 0.0)
    var last = ImageTrainer.Report()
    // What was measured until a failure is worth having, too.
    defer {
      do { try metrics?.commit() } catch {
        StandardError.warn("the metrics could not be written: \(error)")
      }
    }
    let model: ImageModel
    do {
      model = try trainer.run(stop: stop) { report in
        last = report
        if let metrics {
          let speed = Double(report.images - before) / max(clock, 1e-9)
          try metrics.write(
            try JSONOutput.line(
              line(report, seconds: Environment.seconds() - began, speed: speed)) + "\n")
        }
        progress.note(epochLine(report))
        if let path = command.checkpoint {
          try trainer.writeCheckpoint(to: OutputFile(path: path))
        }
        mark = Environment.seconds()
      } progress: { report in
        let now = Environment.seconds()
        clock += now - mark
        mark = now
        last = report
        progress.update(
          Progress.Moment(
            phase: "training", fraction: report.fraction, count: report.images, unit: "images",
            loss: report.loss, learningRate: report.rate))
      }
    } catch let error as WordtoolError where error.kind == .interrupted {
      guard let path = command.checkpoint else { throw error }
      try trainer.writeCheckpoint(to: OutputFile(path: path))
      throw WordtoolError(
        .interrupted, found: error.found,
        remedy: "go on with --resume \(path); it was saved there")
    }
    let seconds = Environment.seconds() - began
    try model.write(to: file)
    var validAccuracy: Double?
    if let valid { validAccuracy = try accuracy(model, valid, progress, "validating") }
    let testAccuracy = try test.map { try accuracy(model, $0, progress, "testing") }
    progress.finish()
    try report(
      Summary(
        model: model.description.architecture, parameters: model.parameterCount,
        epochs: last.epoch, images: trainer.imageCount, seconds: seconds,
        imagesPerSecond: Double(trainer.imagesTrained - before) / max(clock, 1e-9),
        loss: last.loss, trainAccuracy: last.accuracy,
        validAccuracy: validAccuracy ?? trainer.bestValidAccuracy, testAccuracy: testAccuracy,
        threads: command.threads.count, seed: trainer.training.seed,
        peakResidentBytes: Environment.peakResidentBytes()))
  }

  private func accuracy(
    _ model: ImageModel, _ set: ImageDataset, _ progress: Progress, _ phase: String
  ) throws -> Double {
    try model.evaluate(set, stop: stop) { done in
      progress.update(
        Progress.Moment(
          phase: phase, fraction: Double(done) / Double(set.count), count: done, unit: "images"))
    }.accuracy
  }

  private func makeTrainer(
    _ checkpoint: ImageTrainer.Checkpoint?, set: ImageDataset, valid: ImageDataset?
  ) throws -> ImageTrainer {
    let arguments = command.training
    if var checkpoint {
      checkpoint.training.epochs = max(checkpoint.training.epochs, arguments.epochs ?? 1)
      return try ImageTrainer(
        resuming: checkpoint, set: set, valid: valid, threads: command.threads.count)
    }
    let first = try set.image(at: 0)
    let shape = ImageShape(
      height: command.input?.height ?? first.height, width: command.input?.width ?? first.width,
      channels: command.input?.channels ?? first.channels)
    var preprocessing = ImagePreprocessing()
    command.fit.adjust(&preprocessing)
    let colored =
      preprocessing.convertsColors && [1, 3].contains(shape.channels)
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
    let whitening = try arguments.whiten.map { try ZCAWhitening(contentsOf: $0) }
    if !steps.isEmpty {
      try preprocessing.learn(steps, from: colored)
    } else {
      try preprocessing.learn(
        arguments.normalize ?? (whitening == nil ? .feature : .none), from: colored)
    }
    guard preprocessing.mean.isEmpty || preprocessing.mean.count == shape.channels else {
      throw WordtoolError(
        .badData, path: command.data,
        found: "mean colours of \(preprocessing.mean.count) channels",
        expected: "\(shape.channels), as the network has",
        remedy: command.fit.convert ? nil : "--convert makes the images so")
    }
    return try ImageTrainer(
      ImageModelDescription(
        architecture: command.model, inputShape: shape, classNames: set.classNames,
        preprocessing: preprocessing),
      training: arguments.options(augmentation: random, seed: command.seed), set: set,
      valid: valid, whitening: whitening, threads: command.threads.count)
  }

  private func line(_ report: ImageTrainer.Report, seconds: Double, speed: Double) -> Line {
    Line(
      epoch: report.epoch, steps: report.steps, images: report.images, loss: report.loss,
      accuracy: report.accuracy, validLoss: report.validLoss, validAccuracy: report.validAccuracy,
      imagesPerSecond: speed, learningRate: report.rate, gradientNorm: report.gradientNorm,
      seconds: seconds)
  }

  private func epochLine(_ report: ImageTrainer.Report) -> String {
    var text =
      "epoch \(report.epoch)  loss \(NumberFormat.fixed(report.loss, 4))  accuracy "
      + NumberFormat.fixed(report.accuracy, 4)
    if let valid = report.validAccuracy { text += "  valid \(NumberFormat.fixed(valid, 4))" }
    return text + "  learning rate \(NumberFormat.short(report.rate))"
  }

  private func report(_ summary: Summary) throws {
    if command.json { return try JSONOutput.write(summary) }
    if command.output == "-" { return }
    var lines = [
      ("network", summary.model),
      ("parameters", NumberFormat.grouped(summary.parameters)),
      ("images", NumberFormat.grouped(summary.images)),
      ("epochs", "\(summary.epochs)"),
      ("seconds", NumberFormat.fixed(summary.seconds, 1)),
      ("images a second", NumberFormat.grouped(Int(summary.imagesPerSecond))),
      ("training accuracy", NumberFormat.fixed(summary.trainAccuracy, 4)),
    ]
    if let value = summary.validAccuracy {
      lines.append(("validation accuracy", NumberFormat.fixed(value, 4)))
    }
    if let value = summary.testAccuracy {
      lines.append(("test accuracy", NumberFormat.fixed(value, 4)))
    }
    lines.append(("model", command.output))
    try StandardOutput.shared.writePairs(lines)
  }
}
