import ConvNets
import Testing
import TestSupport
import WordtoolCore

/// Small images and files for the tests.
enum ImageSamples {
  /// An image of random 8-bit values.
  static func random(_ height: Int, _ width: Int, _ channels: Int, seed: UInt64 = 1) -> Image {
    var generator = SeededGenerator(seed: seed)
    let shape = ImageShape(height: height, width: width, channels: channels)
    return Image(
      shape: shape,
      interleaved: (0..<shape.valueCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  /// A smooth image, as a photograph is.
  static func smooth(_ height: Int, _ width: Int, _ channels: Int) -> Image {
    let shape = ImageShape(height: height, width: width, channels: channels)
    var image = Image(shape: shape, filledWith: 0)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<channels {
          let light = (row * (3 + channel) + column * (5 - channel)) % 512
          image[row, column, channel] = Float(min(light, 511 - light)) / 255
        }
      }
    }
    return image
  }

  static func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// An IDX file of bytes.
  static func idx(_ extents: [Int], _ data: [UInt8], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(extents.count)] + extents.flatMap(bigEndian) + data
  }

  /// CIFAR-10 records of random images with the labels given.
  static func cifar(_ labels: [UInt8], seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return labels.flatMap { label in
      [label] + (0..<3072).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
  }
}

/// Runs `body`, which must fail with bad data (or the kind given), and checks the message.
func expectError(
  _ part: String, kind: WordtoolError.Kind = .badData,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error, expected '\(part)'", sourceLocation: sourceLocation)
  } catch let error as WordtoolError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.contains(part), "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
