import BLASCore
import WordtoolCore

/// The file that an interrupted training goes on from: a safetensors file with both tables, padding
/// included, and everything else as JSON in its metadata.
///
/// Nothing in such a file is believed: whatever a run relies on is compared with the options and the
/// text before anything changes.
package struct EmbeddingCheckpoint<Options: Codable & Equatable> {
  /// How the file is laid out. Files of version 1 do not say it.
  package static var version: Int { 2 }

  /// The name of the state in the metadata; it says which trainer wrote the file.
  package var key: String
  /// What the trainer is called in messages.
  package var name: String
  /// The options of the training.
  package var options: Options
  /// Passes over the text.
  package var epochs: Int
  /// Chunks of the text.
  package var chunkCount: Int
  /// Stands for the words, their order and their counts.
  package var vocabulary: String
  /// Numbers in the text, words and line ends.
  package var textLength: Int

  package init(
    key: String, name: String, options: Options, epochs: Int, chunkCount: Int, vocabulary: String,
    textLength: Int
  ) {
    self.key = key
    self.name = name
    self.options = options
    self.epochs = epochs
    self.chunkCount = chunkCount
    self.vocabulary = vocabulary
    self.textLength = textLength
  }

  private struct Version: Codable {
    var version: Int?
  }

  private struct Header: Codable {
    var version: Int?
    var options: Options
    var position: EmbeddingPosition
    var epochLosses: [Double]
    var lossTally: LossTally
    var vocabulary: String
    var textLength: Int
  }

  private enum Tensor {
    static var input: String { "vectors" }
    static var output: String { "context_vectors" }
  }

  /// Writes a checkpoint; the file is replaced as a whole.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  package func write(_ state: EmbeddingState, _ tables: EmbeddingTables, to path: String) throws {
    let header = Header(
      version: Self.version, options: options, position: state.position,
      epochLosses: state.epochLosses, lossTally: state.lossTally, vocabulary: vocabulary,
      textLength: textLength)
    let metadata = [key: try StoredJSON.text(header)]
    try OutputFile.write(to: path) { output in
      var writer = try TensorFileWriter(
        to: output, metadata: metadata,
        tensors: [(Tensor.input, tables.input), (Tensor.output, tables.output)].map {
          .init($0, .float32, [$1.rowCount, $1.stride])
        })
      try unsafe tables.input.withUnsafeBuffer {
        try unsafe writer.write(UnsafeRawBufferPointer($0))
      }
      try unsafe tables.output.withUnsafeBuffer {
        try unsafe writer.write(UnsafeRawBufferPointer($0))
      }
      writer.finish()
    }
  }

  /// Reads a checkpoint into the tables of a trainer. After an error they are as they were.
  ///
  /// - Returns: where the training stood.
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` when the file is damaged or belongs to
  ///   another trainer, other options, another vocabulary or another text.
  package func read(_ path: String, into tables: EmbeddingTables) throws -> EmbeddingState {
    let file = try TensorFile(path: path)
    let header = try header(of: file)
    func mismatch(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, found: found, expected: expected,
        remedy: "resume with the text and the options of the run that was interrupted")
    }
    guard header.vocabulary == vocabulary else {
      throw mismatch("a checkpoint of another vocabulary", "the words and counts of this text")
    }
    guard header.textLength == textLength else {
      throw mismatch("a checkpoint of a text of \(header.textLength) IDs", "\(textLength)")
    }
    guard header.options == options else {
      throw mismatch(
        "a checkpoint with options \(try StoredJSON.text(header.options))",
        try StoredJSON.text(options))
    }
    var state = EmbeddingState()
    state.position = header.position
    state.epochLosses = header.epochLosses
    state.lossTally = header.lossTally
    if let fault = state.fault(epochs: epochs, chunkCount: chunkCount) {
      throw damage(path, "a training state at \(fault)", "a place in the training")
    }
    let parts = try [(Tensor.input, tables.input), (Tensor.output, tables.output)].map {
      name, rows in
      guard let entry = file.entry(named: name), entry.type == .float32,
        entry.shape == [rows.rowCount, rows.stride]
      else {
        throw mismatch("no tensor '\(name)' of this size", "[\(rows.rowCount), \(rows.stride)]")
      }
      if let row = unsafe Self.badRow(in: file.bytes(of: entry), rows) {
        throw damage(
          path, "row \(row) of '\(name)' is not as a training leaves it",
          "finite numbers, and zeros behind them")
      }
      return (entry, rows)
    }
    for (entry, rows) in parts {
      unsafe file.copyBytes(
        of: entry,
        into: UnsafeMutableRawBufferPointer(
          start: rows.base, count: rows.rowCount * rows.stride * 4))
    }
    return state
  }

  private func header(of file: TensorFile) throws -> Header {
    guard let text = file.metadata[key] else {
      throw damage(file.path, "no state of \(name)", "a checkpoint of \(name)")
    }
    if let version = try? StoredJSON.decode(Version.self, from: text).version,
      !(1...Self.version).contains(version)
    {
      throw WordtoolError(
        .badData, path: file.path, found: "a checkpoint of version \(version)",
        expected: "at most version \(Self.version)",
        remedy: "go on with the wordtool that wrote it")
    }
    guard let header = try? StoredJSON.decode(Header.self, from: text) else {
      throw damage(file.path, "a training state that cannot be read", "a checkpoint of \(name)")
    }
    return header
  }

  private func damage(_ path: String, _ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(
      .badData, path: path, found: found, expected: expected,
      remedy: "the file is damaged, or not a checkpoint of \(name)")
  }

  /// The first row that holds a value that is not finite, or padding that is not zero.
  private static func badRow(in bytes: UnsafeRawBufferPointer, _ rows: RowStorage) -> Int? {
    for row in 0..<rows.rowCount {
      // A sum of zeros times the values is zero only if all of them are finite.
      var sum: Float = 0
      let start = row * rows.stride
      for column in 0..<rows.stride {
        let value = unsafe bytes.loadUnaligned(fromByteOffset: (start + column) * 4, as: Float.self)
        sum += column < rows.dimension ? value * 0 : value.magnitude
      }
      if sum != 0 { return row }
    }
    return nil
  }
}
