import Embedding
public import Tokenize
import WordtoolCore

extension WordVectorTrainer {
  /// What a checkpoint must fit.
  private func checkpoint(_ corpus: TokenizedCorpus) -> EmbeddingCheckpoint<WordVectorOptions> {
    EmbeddingCheckpoint(
      key: "wordtool_skipgram_state", name: "skip-gram", options: options, epochs: options.epochs,
      chunkCount: TextChunks.count(ofLength: corpus.ids.count),
      vocabulary: corpus.vocabulary.fingerprint(frozen: isFrozen), textLength: corpus.ids.count)
  }

  /// Writes everything that is needed to go on with the very bytes of an unbroken run.
  ///
  /// - Parameters:
  ///   - path: the checkpoint file, a safetensors file; replaced as a whole.
  ///   - corpus: what is trained on; only its fingerprint is written.
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  public func writeCheckpoint(to path: String, corpus: TokenizedCorpus) throws {
    try checkpoint(corpus).write(state, tables, to: path)
  }

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text. The trainer is then as it was.
  public func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws {
    try tables.makeUnique()
    state = try checkpoint(corpus).read(path, into: tables)
  }
}
