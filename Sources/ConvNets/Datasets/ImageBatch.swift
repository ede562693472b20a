public import WordtoolCore

/// Some images of a set as one array, the input of a network.
public struct ImageBatch: Sendable {
  /// The shape of every image.
  public let shape: ImageShape
  /// The values, in the order [image, channel, row, column].
  public let values: [Float]
  /// The class of each image.
  public let labels: [Int32]

  init(shape: ImageShape, values: [Float], labels: [Int32]) {
    self.shape = shape
    self.values = values
    self.labels = labels
  }

  /// A batch of images that are in memory.
  ///
  /// - Throws: `WordtoolError`: `usage` for no image, or more or fewer labels than images; `badData`
  ///   when they are not all of one shape.
  public init(_ images: [Image], labels: [Int32]) throws {
    try OptionCheck.require(
      !images.isEmpty && images.count == labels.count,
      found: "\(labels.count, "label") for \(images.count, "image")",
      expected: "one for each, at least one image")
    for (place, image) in images.enumerated() where image.shape != images[0].shape {
      throw WordtoolError(
        .badData, found: "image \(place) of a batch is \(image.shape)",
        expected: "\(images[0].shape) like the first", remedy: "resize them all")
    }
    self.init(shape: images[0].shape, values: images.flatMap(\.values), labels: labels)
  }

  /// How many images there are.
  public var count: Int { labels.count }

  /// One image of the batch.
  public func image(at index: Int) -> Image {
    precondition((0..<count).contains(index), "image \(index) of a batch of \(count)")
    let size = shape.valueCount
    return Image(shape: shape, values: Array(values[index * size..<(index + 1) * size]))
  }
}

extension ImageDataset {
  /// What may be done to an image on its way into a batch; it is told the image's index in the set.
  public typealias Transform = @Sendable (_ image: Image, _ index: Int) throws -> Image

  /// The images of the indices given, in that order.
  ///
  /// - Parameters:
  ///   - indices: at least one, each in 0 ..< ``count``; one may occur more than once.
  ///   - threads: how many threads decode and transform; the result does not depend on it.
  ///   - transform: what is done to each image before it is stored.
  /// - Throws: `WordtoolError`: `usage` without an index or with one that is out of range; `badData`
  ///   when the images are not all of one shape; whatever reading one of them or `transform` throws.
  public func batch(
    _ indices: [Int], threads: Int = Workers.defaultCount, transform: Transform? = nil
  ) throws -> ImageBatch {
    try OptionCheck.require(!indices.isEmpty, found: "an empty batch", expected: "an image")
    let prepared = { @Sendable (index: Int) throws -> Image in
      let image = try self.image(at: index)
      guard let transform else { return image }
      do {
        return try transform(image, index)
      } catch var error as WordtoolError where error.path == nil {
        error.path = name(at: index)
        throw error
      }
    }
    let first = try prepared(indices[0])
    let (shape, size) = (first.shape, first.shape.valueCount)
    let (total, overflow) = size.multipliedReportingOverflow(by: indices.count)
    guard !overflow, total <= 1 << 32 else {
      throw WordtoolError(
        .badData, path: path, found: "a batch of \(indices.count, "image") of \(shape)",
        expected: "a smaller one")
    }
    var values = [Float](repeating: 0, count: total)
    try unsafe values.withUnsafeMutableBufferPointer { values in
      let room = unsafe Room(values: values)
      unsafe room.values.baseAddress?.update(from: first.values, count: size)
      let workers = max(1, min(threads, indices.count - 1))
      try Workers.run(count: workers) { worker in
        for place in stride(from: 1 + worker, to: indices.count, by: workers) {
          let image = try prepared(indices[place])
          guard image.shape == shape else {
            throw WordtoolError(
              .badData, path: name(at: indices[place]), found: "an image of \(image.shape)",
              expected: "\(shape) like \(name(at: indices[0])), the first of the batch",
              remedy: image.channels != shape.channels
                ? "make all of them grey or all RGB" : "resize them all")
          }
          unsafe room.values.baseAddress.map {
            unsafe ($0 + place * size).update(from: image.values, count: size)
          }
        }
      }
    }
    return ImageBatch(shape: shape, values: values, labels: indices.map { labels[$0] })
  }

  /// Sendable: every worker writes the places of its own images.
  @safe private struct Room: @unchecked Sendable {
    let values: UnsafeMutableBufferPointer<Float>
  }

  /// Walks over the set in batches.
  ///
  /// - Parameters:
  ///   - size: images in a batch, at least 1; the last one may have fewer.
  ///   - order: which images, in which order; all of them as they come without it.
  ///   - threads: as for ``batch(_:threads:transform:)``.
  ///   - transform: as for ``batch(_:threads:transform:)``.
  public func batches(
    of size: Int, order: [Int]? = nil, threads: Int = Workers.defaultCount,
    transform: Transform? = nil
  ) -> ImageBatches {
    return ImageBatches(
      dataset: self, size: size, order: order ?? Array(0..<count), threads: threads,
      transform: transform)
  }
}

/// The batches of a set, one at a time.
public struct ImageBatches {
  let dataset: ImageDataset
  let size: Int
  let order: [Int]
  let threads: Int
  let transform: ImageDataset.Transform?
  private var position = 0

  init(
    dataset: ImageDataset, size: Int, order: [Int], threads: Int,
    transform: ImageDataset.Transform?
  ) {
    self.dataset = dataset
    self.size = size
    self.order = order
    self.threads = threads
    self.transform = transform
  }

  /// The next batch, or nil at the end.
  ///
  /// - Throws: as `ImageDataset.batch` does; `usage` for a size below 1.
  public mutating func next() throws -> ImageBatch? {
    try OptionCheck.require("size", size, in: 1...Int(Int32.max))
    guard position < order.count else { return nil }
    let end = min(position + size, order.count)
    defer { position = end }
    return try dataset.batch(
      Array(order[position..<end]), threads: threads, transform: transform)
  }
}
