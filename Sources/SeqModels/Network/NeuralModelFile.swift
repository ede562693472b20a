import BLASCore
import Networks
public import WordtoolCore

/// The safetensors file of a neural language model, and of a training's checkpoint.
///
/// Weights stand under PyTorch's names; `vocabulary.bytes`, `vocabulary.offsets` and
/// `vocabulary.counts` hold the tokens; `__metadata__` the options as JSON.
struct NeuralModelFile {
  static let format = "wordtool-language-model 1"
  static let checkpointFormat = "wordtool-language-model-checkpoint 1"

  let file: TensorFile
  let options: NeuralOptions
  let vocabulary: LanguageVocabulary

  /// Whether a tensor file is a model of this kind, whatever its version.
  static func matches(_ file: TensorFile) -> Bool {
    file.metadata["format"]?.hasPrefix("wordtool-language-model") ?? false
  }

  // MARK: Reading

  /// Opens a model or a checkpoint and reads all but its weights.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  init(path: String, format: String) throws {
    file = try TensorFile(path: path)
    let found = file.metadata["format"]
    guard found == format else {
      throw WordtoolError(
        .badData, path: path,
        found: found.map { "a file of the kind '\($0)'" } ?? "tensors without a format",
        expected: "'\(format)'", remedy: "train-lm writes such files")
    }
    guard let text = file.metadata["options"],
      let options = try? StoredJSON.decode(NeuralOptions.self, from: text)
    else {
      throw WordtoolError(.badData, path: path, found: "no readable options in the header")
    }
    self.options = options
    vocabulary = try Self.vocabulary(in: file)
    try Self.check(options, vocabulary: vocabulary, path: path)
  }

  /// Refuses shapes that a model cannot have before memory is taken for them.
  private static func check(
    _ options: NeuralOptions, vocabulary: LanguageVocabulary, path: String
  ) throws {
    let sizes = [
      options.recurrent.layers, options.recurrent.hidden, options.embedding, options.window,
      options.recurrent.projection ?? 1,
    ]
    let areFine =
      sizes.allSatisfy { (1...1 << 20).contains($0) } && options.recurrent.layers <= 1_000
      && options.cutoffs.allSatisfy { $0 >= 1 && $0 < vocabulary.count }
      && zip(options.cutoffs, options.cutoffs.dropFirst()).allSatisfy(<)
      && (options.recurrent.cell == .lstm
        || (options.recurrent.projection == nil && !options.recurrent.hasPeepholes))
      && (!options.isTied || options.embedding == options.featureCount)
      && !(options.isTied && options.isOneHot) && !options.recurrent.isBidirectional
    guard areFine else {
      throw WordtoolError(.badData, path: path, found: "options that no model can have")
    }
  }

  private static func vocabulary(in file: TensorFile) throws -> LanguageVocabulary {
    func values(_ name: String) throws -> [Int64] {
      guard let entry = file.entry(named: name), entry.type == .int64, entry.shape.count == 1 else {
        throw WordtoolError(
          .badData, path: file.path, found: "no \(name)", expected: "64-bit numbers")
      }
      let bytes = file.bytes(of: entry)
      return (0..<entry.elementCount).map {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
      }
    }
    let offsets = try values("vocabulary.offsets")
    let counts = try values("vocabulary.counts")
    guard let entry = file.entry(named: "vocabulary.bytes"), entry.type == .uint8,
      offsets.count == counts.count + 1, offsets.count >= 2, offsets.first == 0,
      offsets.last == Int64(entry.range.count),
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 < $1 }), counts.allSatisfy({ $0 >= 0 })
    else {
      throw WordtoolError(.badData, path: file.path, found: "a damaged vocabulary")
    }
    let bytes = file.bytes(of: entry)
    let tokens = counts.indices.map { index in
      (bytes: Array(bytes[Int(offsets[index])..<Int(offsets[index + 1])]), count: counts[index])
    }
    let vocabulary = try LanguageVocabulary(tokens: tokens, path: file.path)
    guard vocabulary.count == tokens.count else {
      throw WordtoolError(
        .badData, path: file.path, found: "a vocabulary without </s> or <unk>")
    }
    return vocabulary
  }

  /// Copies the weights into place; every one must be there with its shape, and finite.
  func readWeights(into parameters: Parameters<Float>) throws {
    for entry in parameters.entries {
      try read(
        entry.name, shape: entry.shape, into: parameters.values.base + entry.range.lowerBound)
    }
    if let name = parameters.firstNotFinite() {
      throw WordtoolError(
        .badData, path: file.path, found: "a value in \(name) that is not finite")
    }
  }

  /// Copies one tensor of 32-bit floats.
  func read(_ name: String, shape: [Int], into target: UnsafeMutablePointer<Float>) throws {
    guard let entry = file.entry(named: name) else {
      throw WordtoolError(.badData, path: file.path, found: "no tensor \(name)")
    }
    guard entry.type == .float32, entry.shape == shape else {
      throw WordtoolError(
        .badData, path: file.path,
        found: "tensor \(name) of type \(entry.type.rawValue) and shape \(entry.shape)",
        expected: "F32 \(shape)")
    }
    UnsafeMutableRawBufferPointer(start: target, count: entry.range.count)
      .copyMemory(from: file.bytes(of: entry))
  }

  // MARK: Writing

  /// Writes weights, vocabulary and whatever else a checkpoint holds.
  static func write(
    to output: OutputFile, format: String, options: NeuralOptions, vocabulary: LanguageVocabulary,
    parameters: Parameters<Float>, metadata: [String: String] = [:],
    more: [(name: String, values: UnsafeBufferPointer<Float>)] = []
  ) throws {
    var metadata = metadata
    metadata["format"] = format
    metadata["options"] = try StoredJSON.text(options)
    var bytes: [UInt8] = []
    var offsets: [Int64] = [0]
    for id in 0..<Int32(vocabulary.count) {
      bytes += vocabulary.utf8(of: id)
      offsets.append(Int64(bytes.count))
    }
    var announced = parameters.entries.map {
      TensorFileWriter.Announcement($0.name, .float32, $0.shape)
    }
    announced += more.map { TensorFileWriter.Announcement($0.name, .float32, [$0.values.count]) }
    announced += [
      TensorFileWriter.Announcement("vocabulary.offsets", .int64, [offsets.count]),
      TensorFileWriter.Announcement("vocabulary.counts", .int64, [vocabulary.count]),
      TensorFileWriter.Announcement("vocabulary.bytes", .uint8, [bytes.count]),
    ]
    var writer = try TensorFileWriter(to: output, metadata: metadata, tensors: announced)
    for entry in parameters.entries {
      let start = parameters.values.base + entry.range.lowerBound
      try writer.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: entry.range.count)))
    }
    for tensor in more { try writer.write(UnsafeRawBufferPointer(tensor.values)) }
    try offsets.map(\.littleEndian).withUnsafeBytes { try writer.write($0) }
    try vocabulary.counts.map(\.littleEndian).withUnsafeBytes { try writer.write($0) }
    try bytes.withUnsafeBytes { try writer.write($0) }
    writer.finish()
    try output.commit()
  }
}

