import BLASCore
import Tokenize
import WordtoolCore

/// The n-gram model in a safetensors file that is mapped and answered in place.
///
/// N is the order, V the number of tokens, n(i) that of the n-grams of i tokens.
///
/// | tensor               | type | shape          | content                                        |
/// | -------------------- | ---- | -------------- | ---------------------------------------------- |
/// | `ngrams.1` and so on | U32  | [n(i) + 1, 4]  | the records of ``NGramLevel``, i below N       |
/// | `ngrams.N`           | U32  | [n(N), 2]      | those of the longest                           |
/// | `vocabulary.offsets` | U64  | [V + 1]        | bounds of the tokens in `vocabulary.bytes`     |
/// | `vocabulary.index`   | U32  | [2^k]          | the hash table of ``WordTable``                |
/// | `vocabulary.bytes`   | U8   | [any]          | the tokens, one after another                  |
///
/// `__metadata__` has the `format`, the `unit` and, of words, the `tokenizer_rule` as JSON.
///
/// To open a file means to look at its header, the bounds of the tokens and the three tokens that every
/// model has; the n-grams are not read, and what they say is bounded where it is looked up.
struct NGramFile {
  static let format = "wordtool-ngram-model 1"

  private let file: ModelFile

  /// Whether a tensor file is such a model, whatever its version.
  static func matches(_ file: TensorFile) -> Bool { ModelFile.isKind(of: format, file) }

  /// Opens a file.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  init(path: String) throws {
    file = try ModelFile(path: path, format: Self.format, writtenBy: "train-lm")
  }

  // MARK: Reading

  /// The model, which keeps the file mapped.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for the first broken rule.
  func model() throws -> NGramModel {
    let unit = try file.choice("unit", TextUnit.self)
    let rule =
      try file.tensors.metadata["tokenizer_rule"] == nil
      ? nil : file.decoded("tokenizer_rule", as: TokenizerRule.self)
    var owners: [any AnyObject & Sendable] = [file.tensors]
    let levels = try levels()
    let words = try words(&owners)
    guard words.count == levels[0].count else {
      throw file.failure("\(words.count, "token")", "\(levels[0].count), one for each 1-gram")
    }
    func number(_ token: String) throws -> Int32 {
      var token = token
      guard let word = token.withUTF8({ unsafe words.find($0) }) else {
        throw file.failure("a model without \(token)", "it among the tokens")
      }
      return Int32(word)
    }
    return NGramModel(
      unit: unit, rule: rule, store: NGramStore(words: words, levels: levels, owners: owners),
      unknown: try number(TokenText.unknown), begin: try number(TokenText.begin),
      end: try number(TokenText.end))
  }

  private func levels() throws -> [NGramLevel] {
    let order =
      (1...NGramModel.maximumOrder + 1).first {
        file.tensors.entry(named: Self.name($0)) == nil
      } ?? NGramModel.maximumOrder + 1
    guard (2...NGramModel.maximumOrder + 1).contains(order) else {
      throw file.failure("no tensor \(Self.name(1))", "1 to \(NGramModel.maximumOrder) of n-grams")
    }
    return try (1..<order).map { length in
      let isContinued = length + 1 < order
      let (bytes, shape) = try unsafe file.bytes(
        Self.name(length), .uint32, [-1, isContinued ? 4 : 2])
      let count = isContinued ? shape[0] - 1 : shape[0]
      guard count >= 0, count < Int(Int32.max) else {
        throw file.failure("\(shape[0], "record") in \(Self.name(length))", "1 to \(Int32.max)")
      }
      return unsafe NGramLevel(records: bytes, count: count, isContinued: isContinued)
    }
  }

  private func words(_ owners: inout [any AnyObject & Sendable]) throws -> WordTable {
    let bytes = try unsafe values("vocabulary.bytes", .uint8, of: UInt8.self, &owners)
    let offsets = try unsafe values("vocabulary.offsets", .uint64, of: UInt64.self, &owners)
    let slots = try unsafe values("vocabulary.index", .uint32, of: UInt32.self, &owners)
    if let fault = unsafe StringTable.fault(
      in: offsets, byteCount: bytes.count, allowsPadding: true)
    {
      throw file.failure("vocabulary.offsets \(fault)", "rising bounds in vocabulary.bytes")
    }
    guard slots.count > 0, slots.count & (slots.count - 1) == 0 else {
      throw file.failure("vocabulary.index of \(slots.count, "slot")", "a power of two")
    }
    return unsafe WordTable(bytes: bytes, offsets: offsets, slots: slots)
  }

  /// The elements of a tensor where they are; where another program has put them at a place that is no
  /// multiple of their size, a copy.
  private func values<Element: BitwiseCopyable>(
    _ name: String, _ type: TensorFile.ElementType, of: Element.Type,
    _ owners: inout [any AnyObject & Sendable]
  ) throws -> UnsafeBufferPointer<Element> {
    let bytes = try unsafe file.bytes(name, type, [-1]).bytes
    let size = MemoryLayout<Element>.stride
    if Int(bitPattern: bytes.baseAddress) % size == 0 {
      return unsafe bytes.bindMemory(to: Element.self)
    }
    let memory = try AlignedMemory(byteCount: bytes.count, purpose: name)
    unsafe memory.bytes.copyMemory(from: bytes)
    owners.append(memory)
    return unsafe UnsafeBufferPointer(
      memory.buffer(of: Element.self, count: bytes.count / size))
  }

  private static func name(_ length: Int) -> String { "ngrams.\(length)" }

  // MARK: Writing

  /// Writes a model. The same model gives the same bytes.
  ///
  /// - Throws: `WordtoolError`: `inputOutput`; `usage` for a name that asks for gzip.
  static func write(_ model: NGramModel, to output: OutputFile) throws {
    var metadata = ["format": format, "unit": model.unit.rawValue]
    if let rule = model.tokenizerRule { metadata["tokenizer_rule"] = try StoredJSON.text(rule) }
    let words = model.store.words
    var tensors = model.store.levels.enumerated().map { index, level in
      TensorFileWriter.Announcement(
        name(index + 1), .uint32,
        level.isContinued ? [level.count + 1, 4] : [level.count, 2])
    }
    tensors += [
      .init("vocabulary.offsets", .uint64, [words.count + 1]),
      .init("vocabulary.index", .uint32, unsafe [words.slots.count]),
      .init("vocabulary.bytes", .uint8, unsafe [words.bytes.count]),
    ]
    var writer = try TensorFileWriter(to: output, metadata: metadata, tensors: tensors)
    for level in model.store.levels { try unsafe writer.write(level.records) }
    try unsafe writer.write(UnsafeRawBufferPointer(words.offsets))
    try unsafe writer.write(UnsafeRawBufferPointer(words.slots))
    try unsafe writer.write(UnsafeRawBufferPointer(words.bytes))
    writer.finish()
  }
}
