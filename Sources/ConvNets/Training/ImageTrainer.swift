import BLASCore
public import Networks
public import WordtoolCore

/// Trains a classifier of images.
///
/// Batches are read and changed on a thread of their own while the network works on the one before.
/// What is in a batch is decided by the seed, the epoch and its number, so the same images, options
/// and seed give the same weights for any number of threads, and a training that was interrupted
/// and resumed gives the weights of one that was not.
public final class ImageTrainer {
  /// What happened so far.
  public typealias Report = TrainingReport<Measured>

  /// What a training of images counts and measures.
  public struct Measured: Hashable, Sendable {
    /// The share of images whose likeliest class was right, as they were trained on.
    public var accuracy = 0.0
    /// The mean cross-entropy of the validation images at the end of the epoch.
    public var validLoss: Double?
    /// The share of them that was right.
    public var validAccuracy: Double?
    /// Images trained on in all.
    public var images = 0

    /// Before the first step.
    public init() {}
  }

  /// The numbers of a network at one moment.
  struct Snapshot {
    var parameters: [Float]
    var statistics: [Float]
  }

  /// How it is trained.
  public let training: ImageTrainingOptions
  /// What is trained.
  public let description: ImageModelDescription
  let whitening: ZCAWhitening?
  let execution: NetworkExecution<Float>
  let optimizer: Optimizer<Float>
  var position: TrainingPosition
  /// The numbers with the best result on the validation images.
  var best: Snapshot?
  private let threads: Int
  private let set: ImageDataset
  private let trainIndices: [Int]
  /// The validation images and which of them count.
  private let valid: (set: ImageDataset, indices: [Int])?
  private let augmentation: Augmentation
  private let pipeline: ImageInputPipeline

  /// Prepares a training from the start.
  ///
  /// - Parameters:
  ///   - description: what is trained; its classes are those of the set.
  ///   - training: how.
  ///   - set: the images.
  ///   - valid: images to validate on; with none, `training.validShare` of the set.
  ///   - whitening: what images go through last; with one, no other centring or scaling.
  ///   - threads: how many threads work; the result does not depend on it.
  /// - Throws: `WordtoolError`: `usage` for options out of range and a list of random changes that
  ///   cannot be read; `badData` when the sets do not fit the description; `unavailable` without
  ///   memory.
  public init(
    _ description: ImageModelDescription, training: ImageTrainingOptions, set: ImageDataset,
    valid: ImageDataset? = nil, whitening: ZCAWhitening? = nil,
    threads: Int = Workers.defaultCount
  ) throws {
    try training.validate()
    self.description = description
    self.training = training
    self.whitening = whitening
    self.threads = threads
    let convert = { (set: ImageDataset) throws -> ImageDataset in
      let channels = description.inputShape.channels
      return try description.preprocessing.convertsColors && (channels == 1 || channels == 3)
        ? set.converted(toChannels: channels) : set
    }
    let set = try convert(try set.relabelled(to: description.classNames))
    self.set = set
    guard Set(set.labels).count > 1 else {
      throw WordtoolError(
        .badData, path: set.path, found: "images of one class alone",
        expected: "images of at least two classes",
        remedy: "one folder for each class, with images in it")
    }
    if whitening != nil, description.preprocessing.isNormalizing {
      throw WordtoolError(
        .usage, found: "centring or scaling before whitening",
        expected: "whitening alone, which has a mean of its own")
    }
    if let valid {
      trainIndices = Array(0..<set.count)
      let valid = try convert(try valid.relabelled(to: description.classNames))
      self.valid = (valid, Array(0..<valid.count))
    } else {
      (trainIndices, self.valid) = Self.split(
        set, share: training.validShare, seed: training.seed)
    }
    guard !trainIndices.isEmpty else {
      throw WordtoolError(
        .badData, path: set.path, found: "no image to train on",
        expected: "more images than are set aside to validate on")
    }
    augmentation = try Self.augmentation(training, set: set, indices: trainIndices)
    pipeline = ImageInputPipeline(
      shape: description.inputShape, preprocessing: description.preprocessing,
      whitening: whitening)
    execution = try NetworkExecution(description.graph, threads: threads)
    execution.initialize(seed: training.seed)
    execution.parametersChanged()
    optimizer = try Optimizer(
      training.optimizer, parameters: execution.parameters, compute: execution.compute)
    position = TrainingPosition(
      rate: training.learningRate, dataHash: try Self.hash(set, trainIndices))
  }

