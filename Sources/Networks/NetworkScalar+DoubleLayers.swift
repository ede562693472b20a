// Layers without filters in Double.
extension Double {
  private static func give(_ place: inout Double, _ value: Double, _ adds: Bool) {
    place = adds ? place + value : value
  }

  package static func relu(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { unsafe results[index] = unsafe values[index] < 0 ? 0 : values[index] }
  }

  package static func reluGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    for index in 0..<count {
      unsafe give(&results[index], outputs[index] <= 0 ? 0 : gradients[index], adds)
    }
  }

  package static func tanhGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    for index in 0..<count {
      unsafe give(&results[index], gradients[index] * (1 - outputs[index] * outputs[index]), adds)
    }
  }

  package static func sigmoidGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    for index in 0..<count {
      unsafe give(&results[index], gradients[index] * (outputs[index] * (1 - outputs[index])), adds)
    }
  }

  package static func sum(_ x: Input, _ y: Input, into results: Output, count: Int) {
    for index in 0..<count { unsafe results[index] = unsafe x[index] + y[index] }
  }

  package static func drop(
    _ values: Input, into results: Output, count: Int, first: UInt32, keys: (UInt32, UInt32),
    threshold: UInt32, scale: Double, adds: Bool
  ) {
    for index in 0..<count {
      var bits = first &+ UInt32(truncatingIfNeeded: index) &+ keys.0
      bits = (bits ^ bits >> 16) &* 0x85eb_ca6b
      bits = (bits ^ bits >> 13 ^ keys.1) &* 0xc2b2_ae35
      bits ^= bits >> 16
      unsafe give(&results[index], bits < threshold ? 0 : values[index] * scale, adds)
    }
  }

  package static func channelSums(
    rows: Int, channels: Int, _ values: Input, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) {
    unsafe channelProducts(
      rows: rows, channels: channels, values, values, sums: sums, products: squares)
  }

  package static func channelProducts(
    rows: Int, channels: Int, _ values: Input, _ gradients: Input,
    sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
  ) {
    unsafe sums.update(repeating: 0, count: channels)
    unsafe products.update(repeating: 0, count: channels)
    for row in 0..<rows {
      for channel in 0..<channels {
        let gradient = unsafe gradients[row * channels + channel]
        unsafe sums[channel] += gradient
        unsafe products[channel] += gradient * values[row * channels + channel]
      }
    }
  }

  package static func scaleChannels(
    rows: Int, channels: Int, _ values: Input, factors: Input, offsets: Input, into results: Output
  ) {
    for index in 0..<rows * channels {
      let channel = index % channels
      unsafe results[index] = values[index] * factors[channel] + offsets[channel]
    }
  }

  package static func combineChannels(
    rows: Int, channels: Int, _ gradients: Input, a: Input, _ values: Input, b: Input, d: Input,
    into results: Output, adds: Bool
  ) {
    for index in 0..<rows * channels {
      let channel = index % channels
      let value = unsafe gradients[index] * a[channel] + (values[index] * b[channel] + d[channel])
      unsafe give(&results[index], value, adds)
    }
  }

  package static func maxPool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output, places: PoolPlaces?
  ) {
    unsafe plainMaxPool(windows, row: row, image, into: results, places: places)
  }

  package static func maxPoolGradient(
    _ windows: PoolWindows, row: Int, _ gradients: Input, places: PoolPlaces,
    into results: Output, adds: Bool
  ) {
    unsafe plainMaxPoolGradient(
      windows, row: row, gradients, places: places, into: results, adds: adds)
  }

  package static func averagePool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output
  ) {
    let (channels, columns) = (windows.channels, windows.columns)
    for column in 0..<columns.windows {
      for channel in 0..<channels {
        var sum = 0.0
        for y in windows.rows.places(of: row) {
          for x in columns.places(of: column) {
            unsafe sum += image[y * windows.inputStride + x * channels + channel]
          }
        }
        unsafe results[column * channels + channel] = sum * windows.factor(row: row, column: column)
      }
    }
  }

  package static func averagePoolGradient(
    _ windows: PoolWindows, row y: Int, _ gradients: Input, into results: Output, adds: Bool
  ) {
    let (channels, columns) = (windows.channels, windows.columns)
    for x in 0..<columns.inputs {
      for channel in 0..<channels {
        var sum = 0.0
        for row in windows.rows.windows(over: y) {
          for column in columns.windows(over: x) {
            unsafe sum +=
              gradients[row * windows.outputStride + column * channels + channel]
              * windows.factor(row: row, column: column)
          }
        }
        unsafe give(&results[x * channels + channel], sum, adds)
      }
    }
  }
}
