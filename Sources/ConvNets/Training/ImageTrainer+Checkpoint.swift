import BLASCore
import Networks
public import WordtoolCore

extension ImageTrainer {
  /// Writes everything needed to go on with the very numbers an unbroken training would have.
  ///
  /// The file is replaced as a whole.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`; `diverged` when a weight is not finite,
  ///   and then an older checkpoint stays as it is.
  public func writeCheckpoint(to path: String) throws {
    try checkFinite()
    var position = position
    let memory = optimizer.memory
    position.optimizerCounts = memory.counts
    var arrays: [(name: String, values: UnsafeBufferPointer<Float>)] = unsafe memory.arrays.map {
      ("optimizer.\($0.name)", unsafe UnsafeBufferPointer($0.values.all))
    }
    try unsafe (best?.parameters ?? []).withUnsafeBufferPointer { parameters in
      try unsafe (best?.statistics ?? []).withUnsafeBufferPointer { statistics in
        if best != nil {
          unsafe arrays.append(("training.best.parameters", parameters))
          unsafe arrays.append(("training.best.statistics", statistics))
        }
        try OutputFile.write(to: path) {
          try unsafe ImageModelFile.write(
            to: $0, format: ImageModelFile.checkpointFormat, description: description,
            whitening: whitening, stepCount: position.step, execution: execution,
            metadata: CheckpointHeader(options: training, position: position).metadata,
            more: arrays)
        }
      }
    }
  }

  /// What a checkpoint says about its training.
  public struct Checkpoint {
    let file: ImageModelFile
    let position: TrainingPosition
    /// What is trained.
    public var description: ImageModelDescription { file.description }
    /// What the images go through last.
    public var whitening: ZCAWhitening? { file.whitening }
    /// How it was trained, and will be; the number of epochs may be changed.
    public var training: ImageTrainingOptions

    /// Reads all of a checkpoint but its numbers.
    ///
    /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
    public init(path: String) throws {
      file = try ImageModelFile(path: path, format: ImageModelFile.checkpointFormat)
      let header = try CheckpointHeader<ImageTrainingOptions>(
        metadata: file.file.metadata, path: path)
      training = header.options
      position = header.position
    }
  }

  /// Goes on where a checkpoint ended.
  ///
  /// - Parameters:
  ///   - checkpoint: where it ended.
  ///   - set: the images it was trained on.
  ///   - valid: its validation images.
  ///   - threads: how many threads work.
  /// - Throws: `WordtoolError` of kind `badData` when the images are others, or the file is damaged.
  public convenience init(
    resuming checkpoint: Checkpoint, set: ImageDataset, valid: ImageDataset? = nil,
    threads: Int = Workers.defaultCount
  ) throws {
    try self.init(
      checkpoint.description, training: checkpoint.training, set: set, valid: valid,
      whitening: checkpoint.whitening, threads: threads)
    let file = checkpoint.file
    try checkpoint.position.check(
      dataHash: position.dataHash, placeCount: batchesPerEpoch, examples: "other images",
      path: file.file.path)
    position = checkpoint.position
    try file.read(into: execution)
    try optimizer.restore(counts: position.optimizerCounts, isAveraging: false)
    for (name, values) in optimizer.memory.arrays {
      try unsafe file.read("optimizer.\(name)", shape: [values.count], into: unsafe values.base)
    }
    if position.stopping.best != nil {
      func values(_ name: String, count: Int) throws -> [Float] {
        var values = [Float](repeating: 0, count: count)
        try unsafe values.withUnsafeMutableBufferPointer {
          if let base = $0.baseAddress, count > 0 {
            try unsafe file.read("training.best.\(name)", shape: [count], into: unsafe base)
          }
        }
        return values
      }
      best = Snapshot(
        parameters: try values("parameters", count: execution.parameters.values.count),
        statistics: try values("statistics", count: execution.statistics.values.count))
    }
  }
}
