import Libc
import SeqModels
import TestSupport
import Tokenize
import WordtoolCore

/// A model of pairs of tokens given as a table; with nothing that the protocol does by itself.
struct TableModel: LanguageModel {
  var unit = TextUnit.word
  var readingRule = TokenizerRule.whitespace
  var tokens = ["<unk>", "</s>", "a", "b", "c"]
  /// The probability of each token after each.
  var rows: [[Double]]
  /// Added to every score, as the logits of a network are off by a constant.
  var offset = 0.0

  /// Numbers of a seed, all above 0.
  init(seed: UInt64) {
    var source = SeededGenerator(seed: seed)
    rows = (0..<5).map { _ in
      let row = (0..<5).map { _ in Double.random(in: 0.05...1, using: &source) }
      return row.map { $0 / row.reduce(0, +) }
    }
  }

  /// The same after every token.
  init(_ row: [Double]) { rows = [[Double]](repeating: row, count: 5) }

  var tokenCount: Int { tokens.count }
  var endID: Int32 { 1 }
  var unknownID: Int32 { 0 }
  func token(_ id: Int32) -> String { tokens[Int(id)] }
  func id(of token: String) -> Int32? { tokens.firstIndex(of: token).map { Int32($0) } }
  func initialState() -> Int32 { endID }
  func advance(_ state: inout Int32, with id: Int32) { state = id }
  func logProbabilities(after state: Int32) -> [Double] { rows[Int(state)].map { log($0) } }
  func fillScores(after state: Int32, _ values: inout [Double]) {
    values = logProbabilities(after: state).map { $0 + offset }
  }
}
