import BLASCore
import ConvNets
import Testing
import TestSupport
import WordtoolCore

@Suite struct WhiteningTests {
  /// A set of 8 x 8 images in which neighbours are alike, as in photographs.
  private func smoothSet(_ count: Int, in folder: ScratchFolder) throws -> ImageDataset {
    var generator = SeededGenerator(seed: 3)
    var pixels: [UInt8] = []
    for _ in 0..<count {
      let noise = (0..<100).map { _ in Int.random(in: 0...255, using: &generator) }
      for row in 0..<8 {
        for column in 0..<8 {
          var sum = 0
          for down in 0..<3 {
            for right in 0..<3 { sum += noise[(row + down) * 10 + column + right] }
          }
          pixels.append(UInt8(sum / 9))
        }
      }
    }
    try folder.write(ImageSamples.idx([count, 8, 8], pixels), to: "train-images-idx3-ubyte")
    try folder.write(
      ImageSamples.idx([count], [UInt8](repeating: 0, count: count)), to: "train-labels-idx1-ubyte")
    return try ImageDataset(contentsOf: folder.path)
  }

  @Test func theCovarianceOfWhitenedImagesIsTheIdentity() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(400, in: folder)
    let whitening = try ZCAWhitening(fitting: set)
    #expect(whitening.rank == 64)
    #expect(try whitening.deviation(on: set) < 1e-4)
    // Once more without the library's own code: in the pixels themselves.
    let batch = try whitening.apply(to: try set.batch(Array(0..<400)))
    var worst = 0.0
    for first in 0..<64 {
      for second in 0...first {
        let product = (0..<400).reduce(0.0) {
          $0 + Double(batch.values[$1 * 64 + first] * batch.values[$1 * 64 + second])
        }
        worst = max(worst, abs(product / 400 - (first == second ? 1 : 0)))
      }
    }
    #expect(worst < 1e-4)
    // Zero phase: no other whitening stays closer to the images, so the matrix is symmetric.
    for row in 0..<64 {
      for column in 0..<row {
        #expect(
          abs(whitening.weights[row * 64 + column] - whitening.weights[column * 64 + row]) < 1e-4)
      }
    }
  }

  @Test func epsilonShrinksFaintDirections() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(300, in: folder)
    let whitening = try ZCAWhitening(fitting: set, options: .init(epsilon: 0.01))
    #expect(try whitening.deviation(on: set) < 1e-4)
    let correlated = try ZCAWhitening(fitting: set, options: .init(cutoff: 0.1))
    #expect(correlated.rank < 64)
    #expect(try correlated.deviation(on: set) < 1e-4)
  }

  @Test func patchesWhitenImagesOfAnySize() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(400, in: folder)
    let whitening = try ZCAWhitening(
      fitting: set, options: .init(region: .patch(size: 5), patchCount: 20_000))
    var (before, after) = (NeighborCorrelation(), NeighborCorrelation())
    for index in 0..<400 {
      before.add(try set.image(at: index))
      after.add(try whitening.apply(to: try set.image(at: index)))
    }
    #expect(before.value > 0.5 && abs(after.value) < 0.15)
    #expect(try whitening.apply(to: ImageSamples.smooth(3, 40, 1)).shape.width == 40)
    // The convolution is the patch's own product.
    let image = try set.image(at: 7)
    let patch = image.cropped(row: 1, column: 2, height: 5, width: 5)
    let expected = zip(patch.values, zip(whitening.mean, whitening.weights)).reduce(Float(0)) {
      $0 + ($1.0 - $1.1.0) * $1.1.1
    }
    #expect(abs(try whitening.apply(to: image)[3, 4, 0] - expected) < 1e-3)
  }

  @Test func theTransformIsTheSameForAnyNumberOfThreadsAndFromItsFile() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(300, in: folder)
    for region in [ZCAWhitening.Region.image, .patch(size: 3)] {
      let options = ZCAWhitening.Options(region: region, epsilon: 0.001, patchCount: 3000)
      let whitening = try ZCAWhitening(fitting: set, options: options)
      let threaded = try ZCAWhitening(fitting: set, options: options, threads: 3)
      #expect(whitening.weights == threaded.weights && whitening.mean == threaded.mean)
      try whitening.write(to: folder("zca"))
      try threaded.write(to: folder("zca2"))
      #expect(try folder.bytes(of: "zca") == folder.bytes(of: "zca2"))
      let read = try ZCAWhitening(contentsOf: folder("zca"))
      #expect(read.region == region && read.rank == whitening.rank && read.epsilon == 0.001)
      #expect(read.variances == whitening.variances)
      let image = try set.image(at: 3)
      #expect(try read.apply(to: image) == whitening.apply(to: image))
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(40, in: folder)
    let whitening = try ZCAWhitening(fitting: set)
    expectError("an image of 4 x 4 x 1, expected 8 x 8 x 1") {
      _ = try whitening.apply(to: ImageSamples.random(4, 4, 1))
    }
    expectError("expected at least 9 x 9 x 1, the size of a patch") {
      _ = try ZCAWhitening(fitting: set, options: .init(region: .patch(size: 9)))
    }
    let flat = ScratchFolder()
    try flat.write(
      ImageSamples.idx([3, 2, 2], [UInt8](repeating: 7, count: 12)), to: "train-images-idx3")
    try flat.write(ImageSamples.idx([3], [0, 0, 0]), to: "train-labels-idx1")
    expectError("all alike") {
      _ = try ZCAWhitening(fitting: try ImageDataset(contentsOf: flat.path))
    }
    let large = ScratchFolder()
    try large.write(try ImageSamples.random(64, 65, 1).encoded(as: .png), to: "a/1.png")
    expectError("at most 4096 values at once; whiten by patches", kind: .usage) {
      _ = try ZCAWhitening(fitting: try ImageDataset(contentsOf: large.path))
    }
    let patches = try ZCAWhitening(fitting: set, options: .init(region: .patch(size: 3)))
    expectError("an image of 3 channels, expected 1") {
      _ = try patches.apply(to: ImageSamples.random(9, 9, 3))
    }
  }

  @Test func damagedFilesAreRefused() throws {
    let folder = ScratchFolder()
    let set = try smoothSet(40, in: folder)
    try ZCAWhitening(fitting: set, options: .init(region: .patch(size: 3))).write(to: folder("zca"))
    let good = try folder.bytes(of: "zca")
    try TestFiles.write(Array(good.dropLast(8)), to: folder("bad"))
    #expect(throws: WordtoolError.self) { try ZCAWhitening(contentsOf: folder("bad")) }
  }

  @Test func eigenvectorsAreFound() throws {
    var generator = SeededGenerator(seed: 9)
    let n = 37
    var matrix = [Double](repeating: 0, count: n * n)
    for row in 0..<n {
      for column in 0...row {
        matrix[row * n + column] = Double.random(in: -1...1, using: &generator)
        matrix[column * n + row] = matrix[row * n + column]
      }
    }
    let eigen = try SymmetricEigen.decompose(matrix, order: n)
    #expect(eigen.values == eigen.values.sorted())
    for rank in 0..<n {
      let vector = Array(eigen.vectors[rank * n..<(rank + 1) * n])
      for row in 0..<n {
        let product = (0..<n).reduce(0.0) { $0 + matrix[row * n + $1] * vector[$1] }
        #expect(abs(product - eigen.values[rank] * vector[row]) < 1e-12)
      }
    }
    matrix[5] = .nan
    #expect(throws: WordtoolError.self) { try SymmetricEigen.decompose(matrix, order: n) }
  }

  @Test(
    .enabled(if: RealData.has("mnist/train-images-idx3-ubyte.gz") && RealData.slowTestsAreWanted))
  func mnistIsWhitenedToTheIdentity() throws {
    let set = try ImageDataset(contentsOf: RealData.path("mnist"))
    let whitening = try ZCAWhitening(fitting: set, threads: 2)
    #expect(whitening.rank > 600)
    #expect(try whitening.deviation(on: set, threads: 2) < 1e-3)
  }
}
