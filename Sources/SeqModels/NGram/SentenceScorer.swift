import BLASCore
import WordtoolCore

/// Measures the tokens of a text, sentence by sentence, on some threads.
///
/// Every sentence begins with the same context, so sentences are measured on their own. A thread walks
/// through several at a time, a token of each in turn: what one waits for from memory comes while the
/// others go on.
struct SentenceScorer: Sendable {
  let store: NGramStore
  /// The context at the begin of a sentence.
  let begin: SIMD16<Int32>
  /// The token that ends one.
  let end: Int32

  /// Sentences that a thread is in at a time.
  private static let together = 6
  /// A thread takes the sentences that begin in so many places.
  private static let pieceLength = 1 << 14

  /// The natural logarithm of the probability of every token.
  ///
  /// - Parameters:
  ///   - ids: sentences, each with its end; the last may have none.
  ///   - context: that of the first token; where a sentence goes on, not that of a sentence's begin. It
  ///     becomes that of the token after the last.
  ///   - threads: at least 1; no bit depends on it.
  ///   - stop: looked at between pieces.
  /// - Throws: `WordtoolError`: `interrupted`, `unavailable` without memory or threads.
  func logProbabilities(
    of ids: [Int32], after context: inout SIMD16<Int32>, threads: Int, stop: StopFlag
  ) throws -> [Double] {
    let count = ids.count
    if count == 0 { return [] }
    for id in ids { precondition(id >= 0 && Int(id) < store.words.count, "token \(id)") }
    let memory = try AlignedMemory(count: count, of: Double.self, purpose: "probabilities")
    let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    let next = PieceCounter()
    let first = context
    let last = Locked(begin)
    try Workers.run(count: max(1, min(threads, pieces))) { _ in
      let results = unsafe memory.buffer(of: Double.self, count: count)
      while let piece = next.take(below: pieces) {
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped while measuring")
        }
        let start = piece * Self.pieceLength
        let open = unsafe ids.withUnsafeBufferPointer {
          unsafe score(
            $0, start..<min(count, start + Self.pieceLength), from: first, results)
        }
        if let open { last.withLock { $0 = open } }
      }
    }
    context = last.withLock { $0 }
    return unsafe Array(memory.buffer(of: Double.self, count: count))
  }

  /// A sentence that is walked through.
  private struct Walk {
    /// The place of its next token.
    var place: Int
    var nodes: SIMD16<Int32>
  }

  /// Measures the sentences that begin in a range of places, the first of all with its own context.
  ///
  /// - Returns: the context after the text's last token, where its sentence is one of these and has no
  ///   end yet.
  private func score(
    _ ids: UnsafeBufferPointer<Int32>, _ range: Range<Int>, from first: SIMD16<Int32>,
    _ results: UnsafeMutableBufferPointer<Double>
  ) -> SIMD16<Int32>? {
    var start = range.lowerBound
    /// Where the next sentence of the range begins.
    func nextStart() -> Int? {
      while start < range.upperBound {
        let place = start
        start += 1
        if unsafe place == 0 || ids[place - 1] == end { return place }
      }
      return nil
    }
    var open: SIMD16<Int32>?
    unsafe store.levels.withUnsafeBufferPointer { levels in
      unsafe withUnsafeTemporaryAllocation(of: Walk.self, capacity: Self.together) { walks in
        var count = 0
        while count < Self.together, let place = nextStart() {
          let nodes = place == 0 ? first : begin
          unsafe walks.initializeElement(at: count, to: Walk(place: place, nodes: nodes))
          count += 1
        }
        while count > 0 {
          var walk = 0
          while walk < count {
            let place = unsafe walks[walk].place
            let id = unsafe ids[place]
            // SAFETY: a vector is its lanes in their order; there are more than the longest n-gram
            // has tokens.
            let value = unsafe withUnsafeMutableBytes(of: &walks[walk].nodes) {
              unsafe NGramStore.score(
                id, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self), levels)
            }
            unsafe results[place] = value * PerplexityReport.ln10
            if id != end && place + 1 < ids.count {
              unsafe walks[walk].place = place + 1
              walk += 1
              continue
            }
            if id != end { unsafe open = walks[walk].nodes }
            if let place = nextStart() {
              unsafe walks[walk] = Walk(place: place, nodes: begin)
              walk += 1
            } else {
              count -= 1
              unsafe walks[walk] = walks[count]
            }
          }
        }
      }
    }
    return open
  }
}