  /// Sets a share of the images aside.
  private static func split(
    _ set: ImageDataset, share: Double, seed: UInt64
  ) -> ([Int], (set: ImageDataset, indices: [Int])?) {
    let count = Int((Double(set.count) * share).rounded())
    if count == 0 { return (Array(0..<set.count), nil) }
    // No epoch has this number.
    let order = ImageDataset.shuffledOrder(count: set.count, seed: seed, epoch: Int.max)
    return (order[count...].sorted(), (set, order[..<count].sorted()))
  }

  /// Images whose colours are looked at, evenly spread.
  private static let colorSampleCount = 2000

  private static func augmentation(
    _ training: ImageTrainingOptions, set: ImageDataset, indices: [Int]
  ) throws -> Augmentation {
    var result = Augmentation(steps: [])
    if !training.augmentation.isEmpty {
      let (random, normalization) = try Augmentation(parsing: training.augmentation).separated()
      try OptionCheck.require(
        normalization.isEmpty, found: "\(normalization[0]) in `augmentation`",
        expected: "random changes: centring and scaling belong to the preprocessing")
      result = random
    }
    result.fill = training.fill
    result.constant = training.constant
    if result.needsLighting {
      let step = (indices.count + colorSampleCount - 1) / colorSampleCount
      result.lighting = try ColorLighting(
        indices: stride(from: 0, to: indices.count, by: step).map { indices[$0] }
      ) { try set.image(at: $0) }
    }
    return result
  }

  /// A number that tells sets apart: from all labels and from some of the images.
  private static func hash(_ set: ImageDataset, _ indices: [Int]) throws -> UInt64 {
    var hash = FNV1a()
    for index in indices {
      hash.add(UInt32(truncatingIfNeeded: index))
      hash.add(UInt32(bitPattern: set.labels[index]))
    }
    for place in stride(from: 0, to: indices.count, by: max(1, indices.count / 16)) {
      for value in try set.image(at: indices[place]).values { hash.add(value.bitPattern) }
    }
    return hash.value
  }

  /// Images that are trained on.
  public var imageCount: Int { trainIndices.count }
  /// Images that are validated on.
  public var validImageCount: Int { valid?.indices.count ?? 0 }
  /// Images trained on so far, those before a checkpoint included.
  public var imagesTrained: Int { position.examples }

  /// The best share of validation images that was right at the end of an epoch.
  public var bestValidAccuracy: Double? { position.stopping.best?.first }

  var batchesPerEpoch: Int {
    (trainIndices.count + training.batch - 1) / training.batch
  }

  // MARK: Training

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - stop: looked at after each step; then the state is as a checkpoint wants it.
  ///   - epochEnded: called at the end of each epoch, with the state a checkpoint wants.
  ///   - progress: called after each step.
  /// - Returns: the model with the weights of the best epoch where there are validation images, of
  ///   the last otherwise.
  /// - Throws: `WordtoolError`: `interrupted`; `diverged` when a loss, a gradient or a weight is
  ///   not finite; what reading images throws.
  public func train(
    stop: StopFlag = StopFlag(), epochEnded: (Report) throws -> Void = { _ in },
    progress: (Report) -> Void = { _ in }
  ) throws -> ImageModel {
    var report = Report(Measured())
    update(&report)
    steps: while position.epoch < training.epochs,
      !position.stopping.isOver(patience: training.patience)
    {
      let batches = makeBatches()
      while let batch = try batches.next() {
        execution.compute.team.beginStep()
        report.gradientNorm = try step(batch)
        execution.compute.team.endStep(work: batch.count)
        update(&report)
        progress(report)
        if stop.isRaised {
          throw WordtoolError(
            .interrupted,
            found: "stopped in epoch \(position.epoch + 1) after step \(position.step)")
        }
        if position.step == training.maximumSteps { break steps }
      }
      update(&report)
      try endEpoch(&report, stop: stop)
      try epochEnded(report)
    }
    if let best { restore(best) }
    return ImageModel(
      description, whitening: whitening, stepCount: position.step, execution: execution,
      threads: threads)
  }

  private func update(_ report: inout Report) {
    report.epoch = min(training.epochs, position.epoch + 1)
    report.steps = position.step
    report.loss = position.meanLoss
    report.accuracy = Double(position.correctCount) / Double(max(1, position.lossCount))
    report.images = position.examples
    report.learningRate = rate(of: max(0, position.step - 1))
    report.fraction = min(
      1,
      Double(position.epoch * batchesPerEpoch + position.place)
        / Double(training.epochs * batchesPerEpoch))
  }

  /// The rate of a step of the epoch at work.
  private func rate(of step: Int) -> Double {
    training.movement.rate(
      ofStep: step, base: position.rate,
      decays: training.decayEpochs.count { position.epoch >= $0 },
      done: Double(step) / Double(training.epochs * batchesPerEpoch))
  }

  /// A batch that is ready to be trained on.
  private struct PreparedBatch: Sendable {
    var values: [Float]
    /// [images, classes].
    var targets: [Float]
    var count: Int
  }

