import BLASCore
import Tokenize
import WordtoolCore

extension DocumentVectors {
  /// Reads a model that ``write(to:)-(String)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` for another kind of file and a damaged one.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(
      path: path, format: Self.format, writtenBy: "train-embeddings")
    let options = try Self.options(of: file)
    let vocabulary = try Self.vocabulary(of: file)
    let layout = DocumentTableLayout(options: options, wordCount: vocabulary.count)
    let rule = try file.decoded(
      WordVectors.MetadataKey.tokenizerRule, as: TokenizerRule.self)
    let dimension = options.dimension
    // What the options promise is there, before memory is taken for it.
    for (name, rows) in [
      (Tensor.words, layout.inputWords), (Tensor.outputWords, layout.outputWords),
      (Tensor.outputNodes, layout.nodes),
    ] where rows > 0 {
      _ = try file.entry(name, .float32, [rows, dimension])
    }
    let output = try RowStorage(rowCount: layout.outputCount, dimension: dimension)
    if layout.outputWords > 0 {
      try Self.read(Tensor.outputWords, of: file, 0..<layout.outputWords, into: output)
    }
    if layout.nodes > 0 {
      try Self.read(
        Tensor.outputNodes, of: file, layout.firstNode..<layout.firstNode + layout.nodes,
        into: output)
    }
    var input: RowStorage?
    if options.hasWords {
      let table = try RowStorage(rowCount: vocabulary.count, dimension: dimension)
      try Self.read(Tensor.words, of: file, 0..<vocabulary.count, into: table)
      input = table
    }
    let documents = try Self.documents(of: file, dimension: dimension)
    let wordMetadata = Self.wordMetadata(file.tensors.metadata)
    var metadata = file.tensors.metadata
    // What the writer writes of the other properties.
    for key in ["format", Self.optionsKey, WordVectors.MetadataKey.tokenizerRule] {
      metadata[key] = nil
    }
    let words = try input.map { table in
      try unsafe table.withUnsafeBuffer {
        try unsafe WordVectors(
          vocabulary: vocabulary, dimension: dimension, rows: $0, stride: table.stride,
          owner: table, tokenizerRule: rule, metadata: wordMetadata)
      }
    }
    do {
      try self.init(
        options: options, vocabulary: vocabulary, rule: rule, documents: documents,
        labels: Self.labels(of: file, count: documents.count), words: words, output: output,
        input: input, metadata: metadata)
    } catch var error as WordtoolError where error.path == nil {
      error.path = path
      throw error
    }
  }

  private static func options(of file: ModelFile) throws -> DocumentVectorOptions {
    let options = try file.decoded(optionsKey, as: DocumentVectorOptions.self)
    do { try options.validate() } catch var error as WordtoolError {
      error.kind = .badData
      error.path = file.path
      throw error
    }
    return options
  }

  private static func vocabulary(of file: ModelFile) throws -> Vocabulary {
    let bytes = try file.values(Tensor.wordBytes, .uint8, [-1], zero: UInt8(0))
    let offsets = try file.values(Tensor.wordOffsets, .uint64, [-1], zero: UInt64(0))
    if let fault = StringTable.fault(in: offsets, byteCount: bytes.count) {
      throw file.failure(
        "'\(Tensor.wordOffsets)' \(fault)", "rising offsets that fit '\(Tensor.wordBytes)'")
    }
    let count = offsets.count - 1
    guard count >= 2 else { throw file.failure("\(count, "word")", "at least 2") }
    let counts = try file.values(Tensor.counts, .int64, [count], zero: Int64(0))
    // Half of all numbers, so that their sum is one as well.
    guard counts.allSatisfy({ $0 >= 1 && $0 <= Int64.max >> 32 }) else {
      throw file.failure("a count of a word that is none", "1 to \(Int64.max >> 32)")
    }
    do {
      return try Vocabulary(
        (0..<count).map { id in
          guard
            let word = String(
              validating: bytes[Int(offsets[id])..<Int(offsets[id + 1])], as: UTF8.self)
          else { throw file.failure("word \(id + 1) is not UTF-8", "words in UTF-8") }
          return (word: word, count: counts[id])
        })
    } catch var error as WordtoolError {
      error.kind = .badData
      error.path = file.path
      throw error
    }
  }

  /// Copies a tensor into some rows of a table.
  private static func read(
    _ name: String, of file: ModelFile, _ rows: Range<Int>, into table: RowStorage
  ) throws {
    let bytes = try unsafe file.bytes(name, .float32, [rows.count, table.dimension]).bytes
    let size = table.dimension * 4
    for (number, row) in rows.enumerated() {
      unsafe UnsafeMutableRawBufferPointer(start: table.base + row * table.stride, count: size)
        .copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[number * size..<(number + 1) * size]))
    }
    if table.firstRowNotFinite() != nil {
      throw file.failure("a value in \(name) that is not finite")
    }
  }

  /// What keeps rows in memory.
  private final class Owners {
    private let all: [AnyObject]

    init(all: [AnyObject]) { self.all = all }
  }

  private static func documents(of file: ModelFile, dimension: Int) throws -> WordVectors {
    let names = try file.strings(bytes: Tensor.names.bytes, offsets: Tensor.names.offsets)
    guard names.count >= 1 else { throw file.failure("no documents", "at least one") }
    let entry = try file.entry(Tensor.documents, .float32, [names.count, dimension])
    var owners: [AnyObject] = [file.tensors]
    let rows = unsafe SafetensorsVectors.Reader(tensors: file.tensors).inPlace(
      entry, as: Float.self, owners: &owners)
    var builder = WordTableBuilder(expectedCount: names.count)
    for name in names.texts { builder.append(name) }
    do {
      return try unsafe WordVectors(
        builder: builder, counts: nil, dimension: dimension, rows: rows, stride: dimension,
        owner: Owners(all: owners), metadata: [:], threads: 1)
    } catch var error as WordtoolError {
      error.path = file.path
      error.found = error.found.replacing("word", with: "document")
      throw error
    }
  }

  private static func labels(of file: ModelFile, count: Int) throws -> DocumentLabels {
    guard file.tensors.entry(named: Tensor.labelIDs) != nil else { return DocumentLabels() }
    let names = try file.strings(bytes: Tensor.labels.bytes, offsets: Tensor.labels.offsets).texts
    let ids = try file.values(Tensor.labelIDs, .int32, [-1], zero: Int32(0))
    let starts = try file.values(Tensor.labelStarts, .int64, [count + 1], zero: Int64(0))
    let known = Int32(clamping: names.count)
    guard ids.allSatisfy({ $0 >= 0 && $0 < known }) else {
      throw file.failure("a label that is none in '\(Tensor.labelIDs)'", "below \(known)")
    }
    if let fault = StringTable.fault(in: starts, byteCount: ids.count) {
      throw file.failure(
        "'\(Tensor.labelStarts)' \(fault)", "rising places in '\(Tensor.labelIDs)'")
    }
    return DocumentLabels(names: names, ids: ids, starts: starts.map { Int($0) })
  }
}
