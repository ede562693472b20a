import Embedding
public import Tokenize
import WordtoolCore

extension WordVectorTrainer {
  /// What a checkpoint must fit.
  private func checkpoint(_ corpus: TokenizedCorpus) -> EmbeddingCheckpoint<WordVectorOptions> {
    EmbeddingCheckpoint(
      key: "wordtool_skipgram_state", name: "skip-gram", options: options, epochs: options.epochs,
      chunkCount: TextChunks.count(ofLength: corpus.ids.count),
      vocabulary: Self.fingerprint(corpus.vocabulary, isFrozen), textLength: corpus.ids.count)
  }

  /// Writes everything that is needed to go on with the very bytes of an unbroken run.
  ///
  /// - Parameters:
  ///   - path: the checkpoint file, a safetensors file; replaced as a whole.
  ///   - corpus: what is trained on; only its fingerprint is written.
  /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput`.
  public func writeCheckpoint(to path: String, corpus: TokenizedCorpus) throws {
    try checkpoint(corpus).write(state, tables, to: path)
  }

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text. The trainer is then as it was.
  public func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws {
    try tables.makeUnique()
    state = try checkpoint(corpus).read(path, into: tables)
  }

  /// FNV-1a over the words, their order and their counts, and over which of them are frozen.
  private static func fingerprint(_ vocabulary: Vocabulary, _ isFrozen: [Bool]) -> String {
    var hash = FNV1a()
    for id in 0..<vocabulary.count {
      unsafe vocabulary.withUTF8(at: id) { unsafe hash.add(bytes: $0) }
      hash.add(0xFF as UInt8)  // occurs in no UTF-8 text
      unsafe withUnsafeBytes(of: vocabulary.count(at: id).littleEndian) {
        unsafe $0.forEach { hash.add($0) }
      }
    }
    for isFrozen in isFrozen { hash.add(isFrozen ? 1 as UInt8 : 0) }
    return String(hash.value, radix: 16)
  }
}
