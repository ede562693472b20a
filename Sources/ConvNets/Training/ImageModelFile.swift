import BLASCore
import Networks
public import WordtoolCore

/// The safetensors file of a classifier of images, and of a training's checkpoint.
///
/// The tensors are named and shaped as torchvision's `state_dict`; a whitening is `zca.*` behind
/// them. The header's strings say the rest.
struct ImageModelFile {
  static let format = "wordtool-image-model 1"
  static let checkpointFormat = "wordtool-image-checkpoint 2"

  let file: TensorFile
  let description: ImageModelDescription
  let whitening: ZCAWhitening?
  /// What `num_batches_tracked` says.
  let stepCount: Int

  /// Opens a model or a checkpoint that wordtool wrote and looks for all its tensors.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - format: what its header must say it is.
  ///   - inputSize: rows and columns of the input instead of those it was trained with.
  ///   - remedy: what to do about a file of bare weights.
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  init(
    path: String, format: String, inputSize: Extent? = nil,
    remedy: String = "`architecture` says which network bare weights belong to"
  ) throws {
    let opened = try ModelFile(
      path: path, format: format, writtenBy: "image train", bareRemedy: remedy)
    file = opened.tensors
    let trained = try opened.decoded("model", as: ImageModelDescription.self)
    do {
      description = try inputSize.map { try trained.resized(to: $0) } ?? trained
    } catch var error as WordtoolError {
      error.kind = .badData
      error.path = path
      throw error
    }
    whitening =
      ZCAWhitening.isPresent(in: file, prefix: "zca.")
      ? try ZCAWhitening(from: file, prefix: "zca.") : nil
    try Self.check(file, description.graph)
    stepCount = Self.stepCount(in: file, description.graph)
  }

  /// Opens weights that torchvision or another tool wrote.
  ///
  /// - Parameters:
  ///   - architecture: the network they belong to.
  ///   - inputShape: the shape of its images.
  ///   - classNames: the names of its classes; numbers without.
  ///   - preprocessing: how images become its input.
  init(
    bare path: String, architecture: String, inputShape: ImageShape, classNames: [String]?,
    preprocessing: ImagePreprocessing
  ) throws {
    file = try TensorFile(path: path)
    if let format = file.metadata["format"], format.hasPrefix("wordtool-") {
      throw WordtoolError(
        .badData, path: path, found: "a file of the kind '\(format)'", expected: "bare weights",
        remedy: "leave `architecture` out: the file says what it is")
    }
    let classes = try Self.classCount(
      in: file,
      try Architecture(architecture).graph(input: inputShape, classes: 1000))
    if let classNames, classNames.count != classes {
      throw WordtoolError(
        .badData, path: path, found: "\(classNames.count) names of classes",
        expected: "\(classes), as many as the network has outputs")
    }
    description = try ImageModelDescription(
      architecture: architecture, inputShape: inputShape,
      classNames: classNames ?? (0..<classes).map(String.init), preprocessing: preprocessing)
    whitening = nil
    try Self.check(file, description.graph)
    let known = Set(Self.tensors(of: description.graph).map(\.name))
    if let other = file.entries.first(where: { !known.contains($0.name) }) {
      throw WordtoolError(
        .badData, path: path, found: "the tensor \(other.name)",
        expected: "only those of \(architecture)",
        remedy: "`architecture` names the network the weights belong to")
    }
    stepCount = Self.stepCount(in: file, description.graph)
  }

