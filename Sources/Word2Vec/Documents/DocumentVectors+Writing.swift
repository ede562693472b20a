import BLASCore
import Tokenize
package import WordtoolCore

/// The file of a document model: safetensors with these tensors. V words, N documents, L labels, vectors of
/// D values.
///
/// | name                           | type, shape    | what it holds                                      |
/// | ------------------------------ | -------------- | -------------------------------------------------- |
/// | `vocabulary.offsets`, `.bytes` | U64 [V + 1], U8 | the words, as in a file of word vectors           |
/// | `counts`                       | I64 [V]        | occurrences of each word, at least 1               |
/// | `vectors`                      | F32 [V, D]     | the rows of the words, where they have any         |
/// | `output.words`                 | F32 [V, D]     | their output rows, with negative sampling          |
/// | `output.nodes`                 | F32 [V - 1, D] | those of the inner nodes, with a tree              |
/// | `documents`                    | F32 [N, D]     | the rows of the documents                          |
/// | `documents.offsets`, `.bytes`  | I64 [N + 1], U8 | their names                                       |
/// | `labels.offsets`, `.bytes`     | I64 [L + 1], U8 | the labels, where documents have any              |
/// | `documents.labels`, `documents.label_starts` | I32, I64 [N + 1] | the labels of each document        |
///
/// With `vectors` it is a file of word vectors too. The header has `format`, the options as JSON and the
/// tokenizer's rule.
extension DocumentVectors {
  /// What the header says the file is.
  package static let format = "wordtool-document-model 1"
  /// The name of the options in the header.
  static let optionsKey = "document_options"

  enum Tensor {
    static let words = "vectors"
    static let counts = "counts"
    static let wordOffsets = "vocabulary.offsets"
    static let wordBytes = "vocabulary.bytes"
    static let outputWords = "output.words"
    static let outputNodes = "output.nodes"
    static let documents = "documents"
    static let names = (offsets: "documents.offsets", bytes: "documents.bytes")
    static let labels = (offsets: "labels.offsets", bytes: "labels.bytes")
    static let labelIDs = "documents.labels"
    static let labelStarts = "documents.label_starts"
  }

  /// The facts of the header that belong to the words as well.
  static func wordMetadata(_ metadata: [String: String]) -> [String: String] {
    guard metadata["format"] == format else { return metadata }
    var metadata = metadata
    metadata["format"] = nil
    metadata[WordVectors.MetadataKey.trainingOptions] = metadata[optionsKey]
    metadata[optionsKey] = nil
    return metadata
  }

  /// Writes the model to a file, which appears under its name only when it is complete.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { try write(to: $0) }
  }

  /// Writes the model to an open file and leaves the commit to the caller.
  ///
  /// - Throws: as ``write(to:)``.
  package func write(to file: OutputFile) throws {
    let layout = DocumentTableLayout(options: options, wordCount: vocabulary.count)
    var wordBytes: [UInt8] = []
    var wordOffsets: [UInt64] = [0]
    for id in 0..<vocabulary.count {
      unsafe vocabulary.withUTF8(at: id) { unsafe wordBytes.append(contentsOf: $0) }
      wordOffsets.append(UInt64(wordBytes.count))
    }
    let names = StringTable((0..<count).map { documents.word(at: $0).utf8 })
    let labelNames = StringTable(labels.names.map(\.utf8))

    // Those of eight bytes first, then those of four: each begins at a multiple of its own size.
    var parts: [Part] = [
      .values(Tensor.wordOffsets, .uint64, wordOffsets),
      .values(Tensor.counts, .int64, vocabulary.counts),
      .values(Tensor.names.offsets, .int64, names.offsets),
    ]
    if !labels.isEmpty {
      parts.append(.values(Tensor.labels.offsets, .int64, labelNames.offsets))
      parts.append(.values(Tensor.labelStarts, .int64, labels.starts.map(Int64.init)))
      parts.append(.values(Tensor.labelIDs, .int32, labels.ids))
    }
    if let input, layout.inputWords > 0 {
      parts.append(.rows(Tensor.words, input, 0..<layout.inputWords))
    }
    if layout.outputWords > 0 {
      parts.append(.rows(Tensor.outputWords, output, 0..<layout.outputWords))
    }
    if layout.nodes > 0 {
      parts.append(
        .rows(Tensor.outputNodes, output, layout.firstNode..<layout.firstNode + layout.nodes))
    }
    parts.append(.vectors(Tensor.documents, documents))
    parts.append(.values(Tensor.wordBytes, .uint8, wordBytes))
    parts.append(.values(Tensor.names.bytes, .uint8, names.bytes))
    if !labels.isEmpty { parts.append(.values(Tensor.labels.bytes, .uint8, labelNames.bytes)) }

    var metadata = metadata
    metadata["format"] = Self.format
    metadata[Self.optionsKey] = try StoredJSON.text(options)
    metadata[WordVectors.MetadataKey.tokenizerRule] = try StoredJSON.text(rule)
    var writer = try TensorFileWriter(
      to: file, metadata: metadata, tensors: parts.map { $0.announcement(dimension: dimension) })
    for part in parts { try part.write(to: &writer) }
    writer.finish()
  }

  /// A tensor to be written.
  private enum Part {
    /// Numbers of one dimension.
    case bytes(String, TensorFile.ElementType, count: Int, [UInt8])
    /// Some rows of a table.
    case rows(String, RowStorage, Range<Int>)
    /// All vectors of a set.
    case vectors(String, WordVectors)

    static func values<Value: BitwiseCopyable>(
      _ name: String, _ type: TensorFile.ElementType, _ values: [Value]
    ) -> Part {
      .bytes(
        name, type, count: values.count,
        unsafe values.withUnsafeBytes { unsafe Array($0) })
    }

    func announcement(dimension: Int) -> TensorFileWriter.Announcement {
      switch self {
      case .bytes(let name, let type, let count, _): .init(name, type, [count])
      case .rows(let name, _, let rows): .init(name, .float32, [rows.count, dimension])
      case .vectors(let name, let set): .init(name, .float32, [set.count, dimension])
      }
    }

    func write(to writer: inout TensorFileWriter) throws {
      switch self {
      case .bytes(_, _, _, let bytes):
        try unsafe bytes.withUnsafeBytes { try unsafe writer.write($0) }
      case .rows(_, let table, let rows):
        for row in rows {
          try unsafe writer.write(
            UnsafeRawBufferPointer(
              start: table.base + row * table.stride, count: table.dimension * 4))
        }
      case .vectors(_, let set):
        for row in 0..<set.count {
          try unsafe writer.write(set.storage.rows.storedBytes(of: row))
        }
      }
    }
  }
}
