import Networks

// The loops over values that cost the time of the layers. Wherever `adds` is set the result is added
// to what is there.
extension NetworkScalar {
  /// max(0, x); NaN stays NaN.
  static func relu(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count {
      let value = values[index]
      results[index] = value < 0 ? 0 : value
    }
  }

  /// The gradient of `relu` from its results.
  static func reluGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    if adds {
      for index in 0..<count { results[index] += outputs[index] <= 0 ? 0 : gradients[index] }
    } else {
      for index in 0..<count { results[index] = outputs[index] <= 0 ? 0 : gradients[index] }
    }
  }

  /// The gradient of `tanh` from its results.
  static func tanhGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    for index in 0..<count {
      let gradient = gradients[index] * (1 - outputs[index] * outputs[index])
      results[index] = adds ? results[index] + gradient : gradient
    }
  }

  /// The gradient of `sigmoid` from its results.
  static func sigmoidGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    for index in 0..<count {
      let gradient = gradients[index] * (outputs[index] * (1 - outputs[index]))
      results[index] = adds ? results[index] + gradient : gradient
    }
  }

  /// results = x + y.
  static func sum(_ x: Input, _ y: Input, into results: Output, count: Int) {
    for index in 0..<count { results[index] = x[index] + y[index] }
  }

  /// Copies or adds; nothing to do where both are one place and nothing is added.
  static func pass(_ values: Input, into results: Output, count: Int, adds: Bool) {
    if adds {
      addScaled(values, factor: 1, into: results, count: count)
    } else if values != UnsafePointer(results) {
      results.update(from: values, count: count)
    }
  }

  /// sums[c] and squares[c] of rows of `channels` values, added up in Double row after row.
  static func channelSums(
    rows: Int, channels: Int, _ values: Input, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) {
    sums.update(repeating: 0, count: channels)
    squares.update(repeating: 0, count: channels)
    for row in 0..<rows {
      let values = values + row * channels
      for channel in 0..<channels {
        let value = Double(values[channel])
        sums[channel] += value
        squares[channel] += value * value
      }
    }
  }

  /// sums[c] = Σ gradient, products[c] = Σ gradient · value.
  static func channelProducts(
    rows: Int, channels: Int, _ values: Input, _ gradients: Input,
    sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
  ) {
    sums.update(repeating: 0, count: channels)
    products.update(repeating: 0, count: channels)
    for row in 0..<rows {
      let (values, gradients) = (values + row * channels, gradients + row * channels)
      for channel in 0..<channels {
        let gradient = Double(gradients[channel])
        sums[channel] += gradient
        products[channel] += gradient * Double(values[channel])
      }
    }
  }

  /// results[r][c] = values[r][c] · factors[c] + offsets[c].
  static func scaleChannels(
    rows: Int, channels: Int, _ values: Input, factors: Input, offsets: Input, into results: Output
  ) {
    for row in 0..<rows {
      let (values, results) = (values + row * channels, results + row * channels)
      for channel in 0..<channels {
        results[channel] = values[channel] * factors[channel] + offsets[channel]
      }
    }
  }

  /// results[r][c] = gradients[r][c] · a[c] + values[r][c] · b[c] + d[c].
  static func combineChannels(
    rows: Int, channels: Int, _ gradients: Input, a: Input, _ values: Input, b: Input, d: Input,
    into results: Output, adds: Bool
  ) {
    for row in 0..<rows {
      let (values, gradients) = (values + row * channels, gradients + row * channels)
      let results = results + row * channels
      if adds {
        for channel in 0..<channels {
          results[channel] +=
            gradients[channel] * a[channel] + (values[channel] * b[channel] + d[channel])
        }
      } else {
        for channel in 0..<channels {
          results[channel] =
            gradients[channel] * a[channel] + (values[channel] * b[channel] + d[channel])
        }
      }
    }
  }

  /// values[i] · scale where the hash of `first` + i is at least `threshold`, 0 elsewhere.
  static func drop(
    _ values: Input, into results: Output, count: Int, first: UInt32, keys: (UInt32, UInt32),
    threshold: UInt32, scale: Self, adds: Bool
  ) {
    for index in 0..<count {
      let value = values[index] * scale
      let hash = DropoutHash.bits(of: first &+ UInt32(truncatingIfNeeded: index), keys: keys)
      let kept = hash < threshold ? 0 : value
      results[index] = adds ? results[index] + kept : kept
    }
  }

  /// results[c][r] = values[r][c].
  static func transpose(
    rows: Int, columns: Int, _ values: Input, into results: Output, adds: Bool
  ) {
    let block = 16
    for top in stride(from: 0, to: rows, by: block) {
      for left in stride(from: 0, to: columns, by: block) {
        for column in left..<min(left + block, columns) {
          let (source, target) = (values + column, results + column * rows)
          for row in top..<min(top + block, rows) {
            let value = source[row * columns]
            target[row] = adds ? target[row] + value : value
          }
        }
      }
    }
  }
}

/// The random bits of dropout: 32 for each number of a value, whoever asks.
enum DropoutHash {
  /// Appleby's finaliser of MurmurHash3, with one key before and one inside.
  @inline(__always)
  static func bits(of index: UInt32, keys: (UInt32, UInt32)) -> UInt32 {
    var bits = index &+ keys.0
    bits = (bits ^ bits >> 16) &* 0x85eb_ca6b
    bits = (bits ^ bits >> 13 ^ keys.1) &* 0xc2b2_ae35
    return bits ^ bits >> 16
  }
}
