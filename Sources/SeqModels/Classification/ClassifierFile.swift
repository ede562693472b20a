import BLASCore
import Tokenize
public import WordtoolCore

extension TextClassifier {
  /// Reads a model that ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData` for a file that is damaged, holds another
  ///   kind of model or is of a version this program does not know.
  public convenience init(contentsOf path: String) throws {
    let file = try ClassifierFile(path: path)
    switch try file.text("model") {
    case BagOfWordsClassifier.modelName: self.init(core: try BagOfWordsClassifier(file))
    case FastTextClassifier.modelName: self.init(core: try FastTextClassifier(file))
    case RecurrentClassifier.modelName: self.init(core: try RecurrentClassifier(file))
    case SequenceTagger.modelName:
      throw file.failure("a tagger of words", "a classifier of texts")
    case let other:
      throw file.failure("a classifier of the kind '\(other)'", "one that this version knows")
    }
  }

  /// Writes the model as safetensors and makes the file complete.
  ///
  /// The same model gives the same bytes.
  ///
  /// - Throws: `WordtoolError` of kind `inputOutput`.
  public func write(to output: OutputFile) throws {
    try core.write(to: output)
    try output.commit()
  }
}

/// A model file that is read: its facts and its tensors, each checked when it is asked for.
struct ClassifierFile {
  static let format = "wordtool-classifier 1"
  private static let formatName = "wordtool-classifier"
  let tensors: TensorFile

  init(path: String) throws {
    let file = try MappedFile(path: path)
    guard TensorFile.matches(file.bytes) else {
      throw WordtoolError(
        .badData, path: path, found: "no safetensors file",
        expected: "a classifier that train-classifier wrote")
    }
    tensors = try TensorFile(bytes: file.bytes, path: path, owner: file)
    guard let format = tensors.metadata["format"], format.hasPrefix(Self.formatName + " ") else {
      throw failure(
        "a file of format '\(tensors.metadata["format"] ?? "none")'",
        "a classifier that train-classifier wrote")
    }
    guard format == Self.format else {
      throw failure("format '\(format)'", "'\(Self.format)'; a newer wordtool may read it")
    }
  }

  func failure(_ found: String, _ expected: String? = nil) -> WordtoolError {
    WordtoolError(.badData, path: tensors.path, found: found, expected: expected)
  }

  /// A fact of the header.
  func text(_ name: String) throws -> String {
    guard let text = tensors.metadata[name] else { throw failure("no '\(name)' in the header") }
    return text
  }

  /// A fact that is a number in a range.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    let text = try text(name)
    guard let value = Int(text), range.contains(value) else {
      throw failure("'\(name)' is '\(text)'", "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A fact that is one of the cases of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type = Choice.self
  ) throws -> Choice where Choice.RawValue == String {
    let text = try text(name)
    guard let value = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("'\(name)' is '\(text)'", "one of \(known)")
    }
    return value
  }

  /// A fact that is yes or no.
  func flag(_ name: String) throws -> Bool {
    let text = try text(name)
    guard let value = Bool(text) else { throw failure("'\(name)' is '\(text)'", "true or false") }
    return value
  }

  /// The tokenizer's rule.
  func rule() throws -> TokenizerRule {
    let text = try text("tokenizer_rule")
    do {
      return try StoredJSON.decode(TokenizerRule.self, from: text)
    } catch {
      throw failure("a tokenizer rule that cannot be read", "one as train-classifier writes it")
    }
  }