  /// The batches of the epoch that are left.
  private func makeBatches() -> Prefetcher<PreparedBatch> {
    let (set, pipeline, augmentation, training) = (set, pipeline, augmentation, training)
    let (epoch, threads, classes) = (position.epoch, threads, description.classNames.count)
    let order = ImageDataset.shuffledOrder(
      count: trainIndices.count, seed: training.seed, epoch: epoch
    ).map { trainIndices[$0] }
    return Prefetcher(position.place..<batchesPerEpoch) { number in
      let part = number * training.batch..<min(order.count, (number + 1) * training.batch)
      let batch = try pipeline.batch(
        Array(order[part]), of: set, augmentation, seed: training.seed, epoch: epoch,
        threads: threads)
      let (off, on) = Self.targetValues(training.labelSmoothing, classes: classes)
      var targets = [Float](repeating: off, count: batch.count * classes)
      guard augmentation.mixup > 0 else {
        for (place, label) in batch.labels.enumerated() {
          targets[place * classes + Int(label)] += on
        }
        return PreparedBatch(values: batch.values, targets: targets, count: batch.count)
      }
      let mixed = try Mixup(
        batch, alpha: augmentation.mixup, seed: training.seed, epoch: epoch, number: number)
      for (place, label) in batch.labels.enumerated() {
        targets[place * classes + Int(label)] += on * mixed.shares[place]
        targets[place * classes + Int(mixed.otherLabels[place])] += on * (1 - mixed.shares[place])
      }
      return PreparedBatch(values: mixed.batch.values, targets: targets, count: batch.count)
    }
  }

  /// What every class's target has, and what the image's own has more.
  private static func targetValues(_ smoothing: Double, classes: Int) -> (Float, Float) {
    (Float(smoothing / Double(classes)), Float(1 - smoothing))
  }

  /// A batch forward and back, and a step of the optimiser.
  private func step(_ batch: PreparedBatch) throws -> Double {
    let (loss, correct) = try unsafe batch.values.withUnsafeBufferPointer { values in
      try unsafe batch.targets.withUnsafeBufferPointer { targets -> (Double, Int) in
        guard let values = values.baseAddress, let targets = targets.baseAddress else {
          preconditionFailure("an empty batch")
        }
        return unsafe try execution.train(
          values, targets: targets, count: batch.count, seed: training.seed, step: position.step)
      }
    }
    let norm = loss.isFinite ? optimizer.step(rate: rate(of: position.step)) : .nan
    guard loss.isFinite, norm.isFinite else {
      throw WordtoolError(
        .diverged,
        found:
          "the \(loss.isFinite ? "gradient" : "loss") of step \(position.step + 1) is not finite",
        remedy: "lower `learningRate`, or clip the gradients")
    }
    execution.parametersChanged()
    position.lossSum += loss * Double(batch.count)
    position.correctCount += correct
    position.lossCount += batch.count
    position.examples += batch.count
    position.step += 1
    position.place += 1
    return norm
  }

  /// Measures the validation images and moves on to the next epoch.
  private func endEpoch(_ report: inout Report, stop: StopFlag) throws {
    try checkFinite()
    report.validLoss = nil
    report.validAccuracy = nil
    if let valid {
      let result = try ImageScoring.evaluate(
        valid.set, indices: valid.indices, pipeline: pipeline, execution,
        classNames: description.classNames, threads: threads, stop: stop)
      report.validLoss = result.meanLoss
      report.validAccuracy = result.accuracy
      let score = ValidationScore(accuracy: result.accuracy, loss: result.meanLoss)
      if try position.stopping.isBest(score, epoch: position.epoch + 1) {
        // The old one goes before the new one is taken.
        best = nil
        best = unsafe Snapshot(
          parameters: Array(execution.parameters.values.all),
          statistics: Array(execution.statistics.values.all))
      } else {
        position.rate = training.movement.baseAfterPlateau(position.rate)
      }
    }
    position.beginNextEpoch()
  }

  /// Refuses to go on with, or to save, weights that are not numbers.
  func checkFinite() throws {
    let name = execution.parameters.firstNotFinite() ?? execution.statistics.firstNotFinite()
    if let name {
      throw WordtoolError(
        .diverged, found: "\(name) is no longer finite after step \(position.step)",
        remedy: "lower `learningRate`, or clip the gradients")
    }
  }

  private func restore(_ snapshot: Snapshot) {
    _ = unsafe execution.parameters.values.all.update(fromContentsOf: snapshot.parameters)
    _ = unsafe execution.statistics.values.all.update(fromContentsOf: snapshot.statistics)
    execution.parametersChanged()
  }
}
