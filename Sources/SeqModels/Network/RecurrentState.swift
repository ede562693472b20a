package import Networks

/// The state of one layer in one direction for a batch of sequences, or its gradient.
package final class RecurrentState<Scalar: NetworkScalar> {
  /// [sequences, outputs].
  package let hidden: MatrixView<Scalar>
  /// [sequences, hidden]; only an LSTM's is looked at.
  package let cell: MatrixView<Scalar>
  private let storage: AlignedBuffer<Scalar>

  /// The zero state.
  package init(_ options: RecurrentOptions, batch: Int) throws {
    let outputs = options.outputPerDirection
    storage = try AlignedBuffer(count: batch * (outputs + options.hidden))
    hidden = storage.matrix(batch, outputs)
    cell = storage.matrix(batch, options.hidden, from: batch * outputs)
  }

  /// Sets everything to zero.
  package func clear() { storage.clear() }

  /// All numbers: hidden, then cell.
  package var values: [Scalar] {
    get { unsafe Array(storage.all) }
    set {
      precondition(newValue.count == storage.count, "\(newValue.count) for \(storage.count)")
      _ = unsafe storage.all.update(fromContentsOf: newValue)
    }
  }
}
