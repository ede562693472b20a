import BLASCore

/// Where each pixel of a new image comes from: (row, column) of the old one as a matrix times
/// (row, column) of the new one, plus an offset; as `scipy.ndimage.affine_transform` has it.
public struct AffineMap: Hashable, Sendable {
  /// The matrix, row by row.
  public var matrix: (rowRow: Double, rowColumn: Double, columnRow: Double, columnColumn: Double) {
    get { (a, b, c, d) }
    set { (a, b, c, d) = newValue }
  }
  /// What is added to the row.
  public var rowOffset: Double
  /// What is added to the column.
  public var columnOffset: Double

  private var a: Double
  private var b: Double
  private var c: Double
  private var d: Double

  /// A map of a matrix and an offset.
  public init(
    _ rowRow: Double, _ rowColumn: Double, _ columnRow: Double, _ columnColumn: Double,
    rowOffset: Double = 0, columnOffset: Double = 0
  ) {
    (a, b, c, d) = (rowRow, rowColumn, columnRow, columnColumn)
    self.rowOffset = rowOffset
    self.columnOffset = columnOffset
  }

  /// The map that changes nothing.
  public static let identity = AffineMap(1, 0, 0, 1)

  /// A rotation about the origin; the picture turns counterclockwise for positive angles, rows
  /// running down.
  public static func rotation(degrees: Double) -> AffineMap {
    let sine = PortableMath.sine(degrees: degrees)
    let cosine = PortableMath.cosine(degrees: degrees)
    return AffineMap(cosine, -sine, sine, cosine)
  }

  /// A shift: the picture moves up by `rows` and to the left by `columns`.
  public static func shift(rows: Double, columns: Double) -> AffineMap {
    AffineMap(1, 0, 0, 1, rowOffset: rows, columnOffset: columns)
  }

  /// A shear by an angle, as Keras has it.
  public static func shear(degrees: Double) -> AffineMap {
    AffineMap(
      1, -PortableMath.sine(degrees: degrees), 0, PortableMath.cosine(degrees: degrees))
  }

  /// A zoom: the picture shrinks to 1/`rows` of its height and 1/`columns` of its width.
  public static func zoom(rows: Double, columns: Double) -> AffineMap {
    AffineMap(rows, 0, 0, columns)
  }

  /// The map that takes a place first through `next`, then through this one: the product of the
  /// matrices, this one on the left.
  public func after(_ next: AffineMap) -> AffineMap {
    AffineMap(
      a * next.a + b * next.c, a * next.b + b * next.d,
      c * next.a + d * next.c, c * next.b + d * next.d,
      rowOffset: a * next.rowOffset + b * next.columnOffset + rowOffset,
      columnOffset: c * next.rowOffset + d * next.columnOffset + columnOffset)
  }

  /// The map with the centre of an image in place of the origin.
  public func centered(on shape: ImageShape) -> AffineMap {
    let (row, column) = (Double(shape.height - 1) / 2, Double(shape.width - 1) / 2)
    var moved = self
    moved.rowOffset += row - (a * row + b * column)
    moved.columnOffset += column - (c * row + d * column)
    return moved
  }

  /// Where a place of the new image comes from.
  @inline(__always)
  func source(row: Double, column: Double) -> (row: Double, column: Double) {
    // In the order that SciPy adds in.
    (rowOffset + row * a + column * b, columnOffset + row * c + column * d)
  }
}

extension Image {
  /// The image moved by a map, with linear interpolation between pixels: what
  /// `scipy.ndimage.affine_transform` of order 1 gives for every plane.
  ///
  /// - Parameters:
  ///   - map: where each pixel comes from.
  ///   - fill: what lies beyond the border.
  ///   - constant: the value there with ``FillMode/constant``.
  public func transformed(
    by map: AffineMap, fill: FillMode = .nearest, constant: Float = 0
  ) -> Image {
    var result = Image(shape: shape, filledWith: constant)
    let (height, width, area) = (height, width, shape.planeCount)
    unsafe values.withUnsafeBufferPointer { old in
      unsafe result.withMutableValues { new in
        for row in 0..<height {
          for column in 0..<width {
            let place = map.source(row: Double(row), column: Double(column))
            guard let down = fill.neighbours(of: place.row, count: height),
              let right = fill.neighbours(of: place.column, count: width)
            else { continue }
            let (upper, lower) = (down.first * width, down.second * width)
            for base in stride(from: 0, to: old.count, by: area) {
              let upperLeft = unsafe Double(old[base + upper + right.first])
              let upperRight = unsafe Double(old[base + upper + right.second])
              let lowerLeft = unsafe Double(old[base + lower + right.first])
              let lowerRight = unsafe Double(old[base + lower + right.second])
              let above = upperLeft * (1 - right.weight) + upperRight * right.weight
              let below = lowerLeft * (1 - right.weight) + lowerRight * right.weight
              unsafe new[base + row * width + column] = Float(
                above * (1 - down.weight) + below * down.weight)
            }
          }
        }
      }
    }
    return result
  }

  /// The image mirrored left to right.
  public func flippedHorizontally() -> Image {
    var result = self
    unsafe result.withMutableValues { values in
      for start in stride(from: 0, to: values.count, by: width) {
        unsafe values[start..<start + width].reverse()
      }
    }
    return result
  }

  /// The image mirrored top to bottom.
  public func flippedVertically() -> Image {
    var rows: [Float] = []
    rows.reserveCapacity(values.count)
    for channel in 0..<channels {
      for row in (0..<height).reversed() {
        let start = (channel * height + row) * width
        rows += values[start..<start + width]
      }
    }
    return Image(shape: shape, values: rows)
  }

  /// The image with a border of `margin` pixels on every side.
  public func padded(by margin: Int, boundary: Boundary = .constant, constant: Float = 0) -> Image {
    precondition(margin >= 0, "a margin of \(margin)")
    let shape = ImageShape(
      height: height + 2 * margin, width: width + 2 * margin, channels: channels)
    var result = Image(shape: shape, filledWith: constant)
    for channel in 0..<channels {
      for row in 0..<shape.height {
        guard let source = boundary.index(row - margin, count: height) else { continue }
        for column in 0..<shape.width {
          guard let from = boundary.index(column - margin, count: width) else { continue }
          result[row, column, channel] = self[source, from, channel]
        }
      }
    }
    return result
  }
}
