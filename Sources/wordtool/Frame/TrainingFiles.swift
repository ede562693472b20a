import WordtoolCore

/// The files of one training.
struct TrainingFiles {
  /// Where a training keeps what it needs to be continued.
  struct Checkpoint {
    /// The file.
    var path: String
    /// What `--resume` is given to continue from it.
    var name: String
  }

  /// A file to be written.
  struct Output {
    var path: String
    var kind: OutputKind
  }

  /// Where the model goes.
  var output: String
  /// What the model is written as.
  var kind: OutputKind
  /// Texts, files and folders, that are read once.
  var inputs: [String]
  /// Other files that are read.
  var references: [String]
  /// Where metrics go.
  var metrics: String?
  /// Other outputs.
  var extras: [Output] = []
  /// What is written while the training goes on.
  var checkpoint: Checkpoint?
  /// The checkpoint that the training goes on from.
  var resume: String?

  /// The files of a training with an option for each.
  ///
  /// - Parameters:
  ///   - references: those that were named.
  ///   - state: where the training is kept, of trainings that can go on.
  init(
    output: String, kind: OutputKind = .model, inputs: [String] = [], references: [String?],
    metrics: String?, state: CheckpointFileOptions? = nil
  ) {
    self.output = output
    self.kind = kind
    self.inputs = inputs
    self.references = references.compactMap(\.self)
    self.metrics = metrics
    checkpoint = state?.checkpoint.map { Checkpoint(path: $0, name: $0) }
    resume = state?.resume
  }

  /// Looks for all inputs without opening one.
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput`.
  func checkInputs() throws {
    for path in inputs + references { try InputFiles.check(path) }
    if let resume { try InputFiles.check(resume, isFile: true) }
  }

  /// Refuses outputs that would replace one another or an input, or whose names promise something
  /// else.
  ///
  /// - Parameter printsSummary: whether a document goes to standard output.
  /// - Throws: ``WordtoolError``: `usage`, `cannotCreate`.
  func checkOutputs(printsSummary: Bool) throws {
    let goesOn = resume != nil && resume == checkpoint?.path
    try OutputPaths.check(
      [output, metrics, checkpoint?.path] + extras.map(\.path), texts: inputs,
      inputs: references + [goesOn ? nil : resume], printing: printsSummary ? "the summary" : nil)
    if let metrics { try OutputKind.metrics.check(metrics) }
  }

  /// Tries whether the outputs besides the model and the metrics can be made.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  func tryOutputs() throws {
    if let checkpoint { try OutputKind.checkpoint.attempt(checkpoint.path) }
    for extra in extras { try extra.kind.attempt(extra.path) }
  }
}