  /// How many outputs the weights have: what the last layer with parameters has in the file.
  private static func classCount(in file: TensorFile, _ graph: LayerGraph) throws -> Int {
    var node = graph.output
    while graph.parameters(of: node).isEmpty, let input = graph.nodes[node].inputs.first {
      node = input
    }
    guard let name = graph.parameters(of: node).first?.name else {
      throw WordtoolError(.badData, path: file.path, found: "a network without weights")
    }
    guard let entry = file.entry(named: name) else {
      let isWrapped = file.entry(named: "module." + name) != nil
      throw WordtoolError(
        .badData, path: file.path, found: "no tensor \(name)",
        remedy: isWrapped
          ? "its names begin with 'module.': save the network that is inside of DataParallel" : nil)
    }
    guard let count = entry.shape.first,
      (1...ImageModelDescription.maximumClassCount).contains(count)
    else {
      throw WordtoolError(
        .badData, path: file.path, found: "tensor \(name) of shape \(entry.shape)",
        expected: "a row for each class")
    }
    return count
  }

  // MARK: Tensors

  /// One tensor of torchvision's `state_dict`.
  struct Tensor {
    let name: String
    let shape: [Int]
    enum Role { case parameter, statistic, count }
    let role: Role
  }

  /// The tensors in the order of torchvision's `state_dict`.
  static func tensors(of graph: LayerGraph) -> [Tensor] {
    graph.nodes.indices.flatMap { node in
      let statistics = graph.statistics(of: node)
      return graph.parameters(of: node).map {
        Tensor(name: $0.name, shape: $0.shape, role: .parameter)
      } + statistics.map { Tensor(name: $0.name, shape: $0.shape, role: .statistic) }
        + (statistics.isEmpty
          ? []
          : [
            Tensor(
              name: graph.nodes[node].name + ".num_batches_tracked", shape: [], role: .count)
          ])
    }
  }

  /// Every tensor is there with its shape before memory is taken for any.
  private static func check(_ file: TensorFile, _ graph: LayerGraph) throws {
    for tensor in tensors(of: graph) where tensor.role != .count {
      _ = try ModelFile(file).entry(tensor.name, .float32, tensor.shape)
    }
  }

  private static func stepCount(in file: TensorFile, _ graph: LayerGraph) -> Int {
    for tensor in tensors(of: graph) where tensor.role == .count {
      guard let entry = file.entry(named: tensor.name), entry.type == .int64, entry.shape.isEmpty
      else { continue }
      return unsafe max(
        0, Int(Int64(littleEndian: file.bytes(of: entry).loadUnaligned(as: Int64.self))))
    }
    return 0
  }

  /// Copies the numbers into a network.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when one is not finite.
  func read(into execution: NetworkExecution<Float>) throws {
    for parameters in [execution.parameters, execution.statistics] {
      for entry in parameters.entries {
        try unsafe read(
          entry.name, shape: entry.shape, into: parameters.values.base + entry.range.lowerBound)
      }
      if let name = parameters.firstNotFinite() {
        throw WordtoolError(
          .badData, path: file.path, found: "a value in \(name) that is not finite")
      }
    }
    execution.parametersChanged()
  }

  /// Copies one tensor of 32-bit floats.
  func read(_ name: String, shape: [Int], into target: UnsafeMutablePointer<Float>) throws {
    let entry = try ModelFile(file).entry(name, .float32, shape)
    unsafe file.copyBytes(
      of: entry, into: UnsafeMutableRawBufferPointer(start: target, count: entry.range.count))
  }

  // MARK: Writing

