public import Tokenize
import WordtoolCore

/// The last n words before a place, side by side: what a model with a fixed window sees when it
/// predicts the next word.
///
/// Each of the n words has a block of as many columns as the vocabulary has words, with a single 1
/// in it, the oldest word first. Unknown words, and places before the beginning, leave their block
/// at 0. The same word has other columns at every distance: nothing learnt about it at one place
/// helps at another.
public struct FixedWindow: Sendable {
  /// The words that have columns.
  public let vocabulary: Vocabulary
  /// How many words the window holds.
  public let size: Int
  /// Whether the first words of a text are predicted too, from windows that begin before it.
  public let padsStart: Bool

  /// Describes a window.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when the vocabulary is empty or `size` times its
  ///   words are 2^31 or more.
  public init(vocabulary: Vocabulary, size: Int = 2, padsStart: Bool = false) throws {
    try checkWindow(vocabulary, size)
    self.vocabulary = vocabulary
    self.size = size
    self.padsStart = padsStart
  }

  /// Encodes every window of a text.
  ///
  /// - Returns: one row a window of `size` · V columns, and the number of the word behind each
  ///   window, -1 for an unknown one.
  public func transform(_ words: [String]) -> (windows: SparseMatrix, targets: [Int32]) {
    transform(texts: [words])
  }

  /// Encodes every window of some texts; no window reaches from one into another.
  ///
  /// - Returns: as ``transform(_:)``, one text after another.
  public func transform(texts: [[String]]) -> (windows: SparseMatrix, targets: [Int32]) {
    var builder = SparseMatrixBuilder(columnCount: size * vocabulary.count)
    var targets: [Int32] = []
    for words in texts {
      let ids = words.map { vocabulary.id(for: $0) ?? -1 }
      let first = padsStart ? 0 : size
      guard first < ids.count else { continue }
      for place in first..<ids.count {
        addWindow(ids[max(0, place - size)..<place], size, vocabulary.count, to: &builder)
        targets.append(ids[place])
      }
    }
    return (builder.finish(), targets)
  }

  /// The words of each row, oldest first; nil for a block of zeros.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for a matrix with other columns.
  public func inverse(_ windows: SparseMatrix) throws -> [[String?]] {
    try wordsOfWindows(windows, vocabulary, size)
  }

  /// The names of the columns: the distance and the word, as in `-2_food`.
  public var featureNames: [String] { namesOfWindow(vocabulary, size) }
}

/// One long window over a whole text: the lesson's third idea. One row a text, which holds its last
/// n words, the very last in the last block.
public struct BigWindow: Sendable {
  /// The words that have columns.
  public let vocabulary: Vocabulary
  /// How many words the window holds.
  public let size: Int

  /// Describes a window.
  ///
  /// - Throws: as ``FixedWindow/init(vocabulary:size:padsStart:)``.
  public init(vocabulary: Vocabulary, size: Int = 64) throws {
    try checkWindow(vocabulary, size)
    self.vocabulary = vocabulary
    self.size = size
  }

  /// Encodes texts given as words.
  ///
  /// - Returns: one row a text, `size` · V columns.
  public func transform(_ texts: [[String]]) -> SparseMatrix {
    var builder = SparseMatrixBuilder(columnCount: size * vocabulary.count)
    for words in texts {
      let ids = words.suffix(size).map { vocabulary.id(for: $0) ?? -1 }
      addWindow(ids[...], size, vocabulary.count, to: &builder)
    }
    return builder.finish()
  }

  /// The words of each row, oldest first; nil for a block of zeros.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for a matrix with other columns.
  public func inverse(_ windows: SparseMatrix) throws -> [[String?]] {
    try wordsOfWindows(windows, vocabulary, size)
  }

  /// The names of the columns: the distance from the end and the word, as in `-2_food`.
  public var featureNames: [String] { namesOfWindow(vocabulary, size) }
}

private func checkWindow(_ vocabulary: Vocabulary, _ size: Int) throws {
  let (columns, overflow) = size.multipliedReportingOverflow(by: vocabulary.count)
  guard size >= 1, vocabulary.count >= 1, !overflow, columns <= Int(Int32.max) else {
    throw WordtoolError(
      .usage, found: "a window of \(size) out of \(vocabulary.count, "word")",
      expected: "at least one word, and fewer than 2^31 columns",
      remedy: "make the window or the vocabulary smaller")
  }
}

private func addWindow(
  _ ids: ArraySlice<Int32>, _ size: Int, _ wordCount: Int, to builder: inout SparseMatrixBuilder
) {
  // What is missing is missing at the front.
  var block = size - ids.count
  for id in ids {
    if id >= 0 { builder.add(1, column: block * wordCount + Int(id)) }
    block += 1
  }
  builder.endRow()
}

private func wordsOfWindows(
  _ windows: SparseMatrix, _ vocabulary: Vocabulary, _ size: Int
) throws -> [[String?]] {
  try windows.requireColumns(size * vocabulary.count)
  return (0..<windows.rowCount).map { row in
    var words = [String?](repeating: nil, count: size)
    for (column, value) in windows.row(row) where value != 0 {
      words[column / vocabulary.count] = vocabulary.word(at: column % vocabulary.count)
    }
    return words
  }
}

private func namesOfWindow(_ vocabulary: Vocabulary, _ size: Int) -> [String] {
  (0..<size).flatMap { block in vocabulary.words.map { "\(block - size)_\($0)" } }
}
