import BLASCore
import WordtoolCore

/// The directions in which the colours of a set vary, and how much: what AlexNet's lighting
/// augmentation moves colours along.
///
/// - SeeAlso: Krizhevsky, Sutskever and Hinton, 2012, section 4.1.
public struct ColorLighting: Hashable, Sendable {
  /// The standard deviation along each direction, largest first.
  public let deviations: [Float]
  /// The three directions, each of red, green and blue.
  public let directions: [[Float]]

  init(deviations: [Float], directions: [[Float]]) {
    self.deviations = deviations
    self.directions = directions
  }

  /// Even changes of brightness alone: what is used where no set was looked at.
  public static let gray = ColorLighting(
    deviations: [0.25, 0, 0],
    directions: [
      [0.577_350_26, 0.577_350_26, 0.577_350_26], [0.707_106_77, -0.707_106_77, 0],
      [0.408_248_3, 0.408_248_3, -0.816_496_6],
    ])

  /// Looks at all pixels of some images.
  ///
  /// - Parameters:
  ///   - indices: the numbers of the images, at least one.
  ///   - image: gives the image of a number; it must have three planes.
  /// - Throws: `WordtoolError` of kind `badData` for an image that has not; what `image` throws.
  public init(indices: [Int], image: (Int) throws -> Image) throws {
    try OptionCheck.require(
      !indices.isEmpty, found: "the colours of no image", expected: "at least one")
    var count = 0.0
    var sums = [Double](repeating: 0, count: 3)
    var products = [Double](repeating: 0, count: 9)
    for index in indices {
      let image = try image(index)
      guard image.channels == 3 else {
        throw WordtoolError(
          .badData, found: "an image of \(image.channels) channels",
          expected: "3 for the lighting of colours")
      }
      let area = image.shape.planeCount
      for place in 0..<area {
        let pixel = (0..<3).map { Double(image.values[$0 * area + place]) }
        for row in 0..<3 {
          sums[row] += pixel[row]
          for column in 0...row { products[row * 3 + column] += pixel[row] * pixel[column] }
        }
      }
      count += Double(area)
    }
    let covariance = (0..<9).map { place in
      products[place] / count - sums[place / 3] / count * sums[place % 3] / count
    }
    let eigen = try SymmetricEigen.decompose(covariance, order: 3)
    self.init(
      deviations: (0..<3).map { Float(max(0, eigen.values[2 - $0]).squareRoot()) },
      directions: (0..<3).map { rank in
        (0..<3).map { Float(eigen.vectors[(2 - rank) * 3 + $0]) }
      })
  }

  /// What is added to red, green and blue for three numbers of the normal distribution.
  ///
  /// The paper multiplies the directions by the eigenvalues of the covariance of values 0 to 255;
  /// here the standard deviations stand, whose unit is the same as that of the colours.
  func offsets(_ amounts: [Double]) -> [Float] {
    (0..<3).map { channel in
      (0..<3).reduce(Float(0)) { sum, rank in
        sum + Float(amounts[rank]) * deviations[rank] * directions[rank][channel]
      }
    }
  }
}