  /// Writes a model, or a checkpoint with more tensors behind it.
  static func write(
    to output: OutputFile, format: String, description: ImageModelDescription,
    whitening: ZCAWhitening?, stepCount: Int, execution: NetworkExecution<Float>,
    metadata: [String: String] = [:],
    more: [(name: String, values: UnsafeBufferPointer<Float>)] = unsafe []
  ) throws {
    var metadata = metadata
    metadata["format"] = format
    metadata["model"] = try StoredJSON.text(description)
    if let whitening { metadata.merge(whitening.metadata(prefix: "zca.")) { $1 } }
    let tensors = tensors(of: description.graph)
    var announced = tensors.map {
      TensorFileWriter.Announcement($0.name, $0.role == .count ? .int64 : .float32, $0.shape)
    }
    announced += whitening?.announcements(prefix: "zca.") ?? []
    unsafe announced += more.map {
      unsafe TensorFileWriter.Announcement($0.name, .float32, [$0.values.count])
    }
    var writer = try TensorFileWriter(to: output, metadata: metadata, tensors: announced)
    for tensor in tensors {
      if tensor.role == .count {
        try unsafe withUnsafeBytes(of: Int64(stepCount).littleEndian) {
          try unsafe writer.write($0)
        }
        continue
      }
      let parameters =
        tensor.role == .parameter ? execution.parameters : execution.statistics
      guard let entry = parameters.entry(tensor.name) else {
        preconditionFailure("no parameter \(tensor.name)")
      }
      let start = unsafe parameters.values.base + entry.range.lowerBound
      try unsafe writer.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: entry.range.count)))
    }
    try whitening?.write(to: &writer)
    try unsafe more.forEach { try unsafe writer.write(UnsafeRawBufferPointer($0.values)) }
    writer.finish()
  }
}

extension ImageModel {
  private convenience init(_ file: ImageModelFile, threads: Int) throws {
    let execution = try NetworkExecution<Float>(file.description.graph, threads: threads)
    try file.read(into: execution)
    self.init(
      file.description, whitening: file.whitening, stepCount: file.stepCount, execution: execution,
      threads: threads)
  }

  /// Reads a model that ``write(to:)`` wrote.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - inputSize: rows and columns of the input instead of those it was trained with, for networks
  ///     whose weights do not depend on them.
  ///   - threads: how many threads work.
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` naming what is wrong.
  public convenience init(
    contentsOf path: String, inputSize: Extent? = nil, threads: Int = Workers.defaultCount
  ) throws {
    try self.init(
      try ImageModelFile(path: path, format: ImageModelFile.format, inputSize: inputSize),
      threads: threads)
  }

  /// Reads weights alone, as torchvision's `state_dict` has them.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - architecture: the network's name, or its layers as text.
  ///   - inputShape: the shape of one image of its input.
  ///   - classNames: the names of the classes; their numbers without.
  ///   - preprocessing: how images become its input.
  ///   - threads: how many threads work.
  /// - Throws: `WordtoolError`: `usage` for an unknown architecture; `noSuchInput`; `badData` naming
  ///   the first tensor that is missing, that the network has not, or that has another shape.
  public convenience init(
    weights path: String, architecture: String, inputShape: ImageShape,
    classNames: [String]? = nil, preprocessing: ImagePreprocessing = ImagePreprocessing(),
    threads: Int = Workers.defaultCount
  ) throws {
    try self.init(
      try ImageModelFile(
        bare: path, architecture: architecture, inputShape: inputShape, classNames: classNames,
        preprocessing: preprocessing), threads: threads)
  }

  /// The model with other preprocessing, for instance one that resizes.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when its means and deviations do not fit the channels.
  public func with(preprocessing: ImagePreprocessing) throws -> ImageModel {
    try preprocessing.requireSuits(channels: inputShape.channels)
    var description = description
    description.preprocessing = preprocessing
    return ImageModel(
      description, whitening: whitening, stepCount: stepCount, execution: execution,
      threads: threads)
  }

  /// Writes the model as a safetensors file with torchvision's names, which appears when it is
  /// complete; see ``init(contentsOf:inputSize:threads:)``.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes the model into an open file.
  package func write(to output: OutputFile) throws {
    try unsafe ImageModelFile.write(
      to: output, format: ImageModelFile.format, description: description, whitening: whitening,
      stepCount: stepCount, execution: execution)
  }
}

extension ImageModelDescription {
  /// Reads what the file of a model says it is, and none of its numbers.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` when the file is no model that wordtool wrote.
  public init(contentsOf path: String) throws {
    self = try ImageModelFile(
      path: path, format: ImageModelFile.format,
      remedy: "give the name of the network that bare weights belong to"
    ).description
  }
}
