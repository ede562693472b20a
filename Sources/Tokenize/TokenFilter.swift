import WordtoolCore

/// Decides which folded tokens are kept. Belongs to one thread.
final class TokenFilter {
  private let stopWords: WordTable
  private let minimumLength: Int
  private let maximumLength: Int

  /// - Parameter fold: brings a word into the form tokens have.
  init(
    _ processing: TokenProcessing,
    fold: (UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>
  ) {
    stopWords = WordTable(expectedCount: processing.stopWords.count)
    minimumLength = max(processing.minimumLength, 1)
    maximumLength = processing.maximumLength ?? Int.max
    for word in processing.stopWords {
      var word = word
      word.withUTF8 { _ = unsafe stopWords.add(fold($0)) }
    }
  }

  func keeps(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
    var length = 0
    for index in 0..<token.count where unsafe token[index] & 0xC0 != 0x80 { length += 1 }
    return unsafe length >= minimumLength && length <= maximumLength && stopWords.find(token) < 0
  }
}

extension TokenProcessing {
  /// Reads stop words, one a line; white space around them and empty lines do not count.
  ///
  /// - Throws: `WordtoolError` of kind `noSuchInput` or `badData` (not UTF-8).
  public static func stopWords(contentsOf path: String) throws -> [String] {
    try LineReader.all(path).map(\.trimmed).filter { !$0.isEmpty }
  }
}
