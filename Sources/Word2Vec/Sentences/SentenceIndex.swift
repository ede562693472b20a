public import WordtoolCore

/// One text out of many, and how near it is to what was asked.
public struct TextMatch: Hashable, Sendable {
  /// Which text it is, from 0.
  public let index: Int
  /// The cosine similarity, -1 ... 1; of ``WordMoversIndex`` the distance, 0 ... 2.
  public let score: Double
}

/// Vectors of many texts, searched by cosine similarity: one matrix product answers many questions.
///
/// ```swift
/// let index = try SentenceIndex(of: lines, encoder: SentenceEncoder(vectors))
/// let found = try index.nearest(to: ["a question"], count: 3)[0]
/// ```
public struct SentenceIndex: Sendable {
  /// The direction that all texts share and that was taken out of each, of length 1; nil where none was.
  public let commonDirection: [Double]?
  /// How many of the texts have a word that is known; the others are no answers.
  public var count: Int { places.count }

  private let encoder: SentenceEncoder
  /// The vectors of texts, each called by its number.
  private let lines: WordVectors
  /// By rows of `lines`, which text that is.
  private let places: [Int]

  /// Texts that one thread takes at a time.
  private static let piece = 256

  /// Makes the vectors of texts.
  ///
  /// - Parameters:
  ///   - texts: any number.
  ///   - encoder: makes the vectors.
  ///   - removesCommonDirection: whether the first principal direction of all (their first right
  ///     singular vector) is taken out of each: "common component removal", Arora, Liang and Ma 2017,
  ///     algorithm 1.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `interrupted` once `stop` is raised, `badData` for a damaged file,
  ///   `unavailable` for more texts than there is memory for.
  /// - Complexity: O(N·D) memory for N texts.
  public init(
    of texts: [String], encoder: SentenceEncoder, removesCommonDirection: Bool = false,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.requireThreads(threads)
    self.encoder = encoder
    let dimension = encoder.vectors.dimension
    try NumericTable.checkMemory(rowCount: texts.count, dimension: dimension, path: "the texts")
    let memory = Allocation(byteCount: 4 * texts.count * dimension)
    let rows = unsafe memory.buffer(of: Float.self, count: texts.count * dimension)
    unsafe rows.initialize(repeating: 0)
    // SAFETY: each piece writes the rows of its own texts.
    nonisolated(unsafe) let target = unsafe rows
    try VectorStorage.inPieces(of: texts.count, size: Self.piece, threads: threads) { range in
      for text in range {
        if stop.isRaised {
          throw WordtoolError(
            .interrupted, found: "the reading of texts was stopped before its end")
        }
        let values = try encoder.vector(of: texts[text]).values
        for column in 0..<dimension { unsafe target[text * dimension + column] = values[column] }
      }
    }
    if removesCommonDirection {
      let matrix = unsafe CommonDirection.Matrix(
        values: UnsafeBufferPointer(rows), count: texts.count, dimension: dimension)
      commonDirection = try CommonDirection.find(in: matrix, threads: threads, stop: stop)
    } else {
      commonDirection = nil
    }
    // Texts without a direction are no answers to anything: the others move up.
    var places: [Int] = []
    var builder = WordTableBuilder()
    for text in texts.indices {
      let row = unsafe UnsafeMutableBufferPointer(
        rebasing: rows[text * dimension..<(text + 1) * dimension])
      guard unsafe row.contains(where: { $0 != 0 }) else { continue }
      if let commonDirection {
        let values = unsafe CommonDirection.remove(commonDirection, from: Array(row))
        // Only the rounding of floats is left of a text that is nothing but what all share.
        guard values.contains(where: { $0 != 0 }) else { continue }
        for column in 0..<dimension { unsafe row[column] = values[column] }
      }
      for column in 0..<dimension where places.count < text {
        unsafe rows[places.count * dimension + column] = unsafe row[column]
      }
      places.append(text)
      builder.append(String(text))
    }
    self.places = places
    lines = try unsafe WordVectors(
      builder: builder, counts: nil, dimension: dimension, rows: UnsafeBufferPointer(rows),
      stride: dimension, owner: memory, metadata: [:], threads: threads)
  }

  /// The texts nearest to each of some questions.
  ///
  /// - Parameters:
  ///   - questions: texts.
  ///   - count: at most so many answers to each, 0 or more.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: the nearest first, by number where they are equally near; none for a question without
  ///   a word that is known.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `interrupted` once `stop` is
  ///   raised, `badData` for a damaged file.
  /// - Complexity: O(Q·N·D): all texts are looked at, so the answers are exact.
  public func nearest(
    to questions: [String], count: Int = 10, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [[TextMatch]] {
    let queries = try questions.map { question in
      var values = try encoder.vector(of: question).values
      if let commonDirection { values = CommonDirection.remove(commonDirection, from: values) }
      return try lines.query(values: values)
    }
    let options = SearchOptions(count: count, threads: threads)
    return try lines.neighbors(of: queries, options: options, stop: stop).map { found in
      found.map { TextMatch(index: places[$0.index], score: Double($0.similarity)) }
    }
  }
}
