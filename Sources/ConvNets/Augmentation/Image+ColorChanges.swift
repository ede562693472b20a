extension Image {
  /// Every value times a factor, kept in 0...1.
  public func brightened(by factor: Float) -> Image {
    map { min(1, max(0, $0 * factor)) }
  }

  /// Every value moved away from the mean grey by a factor, kept in 0...1: 0 gives that grey, 1 the
  /// image itself. Images of other than 1 or 3 planes take the mean of all values.
  public func contrasted(by factor: Float) -> Image {
    let grey = channels == 3 ? grayscale() : self
    let sum = grey.values.reduce(0.0) { $0 + Double($1) }
    let mean = Float(sum / Double(grey.values.count))
    return map { min(1, max(0, factor * $0 + (1 - factor) * mean)) }
  }

  /// Every pixel moved away from its grey by a factor, kept in 0...1: 0 gives the grey image, 1 the
  /// image itself. Only images of three planes have a saturation.
  public func saturated(by factor: Float) -> Image {
    guard channels == 3 else { return self }
    let grey = grayscale().values
    var result = self
    unsafe result.withMutableValues { values in
      for place in values.indices {
        let light = grey[place % grey.count]
        unsafe values[place] = min(1, max(0, factor * values[place] + (1 - factor) * light))
      }
    }
    return result
  }

  /// Every hue turned by a share of the whole circle, 0.5 to the opposite colour. Only images of
  /// three planes have a hue.
  public func hueShifted(by turn: Float) -> Image {
    guard channels == 3 else { return self }
    let area = shape.planeCount
    var result = self
    unsafe result.withMutableValues { values in
      for place in 0..<area {
        let (red, green, blue) = unsafe (
          values[place], values[area + place], values[2 * area + place]
        )
        let (high, low) = (max(red, green, blue), min(red, green, blue))
        let chroma = high - low
        guard chroma > 0 else { continue }
        var sextant: Float
        if high == red {
          sextant = (green - blue) / chroma
        } else if high == green {
          sextant = 2 + (blue - red) / chroma
        } else {
          sextant = 4 + (red - green) / chroma
        }
        sextant += 6 * turn
        sextant -= (sextant / 6).rounded(.down) * 6
        // How far a channel is from the top: a tent over the circle, each channel's at a third.
        func level(_ shift: Float) -> Float {
          let angle = (shift + sextant).truncatingRemainder(dividingBy: 6)
          return high - chroma * max(0, min(angle, 4 - angle, 1))
        }
        unsafe values[place] = level(5)
        unsafe values[area + place] = level(3)
        unsafe values[2 * area + place] = level(1)
      }
    }
    return result
  }

  /// A grey image with as many planes as before. Only images of three planes are changed.
  public func desaturated() -> Image {
    guard channels == 3 else { return self }
    let grey = grayscale()
    return Image(planes: [grey, grey, grey])
  }

  /// A value added to each plane, kept in 0...1.
  ///
  /// - Precondition: there is one offset a plane.
  public func shifted(byChannel offsets: [Float]) -> Image {
    precondition(offsets.count == channels, "\(offsets.count) offsets for an image of \(shape)")
    let area = shape.planeCount
    var result = self
    unsafe result.withMutableValues { values in
      for place in values.indices {
        unsafe values[place] = min(1, max(0, values[place] + offsets[place / area]))
      }
    }
    return result
  }

  /// A rectangle of one value, clipped to the image.
  public func covered(rows: Range<Int>, columns: Range<Int>, with value: Float) -> Image {
    var result = self
    for channel in 0..<channels {
      for row in rows.clamped(to: 0..<height) {
        for column in columns.clamped(to: 0..<width) {
          result[row, column, channel] = value
        }
      }
    }
    return result
  }
}
