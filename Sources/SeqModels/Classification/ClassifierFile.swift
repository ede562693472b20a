import BLASCore
import Tokenize
package import WordtoolCore

extension TextClassifier {
  /// Reads a model that ``write(to:)`` wrote, or a supervised one of fastText's, `.bin` or `.ftz`.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - labelPrefix: what the labels of a file of fastText's begin with, if not with
  ///     ``LabelledTextLayout/usualLabelPrefix``; ``labels`` are what is behind it, where all begin
  ///     with it.
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData` for a file that is damaged, holds another
  ///   kind of model or is of a version this program does not know.
  public convenience init(contentsOf path: String, labelPrefix: String? = nil) throws {
    if path != "-", case let file = try MappedFile(path: path),
      unsafe FastTextModel.matches(file.bytes)
    {
      self.init(core: try FastTextModel(file, labelPrefix: labelPrefix))
      return
    }
    let file = try ModelFile(classifier: path)
    func core(_ core: some ClassifierCore) throws -> (any ClassifierCore, Calibration?) {
      let isOne = core.isExclusive && core.labels.count == 2
      return (core, try file.calibration(questionCount: isOne ? 1 : core.labels.count))
    }
    let found =
      switch try file.text("model") {
      case LinearClassifier.modelName: try core(LinearClassifier(file))
      case FastTextClassifier.modelName: try core(FastTextClassifier(file))
      case RecurrentClassifier.modelName: try core(RecurrentClassifier(file))
      case SequenceTagger.modelName:
        throw file.failure("a tagger of words", "a classifier of texts")
      case let other:
        throw file.failure("a classifier of the kind '\(other)'", "one that this version knows")
      }
    self.init(core: found.0, calibration: found.1)
  }

  /// Writes the model as safetensors to a file that appears when it is complete; see
  /// `init(contentsOf:)`. The same model gives the same bytes.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes the model into an open file.
  package func write(to output: OutputFile) throws { try core.write(to: output, calibration) }
}

/// What the files of classifiers and taggers hold beside their weights.
extension ModelFile {
  /// The kind and version of such files.
  static let classifierFormat = "wordtool-classifier 1"

  /// Opens a classifier or a tagger.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  init(classifier path: String) throws {
    try self.init(
      path: path, format: Self.classifierFormat, writtenBy: "train-classifier or train-tagger")
  }

  /// The tokenizer's rule.
  func rule() throws -> TokenizerRule {
    try decoded("tokenizer_rule", as: TokenizerRule.self)
  }

  /// The rows of a tensor of floats where they are in the file.
  func rows(_ name: String, count: Int, dimension: Int) throws -> FloatRows {
    let (bytes, shape) = unsafe try bytes(name, .float32, [count, dimension])
    guard shape[0] > 0, shape[1] > 0 else { throw failure("tensor \(name) of shape \(shape)") }
    guard Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0 else {
      throw failure("tensor \(name) begins at an odd place", "a multiple of 4")
    }
    return unsafe FloatRows(
      count: shape[0], dimension: shape[1], stride: shape[1],
      values: bytes.bindMemory(to: Float.self),
      owner: tensors)
  }

  /// Texts in `name.bytes` with their bounds in `name.offsets`, no two alike.
  func table(_ name: String) throws -> ByteStringTable {
    try distinctStrings(bytes: "\(name).bytes", offsets: "\(name).offsets")
  }

  /// The labels; at least two.
  func labels() throws -> [String] {
    let table = try table("labels")
    guard table.count >= 2 else { throw failure("\(table.count, "label")", "at least 2") }
    return (0..<table.count).map { table.text(Int32($0)) }
  }

  /// The words and n-grams.
  func features() throws -> NGramFeatures {
    let lowest = try integer("lowest_order", in: 1...NGramFeatureOptions.maximumOrder)
    let highest = try integer("highest_order", in: lowest...NGramFeatureOptions.maximumOrder)
    let buckets = try integer("buckets", in: 0...Int(Int32.max))
    let words = try table("vocabulary")
    let (bytes, shape) = unsafe try bytes("ngrams", .int32, [-1, 2])
    var pairs = NumberedPairs(expectedCount: shape[0])
    for number in 0..<shape[0] {
      let prefix = unsafe bytes.loadUnaligned(fromByteOffset: number * 8, as: Int32.self)
      let word = unsafe bytes.loadUnaligned(fromByteOffset: number * 8 + 4, as: Int32.self)
      guard prefix >= 0, Int(prefix) < words.count + number, word >= 0, Int(word) < words.count,
        pairs.add(prefix, word) == Int32(number)
      else { throw failure("n-gram \(number) is [\(prefix), \(word)]", "a new continuation") }
    }
    let features = NGramFeatures(
      orders: lowest...highest, words: words, pairs: pairs, bucketCount: buckets,
      characters: try characters())
    guard features.count < Int(Int32.max) else {
      throw failure("\(features.count) features", "fewer than 2^31")
    }
    return features
  }

  /// The n-grams of characters, of a model that has them.
  private func characters() throws -> InnerNGrams? {
    guard tensors.entry(named: "characters.offsets") != nil else { return nil }
    let range = 1...InnerNGrams.maximumOrder
    let lowest = try integer("lowest_character_order", in: range)
    let highest = try integer(
      "highest_character_order", in: lowest...InnerNGrams.maximumOrder)
    return InnerNGrams(orders: lowest...highest, table: try table("characters"))
  }

  /// What probabilities are changed by, of a model that was calibrated.
  func calibration(questionCount: Int) throws -> Calibration? {
    guard tensors.metadata["calibration"] != nil else { return nil }
    switch try choice("calibration") as Calibration.Method {
    case .temperature:
      let text = try text("temperature")
      guard let value = Double(text), (1e-3...1e3).contains(value) else {
        throw failure("a temperature of '\(text)'", "0.001 to 1000")
      }
      return Calibration(map: .temperature(value))
    case .isotonic:
      let ends = try values("isotonic.ends", .int64, [questionCount], zero: Int64(0))
      let values = try floats("isotonic.points", [-1, 2])
      var functions: [IsotonicFunction] = []
      var start = 0
      for end in ends {
        guard end > start, end <= values.count / 2,
          let function = IsotonicFunction(
            points: (start..<Int(end)).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) })
        else { throw failure("a calibration that is no rising function of probabilities") }
        functions.append(function)
        start = Int(end)
      }
      return Calibration(map: .isotonic(functions))
    }
  }
}
