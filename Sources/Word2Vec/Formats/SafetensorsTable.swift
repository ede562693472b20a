import BLASCore
import WordtoolCore

/// Reads safetensors files of other tools: one table of vectors, under whatever name, and a list of
/// words in the metadata or beside the file.
///
/// Bytes (I8) are taken with the factor of their row where there is a tensor `scales` or `scale` of one
/// for each, else as they are.
struct SafetensorsTable {
  private let tensors: TensorFile
  private let matrix: TensorFile.Entry
  private let element: NumericTable.Element

  /// The names under which tables of words stand in models, the likeliest first.
  private static let names = [
    "vectors", "embeddings", "embedding", "embedding.weight", "embeddings.weight", "emb.weight",
    "word_embeddings", "word_embeddings.weight", "embeddings.word_embeddings.weight",
    "bert.embeddings.word_embeddings.weight", "roberta.embeddings.word_embeddings.weight",
    "embed_tokens.weight", "model.embed_tokens.weight", "wte.weight", "transformer.wte.weight",
    "shared.weight", "weight",
  ]

  /// Looks for the table; nil for a file that has none, or is a model of this project.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when several might be it.
  init?(_ tensors: TensorFile) throws {
    guard ModelFile.contents(of: tensors) == nil else { return nil }
    let tables = tensors.entries.filter {
      $0.shape.count == 2 && NumericTable.Element($0.type) != nil
    }
    let named = Self.names.lazy.compactMap { name in tables.first { $0.name == name } }.first
    guard let matrix = tables.count == 1 ? tables[0] : named,
      let element = NumericTable.Element(matrix.type)
    else {
      guard tables.count > 1 else { return nil }
      let listed = tables.prefix(5).map { "\"\($0.name)\" \($0.shape)" }.joined(separator: ", ")
      throw WordtoolError(
        .badData, path: tensors.path, found: "\(tables.count) tables: \(listed)",
        expected: "one of vectors", remedy: "save the right one by itself as \"embeddings\"")
    }
    guard tensors.entry(named: "mapping") == nil else {
      throw WordtoolError(
        .badData, path: tensors.path, found: "a tensor \"mapping\", by which words share rows",
        expected: "a row for each word",
        remedy: "a model2vec folder is read as a whole: name the folder")
    }
    self.tensors = tensors
    self.matrix = matrix
    self.element = element
  }

  func read(_ options: WordVectors.ReadOptions) throws -> WordVectors {
    let table = unsafe NumericTable(
      path: tensors.path, bytes: tensors.bytes(of: matrix), element: element,
      rowCount: matrix.shape[0], dimension: matrix.shape[1], owner: tensors)
    try table.check()
    let list: WordList
    var metadata = tensors.metadata
    if let (key, inside) = try wordsInside() {
      metadata[key] = nil
      try options.refuseWordList(for: .safetensorsTable, path: tensors.path)
      guard inside.places.count == table.rowCount else {
        throw WordtoolError(
          .badData, path: tensors.path, found: "\(inside.places.count, "word") in the metadata",
          expected: "\(table.rowCount), one for each row of \"\(matrix.name)\"")
      }
      list = inside
    } else {
      list = try WordList.list(
        for: tensors.path, rowCount: table.rowCount, what: "a table \"\(matrix.name)\"",
        options: options)
    }
    var vectors = try list.vectors(
      of: table, format: .safetensorsTable, metadata: metadata, options: options)
    if element == .int8, let scaled = try scaled(vectors, table) { vectors = scaled }
    return vectors
  }

  /// The words in the metadata, and their key: a JSON list or object, or lines.
  private func wordsInside() throws -> (key: String, list: WordList)? {
    for key in ["words", "vocab", "vocabulary", "tokens"] {
      guard let text = tensors.metadata[key] else { continue }
      if let json = try? JSONText.parse(Array(text.utf8)) {
        let words = try JSONWords.words(of: json, path: tensors.path)
        return (key, WordList(words, path: tensors.path))
      }
      var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      if lines.last?.isEmpty ?? false { lines.removeLast() }
      return (key, WordList(lines.map { Array($0) }, path: tensors.path))
    }
    return nil
  }

  /// Vectors of bytes times the factor of each row; nil when there are no factors.
  private func scaled(_ vectors: WordVectors, _ table: NumericTable) throws -> WordVectors? {
    guard let entry = tensors.entry(named: "scales") ?? tensors.entry(named: "scale") else {
      return nil
    }
    guard entry.type == .float32, entry.elementCount == table.rowCount else {
      throw WordtoolError(
        .badData, path: tensors.path,
        found: "factors \"\(entry.name)\" \(entry.type.rawValue) \(entry.shape)",
        expected: "F32 [\(table.rowCount)]")
    }
    guard vectors.count == table.rowCount else {
      throw WordtoolError(
        .badData, path: tensors.path, found: "repeated words of rows with factors",
        expected: "no two alike")
    }
    let memory = Allocation(byteCount: 4 * table.rowCount * table.dimension)
    let target = unsafe memory.buffer(of: Float.self, count: table.rowCount * table.dimension)
    let bytes = unsafe tensors.bytes(of: entry)
    for row in 0..<table.rowCount {
      let factor = unsafe bytes.loadUnaligned(fromByteOffset: 4 * row, as: Float.self)
      for (column, value) in vectors.vector(at: row).enumerated() {
        unsafe target[row * table.dimension + column] = value * factor
      }
    }
    let rows = unsafe Float32Rows(
      target.baseAddress.map { unsafe UnsafePointer($0) }, dimension: table.dimension,
      stride: table.dimension)
    let (norms, firstBad) = try VectorStorage.norms(
      of: rows, count: table.rowCount, threads: 1)
    if let firstBad {
      throw WordtoolError(
        .badData, path: tensors.path,
        found: "value \(firstBad.column + 1) of word \(firstBad.row + 1) is not a finite number")
    }
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: rows,
        norms: UnsafeBufferPointer(norms.buffer(of: Float.self, count: table.rowCount)),
        counts: vectors.storage.counts, words: vectors.storage.words,
        owners: [memory, norms, vectors.storage]),
      metadata: vectors.metadata, warnings: vectors.warnings, format: .safetensorsTable,
      name: tensors.path, path: tensors.path)
  }
}

extension NumericTable.Element {
  /// The type of a tensor; nil for one that vectors do not come in.
  init?(_ type: TensorFile.ElementType) {
    switch type {
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .float32: self = .float32
    case .float64: self = .float64
    case .int8: self = .int8
    default: return nil
    }
  }
}
