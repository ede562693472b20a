import BLASCore
public import Tokenize
import WordtoolCore

/// A back-off n-gram language model.
///
/// Probabilities and back-off weights are logarithms to base 10 in single precision, exactly what an
/// ARPA file holds, so a model is the same before and after it was written. A trained model and one
/// out of an ARPA file lie in memory; one out of a file of our own is answered where it is mapped.
///
/// A value; any number of threads may read it.
public struct NGramModel: Sendable {
  /// The longest n-grams a trained model has.
  public static let maximumTrainedOrder = 6
  /// The longest n-grams that are read from a file.
  public static let maximumOrder = 10

  /// What the model's tokens are.
  public let unit: TextUnit
  /// How the words of the training text were found; nil for characters, and for files of other
  /// programs, whose text is split at white space.
  public let tokenizerRule: TokenizerRule?
  let store: NGramStore
  /// The numbers of `<unk>`, `<s>` and `</s>`.
  let unknown: Int32
  let begin: Int32
  let end: Int32
  /// What the training came to; nil of a model that was read from a file.
  public let training: Training?
  /// How many threads measure a text; what it comes to does not depend on it.
  var threads = Workers.defaultCount

  /// The length of the longest n-grams.
  public var order: Int { store.levels.count }
  /// How many tokens the vocabulary has, with `<unk>`, `<s>` and `</s>`.
  public var vocabularyCount: Int { store.words.count }
  /// How many n-grams there are of each order, from 1.
  public var counts: [Int] { store.levels.map(\.count) }
  /// How many numbers the model consists of: probabilities and back-off weights.
  public var parameterCount: Int {
    store.levels.reduce(0) { $0 + $1.count * ($1.isContinued ? 2 : 1) }
  }
  /// What a reader for this model's text is made with.
  public var readingRule: TokenizerRule { tokenizerRule ?? .whitespace }

  init(
    unit: TextUnit, rule: TokenizerRule?, store: NGramStore, unknown: Int32, begin: Int32,
    end: Int32, training: Training? = nil
  ) {
    self.training = training
    self.unit = unit
    tokenizerRule = unit == .word ? rule : nil
    self.store = store
    self.unknown = unknown
    self.begin = begin
    self.end = end
  }

  /// The token with a number.
  ///
  /// - Parameter id: 0 ..< `vocabularyCount`.
  public func token(_ id: Int32) -> String {
    precondition(id >= 0 && Int(id) < vocabularyCount, "token \(id) of \(vocabularyCount)")
    return unsafe String(decoding: store.words.bytes(at: Int(id)), as: UTF8.self)
  }

  /// The number of a token, or nil when the vocabulary does not have it.
  public func id(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { unsafe store.words.find($0) }.map { Int32($0) }
  }

  /// The number of `<unk>`, which stands for every unknown token.
  public var unknownID: Int32 { unknown }
  /// The number of `<s>`, the begin of a sentence. It is context only and never predicted.
  public var beginID: Int32 { begin }
  /// The number of `</s>`, the end of a sentence.
  public var endID: Int32 { end }

  /// What the model remembers of the tokens before: the longest ends of the text it knows.
  public struct Context: Sendable, Equatable {
    /// At place m the number of the m-gram that the last m tokens are, or -1; place 0 is the empty
    /// context. Places from the model's order on are -1.
    var nodes = SIMD16<Int32>(repeating: -1)

    fileprivate init() { nodes[0] = 0 }
  }

  /// The context at the begin of a sentence, after `<s>`.
  public var sentenceBegin: Context {
    var context = Context()
    if order > 1 { context.nodes[1] = begin }
    return context
  }

  /// The context of no tokens at all.
  public var empty: Context { Context() }

  /// log10 of the probability of a token after a context, and the context moved on by that token.
  ///
  /// - Parameters:
  ///   - id: a token's number; ``unknownID`` for unknown ones.
  ///   - context: the tokens before; it takes the new one up.
  public func score(_ id: Int32, _ context: inout Context) -> Double {
    precondition(id >= 0 && Int(id) < vocabularyCount, "token \(id) of \(vocabularyCount)")
    // SAFETY: a vector is its lanes in their order; there are more than the longest n-gram has tokens.
    return unsafe withUnsafeMutableBytes(of: &context.nodes) { nodes in
      unsafe store.levels.withUnsafeBufferPointer { levels in
        unsafe NGramStore.score(
          id, nodes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self), levels)
      }
    }
  }

  /// The places of the n-grams one longer than a context that continue it.
  func continuations(of context: Context, length: Int) -> Range<Int> {
    let node = Int(context.nodes[length])
    guard node >= 0 else { return 0..<0 }
    return store.levels[length - 1].continuations(of: node, in: store.levels[length])
  }

  /// The probability of every token of the vocabulary after a context; their sum is 1.
  ///
  /// - Returns: `vocabularyCount` values by the token's number; that of `<s>` is 0.
  public func probabilities(after context: Context) -> [Double] {
    let levels = store.levels
    var values = (0..<vocabularyCount).map {
      PortableMath.exp10(levels[0].logProbability(at: $0))
    }
    for length in 1..<max(1, order) where context.nodes[length] >= 0 {
      let weight = PortableMath.exp10(
        levels[length - 1].backoff(at: Int(context.nodes[length])))
      for id in values.indices { values[id] *= weight }
      for child in continuations(of: context, length: length) {
        let id = Int(levels[length].word(at: child))
        guard values.indices.contains(id) else { continue }
        values[id] = PortableMath.exp10(levels[length].logProbability(at: child))
      }
    }
    values[Int(begin)] = 0
    return values
  }
}

extension NGramModel: Equatable {
  /// Whether both have the same tokens, n-grams and numbers, wherever they come from.
  public static func == (a: NGramModel, b: NGramModel) -> Bool {
    a.unit == b.unit && a.tokenizerRule == b.tokenizerRule && a.store == b.store
  }
}
