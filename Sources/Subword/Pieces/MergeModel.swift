import WordtoolCore

/// Byte-pair encoding over characters, or over bytes that stand as characters: neighbours are joined, the
/// pair that was learnt first before others. Sennrich, Haddow and Birch: Neural Machine Translation of
/// Rare Words with Subword Units, ACL 2016.
struct MergeModel: PieceModel {
  static let name = "BPE"
  let vocabulary: PieceVocabulary
  private let unknownToken: String?
  private let prefix: String
  private let suffix: String
  private let fusesUnknown: Bool
  private let fallsBackToBytes: Bool
  private let ignoresMerges: Bool
  /// The rank of each pair.
  private let ranks: PairTable
  /// By rank, what a pair becomes.
  private let results: [Int32]

  var unknownID: Int32? { unknownToken.flatMap { vocabulary.id(of: $0) } }
  var marks: (prefix: String, suffix: String) { (prefix, suffix) }

  init(_ json: JSONText) throws {
    vocabulary = try PieceVocabulary(json["vocab"])
    switch json["dropout"] {
    case nil, .null?, .integer(0)?: break
    case .number(0)?: break
    default: throw PieceTokenizer.refusal("a BPE model with dropout", "none")
    }
    func text(_ name: String) -> String { json[name]?.text ?? "" }
    unknownToken = json["unk_token"]?.text
    prefix = text("continuing_subword_prefix")
    suffix = text("end_of_word_suffix")
    fusesUnknown = try json.flag("fuse_unk", false, of: "BPE")
    fallsBackToBytes = try json.flag("byte_fallback", false, of: "BPE")
    ignoresMerges = try json.flag("ignore_merges", false, of: "BPE")
    guard case .array(let pairs)? = json["merges"] else {
      throw PieceTokenizer.refusal("a BPE model without merges", "a list of pairs")
    }
    var ranks = PairTable(expectedCount: pairs.count)
    var results: [Int32] = []
    for (rank, pair) in pairs.enumerated() {
      let parts: [String]
      switch pair {
      case .string(let text):
        parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      case .array(let items): parts = items.compactMap(\.text)
      default: parts = []
      }
      // A token inside of a word loses its mark when it is joined to one on its left.
      guard parts.count == 2, parts[1].utf8.count >= prefix.utf8.count,
        let left = vocabulary.id(of: parts[0]), let right = vocabulary.id(of: parts[1]),
        let result = vocabulary.id(
          of: (Array(parts[0].utf8) + parts[1].utf8.dropFirst(prefix.utf8.count))[...])
      else {
        throw PieceTokenizer.refusal(
          "merge \(rank + 1) of \(JSONText.quoted(parts.joined(separator: " ")))",
          "two tokens of the vocabulary that make a third")
      }
      ranks.set(left, right, to: Int32(rank))
      results.append(result)
    }
    self.ranks = ranks
    self.results = results
  }

  func encode(_ piece: [UInt8], into ids: inout [Int32]) throws {
    if ignoresMerges, let id = vocabulary.id(of: piece[...]) {
      ids.append(id)
      return
    }
    ids += merged(try characters(of: piece))
  }

  /// The tokens of single characters.
  private func characters(of piece: [UInt8]) throws -> [Int32] {
    var ids: [Int32] = []
    var pending: Int32?
    var at = 0
    while at < piece.count {
      let length = min(characterLength(piece[at]), piece.count - at)
      var spelling = Array(piece[at..<at + length])
      if at > 0 { spelling = Array(prefix.utf8) + spelling }
      at += length
      if at == piece.count { spelling += suffix.utf8 }
      if let id = vocabulary.id(of: spelling[...]) {
        if let unknown = pending.take() { ids.append(unknown) }
        ids.append(id)
      } else if fallsBackToBytes, let bytes = vocabulary.byteIDs(of: spelling[...]) {
        ids += bytes
      } else if unknownToken != nil {
        guard let unknownID else { throw unknown(spelling) }
        if let unknown = pending, !fusesUnknown { ids.append(unknown) }
        pending = unknownID
      }
    }
    if let pending { ids.append(pending) }
    return ids
  }

  private struct Candidate: HeapElement {
    var rank: Int32
    var place: Int

    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.rank != b.rank ? a.rank < b.rank : a.place < b.place
    }
  }

  /// Joins pairs, by a heap of them and a list of places whose joined ones are left out.
  private func merged(_ tokens: [Int32]) -> [Int32] {
    var ids = tokens
    let count = ids.count
    guard count > 1 else { return ids }
    var next = (1...count).map { $0 }
    var previous = (-1..<count - 1).map { $0 }
    var initial: [Candidate] = []
    for place in 0..<count - 1 {
      if let rank = ranks.find(ids[place], ids[place + 1]) {
        initial.append(Candidate(rank: rank, place: place))
      }
    }
    var heap = Heap(initial)
    while let candidate = heap.pop() {
      let place = candidate.place
      let right = next[place]
      // An older candidate counts while the pair there makes the same token.
      guard ids[place] >= 0, right < count, let rank = ranks.find(ids[place], ids[right]),
        results[Int(rank)] == results[Int(candidate.rank)]
      else { continue }
      ids[place] = results[Int(rank)]
      ids[right] = -1
      next[place] = next[right]
      if next[place] < count { previous[next[place]] = place }
      for left in [previous[place], place] where left >= 0 && next[left] < count {
        if let rank = ranks.find(ids[left], ids[next[left]]) {
          heap.push(Candidate(rank: rank, place: left))
        }
      }
    }
    return ids.filter { $0 >= 0 }
  }
}
