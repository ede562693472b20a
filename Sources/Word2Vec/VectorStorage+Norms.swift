import WordtoolCore

extension VectorStorage {
  /// Computes the length of every row and proves that every value is a finite number.
  ///
  /// - Returns: the memory with the lengths, or the first row and column that is not finite.
  static func norms(
    of rows: Rows, count: Int, dimension: Int, threads: Int
  ) throws -> (memory: Allocation, firstBad: (row: Int, column: Int)?) {
    let memory = Allocation(byteCount: count * 4)
    nonisolated(unsafe) let norms = memory.buffer(of: Float.self, count: count)
    nonisolated(unsafe) let rows = rows
    let firstBad = FirstBad()
    try inPieces(of: count, threads: threads) { range in
      for row in range {
        switch rows {
        case .float32(let base, let stride):
          let values = base + row * stride
          let square = Dot.product(values, values, dimension)
          if square.isFinite && square > .leastNormalMagnitude {
            norms[row] = square.squareRoot()
          } else {
            // Too large or too small for a float's square, or not a number: look closely.
            var sum = 0.0
            for column in 0..<dimension {
              let value = Double(values[column])
              if !value.isFinite {
                firstBad.report(row, column)
                break
              }
              sum += value * value
            }
            norms[row] = min(.greatestFiniteMagnitude, Float(sum.squareRoot()))
          }
        case .int8(let base, let scales):
          var sum = 0
          for column in 0..<dimension {
            let value = Int(base[row * dimension + column])
            sum += value * value
          }
          norms[row] = Float(Double(sum).squareRoot() * Double(scales[row]).magnitude)
          if !norms[row].isFinite { firstBad.report(row, 0) }
        }
      }
    }
    return (memory, firstBad.place.withLock { $0 })
  }

  /// The lowest row that was reported.
  private final class FirstBad: Sendable {
    let place = Locked<(row: Int, column: Int)?>(nil)

    func report(_ row: Int, _ column: Int) {
      place.withLock { place in
        if let known = place, known.row <= row { return }
        place = (row, column)
      }
    }
  }
}
