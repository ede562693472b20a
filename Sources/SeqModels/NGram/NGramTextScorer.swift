import WordtoolCore

/// Measures a text that comes in pieces, which may end inside of a sentence.
struct NGramTextScorer: TextScorer {
  private let scorer: SentenceScorer
  private let threads: Int
  private var context: SIMD16<Int32>

  init(_ model: NGramModel) {
    context = model.sentenceBegin.nodes
    scorer = SentenceScorer(store: model.store, begin: context, end: model.endID)
    threads = model.threads
  }

  mutating func logProbabilities(ofNext ids: [Int32], stop: StopFlag) throws -> [Double] {
    try MemoryRoom.require(
      count: ids.count, of: Double.self, for: "the probabilities of \(ids.count, "token")")
    return try scorer.logProbabilities(of: ids, after: &context, threads: threads, stop: stop)
  }
}
