import BLASCore
public import Tokenize
import WordtoolCore

/// A back-off n-gram language model.
///
/// The n-grams of each order are sorted arrays: those that continue the same words are
/// neighbours, and each (n-1)-gram knows where its continuations begin. Probabilities and
/// back-off weights are logarithms to base 10 in single precision, exactly what an ARPA file
/// holds, so a model is the same before and after it was written.
///
/// A value; any number of threads may read it.
public struct NGramModel: Sendable {
  /// The longest n-grams a trained model has.
  public static let maximumTrainedOrder = 5
  /// The longest n-grams that are read from a file.
  public static let maximumOrder = 10

  /// The n-grams of one order.
  struct Level: Sendable, Equatable {
    /// The last token of each n-gram, ascending among those with the same context.
    var words: [Int32] = []
    /// Where the continuations of each n-gram begin in the next level, and the end of the last.
    var firstChild: [Int32] = []
    /// log10 of the probability of the last token after the others.
    var logProbabilities: [Float] = []
    /// log10 of the weight of the shorter context, where this one has no such continuation.
    var backoffs: [Float] = []
  }

  /// What the model's tokens are.
  public let unit: TextUnit
  /// How the words of the training text were found; nil for characters, and for files of other
  /// programs, whose text is split at white space.
  public let tokenizerRule: TokenizerRule?
  let table: ByteStringTable
  let levels: [Level]
  /// The numbers of `<unk>`, `<s>` and `</s>`.
  let unknown: Int32
  let begin: Int32
  let end: Int32
  /// What the training came to; nil of a model that was read from a file.
  public let training: Training?

  /// The length of the longest n-grams.
  public var order: Int { levels.count }
  /// How many tokens the vocabulary has, with `<unk>`, `<s>` and `</s>`.
  public var vocabularyCount: Int { table.count }
  /// How many n-grams there are of each order, from 1.
  public var counts: [Int] { levels.map(\.words.count) }
  /// How many numbers the model consists of: probabilities and back-off weights.
  public var parameterCount: Int {
    levels.reduce(0) { $0 + $1.logProbabilities.count + $1.backoffs.count }
  }
  /// What a reader for this model's text is made with.
  public var readingRule: TokenizerRule { tokenizerRule ?? .whitespace }

  init(
    unit: TextUnit, rule: TokenizerRule?, table: ByteStringTable, levels: [Level], unknown: Int32,
    begin: Int32, end: Int32, training: Training? = nil
  ) {
    self.training = training
    self.unit = unit
    tokenizerRule = unit == .word ? rule : nil
    self.table = table
    self.levels = levels
    self.unknown = unknown
    self.begin = begin
    self.end = end
  }

  /// The token with a number.
  ///
  /// - Parameter id: 0 ..< `vocabularyCount`.
  public func token(_ id: Int32) -> String {
    precondition(id >= 0 && Int(id) < table.count, "token \(id) of \(table.count)")
    return table.text(id)
  }

  /// The number of a token, or nil when the vocabulary does not have it.
  public func id(of token: String) -> Int32? { table.find(token) }

  /// The number of `<unk>`, which stands for every unknown token.
  public var unknownID: Int32 { unknown }
  /// The number of `<s>`, the begin of a sentence. It is context only and never predicted.
  public var beginID: Int32 { begin }
  /// The number of `</s>`, the end of a sentence.
  public var endID: Int32 { end }

  /// What the model remembers of the tokens before: the longest ends of the text it knows.
  public struct Context: Sendable, Equatable {
    /// At place m the number of the m-gram that the last m tokens are, or -1; place 0 is the empty
    /// context.
    var nodes: [Int32]
  }

  /// The context at the begin of a sentence, after `<s>`.
  public var sentenceBegin: Context {
    var nodes = [Int32](repeating: -1, count: order)
    nodes[0] = 0
    if order > 1 { nodes[1] = begin }
    return Context(nodes: nodes)
  }

  /// The context of no tokens at all.
  public var empty: Context {
    var nodes = [Int32](repeating: -1, count: order)
    nodes[0] = 0
    return Context(nodes: nodes)
  }

  /// log10 of the probability of a token after a context, and the context moved on by that token.
  ///
  /// - Parameters:
  ///   - id: a token's number; ``unknownID`` for unknown ones.
  ///   - context: the tokens before; it takes the new one up.
  public func score(_ id: Int32, _ context: inout Context) -> Double {
    precondition(id >= 0 && Int(id) < table.count, "token \(id) of \(table.count)")
    // From long to short: the m-gram context gives the (m+1)-gram, which is both the answer, if
    // there is one, and a part of the next context.
    var result = 0.0
    var isFound = false
    var carried: Int32 = -1
    for length in stride(from: order - 1, through: 0, by: -1) {
      let node = context.nodes[length]
      let child = node < 0 ? -1 : length == 0 ? id : child(of: node, length: length, id)
      if !isFound {
        if child >= 0 {
          result += Double(levels[length].logProbabilities[Int(child)])
          isFound = true
        } else if node >= 0 {
          result += Double(levels[length - 1].backoffs[Int(node)])
        }
      }
      if length + 1 < order { context.nodes[length + 1] = child }
      carried = child
    }
    precondition(carried >= 0)
    return result
  }

  /// The n-gram that `node`, an n-gram of `length` tokens, and one more token make, or -1.
  func child(of node: Int32, length: Int, _ id: Int32) -> Int32 {
    let starts = levels[length - 1].firstChild
    var low = starts[Int(node)]
    var high = starts[Int(node) + 1]
    return unsafe levels[length].words.withUnsafeBufferPointer { words in
      while low < high {
        let middle = low + (high - low) / 2
        let word = unsafe words[Int(middle)]
        if word == id { return middle }
        if word < id { low = middle + 1 } else { high = middle }
      }
      return -1
    }
  }

  /// The probability of every token of the vocabulary after a context; their sum is 1.
  ///
  /// - Returns: `vocabularyCount` values by the token's number; that of `<s>` is 0.
  public func probabilities(after context: Context) -> [Double] {
    var values: [Double] = []
    fillProbabilities(after: context, &values)
    return values
  }

  func fillProbabilities(after context: Context, _ values: inout [Double]) {
    values.removeAll(keepingCapacity: true)
    for value in levels[0].logProbabilities { values.append(PortableMath.exp10(Double(value))) }
    for length in 1..<max(1, order) {
      let node = Int(context.nodes[length])
      guard node >= 0 else { continue }
      let range = levels[length - 1].firstChild[node]..<levels[length - 1].firstChild[node + 1]
      let weight = PortableMath.exp10(Double(levels[length - 1].backoffs[node]))
      for id in values.indices { values[id] *= weight }
      for child in range {
        let id = Int(levels[length].words[Int(child)])
        values[id] = PortableMath.exp10(Double(levels[length].logProbabilities[Int(child)]))
      }
    }
    values[Int(begin)] = 0
  }
}

extension NGramModel: Equatable {
  /// Whether both have the same tokens, n-grams and numbers, wherever they come from.
  public static func == (a: NGramModel, b: NGramModel) -> Bool {
    a.unit == b.unit && a.tokenizerRule == b.tokenizerRule && a.levels == b.levels
      && a.table.count == b.table.count
      && (0..<Int32(a.table.count)).allSatisfy { a.table.bytes($0) == b.table.bytes($0) }
  }
}
