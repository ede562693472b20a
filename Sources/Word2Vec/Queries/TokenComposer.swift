import Subword
import WordtoolCore

/// Vectors of texts from those of their tokens: the mean.
///
/// model2vec 0.10 and StaticEmbedding of sentence-transformers 6.2 differ in what they do to a text, see
/// ``Rules``.
struct TokenComposer: TextComposer {
  /// What is done to a text and its vector.
  struct Rules {
    /// Put before every text, but not before a word.
    var prompt = ""
    /// Characters that a text is cut to before there are tokens; nil for all.
    var characterCount: Int?
    /// How many tokens are kept, unknown ones among them; nil for all.
    var truncation: PieceTokenizer.Truncation?
    /// Whether the token for what is unknown counts as any other.
    var keepsUnknown = true
    /// Whether a vector is divided by its length.
    var isUnit = false
    /// Whether means, and what is divided by its length, are rounded to half floats, to the nearest and
    /// of two to the even one, as NumPy has them of a table of half floats.
    var roundsToHalf = false
  }

  let tokenizer: PieceTokenizer
  let rules: Rules
  let rows: Float32Rows
  let dimension: Int
  /// Keeps the rows in memory.
  let owner: any AnyObject & Sendable
  /// The row of each token by its number; -1 where there is none.
  let rowsByID: [Int32]

  func row(for word: String) -> Int? {
    guard let ids = try? ids(of: word), ids.count == 1, ids[0] != tokenizer.unknownID else {
      return nil
    }
    return rows(of: ids).first
  }

  func isMarked(_ token: String) -> Bool { tokenizer.isMarked(token) }

  func vector(for word: String) -> [Float]? {
    // A word of which nothing is known is not there, even where texts have a vector for that.
    guard let ids = try? ids(of: word), ids.contains(where: { $0 != tokenizer.unknownID }) else {
      return nil
    }
    let vector = mean(of: rows(of: ids))
    return vector.contains { $0 != 0 } && vector.allSatisfy(\.isFinite) ? vector : nil
  }

  func vector(ofText text: String) throws -> [Float] {
    let vector = mean(of: rows(of: try ids(of: rules.prompt + text)))
    guard vector.allSatisfy(\.isFinite) else {
      throw WordtoolError(
        .badData, found: "rows whose sum no float holds", expected: "values of ordinary size",
        remedy: "the file is damaged")
    }
    return vector
  }

  /// The tokens of a text that is truncated as the rules say.
  private func ids(of text: String) throws -> [Int32] {
    let scalars = text.unicodeScalars
    var ids =
      try rules.characterCount.map { try tokenizer.encode(scalars.prefix($0)) }
      ?? tokenizer.encode(scalars)
    if let truncation = rules.truncation, ids.count > truncation.tokenCount {
      ids =
        truncation.keepsEnd
        ? Array(ids.suffix(truncation.tokenCount)) : Array(ids.prefix(truncation.tokenCount))
    }
    return ids
  }

  /// The rows of the tokens that count.
  private func rows(of ids: [Int32]) -> [Int] {
    ids.compactMap { id in
      if !rules.keepsUnknown, id == tokenizer.unknownID { return nil }
      let row = Int(rowsByID[Int(id)])
      return row < 0 ? nil : row
    }
  }

  /// Sums are those of floats in the order of the tokens, as the libraries have them.
  private func mean(of rowsOfText: [Int]) -> [Float] {
    var sum = [Float](repeating: 0, count: dimension)
    guard let (base, stride) = unsafe rows.inPlace, !rowsOfText.isEmpty else { return sum }
    for row in rowsOfText {
      let start = row * stride
      for column in 0..<dimension { unsafe sum[column] += base[start + column] }
    }
    for column in sum.indices { sum[column] /= Float(rowsOfText.count) }
    sum = rounded(sum)
    guard rules.isUnit else { return sum }
    let length = sum.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return length > 0 ? rounded(sum.map { Float(Double($0) / length) }) : sum
  }

  private func rounded(_ values: [Float]) -> [Float] {
    guard rules.roundsToHalf else { return values }
    return values.map { ShortFloats.float(half: ShortFloats.half($0)) }
  }
}
