import BLASCore
import Networks

/// Which values a training step leaves out, and the factor of the others.
///
/// Kept values are multiplied by 1 / (1 - share), so that nothing changes when all are kept
/// (Srivastava et al. 2014). A mask depends on the seed, the step, the place in the network and the
/// row, never on who draws it.
struct DropoutMask<Scalar: NetworkScalar> {
  private var storage = AlignedBuffer<Scalar>()
  private var rows = 0
  private var columns = 0
  private var layout: SequenceLayout?

  /// Draws factors for [rows, columns] values.
  mutating func draw(
    rows: Int, columns: Int, share: Double, draw: RecurrentStack<Scalar>.Draw, site: UInt64,
    compute: Compute<Scalar>
  ) throws {
    try AlignedBuffer.reserve(&storage, rows * columns)
    self.rows = rows
    self.columns = columns
    Self.fill(
      storage.matrix(rows, columns), share: share, draw: draw, site: site, compute: compute)
  }

  /// Fills a matrix with factors.
  @_specialize(where Scalar == Float)
  static func fill(
    _ target: MatrixView<Scalar>, share: Double, draw: RecurrentStack<Scalar>.Draw, site: UInt64,
    compute: Compute<Scalar>
  ) {
    let kept = Scalar(1 / (1 - share))
    let threshold = UInt32(min(share * 0x1p32, 0x1p32 - 1))
    compute.forRanges(of: target.rows, atLeast: 8) { range in
      for row in range {
        var source = RandomSource(seed: draw.seed, draw.step, site, UInt64(row))
        let values = unsafe target.row(row)
        var column = 0
        while column < target.columns {
          let bits = source.next()
          unsafe values[column] = UInt32(truncatingIfNeeded: bits) < threshold ? 0 : kept
          if column + 1 < target.columns {
            unsafe values[column + 1] =
              UInt32(truncatingIfNeeded: bits >> 32) < threshold ? 0 : kept
          }
          column += 2
        }
      }
    }
  }

  /// Multiplies values by their factors.
  ///
  /// - Parameter layout: where one row of factors serves all steps of a sequence.
  mutating func apply(
    to values: MatrixView<Scalar>, layout: SequenceLayout?, compute: Compute<Scalar>
  ) {
    self.layout = layout
    applyAgain(to: values, compute: compute)
  }

  /// Multiplies by the same factors as the last call of `apply` did: the gradients.
  @_specialize(where Scalar == Float)
  func applyAgain(to values: MatrixView<Scalar>, compute: Compute<Scalar>) {
    precondition(values.columns == columns, "\(values.columns) columns for \(columns)")
    func multiply(_ row: Int, _ maskRow: Int) {
      let target = unsafe values.row(row)
      let factors = unsafe storage.base + maskRow * columns
      for column in 0..<columns { unsafe target[column] *= factors[column] }
    }
    guard let layout else {
      return compute.forRanges(of: values.rows, atLeast: 16) { $0.forEach { multiply($0, $0) } }
    }
    compute.forRanges(of: layout.stepCount, atLeast: 4) { steps in
      for step in steps {
        for sequence in 0..<layout.batchSizes[step] {
          multiply(layout.row(step: step, sequence: sequence), sequence)
        }
      }
    }
  }
}
