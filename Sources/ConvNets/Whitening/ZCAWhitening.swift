import BLASCore
public import WordtoolCore

/// Zero-phase whitening: a linear transform after which the values of images have no correlation and
/// variance 1, and which changes the images no more than it must.
///
/// With the covariance C = U diag(λ) U^T of the images' values, an image x becomes
/// U diag(1 / sqrt(λ + ε)) U^T (x - mean). Directions in which images hardly vary are left out: there
/// is nothing to whiten, and their noise would be blown up.
///
/// Small images are whitened whole. Of large ones the covariance is that of patches, and each pixel
/// is whitened by the patch around it: one convolution, in memory that does not grow with the
/// image. Such a transform takes images of any size.
///
/// - SeeAlso: Bell and Sejnowski: The "independent components" of natural scenes are edge filters,
///   1997. Krizhevsky: Learning multiple layers of features from tiny images, 2009, appendix.
public struct ZCAWhitening: Sendable {
  /// What is whitened at once.
  public enum Region: Codable, Hashable, Sendable {
    /// The whole image.
    case image
    /// A square patch of an odd number of rows and columns around each pixel.
    case patch(size: Int)
  }

  /// How a transform is made.
  public struct Options: TrainingOptions {
    /// What is whitened at once.
    public var region: Region
    /// Added to every variance: above 0, small variances grow to less than 1. Keras adds 1e-6.
    public var epsilon: Double
    /// Directions with less than this share of the largest variance are left out.
    public var cutoff: Double
    /// How many patches the covariance is taken from.
    public var patchCount: Int
    /// Decides where the patches are.
    public var seed: UInt64

    /// Options that make the covariance of whitened images the identity.
    public init(
      region: Region = .image, epsilon: Double = 0, cutoff: Double = 1e-6,
      patchCount: Int = 200_000, seed: UInt64 = 1
    ) {
      self.region = region
      self.epsilon = epsilon
      self.cutoff = cutoff
      self.patchCount = patchCount
      self.seed = seed
    }

    /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
    public func validate() throws {
      if case .patch(let size) = region {
        try OptionCheck.require(
          size >= 1 && size % 2 == 1, found: "patches of \(size) x \(size) in `region`",
          expected: "an odd number")
      }
      try OptionCheck.require("epsilon", epsilon, .notNegative)
      try OptionCheck.require("cutoff", cutoff, .share)
      try OptionCheck.require("patchCount", patchCount, in: 1...1 << 40)
    }
  }

  /// The most values of an image or patch: the covariance and LAPACK's work space are then half a
  /// gigabyte.
  public static let maximumDimension = 4096

  /// What is whitened at once.
  public let region: Region
  /// The shape of an image, or of a patch.
  public let shape: ImageShape
  /// The mean of each value of an image or patch, in the order [channel, row, column].
  public let mean: [Float]
  /// The transform, row by row: [values, values] for images; [channels, values] for patches, one
  /// row for each channel of the pixel in the middle.
  public let weights: [Float]
  /// The variances along all directions, largest first.
  public let variances: [Double]
  /// How many directions are kept.
  public let rank: Int
  /// What was added to the variances.
  public let epsilon: Double

  init(
    region: Region, shape: ImageShape, mean: [Float], weights: [Float], variances: [Double],
    rank: Int, epsilon: Double
  ) {
    self.region = region
    self.shape = shape
    self.mean = mean
    self.weights = weights
    self.variances = variances
    self.rank = rank
    self.epsilon = epsilon
  }

  /// Rows of ``weights``.
  var outputCount: Int { region == .image ? shape.valueCount : shape.channels }

  /// Makes the transform for the images of a set.
  ///
  /// - Parameters:
  ///   - set: the images; whole images must be of one shape, for patches only the number of
  ///     channels must be the same.
  ///   - indices: which images; all of them without.
  ///   - options: how.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - stop: ends the work early.
  /// - Throws: `WordtoolError`: `usage` for options out of range, no image, or when an image or patch
  ///   has more values than ``maximumDimension``; `badData` when the images differ in shape, are smaller than a patch
  ///   or do not vary at all; `interrupted`; what reading throws.
  /// - Complexity: O(vectors · d² + d³) for d values; memory for four matrices of d x d doubles.
  public init(
    fitting set: ImageDataset, indices: [Int]? = nil, options: Options = Options(),
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    let indices = indices ?? Array(0..<set.count)
    try options.validate()
    try OptionCheck.require(!indices.isEmpty, found: "whitening of no image", expected: "images")
    let first = try set.image(at: indices[0])
    let shape: ImageShape
    switch options.region {
    case .image: shape = first.shape
    case .patch(let size):
      guard let patch = ImageShape(checking: size, size, first.channels) else {
        throw WordtoolError(
          .usage, found: "patches of \(size) x \(size)", expected: "smaller ones")
      }
      shape = patch
    }
    let dimension = shape.valueCount
    guard dimension <= Self.maximumDimension else {
      throw WordtoolError(
        .usage, path: set.path,
        found: "a covariance of \(dimension) x \(dimension) values for \(shape)",
        expected: "at most \(Self.maximumDimension) values at once",
        remedy: options.region == .image ? "whiten by patches" : "take smaller patches")
    }
    var sum = CovarianceSum(dimension: dimension)
    let vectors = WhiteningVectors(set: set, indices: indices, shape: shape, options: options)
    try vectors.forEachBlock(threads: threads, stop: stop) { block, rows in
      try sum.add(&block, rows: rows, threads: threads)
    }
    let mean = sum.mean.map { Float($0) }
    let eigen = try SymmetricEigen.decompose(sum.covariance(), order: dimension)
    let largest = eigen.values[dimension - 1]
    guard largest > 0 else {
      throw WordtoolError(
        .badData, path: set.path, found: "images that are all alike",
        expected: "images that vary")
    }
    // LAPACK gives the smallest first: those to keep are at the end.
    let least = max(options.cutoff, Double(dimension) * .ulpOfOne) * largest
    let start = eigen.values.firstIndex { $0 >= least } ?? dimension - 1
    let kept = Array(eigen.vectors[(start * dimension)...])
    var scaled = kept
    for row in start..<dimension {
      let scale = 1 / (eigen.values[row] + options.epsilon).squareRoot()
      let base = (row - start) * dimension
      for column in 0..<dimension { scaled[base + column] *= scale }
    }
    let wanted: [Int]
    switch options.region {
    case .image: wanted = Array(0..<dimension)
    case .patch:
      let middle = shape.planeCount / 2
      wanted = (0..<shape.channels).map { $0 * shape.planeCount + middle }
    }
    let left = (0..<dimension - start).flatMap { row in wanted.map { kept[row * dimension + $0] } }
    let product = DoubleGEMM.multiply(
      transposed: left, scaled, rows: wanted.count, columns: dimension, inner: dimension - start)
    self.init(
      region: options.region, shape: shape, mean: mean, weights: product.map { Float($0) },
      variances: eigen.values.reversed(), rank: dimension - start, epsilon: options.epsilon)
  }
}
