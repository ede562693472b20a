import Tokenize
import WordtoolCore

/// What trainers ask of a vocabulary and of a text before anything else.
enum TrainedText {
  /// Checks how often each word occurs.
  ///
  /// - Parameters:
  ///   - counts: by ID.
  ///   - most: how many words there may be.
  /// - Throws: ``WordtoolError``: `badData` for fewer than two words or a count below 1, `usage` for
  ///   too many words.
  static func check(counts: [Int64], most: Int) throws {
    guard counts.count >= 2 else {
      throw WordtoolError(
        .badData, found: "a vocabulary of \(counts.count, "word")",
        expected: "at least 2 to train on", remedy: "use more text or a smaller `minimumCount`")
    }
    guard counts.count <= most else {
      throw WordtoolError(
        .usage, found: "\(counts.count, "word")", expected: "at most \(most)",
        remedy: "use a larger `minimumCount` or a `maximumSize`")
    }
    if let word = counts.firstIndex(where: { $0 < 1 }) {
      throw WordtoolError(
        .badData, found: "the count \(counts[word]) of word \(word + 1)", expected: "at least 1")
    }
  }

  /// Checks the IDs of a text. They index memory in loops that check nothing: one pass over the text
  /// costs nothing beside an epoch.
  ///
  /// - Returns: how many of them are ends of lines.
  /// - Throws: ``WordtoolError``: `badData` for a text without words or with an ID that is no word's,
  ///   `inputOutput` when the file that it is in fails.
  static func check(_ text: TextIDs, vocabularySize: Int) throws -> Int {
    guard text.count > 0 else { throw WordtoolError(.badData, found: "no words to train on") }
    var lineEnds = 0
    var start = 0
    try unsafe text.forEachPiece { ids in
      var largest: UInt32 = 0
      for index in ids.indices {
        let next = unsafe UInt32(bitPattern: ids[index] &+ 1)
        largest = max(largest, next)
        lineEnds &+= next == 0 ? 1 : 0
      }
      guard largest <= UInt32(vocabularySize) else {
        let place = unsafe ids.firstIndex { $0 < -1 || Int($0) >= vocabularySize } ?? 0
        throw WordtoolError(
          .badData, found: unsafe "the ID \(ids[place]) at place \(start + place) of the text",
          expected: "0 to \(vocabularySize - 1), or -1 at the end of a line",
          remedy: "train on the IDs of the vocabulary that the counts belong to")
      }
      start += ids.count
    }
    return lineEnds
  }
}
