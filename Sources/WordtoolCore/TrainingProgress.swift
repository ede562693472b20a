/// One moment of a training, the same for every trainer.
public struct TrainingProgress: Codable, Hashable, Sendable {
  /// The share of the whole training that is done, 0 ... 1.
  public var fraction: Double
  /// The epoch at work, or the last one when all is done; from 1.
  public var epoch: Int
  /// Epochs in all; for trainers that may stop early, the most there will be.
  public var epochCount: Int
  /// Examples seen so far, in all epochs: words, tokens, texts or images, whatever the trainer says.
  public var examples: Int
  /// The mean loss of an example since the last report, in nats; nil before anything was measured.
  public var loss: Double?
  /// The step size in force; nil for trainers that have none.
  public var learningRate: Double?
  /// The share of held-out examples that the model has right, after an epoch that measured it.
  public var validAccuracy: Double?

  /// A moment.
  public init(
    fraction: Double, epoch: Int, epochCount: Int, examples: Int, loss: Double? = nil,
    learningRate: Double? = nil, validAccuracy: Double? = nil
  ) {
    self.fraction = fraction
    self.epoch = epoch
    self.epochCount = epochCount
    self.examples = examples
    self.loss = loss
    self.learningRate = learningRate
    self.validAccuracy = validAccuracy
  }
}

/// The moments of one training as an asynchronous sequence.
///
/// Make one, give it to a training, and read it from another task:
/// ```swift
/// let moments = TrainingMoments()
/// async let vectors = WordVectors.train(on: corpus, progress: moments)
/// for await moment in moments { print(moment.fraction) }
/// let result = try await vectors
/// ```
/// It ends when the training ends, well or badly. A reader that is slower than the training misses
/// moments, never the last one.
public final class TrainingMoments: AsyncSequence, Sendable {
  private let stream: AsyncStream<TrainingProgress>
  private let continuation: AsyncStream<TrainingProgress>.Continuation

  /// A sequence for one training and one reader.
  public init() {
    (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
  }

  /// The moments as they come.
  public func makeAsyncIterator() -> AsyncStream<TrainingProgress>.Iterator {
    stream.makeAsyncIterator()
  }

  /// Adds a moment.
  package func add(_ moment: TrainingProgress) { continuation.yield(moment) }

  /// Says that no moment will follow.
  package func finish() { continuation.finish() }
}
