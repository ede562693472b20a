package import Networks

/// Rows of a table, one a token.
package final class EmbeddingTable<Scalar: NetworkScalar> {
  private let name: String
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private var factors: [Scalar] = []

  /// Rows of the parameter `name`, [tokens, values].
  package init(_ name: String, parameters: Parameters<Scalar>, compute: Compute<Scalar>) {
    self.name = name
    self.parameters = parameters
    self.compute = compute
  }

  /// All rows.
  var table: MatrixView<Scalar> { parameters.view(name) }

  /// Writes the rows of `ids`.
  ///
  /// - Parameter wordDropout: the share of tokens whose rows are zero this time.
  @_specialize(where Scalar == Float)
  package func forward(
    _ ids: [Int32], into output: MatrixView<Scalar>, wordDropout: Double = 0,
    draw: RecurrentStack<Scalar>.Draw? = nil
  ) throws {
    let table = parameters.view(name)
    factors = []
    if let draw, wordDropout > 0 {
      let buffer = try AlignedBuffer<Scalar>(count: table.rows)
      DropoutMask.fill(
        buffer.matrix(table.rows, 1), share: wordDropout, draw: draw, site: DropoutSite.words,
        compute: compute)
      factors = unsafe Array(buffer.all)
    }
    compute.forRanges(of: ids.count, atLeast: 32) { range in
      for row in range {
        let id = Int(ids[row])
        unsafe output.row(row).update(from: table.row(id), count: table.columns)
        if !factors.isEmpty {
          let factor = factors[id]
          for column in 0..<table.columns { unsafe output.row(row)[column] *= factor }
        }
      }
    }
  }

  /// Adds the gradients of the rows, token after token.
  @_specialize(where Scalar == Float)
  package func backward(_ ids: [Int32], _ outputGradient: MatrixView<Scalar>) throws {
    let gradient = parameters.gradient(name)
    // Threads share the columns: a token may stand at many places.
    compute.forRanges(of: (gradient.columns + 15) / 16, atLeast: 1) { blocks in
      let first = blocks.lowerBound * 16
      let count = min(gradient.columns, blocks.upperBound * 16) - first
      for (row, id) in ids.enumerated() {
        let factor = factors.isEmpty ? 1 : factors[Int(id)]
        unsafe Scalar.addScaled(
          outputGradient.row(row) + first, factor: factor, into: gradient.row(Int(id)) + first,
          count: count)
      }
    }
  }
}
