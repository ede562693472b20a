/// The most that options of a training may ask for: numbers beyond are mistakes, and products of
/// numbers within cannot overflow.
package enum TrainingLimits {
  /// Passes over the examples.
  package static let epochs = 1_000_000
  /// Examples of a step.
  package static let batch = 1 << 16
  /// Time steps that gradients go back through.
  package static let timeSteps = 1 << 16
  /// Steps, examples and the like, counted over a whole training.
  package static let count = 1 << 48
}
