public import Platform

extension WordVectors {
  /// Known words that are spelled almost like an unknown one, the likeliest first.
  ///
  /// Near means a Damerau-Levenshtein distance (insert, delete, replace, swap neighbours) of 1, or
  /// of 2 for words of five characters and more; by distance, then by frequency.
  public func nearSpellings(
    of word: String, maximumCount: Int = 3, threads: Int = Workers.defaultCount
  ) -> [String] {
    []
  }
}
