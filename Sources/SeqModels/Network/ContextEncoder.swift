package import Networks

/// Turns the tokens before a place into numbers that the next token is predicted from.
///
/// Rows are laid out step after step, one row a sequence. The state carries over what a sequence
/// needs to know of the tokens before.
protocol ContextEncoder<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// Numbers in a row.
  var featureCount: Int { get }

  /// Lays the weights out for products; called whenever they have changed.
  func packWeights(forTraining: Bool, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?)
    throws

  /// The state before the first token, one for each of `batch` sequences.
  func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar>

  /// The features after each token: [rows, features], valid until the next call.
  func forward(
    _ ids: [Int32], layout: SequenceLayout, state: ContextState<Scalar>, dropout: LanguageDropout,
    draw: RecurrentStack<Scalar>.Draw?
  ) throws -> MatrixView<Scalar>

  /// Adds the gradients of the weights for the last forward call.
  func backward(_ featureGradient: MatrixView<Scalar>) throws
}

/// What sequences carry from one piece of text to the next.
package final class ContextState<Scalar: NetworkScalar> {
  /// The states of recurrent layers.
  var recurrent: [RecurrentState<Scalar>] = []
  /// The last tokens of each sequence, the oldest first.
  var history: [[Int32]] = []

  init(recurrent: [RecurrentState<Scalar>] = [], history: [[Int32]] = []) {
    self.recurrent = recurrent
    self.history = history
  }
}
