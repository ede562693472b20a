import Synchronization
import Tokenize
import WordtoolCore

/// Scores texts by their n-gram features, on several threads.
enum NGramScoring {
  /// Texts a thread takes at a time.
  private static let pieceSize = 64

  /// Fills the probabilities of a text, which are zero at first, by its features.
  typealias Scorer = (
    _ features: UnsafeBufferPointer<Int32>, _ row: UnsafeMutableBufferPointer<Float>
  ) -> Void

  /// The probabilities of a range of texts.
  ///
  /// - Parameter makeScorer: called once by each thread.
  static func scores(
    of texts: LabelledText, _ range: Range<Int>, features: NGramFeatures, labelCount: Int,
    tokenizer: WordTokenizer, threads: Int, makeScorer: @escaping @Sendable () -> Scorer
  ) throws -> ClassScores {
    let pieces = (range.count + pieceSize - 1) / pieceSize
    let results = Locked(ClassScores(textCount: range.count, labelCount: labelCount))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, pieces))) { _ in
      var finder = FeatureFinder(features, tokenizer: tokenizer)
      let score = unsafe makeScorer()
      while case let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue, piece < pieces {
        let first = piece * pieceSize
        let last = min(range.count, first + pieceSize)
        var rows = [Float](repeating: 0, count: (last - first) * labelCount)
        var counts: [Int32] = []
        unsafe rows.withUnsafeMutableBufferPointer { rows in
          for text in first..<last {
            unsafe texts.withUTF8(at: range.lowerBound + text) {
              unsafe finder.find(inUTF8: $0)
            }
            let place = (text - first) * labelCount
            unsafe finder.found.withUnsafeBufferPointer { found in
              unsafe score(
                found, UnsafeMutableBufferPointer(rebasing: rows[place..<place + labelCount]))
            }
            counts.append(Int32(finder.found.count))
          }
        }
        let (probabilities, known) = (rows, counts)
        results.withLock {
          $0.probabilities.replaceSubrange(
            first * labelCount..<last * labelCount, with: probabilities)
          $0.knownCounts.replaceSubrange(first..<last, with: known)
        }
      }
    }
    return results.withLock { $0 }
  }
}
