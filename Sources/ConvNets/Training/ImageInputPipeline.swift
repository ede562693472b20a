import WordtoolCore

/// The way of images into a network: fitted, changed at random while training, scaled, whitened.
struct ImageInputPipeline: Sendable {
  /// What the network wants.
  let shape: ImageShape
  let preprocessing: ImagePreprocessing
  let whitening: ZCAWhitening?

  /// One image as the network wants it, but for the whitening, which is done batch by batch.
  func prepared(_ image: Image) throws -> Image {
    preprocessing.normalized(try preprocessing.fitted(image, to: shape))
  }

  /// One image after random changes.
  func prepared(
    _ image: Image, index: Int, _ augmentation: Augmentation, seed: UInt64, epoch: Int
  ) throws -> Image {
    // Steps that make a size of their own get the whole image.
    var image = image
    if !augmentation.setsSize { image = try preprocessing.fitted(image, to: shape) }
    image = try augmentation.apply(to: image, seed: seed, epoch: epoch, index: index)
    return preprocessing.normalized(try preprocessing.fitted(image, to: shape))
  }

  /// Images of a set as a batch.
  func batch(
    _ indices: [Int], of set: ImageDataset, threads: Int
  ) throws -> ImageBatch {
    try whitened(
      try set.batch(indices, threads: threads) { image, _ in try prepared(image) })
  }

  /// Images of a set as a batch, after random changes.
  func batch(
    _ indices: [Int], of set: ImageDataset, _ augmentation: Augmentation, seed: UInt64, epoch: Int,
    threads: Int
  ) throws -> ImageBatch {
    try whitened(
      try set.batch(indices, threads: threads) { image, index in
        try prepared(image, index: index, augmentation, seed: seed, epoch: epoch)
      })
  }

  /// Images in memory as a batch.
  func batch(_ images: [Image]) throws -> ImageBatch {
    try whitened(
      try ImageBatch(
        try images.map(prepared), labels: [Int32](repeating: 0, count: images.count)))
  }

  private func whitened(_ batch: ImageBatch) throws -> ImageBatch {
    guard let whitening else { return batch }
    return try whitening.apply(to: batch)
  }
}
