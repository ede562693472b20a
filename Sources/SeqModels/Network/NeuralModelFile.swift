import BLASCore
import Networks
public import WordtoolCore

/// The safetensors file of a neural language model, and of a training's checkpoint.
///
/// Weights stand under PyTorch's names; `vocabulary.bytes`, `vocabulary.offsets` and
/// `vocabulary.counts` hold the tokens; `__metadata__` the options as JSON.
struct NeuralModelFile {
  static let format = "wordtool-language-model 1"
  static let checkpointFormat = "wordtool-language-model-checkpoint 2"

  let file: ModelFile
  let options: NeuralOptions
  let vocabulary: LanguageVocabulary

  /// Whether a tensor file is a model of this kind, whatever its version.
  static func matches(_ file: TensorFile) -> Bool {
    ModelFile.isKind(of: format, file) || ModelFile.isKind(of: checkpointFormat, file)
  }

  // MARK: Reading

  /// Opens a model or a checkpoint and reads all but its weights.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  init(path: String, format: String) throws {
    file = try ModelFile(path: path, format: format, writtenBy: "train-lm")
    options = try file.decoded("options", as: NeuralOptions.self)
    vocabulary = try Self.vocabulary(in: file)
    try Self.check(options, vocabulary: vocabulary, in: file)
  }

  /// Refuses shapes that a model cannot have before memory is taken for them.
  private static func check(
    _ options: NeuralOptions, vocabulary: LanguageVocabulary, in file: ModelFile
  ) throws {
    do {
      try options.validate(vocabulary: vocabulary.count)
    } catch {
      throw file.failure("options that no model can have")
    }
  }

  private static func vocabulary(in file: ModelFile) throws -> LanguageVocabulary {
    let texts = try file.strings(
      bytes: "vocabulary.bytes", offsets: "vocabulary.offsets", allowsEmpty: false)
    let counts = try file.values("vocabulary.counts", .int64, [texts.count], zero: Int64(0))
    guard !counts.isEmpty, counts.allSatisfy({ $0 >= 0 }) else {
      throw file.failure(
        counts.isEmpty ? "an empty vocabulary" : "a negative count in 'vocabulary.counts'")
    }
    let vocabulary = try LanguageVocabulary(
      tokens: counts.indices.map { (Array(texts[$0]), counts[$0]) }, path: file.path)
    guard vocabulary.count == counts.count else {
      throw file.failure("a vocabulary without </s> or <unk>")
    }
    return vocabulary
  }

  /// Looks for every weight with its shape.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  func checkShapes() throws {
    for (name, shape) in options.parameterShapes(vocabulary: vocabulary.count) {
      _ = try file.entry(name, .float32, shape)
    }
  }

  /// Copies the weights into place; every one must be there with its shape, and finite.
  func readWeights(into parameters: Parameters<Float>) throws {
    for entry in parameters.entries {
      try unsafe read(
        entry.name, shape: entry.shape, into: parameters.values.base + entry.range.lowerBound)
    }
    if let name = parameters.firstNotFinite() {
      throw file.failure("a value in \(name) that is not finite")
    }
  }

  /// Copies one tensor of 32-bit floats.
  func read(_ name: String, shape: [Int], into target: UnsafeMutablePointer<Float>) throws {
    let bytes = try unsafe file.bytes(name, .float32, shape).bytes
    unsafe UnsafeMutableRawBufferPointer(start: target, count: bytes.count).copyMemory(from: bytes)
  }

  // MARK: Writing

  /// Writes weights, vocabulary and whatever else a checkpoint holds.
  static func write(
    to output: OutputFile, format: String, options: NeuralOptions, vocabulary: LanguageVocabulary,
    parameters: Parameters<Float>, metadata: [String: String] = [:],
    more: [(name: String, values: UnsafeBufferPointer<Float>)] = unsafe []
  ) throws {
    var metadata = metadata
    metadata["format"] = format
    metadata["options"] = try StoredJSON.text(options)
    let texts = StringTable((0..<Int32(vocabulary.count)).map { vocabulary.bytes(of: $0) })
    var announced = parameters.entries.map {
      TensorFileWriter.Announcement($0.name, .float32, $0.shape)
    }
    unsafe announced += more.map {
      unsafe TensorFileWriter.Announcement($0.name, .float32, [$0.values.count])
    }
    announced += [
      TensorFileWriter.Announcement("vocabulary.offsets", .int64, [texts.offsets.count]),
      TensorFileWriter.Announcement("vocabulary.counts", .int64, [vocabulary.count]),
      TensorFileWriter.Announcement("vocabulary.bytes", .uint8, [texts.bytes.count]),
    ]
    var writer = try TensorFileWriter(to: output, metadata: metadata, tensors: announced)
    for entry in parameters.entries {
      let start = unsafe parameters.values.base + entry.range.lowerBound
      try unsafe writer.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: entry.range.count)))
    }
    try unsafe more.forEach { try unsafe writer.write(UnsafeRawBufferPointer($0.values)) }
    try unsafe texts.offsets.map(\.littleEndian).withUnsafeBytes { try unsafe writer.write($0) }
    try unsafe vocabulary.counts.map(\.littleEndian).withUnsafeBytes { try unsafe writer.write($0) }
    try unsafe texts.bytes.withUnsafeBytes { try unsafe writer.write($0) }
    writer.finish()
  }
}

extension NeuralLanguageModel {
  /// Reads a model that ``write(to:)`` or PyTorch with the same names wrote.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - threads: how many threads the model's products use.
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` naming what is wrong.
  public convenience init(contentsOf path: String, threads: Int = Workers.defaultCount) throws {
    let file = try NeuralModelFile(path: path, format: NeuralModelFile.format)
    // The weights are there before memory is taken for them.
    try file.checkShapes()
    let network = try LanguageNetwork<Float>(
      file.options, vocabulary: file.vocabulary.count, threads: threads)
    try file.readWeights(into: network.parameters)
    try self.init(network: network, vocabulary: file.vocabulary)
  }

  /// Writes the model as a safetensors file with PyTorch's names, which appears when it is complete;
  /// see ``init(contentsOf:threads:)``.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes the model into an open file.
  package func write(to output: OutputFile) throws {
    try unsafe NeuralModelFile.write(
      to: output, format: NeuralModelFile.format, options: options, vocabulary: vocabulary,
      parameters: network.parameters)
  }
}
