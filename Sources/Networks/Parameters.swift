import WordtoolCore

/// The trained numbers of a network and their gradients, each in one piece of memory.
package final class Parameters<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: one owner trains; threads write where their pieces of work say.

  /// One named array.
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let shape: [Int]
    /// Where its numbers are among all.
    package let range: Range<Int>
  }

  /// All arrays in the order of their numbers.
  package let entries: [Entry]
  /// The numbers; every array starts at a multiple of 64 bytes, zeros between.
  package let values: AlignedBuffer<Scalar>
  /// The gradient of the loss for each number, added up until it is cleared.
  package let gradients: AlignedBuffer<Scalar>
  private let places: [String: Int]

  /// Takes memory for arrays of these names and shapes, all zero.
  package init(_ shapes: [(name: String, shape: [Int])]) {
    var entries: [Entry] = []
    var end = 0
    for (name, shape) in shapes {
      let count = shape.reduce(1, *)
      entries.append(Entry(name: name, shape: shape, range: end..<end + count))
      end = (end + count + 15) / 16 * 16
    }
    self.entries = entries
    places = Dictionary(uniqueKeysWithValues: zip(entries.map(\.name), entries.indices))
    values = AlignedBuffer(count: end)
    gradients = AlignedBuffer(count: end)
  }

  /// How many numbers are trained.
  package var count: Int { entries.reduce(0) { $0 + $1.range.count } }

  /// The array of that name, if there is one.
  package func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// An array's numbers: the first extent as rows, the others as columns; a vector is one row.
  package func view(_ name: String) -> MatrixView<Scalar> { matrix(name, in: values) }

  /// An array's gradients, shaped like its numbers.
  package func gradient(_ name: String) -> MatrixView<Scalar> { matrix(name, in: gradients) }

  private func matrix(_ name: String, in buffer: AlignedBuffer<Scalar>) -> MatrixView<Scalar> {
    guard let entry = entry(name) else { preconditionFailure("no parameter \(name)") }
    let rows = entry.shape.count > 1 ? entry.shape[0] : 1
    let columns = rows == 0 ? 0 : entry.range.count / rows
    return buffer.matrix(rows, columns, from: entry.range.lowerBound)
  }

  /// The name of the first array that holds a number that is not finite, or nil.
  package func firstNotFinite() -> String? {
    entries.first { entry in
      !Scalar.sumOfSquares(values.base + entry.range.lowerBound, count: entry.range.count).isFinite
    }?.name
  }
}
