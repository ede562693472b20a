import MessagePassing
import Tokenize
import Word2Vec
import WordtoolCore

extension EmbeddingTraining {
  /// What the counts of GloVe are called where memory is told.
  static let countsName = "counts of pairs"
  /// What counting them takes at least.
  private static let leastForCounts = 1 << 20

  /// What the training is about to hold.
  func memoryEstimate(
    _ options: EmbeddingOptions, _ corpus: TokenizedCorpus, _ known: WordVectors?
  ) throws -> MemoryEstimate {
    let threads = common.threads.count
    var estimate: MemoryEstimate
    switch options {
    case .predicting(let options):
      estimate = options.memoryEstimate(
        on: corpus, threads: threads, rankCount: ranks?.rankCount ?? 1)
    case .gloVe(let options):
      estimate = options.memoryEstimate(on: corpus)
      // All that is left, but no more than all pairs of the text take.
      let left =
        command.memory.map { $0.bytes - estimate.byteCount } ?? GloVeTrainer.usualMemoryLimit
      let most = try options.countsByteCount(of: corpus.ids)
      estimate.add(Self.countsName, max(Self.leastForCounts, min(left, most)))
    }
    if let known { estimate.add("vectors to begin with", 4 * known.count * known.dimension) }
    // A checkpoint is mapped while its values are taken over.
    if files.resume != nil {
      estimate.add("checkpoint", estimate["vectors"] + estimate["context vectors"])
    }
    return estimate
  }
}
