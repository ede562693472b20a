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
  /// - Throws: ``WordtoolError`` of kind `noSuchInput` or `badData` (not UTF-8).
  public static func stopWords(contentsOf path: String) throws -> [String] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try unsafe part.withUnsafeMutableBytes { try unsafe source.read(into: $0) }
      if count == 0 { break }
      bytes += part[..<count]
      guard bytes.count <= 64 << 20 else {
        throw WordtoolError(
          .badData, path: path, found: "more than 64 MB", expected: "a list of stop words")
      }
    }
    if let problem = unsafe bytes.withUnsafeBufferPointer({ unsafe UTF8Text.firstProblem(in: $0) })
    {
      throw WordtoolError(
        .badData, path: path, at: .byte(problem), found: "bytes that are not UTF-8",
        expected: "stop words in UTF-8, one a line")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
      String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }.filter { !$0.isEmpty }
  }
}
