import WordtoolCore

/// The tokens of a model and their numbers. Spellings are compared by their bytes.
struct PieceVocabulary: Sendable {
  private(set) var spellings: ByteStringTable
  /// By the place of a spelling.
  private(set) var ids: [Int32] = []
  /// Bytes of the longest token.
  private(set) var longest = 0

  /// - Throws: `WordtoolError` of kind `badData` for a token or a number that is there twice, or a number
  ///   that is none.
  init(_ tokens: [(text: String, id: Int)]) throws {
    spellings = ByteStringTable(expectedCount: tokens.count)
    var used = Set<Int32>()
    for (text, number) in tokens {
      guard let id = Int32(exactly: number), id >= 0 else {
        throw PieceTokenizer.refusal(
          "the number \(number) of \(JSONText.quoted(text))", "0 to \(Int32.max)")
      }
      guard spellings.add(text.utf8).isNew else {
        throw PieceTokenizer.refusal("the token \(JSONText.quoted(text)) twice", "distinct tokens")
      }
      guard used.insert(id).inserted else {
        throw PieceTokenizer.refusal(
          "the number \(id) of \(JSONText.quoted(text)) and of another token", "distinct numbers")
      }
      ids.append(id)
      longest = max(longest, text.utf8.count)
    }
  }

  /// Reads numbers by token.
  init(_ json: JSONText?) throws {
    guard case .object(let members)? = json else {
      throw PieceTokenizer.refusal("a model without a vocabulary", "numbers by token")
    }
    try self.init(
      members.map { text, value in
        guard case .integer(let id) = value else {
          throw PieceTokenizer.refusal("no number for \(JSONText.quoted(text))", "a whole number")
        }
        return (text, id)
      })
  }

  var count: Int { ids.count }

  /// The number of a token.
  func id(of bytes: ArraySlice<UInt8>) -> Int32? {
    unsafe bytes.withUnsafeBufferPointer { unsafe spellings.find($0) }.map { ids[Int($0)] }
  }

  /// The number of a token.
  func id(of text: String) -> Int32? { spellings.find(text).map { ids[Int($0)] } }

  /// The numbers of the tokens that stand for a character's bytes one by one; nil if one has none.
  func byteIDs(of bytes: ArraySlice<UInt8>) -> [Int32]? {
    var result: [Int32] = []
    for byte in bytes {
      let digits = String(byte, radix: 16, uppercase: true)
      guard let id = id(of: "<0x\(digits.utf8.count < 2 ? "0" : "")\(digits)>") else { return nil }
      result.append(id)
    }
    return result
  }
}

/// What makes tokens of a piece.
protocol PieceModel: Sendable {
  /// What the file calls it.
  static var name: String { get }
  var vocabulary: PieceVocabulary { get }
  /// The number of the token for what is not known; nil where there is none.
  var unknownID: Int32? { get }
  /// What marks a token that no text spells: before one inside of a word, behind one at its end.
  var marks: (prefix: String, suffix: String) { get }

  /// Appends the numbers of the tokens of a piece, which is UTF-8 and not empty.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for a piece that is not known, where there is no
  ///   token for that.
  func encode(_ piece: [UInt8], into ids: inout [Int32]) throws
}

extension PieceModel {
  var marks: (prefix: String, suffix: String) { ("", "") }

  /// The error for a piece without tokens.
  func unknown(_ bytes: some Collection<UInt8>) -> WordtoolError {
    let text = String(decoding: bytes, as: UTF8.self)
    return WordtoolError(
      .unavailable, found: "'\(text.prefix(40))', which the tokenizer has no token for",
      expected: "a token for what is unknown", remedy: "the Python library fails here as well")
  }
}

/// Bytes of a character of UTF-8 by its first byte.
func characterLength(_ lead: UInt8) -> Int {
  lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
}

/// Words as they stand.
struct WordLevelModel: PieceModel {
  static let name = "WordLevel"
  let vocabulary: PieceVocabulary
  let unknownID: Int32?

  init(_ json: JSONText) throws {
    vocabulary = try PieceVocabulary(json["vocab"])
    unknownID = json["unk_token"]?.text.flatMap { [vocabulary] in vocabulary.id(of: $0) }
  }

  func encode(_ piece: [UInt8], into ids: inout [Int32]) throws {
    guard let id = vocabulary.id(of: piece[...]) ?? unknownID else { throw unknown(piece) }
    ids.append(id)
  }
}

extension JSONText {
  /// A truth value; `value` where there is none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for anything else.
  func flag(_ name: String, _ value: Bool, of owner: String) throws -> Bool {
    switch self[name] {
    case nil, .null?: return value
    case .bool(let given)?: return given
    default:
      throw PieceTokenizer.refusal("a \(name) of \(owner) that is no truth value", "true or false")
    }
  }
}
