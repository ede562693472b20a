import WordtoolCore

/// The words that begin with some text.
public struct CompletionAnswer: Codable, Hashable, Sendable {
  /// What they begin with, as it was asked.
  public var prefix: String
  /// The words, in the order of the vectors, which by custom is that of frequency.
  public var words: [String]
}

extension WordVectors {
  /// Answers which words begin with some text: the first `count` of them, compared byte by byte.
  ///
  /// - Complexity: O(V), less the earlier enough words are found.
  public func answer(toWordsBeginningWith prefix: String, count: Int = 10) -> CompletionAnswer {
    let bytes = Array(prefix.utf8)
    var words: [String] = []
    for row in 0..<self.count where words.count < count {
      let word = unsafe storage.words.bytes(at: row)
      guard word.count >= bytes.count else { continue }
      // SAFETY: the word has as many bytes.
      let isBegun = bytes.indices.allSatisfy { unsafe word[$0] == bytes[$0] }
      if isBegun { words.append(self.word(at: row)) }
    }
    return CompletionAnswer(prefix: prefix, words: words)
  }
}
