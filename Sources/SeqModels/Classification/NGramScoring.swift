import Synchronization
import Tokenize
import WordtoolCore

/// Scores texts by their n-gram features, on several threads.
enum NGramScoring {
  /// Texts a thread takes at a time.
  private static let pieceSize = 64

  /// Calls `body` with the features of each text of a range, and the room for its probabilities.
  static func scores(
    of texts: LabelledText, _ range: Range<Int>, features: NGramFeatures, labelCount: Int,
    tokenizer: WordTokenizer, threads: Int,
    _ body: @escaping @Sendable (_ features: [Int32], _ row: inout [Float]) -> Void
  ) throws -> ClassScores {
    let pieces = (range.count + pieceSize - 1) / pieceSize
    let results = Locked(ClassScores(textCount: range.count, labelCount: labelCount))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, pieces))) { _ in
      var ids: [Int32] = []
      var found: [Int32] = []
      var row: [Float] = []
      while case let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue, piece < pieces {
        let first = piece * pieceSize
        let last = min(range.count, first + pieceSize)
        var values: [Float] = []
        var counts: [Int32] = []
        for text in first..<last {
          unsafe texts.withUTF8(at: range.lowerBound + text) {
            unsafe features.wordIDs(ofUTF8: $0, tokenizer: tokenizer, into: &ids)
          }
          found.removeAll(keepingCapacity: true)
          features.forEachFeature(of: ids) { found.append($0) }
          row.removeAll(keepingCapacity: true)
          row.append(contentsOf: repeatElement(0, count: labelCount))
          body(found, &row)
          values += row
          counts.append(Int32(found.count))
        }
        let (rows, known) = (values, counts)
        results.withLock {
          $0.probabilities.replaceSubrange(first * labelCount..<last * labelCount, with: rows)
          $0.knownCounts.replaceSubrange(first..<last, with: known)
        }
      }
    }
    return results.withLock { $0 }
  }
}