  /// The bytes of a tensor of some type and shape; an extent of -1 may be any.
  func bytes(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int]
  ) throws -> (bytes: UnsafeRawBufferPointer, shape: [Int]) {
    guard let entry = tensors.entry(named: name) else { throw failure("no tensor '\(name)'") }
    guard entry.type == type, entry.shape.count == shape.count,
      zip(entry.shape, shape).allSatisfy({ $1 == -1 || $0 == $1 })
    else {
      let text = shape.map { $0 < 0 ? "any" : "\($0)" }.joined(separator: ", ")
      throw failure(
        "tensor '\(name)' is \(entry.type.rawValue) \(entry.shape)", "\(type.rawValue) [\(text)]")
    }
    return (tensors.bytes(of: entry), entry.shape)
  }

  /// A copy of a tensor's elements.
  func values<Element: BitwiseCopyable>(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int], zero: Element
  ) throws -> [Element] {
    let bytes = try bytes(name, type, shape).bytes
    let count = bytes.count / MemoryLayout<Element>.stride
    var result = [Element](repeating: zero, count: count)
    result.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
    return result
  }

  /// A copy of a tensor of floats, all of them finite.
  func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
    let result = try values(name, .float32, shape, zero: Float(0))
    guard result.allSatisfy(\.isFinite) else {
      throw failure("tensor '\(name)' has a value that is not finite")
    }
    return result
  }

  /// The rows of a tensor of floats where they are in the file.
  func rows(_ name: String, count: Int, dimension: Int) throws -> FloatRows {
    let (bytes, shape) = try bytes(name, .float32, [count, dimension])
    guard shape[0] > 0, shape[1] > 0 else { throw failure("tensor '\(name)' is \(shape)") }
    guard Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0 else {
      throw failure("tensor '\(name)' begins at an odd place", "a multiple of 4")
    }
    return FloatRows(
      count: shape[0], dimension: shape[1], stride: shape[1],
      values: bytes.bindMemory(to: Float.self),
      owner: tensors)
  }

  /// Texts, one after another in `name.bytes`, with their bounds in `name.offsets`.
  func table(_ name: String) throws -> TokenTable {
    let bytes = try values("\(name).bytes", .uint8, [-1], zero: UInt8(0))
    let offsets = try values("\(name).offsets", .int64, [-1], zero: Int64(0)).map { Int($0) }
    guard offsets.first == 0, offsets.last == bytes.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw failure("tensor '\(name).offsets' does not fit '\(name).bytes'") }
    var table = TokenTable()
    try bytes.withUnsafeBufferPointer { bytes in
      for (start, end) in zip(offsets, offsets.dropFirst()) {
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        guard table.add(text).isNew else {
          throw failure("'\(String(decoding: text, as: UTF8.self))' twice in '\(name)'")
        }
      }
    }
    return table
  }

  /// The labels; at least two.
  func labels() throws -> [String] {
    let table = try table("labels")
    guard table.count >= 2 else { throw failure("\(table.count) labels", "at least 2") }
    return (0..<table.count).map { table.text(Int32($0)) }
  }

  /// The words and n-grams.
  func features() throws -> NGramFeatures {
    let lowest = try integer("lowest_order", in: 1...NGramFeatureOptions.maximumOrder)
    let highest = try integer("highest_order", in: lowest...NGramFeatureOptions.maximumOrder)
    let buckets = try integer("buckets", in: 0...Int(Int32.max))
    let words = try table("vocabulary")
    let (bytes, shape) = try bytes("ngrams", .int32, [-1, 2])
    var pairs = PairTable(capacity: shape[0])
    for number in 0..<shape[0] {
      let prefix = bytes.loadUnaligned(fromByteOffset: number * 8, as: Int32.self)
      let word = bytes.loadUnaligned(fromByteOffset: number * 8 + 4, as: Int32.self)
      guard prefix >= 0, Int(prefix) < words.count + number, word >= 0, Int(word) < words.count,
        pairs.add(PairTable.key(prefix, word)) == Int32(number)
      else { throw failure("n-gram \(number) is [\(prefix), \(word)]", "a new continuation") }
    }
    guard words.count + pairs.count + buckets < Int(Int32.max) else {
      throw failure("\(words.count + pairs.count + buckets) features", "fewer than 2^31")
    }
    return NGramFeatures(
      orders: lowest...highest, words: words, pairs: pairs, bucketCount: buckets)
  }
}