extension NeuralLanguageModel {
  /// Reads a model that ``write(to:)`` or PyTorch with the same names wrote.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - threads: how many threads the model's products use.
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` naming what is wrong.
  public convenience init(contentsOf path: String, threads: Int = 1) throws {
    let file = try NeuralModelFile(path: path, format: NeuralModelFile.format)
    // The weights are there before memory is taken for them.
    for (name, shape) in file.options.parameterShapes(vocabulary: file.vocabulary.count) {
      guard file.file.entry(named: name)?.shape == shape else {
        throw WordtoolError(
          .badData, path: path,
          found: file.file.entry(named: name).map { "tensor \(name) of shape \($0.shape)" }
            ?? "no tensor \(name)", expected: "\(name) of shape \(shape)")
      }
    }
    let network = LanguageNetwork<Float>(
      file.options, vocabulary: file.vocabulary.count, threads: threads)
    try file.readWeights(into: network.parameters)
    self.init(network: network, vocabulary: file.vocabulary)
  }

  /// Writes the model as a safetensors file with PyTorch's names.
  ///
  /// - Throws: `WordtoolError` of kind `inputOutput`.
  public func write(to output: OutputFile) throws {
    try NeuralModelFile.write(
      to: output, format: NeuralModelFile.format, options: options, vocabulary: vocabulary,
      parameters: network.parameters)
  }
}
