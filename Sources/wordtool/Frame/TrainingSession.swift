import WordtoolCore

/// What one kind of training adds to a ``TrainingSession``.
protocol Training {
  /// What is trained.
  associatedtype Trainer
  /// What comes out.
  associatedtype Model
  /// What is printed at the end.
  associatedtype Summary: TrainingSummary

  /// What is read and written.
  var files: TrainingFiles { get }
  /// What all trainings have in common.
  var common: TrainingRunOptions { get }

  /// Reads the inputs, each of them once.
  func read(_ session: TrainingSession) throws -> Trainer
  /// Trains, and tells the session how far it is.
  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> Model
  /// Keeps what is needed to go on.
  func saveCheckpoint(of trainer: Trainer, to path: String) throws
  /// Writes the model, which the session completes, and whatever else there is to write.
  func write(_ model: Model, of trainer: Trainer, to file: OutputFile) throws
  /// Measures the finished model and sums up.
  func summarize(
    _ model: Model, of trainer: Trainer, _ session: TrainingSession
  ) throws -> Summary
}

extension Training {
  func saveCheckpoint(of trainer: Trainer, to path: String) throws {}
}

/// What a training prints at the end. The names of the JSON fields are a contract.
protocol TrainingSummary: Encodable {
  /// Names and values, for a person. The output follows them.
  var lines: [(String, String)] { get }
  /// What the output is called there.
  static var outputName: String { get }
}

extension TrainingSummary {
  static var outputName: String { "model" }

  /// The lines that tell of measurements, as far as they were made.
  static func measured(
    _ values: KeyValuePairs<String, Double?>, decimals: Int
  ) -> [(String, String)] {
    values.compactMap { name, value in value.map { (name, NumberFormat.fixed($0, decimals)) } }
  }
}

/// What a training learns from, and what it is measured on.
struct TrainingExamples<Examples> {
  var train: Examples
  var valid: Examples?
  var test: Examples?

  /// Reads the files.
  init(
    _ train: [String], valid: String?, test: String?, read: ([String]) throws -> Examples
  ) rethrows {
    self.train = try read(train)
    self.valid = try valid.map { try read([$0]) }
    self.test = try test.map { try read([$0]) }
  }
}

/// One training, from the checks before it to the summary after it.
///
/// The steps and their order are the same for every kind:
/// 1. inputs are looked for, without opening one: a pipe given by name loses nothing;
/// 2. outputs are opened, so that a bad path costs seconds and not hours;
/// 3. inputs are read, the model is trained; metrics are in their file line by line;
/// 4. an interruption saves a checkpoint and says how to go on; a failure leaves an older model;
/// 5. the model is written, and only then measured on other text, which may fail or be interrupted;
/// 6. the summary is printed.
///
/// Of several ranks (``Ranks``) all read and train, and the first alone writes, shows and sums up.
final class TrainingSession {
  /// Raised by the first signal.
  let stop = Interrupts.stopFlag()
  /// What is shown meanwhile.
  let progress: Progress
  /// Where the course of the training is written, if it is.
  let metrics: MetricsLog?
  /// Seconds that the training took, without reading and writing.
  private(set) var seconds = 0.0
  private var began = 0.0
  private let files: TrainingFiles

  private init(_ files: TrainingFiles, _ progress: Progress) throws {
    self.files = files
    self.progress = progress
    metrics = try files.metrics.flatMap {
      guard Ranks.isFirst else { return nil }
      return try MetricsLog(path: $0, continues: files.resume != nil)
    }
  }

  /// Runs one training.
  static func run<Kind: Training>(_ training: Kind) throws {
    let files = training.files
    try files.checkInputs()
    guard Ranks.isFirst else { return try work(training) }
    try files.checkOutputs(printsSummary: training.common.json)
    let file = try files.kind.open(files.output)
    try files.tryOutputs()
    let progress = training.common.progress.makeProgress()
    defer { progress.finish() }
    let session = try TrainingSession(files, progress)

    let trainer: Kind.Trainer
    let model: Kind.Model
    do {
      trainer = try training.read(session)
      progress.finish()
      model = try session.train(training, trainer)
    } catch let error as WordtoolError where error.kind == .interrupted {
      throw session.interruption(error, before: file)
    }
    try training.write(model, of: trainer, to: file)
    try file.commit()
    let summary: Kind.Summary
    do {
      summary = try training.summarize(model, of: trainer, session)
    } catch var error as WordtoolError where error.kind == .interrupted {
      error.remedy = file.isFile ? "\(files.output) is written" : nil
      throw error
    }
    progress.finish()
    if training.common.json { return try JSONOutput.write(summary) }
    // With the model on standard output the summary would spoil it.
    guard !file.isStandardOutput else { return }
    let output = (Kind.Summary.outputName, files.output)
    try StandardOutput.shared.writePairs(summary.lines + [output])
  }

  /// What a rank does that is not the first: it reads and trains.
  private static func work<Kind: Training>(_ training: Kind) throws {
    let session = try TrainingSession(training.files, Progress(.none))
    _ = try session.train(training, training.read(session))
  }

  private func train<Kind: Training>(
    _ training: Kind, _ trainer: Kind.Trainer
  ) throws -> Kind.Model {
    began = Environment.seconds()
    do {
      let model = try training.train(trainer, self)
      seconds = max(secondsSoFar, 1e-9)
      progress.finish()
      return model
    } catch let error as WordtoolError where error.kind == .interrupted {
      progress.finish()
      if let checkpoint = files.checkpoint, Ranks.isFirst {
        try training.saveCheckpoint(of: trainer, to: checkpoint.path)
      }
      Ranks.agreeToEnd()
      throw error
    }
  }

  /// Tells of an epoch, and keeps a checkpoint.
  ///
  /// - Parameters:
  ///   - measured: what was measured on held-out examples, and what it is called.
  /// - Throws: ``WordtoolError`` of kind `diverged` when it is not finite; the line is in the metrics
  ///   by then.
  func endEpoch<Kind: Training>(
    _ training: Kind, _ trainer: Kind.Trainer, line: some MetricsLine, note: String,
    measured: (value: Double?, name: String)
  ) throws {
    metrics?.add(line)
    try Self.requireFinite(measured.value, measured.name)
    progress.note(note)
    if let checkpoint = files.checkpoint {
      try training.saveCheckpoint(of: trainer, to: checkpoint.path)
    }
  }

  /// Seconds since the training began.
  var secondsSoFar: Double { Environment.seconds() - began }

  /// What an interruption leaves, and how to go on.
  private func interruption(_ error: WordtoolError, before file: OutputFile) -> WordtoolError {
    var error = error
    if let checkpoint = files.checkpoint, Environment.exists(checkpoint.path) {
      error.remedy = "go on with --resume \(checkpoint.name)"
    } else {
      let isOld = file.isFile && Environment.exists(files.output)
      error.remedy = isOld ? "\(files.output) is as it was before" : "nothing was written"
    }
    return error
  }

  /// Fails unless a measurement of a network is a number: weights that give no finite loss on one
  /// text have diverged, whatever the loss on another was.
  ///
  /// - Throws: ``WordtoolError`` of kind `diverged`.
  static func requireFinite(_ value: Double?, _ name: String) throws {
    guard let value, !value.isFinite else { return }
    throw WordtoolError(
      .diverged, found: "the \(name) is \(value)", expected: "a finite number",
      remedy: "lower the learning rate with --lr, or clip gradients with a smaller --clip")
  }
}
