package import WordtoolCore

/// Finds the rows that are nearest to vectors, many at once.
///
/// ``ExactIndex`` looks at every row; an approximate index is another type.
package protocol NeighborIndex: Sendable {
  /// The nearest rows of each query: by falling cosine, and by rising row where cosines are equal.
  ///
  /// The answer to a query, to the bit, does not depend on what is asked with it or on the number
  /// of threads.
  ///
  /// - Throws: ``WordtoolError``: `interrupted` once `stop` is raised, `badData` for a row whose
  ///   values and stored length contradict each other.
  func nearest(
    to queries: [IndexQuery], options: SearchOptions, stop: StopFlag
  ) throws -> [[IndexMatch]]
}

/// What a ``NeighborIndex`` is asked.
package struct IndexQuery: Sendable {
  /// [dimension], of length 1.
  package var vector: [Float]
  /// Rows that are no answers.
  package var excluded: [Int]

  package init(vector: [Float], excluded: [Int] = []) {
    self.vector = vector
    self.excluded = excluded
  }
}

/// What a ``NeighborIndex`` answers.
package typealias IndexMatch = TopList.Candidate
