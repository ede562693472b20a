// What the kernels of pooling mean, in plain Swift: for Double, and for windows of more than 256
// places.
extension NetworkScalar {
  static func plainMaxPool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output, places: PoolPlaces?
  ) {
    let (channels, columns) = (windows.channels, windows.columns)
    let rows = windows.rows.places(of: row)
    for column in 0..<columns.windows {
      let within = columns.places(of: column)
      for channel in 0..<channels {
        let corner = rows.lowerBound * windows.inputStride + within.lowerBound * channels
        var most = unsafe image[corner + channel]
        var place = 0
        for y in rows {
          for x in within {
            let value = unsafe image[y * windows.inputStride + x * channels + channel]
            // NaN wins, as in PyTorch.
            if value > most || (value.isNaN && !most.isNaN) {
              most = value
              place = (y - rows.lowerBound) * columns.longest + x - within.lowerBound
            }
          }
        }
        unsafe results[column * channels + channel] = most
        places?[column * channels + channel] = place
      }
    }
  }

  static func plainMaxPoolGradient(
    _ windows: PoolWindows, row y: Int, _ gradients: Input, places: PoolPlaces,
    into results: Output, adds: Bool
  ) {
    let (channels, columns) = (windows.channels, windows.columns)
    for x in 0..<columns.inputs {
      for channel in 0..<channels {
        var sum = unsafe adds ? results[x * channels + channel] : 0
        for row in windows.rows.windows(over: y) {
          let above = (y - windows.rows.places(of: row).lowerBound) * columns.longest
          for column in columns.windows(over: x) {
            let window = row * windows.outputStride + column * channels + channel
            if places[window] == above + x - columns.places(of: column).lowerBound {
              unsafe sum += gradients[window]
            }
          }
        }
        unsafe results[x * channels + channel] = sum
      }
    }
  }
}
