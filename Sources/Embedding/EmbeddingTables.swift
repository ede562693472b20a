package import BLASCore
package import WordtoolCore

/// The two matrices of a model: what an example's inputs are looked up in, and what they are scored
/// against.
///
/// Whoever was given a table keeps it as it was: ``makeUnique()`` replaces tables that others hold by
/// copies before they change.
package struct EmbeddingTables {
  /// [inputs, dimension]: the embeddings one keeps.
  package private(set) var input: RowStorage
  /// [outputs, dimension]: context words, labels or the nodes of a tree.
  package private(set) var output: RowStorage

  /// Takes the memory; all values are zero.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is not enough.
  package init(inputCount: Int, outputCount: Int, dimension: Int) throws {
    input = try RowStorage(rowCount: inputCount, dimension: dimension)
    output = try RowStorage(rowCount: outputCount, dimension: dimension)
  }

  /// Tables of these rows.
  init(input: RowStorage, output: RowStorage) {
    self.input = input
    self.output = output
  }

  /// Draws every input row from a stream of its own, uniform in -`bound` ..< `bound`.
  package func drawInputs(within bound: Float, seed: UInt64, stream: UInt64) {
    for row in 0..<input.rowCount {
      var random = RandomSource(seed: seed, stream, UInt64(row))
      let values = unsafe input.base + row * input.stride
      for column in 0..<input.dimension {
        unsafe values[column] = (2 * random.nextUnitFloat() - 1) * bound
      }
    }
  }

  /// Copies each table that somebody else holds.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is no memory for it.
  package mutating func makeUnique() throws {
    if !isKnownUniquelyReferenced(&input) { input = try input.copied() }
    if !isKnownUniquelyReferenced(&output) { output = try output.copied() }
  }

  /// Throws when a value is not finite.
  ///
  /// - Parameters:
  ///   - inputName: what a row of the input table is called: "vector of word".
  ///   - outputName: what a row of the output table is called.
  package func checkFinite(inputName: String, outputName: String) throws {
    for (rows, name) in [(input, inputName), (output, outputName)] {
      if let row = rows.firstRowNotFinite() {
        throw WordtoolError.diverged("the \(name) \(row) is not finite")
      }
    }
  }
}

extension RowStorage {
  /// The same rows in memory of their own.
  fileprivate func copied() throws -> RowStorage {
    let copy = try RowStorage(rowCount: rowCount, dimension: dimension)
    unsafe copy.base.update(from: base, count: rowCount * stride)
    return copy
  }
}

extension WordtoolError {
  /// A training whose numbers ran away.
  package static func diverged(
    _ found: String, expected: String = "finite numbers"
  ) -> WordtoolError {
    WordtoolError(
      .diverged, found: found, expected: expected, remedy: "try half the `learningRate`")
  }
}
