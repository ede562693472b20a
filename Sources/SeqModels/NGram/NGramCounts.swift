import WordtoolCore

/// All n-grams of a text up to some order, sorted, with their counts adjusted for Kneser-Ney.
///
/// N-grams are numbered order by order: an (n+1)-gram is the number of the n-gram that begins it and
/// one more token, so that sorting pairs of two numbers sorts n-grams of any length.
struct NGramCounts {
  struct Level: Sendable {
    /// The last token of each n-gram.
    var words: [Int32] = []
    /// Where the continuations of each n-gram begin in the next level; empty at the last.
    var firstChild: [Int32] = []
    /// The number of the n-gram without its first token, in the level before.
    var suffixes: [Int32] = []
    /// How often it occurs, at the last level and where it begins with `<s>`; elsewhere how many
    /// different tokens stand before it.
    var counts: [Int32] = []
  }

  var levels: [Level]

  /// Counts.
  ///
  /// - Parameters:
  ///   - text: sentences, each from `begin` to its end marker, without anything between.
  ///   - vocabularyCount: tokens are 0 ..< this.
  ///   - order: at least 1.
  ///   - threads: at least 1; the counts do not depend on it, nor on the limit.
  ///   - memoryLimit: bytes that sorting may take, of all threads together.
  /// - Throws: `WordtoolError`: `interrupted`, `unavailable` without memory or threads.
  init(
    _ text: [Int32], vocabularyCount: Int, begin: Int32, order: Int, threads: Int,
    memoryLimit: Int, stop: StopFlag
  ) throws {
    precondition(text.count < Int(Int32.max) && order >= 1)
    var unigrams = [Int32](repeating: 0, count: vocabularyCount)
    for token in text { unigrams[Int(token)] += 1 }
    levels = [Level(words: (0..<Int32(vocabularyCount)).map { $0 }, counts: unigrams)]
    if order > 1 {
      let counter = try NGramCounter(
        text, vocabularyCount: vocabularyCount, begin: begin, threads: threads,
        memoryLimit: memoryLimit, stop: stop)
      for length in 1..<order {
        let (firstChild, level) = try counter.extend(length, counts: levels[length - 1].counts)
        levels[length - 1].firstChild = firstChild
        levels.append(level)
      }
    }
    adjust(begin: begin)
  }

  /// Replaces the counts below the highest order by numbers of different tokens before, but for
  /// n-grams that begin with `<s>`, before which nothing stands.
  private mutating func adjust(begin: Int32) {
    var range = begin..<begin + 1
    for index in 0..<levels.count - 1 {
      let raw = range.map { levels[index].counts[Int($0)] }
      var counts = [Int32](repeating: 0, count: levels[index].words.count)
      for suffix in levels[index + 1].suffixes { counts[Int(suffix)] += 1 }
      for (node, count) in zip(range, raw) { counts[Int(node)] = count }
      levels[index].counts = counts
      let starts = levels[index].firstChild
      range = starts[Int(range.lowerBound)]..<starts[Int(range.upperBound)]
    }
    // `<s>` is never predicted.
    levels[0].counts[Int(begin)] = 0
  }
}
