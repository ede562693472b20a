public import WordtoolCore

extension WordVectors {
  /// Known words that are spelled almost like an unknown one, the likeliest first.
  ///
  /// Near means a Damerau-Levenshtein distance (insert, delete, replace, swap neighbours) of 1, or
  /// of 2 for words of five characters and more; by distance, then by frequency.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system refuses a thread.
  /// - Complexity: O(V), with little work for nearly every word.
  public func nearSpellings(
    of word: String, maximumCount: Int = 3, threads: Int = Workers.defaultCount
  ) throws -> [String] {
    let limit = word.unicodeScalars.count < 5 ? 1 : 2
    var best: [Int: Int] = [:]
    for spelling in Set([word, word.lowercased()]) {
      let search = SpellingSearch(spelling, limit: limit)
      for match in try search.matches(in: storage.words, threads: threads) {
        best[match.row] = Swift.min(best[match.row] ?? .max, match.distance)
      }
    }
    let counts = unsafe storage.counts
    return best.sorted {
      // Without counts the order of the rows stands for the frequency, as is the custom.
      let (left, right) = unsafe (counts?[$0.key] ?? 0, counts?[$1.key] ?? 0)
      return ($0.value, -left, $0.key) < ($1.value, -right, $1.key)
    }
    .prefix(maximumCount).map { self.word(at: $0.key) }
  }
}
