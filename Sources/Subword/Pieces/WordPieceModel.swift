import WordtoolCore

/// WordPiece: the longest token that begins a word, then the longest that goes on with it, to the end; a
/// word of which a part has no token is unknown as a whole. Wu et al.: Google's Neural Machine
/// Translation System, 2016; as BERT cuts.
struct WordPieceModel: PieceModel {
  static let name = "WordPiece"
  let vocabulary: PieceVocabulary
  let unknownID: Int32?
  private let prefix: [UInt8]
  private let longestWord: Int

  var marks: (prefix: String, suffix: String) { (String(decoding: prefix, as: UTF8.self), "") }

  init(_ json: JSONText) throws {
    vocabulary = try PieceVocabulary(json["vocab"])
    unknownID = vocabulary.id(of: json["unk_token"]?.text ?? "[UNK]")
    prefix = Array((json["continuing_subword_prefix"]?.text ?? "##").utf8)
    guard case .integer(let length)? = json["max_input_chars_per_word"] ?? .integer(100),
      length >= 0
    else { throw PieceTokenizer.refusal("a bad max_input_chars_per_word", "a whole number") }
    longestWord = length
  }

  func encode(_ piece: [UInt8], into ids: inout [Int32]) throws {
    let length = piece.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    let first = ids.count
    if length <= longestWord, append(piece, to: &ids) { return }
    ids.removeLast(ids.count - first)
    guard let unknownID else { throw unknown(piece) }
    ids.append(unknownID)
  }

  /// Appends the tokens of a word; false when a part has none.
  private func append(_ piece: [UInt8], to ids: inout [Int32]) -> Bool {
    var start = 0
    while start < piece.count {
      let mark = start == 0 ? [] : prefix
      let rest = mark + piece[start..<min(piece.count, start + vocabulary.longest)]
      var end = rest.count
      var found: Int32?
      while found == nil, end > mark.count {
        // Not in the middle of a character.
        let next = start + end - mark.count
        if next == piece.count || piece[next] & 0xC0 != 0x80 {
          found = vocabulary.id(of: rest[..<end])
        }
        if found == nil { end -= 1 }
      }
      guard let found else { return false }
      ids.append(found)
      start += end - mark.count
    }
    return true
  }
}
