import WordtoolCore

/// Unigram: of all ways to cut a piece into tokens the one with the highest sum of scores. Kudo: Subword
/// Regularization, ACL 2018; as SentencePiece cuts, without sampling.
struct UnigramModel: PieceModel {
  static let name = "Unigram"
  let vocabulary: PieceVocabulary
  let unknownID: Int32?
  private let scores: [Double]
  /// The score of a character that is no token: ten below the lowest.
  private let unknownScore: Double
  private let fallsBackToBytes: Bool
  /// Tokens in the order of their bytes.
  private let order: [Int32]

  init(_ json: JSONText) throws {
    guard case .array(let list)? = json["vocab"], !list.isEmpty else {
      throw PieceTokenizer.refusal(
        "a Unigram model without a vocabulary", "tokens and their scores")
    }
    if let alpha = json["alpha"], !alpha.isNull {
      throw PieceTokenizer.refusal("a Unigram model that samples (alpha)", "the best cut")
    }
    var tokens: [(text: String, id: Int)] = []
    var scores: [Double] = []
    for (id, item) in list.enumerated() {
      guard case .array(let pair) = item, pair.count == 2, let text = pair[0].text else {
        throw PieceTokenizer.refusal("element \(id + 1) of the vocabulary", "a token and its score")
      }
      tokens.append((text, id))
      switch pair[1] {
      case .number(let score): scores.append(score)
      case .integer(let score): scores.append(Double(score))
      default: throw PieceTokenizer.refusal("no score of \(JSONText.quoted(text))", "a number")
      }
    }
    vocabulary = try PieceVocabulary(tokens)
    self.scores = scores
    unknownScore = (scores.min() ?? 0) - 10
    order = vocabulary.spellings.sortedOrder()
    fallsBackToBytes = try json.flag("byte_fallback", false, of: "Unigram")
    switch json["unk_id"] {
    case nil, .null?: unknownID = nil
    case .integer(let id)? where id >= 0 && id < tokens.count: unknownID = Int32(id)
    default: throw PieceTokenizer.refusal("a bad unk_id", "less than \(tokens.count), the tokens")
    }
  }

  /// The best way to a place: its score, the token it ends with (-1: none), and where that begins.
  private struct Step {
    var score = 0.0
    var id: Int32 = -1
    var start = -1
  }

  func encode(_ piece: [UInt8], into ids: inout [Int32]) throws {
    var steps = [Step](repeating: Step(), count: piece.count + 1)
    var start = 0
    while start < piece.count {
      let length = min(characterLength(piece[start]), piece.count - start)
      let score = steps[start].score
      var isToken = false
      func offer(_ id: Int32, _ tokenScore: Double, _ end: Int) {
        let candidate = tokenScore + score
        if steps[end].start < 0 || candidate > steps[end].score {
          steps[end] = Step(score: candidate, id: id, start: start)
        }
      }
      forEachToken(at: start, of: piece) { id, end in
        offer(id, scores[Int(id)], end)
        if end == start + length { isToken = true }
      }
      if !isToken {
        let end = start + length
        // Where it is no better than a token around it, nothing is unknown.
        if unknownID == nil, steps[end].start < 0 || unknownScore + score > steps[end].score {
          throw unknown(piece[start..<end])
        }
        offer(unknownID ?? -1, unknownScore, end)
      }
      start += length
    }
    var parts: [Range<Int>] = []
    var end = piece.count
    while end > 0 {
      let step = steps[end]
      if step.id == unknownID, let last = parts.last, steps[last.upperBound].id == unknownID {
        // What is unknown on both sides is one.
        parts[parts.count - 1] = step.start..<last.upperBound
      } else {
        parts.append(step.start..<end)
      }
      end = step.start
    }
    for part in parts.reversed() {
      if let id = vocabulary.id(of: piece[part]) {
        ids.append(id)
      } else if fallsBackToBytes, let bytes = vocabulary.byteIDs(of: piece[part]) {
        ids += bytes
      } else if let unknownID {
        ids.append(unknownID)
      } else {
        throw unknown(piece[part])
      }
    }
  }

  /// Calls `body` with every token that begins at a place, the shorter first.
  private func forEachToken(at start: Int, of piece: [UInt8], _ body: (Int32, Int) -> Void) {
    // The tokens that begin with the bytes so far, in `order`.
    var range = 0..<order.count
    var length = 0
    while start + length < piece.count {
      let byte = piece[start + length]
      let low = firstPlace(in: range) { $0.count > length && $0[$0.startIndex + length] >= byte }
      let high = firstPlace(in: low..<range.upperBound) {
        $0.count > length && $0[$0.startIndex + length] > byte
      }
      range = low..<high
      if range.isEmpty { return }
      length += 1
      // Of tokens with one beginning, the one that is no longer comes first.
      let first = order[range.lowerBound]
      if vocabulary.spellings.bytes(first).count == length {
        body(vocabulary.ids[Int(first)], start + length)
      }
    }
  }

  private func firstPlace(
    in range: Range<Int>, where isAbove: (ArraySlice<UInt8>) -> Bool
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isAbove(vocabulary.spellings.bytes(order[middle])) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
