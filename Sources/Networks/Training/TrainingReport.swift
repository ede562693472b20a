/// How far the training of a network is.
///
/// What one kind of training adds, such as its accuracy, reads as if it were a property of the report.
@dynamicMemberLookup
public struct TrainingReport<Measured: Hashable & Sendable>: Hashable, Sendable {
  /// The epoch at work or just ended, from 1.
  public var epoch = 1
  /// Steps taken in all.
  public var steps = 0
  /// The mean cross-entropy of an example since the epoch began, in nats.
  public var loss = 0.0
  /// The learning rate of the last step.
  public var learningRate = 0.0
  /// The gradients' norm before clipping in the last step.
  public var gradientNorm = 0.0
  /// The share of the whole training that is done, 0 ... 1.
  public var fraction = 0.0
  /// What this kind of training counts and measures beside that.
  public var measured: Measured

  /// The report before the first step.
  public init(_ measured: Measured) { self.measured = measured }

  /// A property of ``measured``.
  public subscript<Value>(dynamicMember path: WritableKeyPath<Measured, Value>) -> Value {
    get { measured[keyPath: path] }
    set { measured[keyPath: path] = newValue }
  }
}
