import BLASCore
public import Tokenize
import WordtoolCore

extension SkipGramTrainer {
  /// What a checkpoint says besides the vectors.
  private struct State: Codable {
    var options: SkipGramOptions
    var position: Position
    var epochLosses: [Double]
    var lossTally: LossTally
    /// Stands for the words, their order and their counts.
    var vocabulary: String
    /// Words and line ends of the text.
    var textLength: Int
  }

  private enum Key {
    static let state = "wordtool_skipgram_state"
    static let vectors = "vectors"
    static let contextVectors = "context_vectors"
  }

  /// Writes everything that is needed to go on with the very bytes of an unbroken run.
  ///
  /// - Parameters:
  ///   - path: the checkpoint file, a safetensors file; replaced as a whole.
  ///   - corpus: what is trained on; only its fingerprint is written.
  /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput`.
  public func saveCheckpoint(to path: String, corpus: TokenizedCorpus) throws {
    let output = try OutputFile(path: path)
    let state = State(
      options: options, position: position, epochLosses: epochLosses, lossTally: lossTally,
      vocabulary: Self.fingerprint(corpus.vocabulary), textLength: corpus.ids.count)
    var writer = try TensorFileWriter(
      to: output, metadata: [Key.state: try StoredJSON.text(state)],
      tensors: [
        .init(Key.vectors, .float32, [vectors.rowCount, vectors.stride]),
        .init(Key.contextVectors, .float32, [contextVectors.rowCount, contextVectors.stride]),
      ])
    try vectors.withUnsafeBuffer { try writer.write(UnsafeRawBufferPointer($0)) }
    try contextVectors.withUnsafeBuffer { try writer.write(UnsafeRawBufferPointer($0)) }
    writer.finish()
    try output.commit()
  }

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text.
  public func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws {
    let file = try TensorFile(path: path)
    func mismatch(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, found: found, expected: expected,
        remedy: "resume with the text and the options of the run that was interrupted")
    }
    guard let text = file.metadata[Key.state],
      let state = try? StoredJSON.decode(State.self, from: text)
    else {
      throw WordtoolError(
        .badData, path: path, found: "no training state", expected: "a checkpoint of skip-gram")
    }
    guard state.vocabulary == Self.fingerprint(corpus.vocabulary) else {
      throw mismatch("a checkpoint of another vocabulary", "the words and counts of this text")
    }
    guard state.textLength == corpus.ids.count else {
      throw mismatch("a checkpoint of a text of \(state.textLength) IDs", "\(corpus.ids.count)")
    }
    guard state.options == options else {
      throw mismatch(
        "a checkpoint with options \(try StoredJSON.text(state.options))",
        try StoredJSON.text(options))
    }
    for (name, rows) in [(Key.vectors, vectors), (Key.contextVectors, contextVectors)] {
      guard let entry = file.entry(named: name), entry.type == .float32,
        entry.shape == [rows.rowCount, rows.stride]
      else {
        throw mismatch("no tensor '\(name)' of this size", "[\(rows.rowCount), \(rows.stride)]")
      }
      let bytes = file.bytes(of: entry)
      UnsafeMutableRawBufferPointer(start: rows.base, count: bytes.count).copyMemory(from: bytes)
    }
    resume(at: state.position, epochLosses: state.epochLosses, lossTally: state.lossTally)
  }

  /// FNV-1a over the words, their order and their counts.
  private static func fingerprint(_ vocabulary: Vocabulary) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for id in 0..<vocabulary.count {
      vocabulary.withUTF8(at: id) { $0.forEach(add) }
      add(0xFF)  // occurs in no UTF-8 text
      withUnsafeBytes(of: vocabulary.count(at: id).littleEndian) { $0.forEach(add) }
    }
    return String(hash, radix: 16)
  }
}
