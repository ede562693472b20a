import Networks
public import WordtoolCore

/// A trained classifier of images.
///
/// Not for several threads at once: its buffers serve one caller. It works on as many threads as it
/// was made with, and its results do not depend on how many those are.
public final class ImageModel {
  /// What it is.
  public let description: ImageModelDescription
  /// The whitening that its images go through, if it was trained with one.
  public let whitening: ZCAWhitening?
  /// Steps it was trained for: torchvision's `num_batches_tracked`.
  public let stepCount: Int
  /// The network.
  package let execution: NetworkExecution<Float>
  let threads: Int

  /// Takes over a network with its numbers.
  package init(
    _ description: ImageModelDescription, whitening: ZCAWhitening? = nil, stepCount: Int = 0,
    execution: NetworkExecution<Float>, threads: Int
  ) {
    self.description = description
    self.whitening = whitening
    self.stepCount = stepCount
    self.execution = execution
    self.threads = threads
  }

  /// The names of the classes, in the order of the outputs.
  public var classNames: [String] { description.classNames }
  /// The shape of one image of its input.
  public var inputShape: ImageShape { description.inputShape }
  /// How many numbers were trained.
  public var parameterCount: Int { description.graph.parameterCount }
  /// The names of its layers, in order, and the shapes of their results.
  public var layers: [(name: String, shape: ImageShape)] {
    description.graph.nodes.map { ($0.name, $0.shape) }
  }

  var pipeline: ImageInputPipeline {
    ImageInputPipeline(
      shape: inputShape, preprocessing: description.preprocessing, whitening: whitening)
  }

  /// The logits of each class for some images.
  ///
  /// - Returns: [images, classes].
  /// - Throws: `WordtoolError` of kind `badData` for an image of another size or number of channels
  ///   than the network's, unless the model's preprocessing says what to do about it, and for a model
  ///   whose logits are not finite.
  public func logits(of images: [Image]) throws -> [[Float]] {
    var result: [[Float]] = []
    let size = ImageScoring.batchSize(for: inputShape)
    for start in stride(from: 0, to: images.count, by: size) {
      let batch = try pipeline.batch(Array(images[start..<min(images.count, start + size)]))
      let logits = try ImageScoring.logits(of: batch, execution)
      try Self.check(logits.values)
      result += logits.rows
    }
    return result
  }

  /// Weights that are finite can be too large for their products.
  private static func check(_ logits: [Float]) throws {
    guard logits.allSatisfy(\.isFinite) else {
      throw WordtoolError(
        .badData, found: "a model whose logits are not numbers", expected: "a sound model",
        remedy: "train it again, with a lower learning rate, or get the file again")
    }
  }

  /// The probability of each class for some images.
  ///
  /// - Returns: [images, classes]; the values of a row add up to 1.
  /// - Throws: as ``logits(of:)``.
  public func classify(_ images: [Image]) throws -> [[Float]] {
    try logits(of: images).map { ClassRanking.probabilities(of: $0) }
  }

  /// Classifies labelled images and compares.
  ///
  /// - Parameters:
  ///   - set: the images; their classes must be among the model's.
  ///   - k: for the share of images whose class is among the k likeliest.
  ///   - stop: ends the work early.
  ///   - progress: told how many images are done.
  ///   - each: told each image's number and logits, in order.
  /// - Throws: `WordtoolError`: `badData` for an unknown class or an image that does not fit;
  ///   `interrupted`; what reading the images throws.
  public func evaluate(
    _ set: ImageDataset, k: Int = 5, stop: StopFlag = StopFlag(),
    progress: (Int) -> Void = { _ in },
    each: (Int, [Float]) throws -> Void = { _, _ in }
  ) throws -> ImageReport {
    try ImageScoring.evaluate(
      set.relabelled(to: classNames), pipeline: pipeline, execution, classNames: classNames, k: k,
      threads: threads, stop: stop, progress: progress
    ) { number, logits in
      try Self.check(logits)
      try each(number, logits)
    }
  }
}

/// Forward passes over sets of images.
enum ImageScoring {
  /// Images at a time: enough to fill the threads, and a few megabytes of input.
  static func batchSize(for shape: ImageShape) -> Int {
    max(1, min(256, (1 << 20) / shape.valueCount))
  }

  /// Logits that were copied out of the network's memory.
  struct Logits {
    let values: [Float]
    let classes: Int

    func row(_ index: Int) -> ArraySlice<Float> {
      values[index * classes..<(index + 1) * classes]
    }
    var rows: [[Float]] { (0..<values.count / classes).map { Array(row($0)) } }
  }

  static func logits(
    of batch: ImageBatch, _ execution: NetworkExecution<Float>
  ) throws -> Logits {
    try unsafe batch.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return Logits(values: [], classes: 1) }
      let logits = try unsafe execution.logits(base, count: batch.count)
      var copy: [Float] = []
      copy.reserveCapacity(logits.rows * logits.columns)
      for row in 0..<logits.rows {
        unsafe copy += UnsafeBufferPointer(start: logits.row(row), count: logits.columns)
      }
      return Logits(values: copy, classes: logits.columns)
    }
  }

  /// Compares the likeliest classes of images with theirs.
  ///
  /// - Parameter indices: which images; all of them without.
  static func evaluate(
    _ set: ImageDataset, indices: [Int]? = nil, pipeline: ImageInputPipeline,
    _ execution: NetworkExecution<Float>, classNames: [String], k: Int = 1, threads: Int,
    stop: StopFlag, progress: (Int) -> Void = { _ in },
    each: (Int, [Float]) throws -> Void = { _, _ in }
  ) throws -> ImageReport {
    let indices = indices ?? Array(0..<set.count)
    let size = batchSize(for: pipeline.shape)
    let batches = Prefetcher(0..<(indices.count + size - 1) / size) { number in
      let part = indices[number * size..<min(indices.count, (number + 1) * size)]
      return try pipeline.batch(Array(part), of: set, threads: threads)
    }
    var report = ImageReport(classNames: classNames, k: k)
    var done = 0
    while let batch = try batches.next() {
      let logits = try logits(of: batch, execution)
      for (place, label) in batch.labels.enumerated() {
        report.count(logits.row(place), label: Int(label))
        try each(indices[done + place], Array(logits.row(place)))
      }
      done += batch.count
      progress(done)
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(done, "image")")
      }
    }
    return report
  }
}
