import BLASCore
package import Networks

/// First values of weights. Each array has a stream of random numbers of its own, found by the seed
/// and the array's number, so that a new array changes no other.
package enum WeightStart {
  /// Uniform between ± `range`.
  package static func uniform<Scalar: NetworkScalar>(
    _ view: MatrixView<Scalar>, range: Double, seed: UInt64, array: Int
  ) {
    var source = RandomSource(seed: seed, .uniformWeights, UInt64(array))
    for row in 0..<view.rows {
      for column in 0..<view.columns {
        view[row, column] = Scalar((2 * Double(source.nextUnitFloat()) - 1) * range)
      }
    }
  }

  /// A random matrix with orthogonal columns of length 1, or rows where those are fewer: Gaussian
  /// numbers through Gram and Schmidt's process.
  package static func orthogonal<Scalar: NetworkScalar>(
    _ view: MatrixView<Scalar>, seed: UInt64, array: Int
  ) {
    let isWide = view.columns > view.rows
    let (count, length) = isWide ? (view.rows, view.columns) : (view.columns, view.rows)
    var source = RandomSource(seed: seed, .orthogonalWeights, UInt64(array))
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<length).map { _ in gaussian(&source) }
      // Twice is enough for full accuracy.
      for _ in 0..<2 {
        for other in vectors {
          let dot = zip(vector, other).reduce(0.0) { $0 + $1.0 * $1.1 }
          for index in 0..<length { vector[index] -= dot * other[index] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-6 { vectors.append(vector.map { $0 / norm }) }
    }
    for (index, vector) in vectors.enumerated() {
      for place in 0..<length {
        if isWide {
          view[index, place] = Scalar(vector[place])
        } else {
          view[place, index] = Scalar(vector[place])
        }
      }
    }
  }

  /// Box and Muller's method.
  private static func gaussian(_ source: inout RandomSource) -> Double {
    let u = (Double(source.next() >> 11) + 1) * 0x1p-53
    let v = source.nextUnit()
    return (-2 * PortableMath.log(u)).squareRoot() * PortableMath.cosine(turns: v)
  }

  /// Sets the weights of a recurrent stack.
  package static func recurrent<Scalar: NetworkScalar>(
    _ options: RecurrentOptions, prefix: String, parameters: Parameters<Scalar>,
    initialization: WeightInitialization, range: Double?, forgetBias: Double, seed: UInt64
  ) {
    let hidden = options.hidden
    let uniformRange = range ?? 1 / Double(hidden).squareRoot()
    for (array, entry) in parameters.entries.enumerated() where entry.name.hasPrefix(prefix) {
      let view = parameters.view(entry.name)
      let name = entry.name.dropFirst(prefix.count)
      let isRecurrent = name.hasPrefix("weight_hh")
      let isMatrix = entry.shape.count == 2
      switch initialization {
      case .uniform:
        uniform(view, range: uniformRange, seed: seed, array: array)
      case .glorot, .orthogonal, .identity:
        // Biases and peepholes stay zero.
        guard isMatrix else { break }
        let gates = name.hasPrefix("weight_hr") ? 1 : options.cell.gateCount
        for gate in 0..<gates {
          let size = view.rows / gates
          let block = view.rows(gate * size..<(gate + 1) * size)
          if isRecurrent, initialization == .orthogonal {
            orthogonal(block, seed: seed, array: array * 8 + gate)
          } else if isRecurrent, initialization == .identity {
            for index in 0..<min(block.rows, block.columns) { block[index, index] = 1 }
          } else {
            let glorot = (6 / Double(block.rows + block.columns)).squareRoot()
            uniform(block, range: glorot, seed: seed, array: array * 8 + gate)
          }
        }
      }
      if forgetBias != 0, options.cell == .lstm, name.hasPrefix("bias_ih") {
        for unit in hidden..<2 * hidden { unsafe view.base[unit] += Scalar(forgetBias) }
      }
    }
  }
}
