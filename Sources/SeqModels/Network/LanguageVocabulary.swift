import Tokenize
import WordtoolCore

/// The tokens a neural language model knows, most frequent first.
///
/// Tokens of equal count are in the order of their bytes. `</s>`, the end of a line, and `<unk>`,
/// any token that is not known, always have a place.
public struct LanguageVocabulary: Sendable {
  private var table = ByteStringTable()
  /// How often each token stood in the text.
  public private(set) var counts: [Int64] = []
  /// The end of a line.
  public private(set) var endID: Int32 = 0
  /// The token that stands for all others.
  public private(set) var unknownID: Int32 = 0

  /// How many tokens there are.
  public var count: Int { table.count }

  /// A token as text.
  public func text(of id: Int32) -> String { table.text(id) }

  /// The number of a token, or nil.
  public func id(of token: String) -> Int32? { table.find(token) }

  func id(of token: UnsafeBufferPointer<UInt8>) -> Int32 { unsafe table.find(token) ?? unknownID }
  func bytes(of id: Int32) -> ArraySlice<UInt8> { table.bytes(id) }

  /// Makes the vocabulary of these tokens.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when a token is there twice.
  init(tokens: [(bytes: [UInt8], count: Int64)], path: String) throws {
    var tokens = tokens
    for marker in [TokenText.end, TokenText.unknown] {
      if !tokens.contains(where: { $0.bytes.elementsEqual(marker.utf8) }) {
        tokens.append((Array(marker.utf8), 0))
      }
    }
    for (bytes, count) in tokens {
      guard table.add(bytes).isNew else {
        throw WordtoolError(
          .badData, path: path,
          found: "the token '\(String(decoding: bytes, as: UTF8.self))' twice in the vocabulary")
      }
      counts.append(count)
    }
    endID = table.find(TokenText.end) ?? 0
    unknownID = table.find(TokenText.unknown) ?? 0
  }

  /// Counts the tokens of a text, and numbers them.
  ///
  /// - Parameters:
  ///   - minimumCount: rarer tokens become `<unk>`.
  ///   - maximumCount: only so many tokens are kept, `</s>` and `<unk>` beside them; nil for all.
  /// - Returns: the vocabulary, and the text as ``ids(of:reader:stop:)`` gives it: an input may be a
  ///   pipe, which can be read once only.
  static func counting(
    _ reader: SentenceReader, paths: [String], minimumCount: Int, maximumCount: Int?,
    stop: StopFlag
  ) throws -> (vocabulary: LanguageVocabulary, ids: [Int32]) {
    var table = ByteStringTable()
    var counts: [Int64] = []
    var lineCount: Int64 = 0
    /// Numbers in the order of the text, -1 for the end of a line.
    var ids: [Int32] = []
    try unsafe reader.read(paths, stop: stop) { token in
      let (id, isNew) = unsafe table.add(token)
      if isNew { counts.append(1) } else { counts[Int(id)] += 1 }
      ids.append(id)
    } end: {
      lineCount += 1
      ids.append(-1)
    }
    var kept: [(bytes: [UInt8], count: Int64)] = []
    var unknownCount: Int64 = 0
    var order = Array(0..<Int32(table.count))
    order.sort { left, right in
      let (a, b) = (counts[Int(left)], counts[Int(right)])
      return a != b ? a > b : table.bytes(left).lexicographicallyPrecedes(table.bytes(right))
    }
    for id in order {
      let bytes = Array(table.bytes(id))
      if bytes.elementsEqual(TokenText.unknown.utf8) {
        unknownCount += counts[Int(id)]
      } else if counts[Int(id)] < Int64(minimumCount) || kept.count >= maximumCount ?? .max {
        unknownCount += counts[Int(id)]
      } else {
        kept.append((bytes, counts[Int(id)]))
      }
    }
    kept.append((Array(TokenText.end.utf8), lineCount))
    kept.append((Array(TokenText.unknown.utf8), unknownCount))
    kept.sort {
      $0.count != $1.count ? $0.count > $1.count : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    let vocabulary = try LanguageVocabulary(tokens: kept, path: paths.first ?? "text")
    let renumbering = (0..<Int32(table.count)).map { id in
      unsafe table.bytes(id).withUnsafeBufferPointer { unsafe vocabulary.id(of: $0) }
    }
    for place in ids.indices {
      ids[place] = ids[place] < 0 ? vocabulary.endID : renumbering[Int(ids[place])]
    }
    return (vocabulary, ids)
  }

  /// A text as token numbers, `endID` after each line.
  func ids(
    of paths: [String], reader: SentenceReader, stop: StopFlag = StopFlag()
  ) throws -> [Int32] {
    var ids: [Int32] = []
    try unsafe reader.read(paths, stop: stop) { token in
      unsafe ids.append(id(of: token))
    } end: {
      ids.append(endID)
    }
    return ids
  }
}
