/// Where a training stands: everything before this chunk of this epoch is done.
public struct EmbeddingPosition: Codable, Hashable, Sendable {
  /// Completed epochs.
  public var epoch: Int
  /// Completed chunks of the current epoch.
  public var chunk: Int

  /// A position; without arguments the start.
  public init(epoch: Int = 0, chunk: Int = 0) {
    self.epoch = epoch
    self.chunk = chunk
  }
}

/// Work to be done now and then between two chunks, while no thread touches the tables.
public struct TrainingPause {
  /// The time between two pauses.
  public var every: Duration
  /// What to do; it may read the trainer.
  public var body: () throws -> Void

  /// Pauses every so often for `body`.
  public init(every: Duration, _ body: @escaping () throws -> Void) {
    self.every = every
    self.body = body
  }
}

/// Losses added up one after another, in nats.
package struct LossTally: Codable, Hashable, Sendable, BitwiseCopyable {
  /// Their sum.
  package var sum = 0.0
  /// How many examples they are of; the JSON of old checkpoints calls them pairs.
  package var count = 0.0

  package init() {}

  /// Adds the losses of another.
  package mutating func add(_ other: LossTally) {
    sum += other.sum
    count += other.count
  }

  /// The mean loss of an example, nil without any.
  package var mean: Double? { count > 0 ? sum / count : nil }

  private enum CodingKeys: String, CodingKey {
    case sum
    case count = "pairs"
  }
}

/// What changes during a training besides the tables: what a checkpoint holds and a run goes on from.
package struct EmbeddingState: Codable, Hashable, Sendable {
  /// Where it stands.
  package var position = EmbeddingPosition()
  /// The mean loss of an example in each completed epoch.
  package var epochLosses: [Double] = []
  /// The losses of the current epoch so far, added chunk after chunk.
  package var lossTally = LossTally()

  /// The start of a training.
  package init() {}

  /// What is wrong with a state that came from outside, or nil: nothing that a run relies on is
  /// believed.
  ///
  /// - Parameters:
  ///   - epochs: epochs in all, at least 1.
  ///   - chunkCount: chunks in an epoch, at least 1.
  package func fault(epochs: Int, chunkCount: Int) -> String? {
    guard (0...epochs).contains(position.epoch) else {
      return "epoch \(position.epoch) of \(epochs)"
    }
    guard (0..<(position.epoch == epochs ? 1 : chunkCount)).contains(position.chunk) else {
      return "chunk \(position.chunk) of \(chunkCount) in epoch \(position.epoch) of \(epochs)"
    }
    guard epochLosses.count == position.epoch else {
      return "losses of \(epochLosses.count) epochs after \(position.epoch)"
    }
    guard epochLosses.allSatisfy(\.isFinite), lossTally.sum.isFinite, lossTally.count.isFinite,
      lossTally.count >= 0
    else { return "a loss that is no number" }
    return nil
  }
}
