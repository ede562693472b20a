import BLASCore
import WordtoolCore

/// The vectors that a covariance is taken from, in blocks: whole images, or patches from random
/// places of every image.
struct WhiteningVectors: Sendable {
  let set: ImageDataset
  let indices: [Int]
  let shape: ImageShape
  let options: ZCAWhitening.Options

  /// Vectors in a block. Fixed, as sums are taken block by block.
  private static let blockSize = 1024

  /// Calls `body` with every block [rows, values] and its number of rows.
  func forEachBlock(
    threads: Int, stop: StopFlag, _ body: (inout [Double], Int) throws -> Void
  ) throws {
    let size = shape.valueCount
    var block: [Double] = []
    block.reserveCapacity(Self.blockSize * size)
    func flush() throws {
      if stop.isRaised {
        throw WordtoolError(.interrupted, path: set.path, found: "stopped on request")
      }
      try body(&block, block.count / size)
      block.removeAll(keepingCapacity: true)
    }
    for (place, index) in indices.enumerated() {
      let image = try set.image(at: index)
      switch options.region {
      case .image:
        guard image.shape == shape else {
          throw WordtoolError(
            .badData, path: set.name(at: index), found: "an image of \(image.shape)",
            expected: "\(shape) like the first", remedy: "whiten by patches, or resize")
        }
        block += image.values.map { Double($0) }
        if block.count >= Self.blockSize * size { try flush() }
      case .patch:
        guard image.channels == shape.channels, image.height >= shape.height,
          image.width >= shape.width
        else {
          throw WordtoolError(
            .badData, path: set.name(at: index), found: "an image of \(image.shape)",
            expected: "at least \(shape), the size of a patch")
        }
        // Every image gives its share of the patches, to within one.
        let count = options.patchCount
        let range = place * count / indices.count..<(place + 1) * count / indices.count
        for number in range {
          var random = RandomSource(seed: options.seed, UInt64(number))
          let row = random.nextIndex(below: image.height - shape.height + 1)
          let column = random.nextIndex(below: image.width - shape.width + 1)
          for channel in 0..<shape.channels {
            for line in row..<row + shape.height {
              let start = (channel * image.height + line) * image.width + column
              block += image.values[start..<start + shape.width].map { Double($0) }
            }
          }
          if block.count >= Self.blockSize * size { try flush() }
        }
      }
    }
    if !block.isEmpty { try flush() }
  }
}
