import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

/// What `train-embeddings` asks of a trainer, whatever the model.
protocol EmbeddingTrainer: AnyObject {
  /// The mean loss of an example in each completed epoch.
  var epochLosses: [Double] { get }
  /// The loss of an example while nothing is known.
  var guessingLoss: Double { get }

  /// How many passes over the text are done, a part of one as a fraction.
  func epochsDone(on corpus: TokenizedCorpus) -> Double

  func train(
    on text: TokenIDs, threads: Int, stop: StopFlag, pausing: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?) throws

  func wordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String]
  ) throws -> WordVectors

  func contextWordVectors(
    vocabulary: Vocabulary, rule: TokenizerRule?, metadata: [String: String]
  ) throws -> WordVectors

  func writeCheckpoint(to path: String, corpus: TokenizedCorpus) throws

  func resume(fromCheckpoint path: String, corpus: TokenizedCorpus) throws
}

extension WordVectorTrainer: EmbeddingTrainer {
  func epochsDone(on corpus: TokenizedCorpus) -> Double {
    let chunks = Double(max(1, corpus.ids.count)) / Double(Self.wordsPerChunk)
    return Double(position.epoch) + Double(position.chunk) / chunks.rounded(.up)
  }
}

extension GloVeTrainer: EmbeddingTrainer {
  func epochsDone(on corpus: TokenizedCorpus) -> Double {
    Double(position.epoch) + Double(position.chunk) / Double(chunkCount(of: corpus.ids))
  }
}
