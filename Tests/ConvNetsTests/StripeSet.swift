import ConvNets
import TestSupport

/// A set of noisy 12 x 12 images of bars: class 0 lies, class 1 stands, class 2 is a corner.
enum StripeSet {
  static let shape = ImageShape(height: 12, width: 12, channels: 1)
  static let classNames = ["0", "1", "2"]

  /// Writes an IDX pair below `folder` and opens it.
  static func make(
    _ count: Int, in folder: ScratchFolder, name: String = "train", seed: UInt64 = 1
  ) throws -> ImageDataset {
    var generator = SeededGenerator(seed: seed)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for index in 0..<count {
      let label = index % 3
      let (row, column) = (
        Int.random(in: 2...9, using: &generator), Int.random(in: 2...9, using: &generator)
      )
      for place in 0..<144 {
        let isInRow = place / 12 == row && label != 1
        let isInColumn = place % 12 == column && label != 0
        let light = isInRow || isInColumn ? 200 : 20
        pixels.append(UInt8(light + Int.random(in: 0...50, using: &generator)))
      }
      labels.append(UInt8(label))
    }
    let path = try folder.write(
      ImageSamples.idx([count, 12, 12], pixels), to: "\(name)-images-idx3-ubyte")
    try folder.write(ImageSamples.idx([count], labels), to: "\(name)-labels-idx1-ubyte")
    return try ImageDataset(contentsOf: path)
  }

  static let network = "conv 6 3x3, bn, relu, max-pool 2, dropout 0.1, flatten, fc classes"

  static func description(
    _ network: String = network, preprocessing: ImagePreprocessing = ImagePreprocessing()
  ) throws -> ImageModelDescription {
    try ImageModelDescription(
      architecture: network, inputShape: shape, classNames: classNames,
      preprocessing: preprocessing)
  }
}
