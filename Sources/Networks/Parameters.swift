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
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for more numbers than this machine can hold,
  ///   before anything is taken, and when the system does not give the memory.
  package init(_ shapes: [(name: String, shape: [Int])]) throws {
    let count = try Self.checkedCount(of: shapes)
    var entries: [Entry] = []
    var end = 0
    for (name, shape) in shapes {
      let count = shape.reduce(1, *)
      entries.append(Entry(name: name, shape: shape, range: end..<end + count))
      end = Self.padded(end + count)
    }
    precondition(end == count, "\(end) numbers, counted \(count)")
    self.entries = entries
    places = Dictionary(uniqueKeysWithValues: zip(entries.map(\.name), entries.indices))
    values = try AlignedBuffer(count: end)
    gradients = try AlignedBuffer(count: end)
  }

  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// How many numbers arrays of these shapes take, each rounded up to 16.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when they and their gradients are more than this
  ///   machine's memory: whatever comes of such a network, it is not trained here.
  package static func checkedCount(of shapes: [(name: String, shape: [Int])]) throws -> Int {
    let limit = MemorySizes.available / (2 * MemoryLayout<Scalar>.stride)
    var total = 0
    for (name, shape) in shapes {
      var count = 1
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        count = overflow || extent < 0 ? .max : product
        if extent == 0 { break }
      }
      guard count <= limit - total, padded(count) <= limit - total else {
        throw WordtoolError(
          .unavailable,
          found: "no memory for a network whose `\(name)` is "
            + shape.map(String.init).joined(separator: " x "),
          expected: "weights and gradients of at most "
            + AlignedMemory.words(forByteCount: MemorySizes.available)
            + ", the memory of this machine", remedy: "make the network smaller")
      }
      total += padded(count)
    }
    return total
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
      unsafe !Scalar.sumOfSquares(values.base + entry.range.lowerBound, count: entry.range.count)
        .isFinite
    }?.name
  }
}
