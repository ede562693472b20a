import Networks

// The loops of pooling, one row of windows or places at a time.
extension NetworkScalar {
  /// The maxima of one row of windows of an image, and where in its window each was found first.
  static func maxPool<Place: FixedWidthInteger & UnsignedInteger>(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output,
    places: UnsafeMutablePointer<Place>?
  ) {
    let channels = windows.channels
    let columns = windows.columns
    for column in 0..<columns.windows {
      let result = results + column * channels
      let place = places.map { $0 + column * channels }
      var isFirst = true
      for y in Int(windows.rows.lower[row])..<Int(windows.rows.upper[row]) {
        let number = (y - Int(windows.rows.lower[row])) * columns.longest
        for x in Int(columns.lower[column])..<Int(columns.upper[column]) {
          let values = image + y * windows.inputStride + x * channels
          let number = Place(truncatingIfNeeded: number + x - Int(columns.lower[column]))
          if isFirst {
            isFirst = false
            result.update(from: values, count: channels)
            place?.update(repeating: number, count: channels)
          } else if let place {
            for channel in 0..<channels {
              // NaN wins, as in PyTorch.
              let value = values[channel]
              let isMore = value > result[channel] || value != value
              result[channel] = isMore ? value : result[channel]
              place[channel] = isMore ? number : place[channel]
            }
          } else {
            for channel in 0..<channels {
              let value = values[channel]
              let isMore = value > result[channel] || value != value
              result[channel] = isMore ? value : result[channel]
            }
          }
        }
      }
    }
  }

  /// The gradients of one row of an image from those of the maxima of the whole image.
  static func maxPoolGradient<Place: FixedWidthInteger & UnsignedInteger>(
    _ windows: PoolWindows, row y: Int, _ gradients: Input, places: UnsafePointer<Place>,
    into results: Output, adds: Bool
  ) {
    let (rows, columns, channels) = (windows.rows, windows.columns, windows.channels)
    for x in 0..<columns.inputs {
      let result = results + x * channels
      if !adds { result.update(repeating: 0, count: channels) }
      for row in Int(rows.first[y])..<Int(rows.end[y]) {
        for column in Int(columns.first[x])..<Int(columns.end[x]) {
          let number = Place(
            truncatingIfNeeded: (y - Int(rows.lower[row])) * columns.longest + x
              - Int(columns.lower[column]))
          let window = row * windows.outputStride + column * channels
          let (gradient, place) = (gradients + window, places + window)
          for channel in 0..<channels {
            result[channel] += place[channel] == number ? gradient[channel] : 0
          }
        }
      }
    }
  }

  /// The means of one row of windows of an image.
  static func averagePool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output
  ) {
    let (columns, channels) = (windows.columns, windows.channels)
    for column in 0..<columns.windows {
      let result = results + column * channels
      result.update(repeating: 0, count: channels)
      for y in Int(windows.rows.lower[row])..<Int(windows.rows.upper[row]) {
        for x in Int(columns.lower[column])..<Int(columns.upper[column]) {
          let values = image + y * windows.inputStride + x * channels
          for channel in 0..<channels { result[channel] += values[channel] }
        }
      }
      let factor = 1 / Self(windows.rows.extent[row] * columns.extent[column])
      for channel in 0..<channels { result[channel] *= factor }
    }
  }

  /// The gradients of one row of an image from those of the means of the whole image.
  static func averagePoolGradient(
    _ windows: PoolWindows, row y: Int, _ gradients: Input, into results: Output, adds: Bool
  ) {
    let (rows, columns, channels) = (windows.rows, windows.columns, windows.channels)
    for x in 0..<columns.inputs {
      let result = results + x * channels
      if !adds { result.update(repeating: 0, count: channels) }
      for row in Int(rows.first[y])..<Int(rows.end[y]) {
        for column in Int(columns.first[x])..<Int(columns.end[x]) {
          let factor = 1 / Self(rows.extent[row] * columns.extent[column])
          let gradient = gradients + row * windows.outputStride + column * channels
          for channel in 0..<channels { result[channel] += factor * gradient[channel] }
        }
      }
    }
  }
}
