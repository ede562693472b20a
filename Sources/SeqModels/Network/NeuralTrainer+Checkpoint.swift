import BLASCore
import Networks
public import WordtoolCore

extension NeuralTrainer {
  /// Writes everything needed to go on with the very numbers an unbroken training would have.
  ///
  /// The file is replaced as a whole.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func writeCheckpoint(to path: String) throws {
    var position = position
    let memory = optimizer.memory
    position.optimizerCounts = memory.counts
    position.isAveraging = optimizer.isAveraging
    var metadata = try CheckpointHeader(options: training, position: position).metadata
    metadata["history"] = try StoredJSON.text(state.history)
    var arrays: [(name: String, values: UnsafeBufferPointer<Float>)] = unsafe memory.arrays.map {
      ("optimizer.\($0.name)", unsafe UnsafeBufferPointer($0.values.all))
    }
    let states = state.recurrent.flatMap(\.values)
    try unsafe states.withUnsafeBufferPointer { states in
      try unsafe best.withUnsafeBufferPointer { best in
        unsafe arrays.append(("training.state", states))
        if !best.isEmpty { unsafe arrays.append(("training.best", best)) }
        try OutputFile.write(to: path) {
          try unsafe NeuralModelFile.write(
            to: $0, format: NeuralModelFile.checkpointFormat, options: network.options,
            vocabulary: vocabulary, parameters: network.parameters,
            metadata: metadata, more: arrays)
        }
      }
    }
  }

  /// What a checkpoint says about its training.
  public struct Checkpoint {
    let file: NeuralModelFile
    let position: TrainingPosition
    /// The last tokens of each part, where the model looks back at them.
    let history: [[Int32]]
    /// The shape of the model.
    public var options: NeuralOptions { file.options }
    /// The tokens.
    public var vocabulary: LanguageVocabulary { file.vocabulary }
    /// How it was trained, and will be; the number of epochs may be changed.
    public var training: NeuralTrainingOptions

    /// Reads a checkpoint's header.
    ///
    /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
    public init(path: String) throws {
      file = try NeuralModelFile(path: path, format: NeuralModelFile.checkpointFormat)
      let header = try CheckpointHeader<NeuralTrainingOptions>(
        metadata: file.file.tensors.metadata, path: path)
      training = header.options
      position = header.position
      guard
        let history = file.file.tensors.metadata["history"].flatMap({
          try? StoredJSON.decode([[Int32]].self, from: $0)
        })
      else {
        throw WordtoolError(.badData, path: path, found: "no readable `history` in the header")
      }
      self.history = history
      // The weights are there before memory is taken for them.
      try file.checkShapes()
    }
  }

  /// Goes on where a checkpoint ended.
  ///
  /// - Parameters:
  ///   - checkpoint: where it ended.
  ///   - ids: the text it was trained on.
  ///   - validIDs: its held-out text.
  ///   - threads: how many threads to use, at least 1.
  /// - Throws: `WordtoolError` of kind `badData` when the text is another, or the file is damaged.
  public convenience init(
    resuming checkpoint: Checkpoint, ids: [Int32], validIDs: [Int32] = [],
    threads: Int = Workers.defaultCount
  ) throws {
    try self.init(
      checkpoint.options, training: checkpoint.training, vocabulary: checkpoint.vocabulary,
      ids: ids, validIDs: validIDs, threads: threads)
    let file = checkpoint.file
    try checkpoint.position.check(
      dataHash: position.dataHash, placeCount: partLength, examples: "another text",
      path: file.file.path)
    position = checkpoint.position
    try file.readWeights(into: network.parameters)
    try optimizer.restore(counts: position.optimizerCounts, isAveraging: position.isAveraging)
    for (name, values) in optimizer.memory.arrays {
      try unsafe file.read("optimizer.\(name)", shape: [values.count], into: unsafe values.base)
    }
    let sizes = state.recurrent.map(\.values.count)
    var states = [Float](repeating: 0, count: sizes.reduce(0, +))
    try unsafe states.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress {
        try unsafe file.read("training.state", shape: [$0.count], into: base)
      }
    }
    var start = 0
    for (target, size) in zip(state.recurrent, sizes) {
      target.values = Array(states[start..<start + size])
      start += size
    }
    let history = checkpoint.history
    guard
      history.count == state.history.count,
      history.allSatisfy({ line in
        line.count == state.history.first?.count
          && line.allSatisfy { $0 >= 0 && Int($0) < vocabulary.count }
      })
    else {
      throw WordtoolError(.badData, path: file.file.path, found: "a damaged history of tokens")
    }
    state.history = history
    if position.stopping.best != nil {
      best = [Float](repeating: 0, count: network.parameters.values.count)
      try unsafe best.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress {
          try unsafe file.read("training.best", shape: [$0.count], into: base)
        }
      }
    }
  }
}
