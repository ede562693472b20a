import BLASCore
public import WordtoolCore

extension ZCAWhitening {
  /// One image, whitened.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when a transform of whole images was made for
  ///   another shape, or one of patches for another number of channels, and when what comes out is
  ///   not finite.
  public func apply(to image: Image) throws -> Image {
    try check(image.shape)
    switch region {
    case .image:
      return Image(shape: image.shape, values: try transform(image.values, count: 1))
    case .patch(let size):
      let result = convolve(image, size: size)
      try Self.checkFinite(result.values)
      return result
    }
  }

  /// A batch, whitened.
  ///
  /// - Throws: as ``apply(to:)-(Image)``.
  public func apply(to batch: ImageBatch) throws -> ImageBatch {
    try check(batch.shape)
    guard region == .image else {
      let images = try (0..<batch.count).map { try apply(to: batch.image(at: $0)) }
      return try ImageBatch(images, labels: batch.labels)
    }
    return ImageBatch(
      shape: batch.shape, values: try transform(batch.values, count: batch.count),
      labels: batch.labels)
  }

  private func check(_ other: ImageShape) throws {
    switch region {
    case .image:
      guard other == shape else {
        throw WordtoolError(
          .badData, found: "an image of \(other)",
          expected: "\(shape), for which the whitening was made")
      }
    case .patch:
      guard other.channels == shape.channels else {
        throw WordtoolError(
          .badData, found: "an image of \(other.channels) channels",
          expected: "\(shape.channels), for which the whitening was made")
      }
    }
  }

  /// Weights that are finite can be too large for their products.
  private static func checkFinite(_ values: [Float]) throws {
    guard values.allSatisfy(\.isFinite) else {
      throw WordtoolError(
        .badData, found: "a whitening that gives values which are not finite",
        expected: "a sound transform", remedy: "make it again, or get the file again")
    }
  }

  /// Whole images: (x - mean) times the symmetric matrix.
  private func transform(_ values: [Float], count: Int) throws -> [Float] {
    let size = shape.valueCount
    let centered = values.indices.map { values[$0] - mean[$0 % size] }
    var result = [Float](repeating: 0, count: values.count)
    unsafe centered.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe result.withUnsafeMutableBufferPointer { result in
          unsafe GEMM.multiply(
            rows: count, columns: size, inner: size, x, aStride: size, weights, bStride: size,
            transposeB: true, into: result, cStride: size)
        }
      }
    }
    try Self.checkFinite(result)
    return result
  }

  /// Every pixel from the patch around it, mirrored at the border.
  private func convolve(_ image: Image, size: Int) -> Image {
    let (height, width, channels) = (image.height, image.width, image.channels)
    let (patch, area) = (shape.valueCount, image.shape.planeCount)
    let rows = (0..<height + size - 1).map {
      Boundary.reflect.index($0 - size / 2, count: height) ?? 0
    }
    let columns = (0..<width + size - 1).map {
      Boundary.reflect.index($0 - size / 2, count: width) ?? 0
    }
    var result = Image(shape: image.shape, filledWith: 0)
    // The patches of one row of pixels, [values of a patch, columns].
    var patches = [Float](repeating: 0, count: patch * width)
    for row in 0..<height {
      unsafe image.values.withUnsafeBufferPointer { old in
        unsafe patches.withUnsafeMutableBufferPointer { patches in
          for value in 0..<patch {
            let (channel, place) = (value / (size * size), value % (size * size))
            let source = channel * area + rows[row + place / size] * width
            let (right, mean) = (place % size, mean[value])
            for column in 0..<width {
              unsafe patches[value * width + column] = old[source + columns[column + right]] - mean
            }
          }
        }
      }
      unsafe patches.withUnsafeBufferPointer { patches in
        unsafe weights.withUnsafeBufferPointer { weights in
          unsafe result.withMutableValues { values in
            // One row of every plane: the planes are a stride apart.
            let target = unsafe UnsafeMutableBufferPointer(rebasing: values[(row * width)...])
            unsafe GEMM.multiply(
              rows: channels, columns: width, inner: patch, weights, aStride: patch, patches,
              bStride: width, into: target, cStride: area)
          }
        }
      }
    }
    return result
  }

  /// How far the covariance of whitened images is from what it should be, in the directions that
  /// were kept: the largest magnitude of U^T cov(y) U - diag(λ / (λ + ε)).
  ///
  /// Only for whole images; with ε = 0 the goal is the identity.
  ///
  /// - Throws: what reading throws; `WordtoolError`: `usage` for a whitening by patches, `diverged`
  ///   when there are no eigenvectors.
  public func deviation(
    on set: ImageDataset, indices: [Int]? = nil, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> Double {
    try OptionCheck.require(
      region == .image, found: "the covariance of images whitened by patches",
      expected: "whole images")
    let size = shape.valueCount
    var sum = CovarianceSum(dimension: size)
    let order = indices ?? Array(0..<set.count)
    var batches = set.batches(of: 512, order: order, threads: threads)
    while let batch = try batches.next() {
      if stop.isRaised {
        throw WordtoolError(.interrupted, path: set.path, found: "stopped on request")
      }
      var block = try apply(to: batch).values.map { Double($0) }
      try sum.add(&block, rows: batch.count, threads: threads)
    }
    let covariance = sum.covariance()
    // The transform has the same eigenvectors; those left out have the eigenvalue 0.
    let eigen = try SymmetricEigen.decompose(weights.map { Double($0) }, order: size)
    let kept = Array(eigen.vectors[((size - rank) * size)...])
    let columns = (0..<size).flatMap { column in
      (0..<rank).map { kept[$0 * size + column] }
    }
    let half = DoubleGEMM.multiply(
      transposed: covariance, columns, rows: size, columns: rank, inner: size)
    let inside = DoubleGEMM.multiply(
      transposed: columns, half, rows: rank, columns: rank, inner: size)
    var worst = 0.0
    for row in 0..<rank {
      // The smallest scale, which comes first, belongs to the largest variance.
      let variance = variances[row]
      let goal = variance / (variance + epsilon)
      for column in 0..<rank {
        let value = inside[row * rank + column]
        worst = max(worst, abs(value - (column == row ? goal : 0)))
      }
    }
    return worst
  }
}
