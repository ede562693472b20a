public import Tokenize
import WordtoolCore

/// Which words and word n-grams of a text count.
public struct NGramFeatureOptions: Codable, Hashable, Sendable {
  /// How text becomes words.
  public var rule: TokenizerRule
  /// The orders of the n-grams: 1...2 is words and pairs of neighbours. 1 to 5.
  public var orders: ClosedRange<Int>
  /// Words and n-grams that occur less often in the training text are left out.
  public var minimumCount: Int
  /// How many numbers the n-grams of order 2 and more share by hashing, as in fastText; nil keeps
  /// every n-gram apart.
  public var bucketCount: Int?
  /// How many characters the n-grams inside of words have that count as well, the ends of the word
  /// included; nil for none. 1 to 16. A linear classifier has them.
  public var characterOrders: ClosedRange<Int>?

  /// Words and pairs that occur at least twice.
  public init(
    rule: TokenizerRule = .words, orders: ClosedRange<Int> = 1...2, minimumCount: Int = 2,
    bucketCount: Int? = nil, characterOrders: ClosedRange<Int>? = nil
  ) {
    self.rule = rule
    self.orders = orders
    self.minimumCount = minimumCount
    self.bucketCount = bucketCount
    self.characterOrders = characterOrders
  }

  /// The longest n-grams there can be.
  public static let maximumOrder = 5
  /// Hashed n-grams and words are numbered by an Int32 together.
  private static let largestBucketCount = 1_000_000_000

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require(
      orders.lowerBound >= 1 && orders.upperBound <= Self.maximumOrder,
      found: "`orders` is \(orders)", expected: "orders from 1 to \(Self.maximumOrder)")
    try OptionCheck.require("minimumCount", minimumCount, in: 1...Int.max)
    try OptionCheck.require("bucketCount", bucketCount ?? 1, in: 1...Self.largestBucketCount)
    let longest = InnerNGrams.maximumOrder
    if let orders = characterOrders {
      try OptionCheck.require(
        orders.lowerBound >= 1 && orders.upperBound <= longest,
        found: "`characterOrders` is \(orders)", expected: "orders from 1 to \(longest)")
    }
  }
}

/// The words and n-grams a model knows, numbered: words first, in the order of their first
/// occurrence, then n-grams of two words, and so on, and n-grams of characters last.
///
/// An n-gram is stored as the number of its first n - 1 words and the number of its last, so that
/// nothing but words is ever spelled out. With hashing the n-grams are the numbers behind the words,
/// by a hash of the numbers of their words. An n-gram never spans a word that is not known.
struct NGramFeatures: Sendable {
  let orders: ClosedRange<Int>
  let words: ByteStringTable
  let pairs: NumberedPairs
  /// 0 when every n-gram has a number of its own.
  let bucketCount: Int
  /// Those inside of words; nil where they do not count.
  let characters: InnerNGrams?

  /// How many numbers there are.
  var count: Int { firstCharacters + (characters?.count ?? 0) }
  /// Where the numbers of n-grams of characters begin.
  var firstCharacters: Int { words.count + (bucketCount > 0 ? bucketCount : pairs.count) }

  init(
    orders: ClosedRange<Int>, words: ByteStringTable, pairs: NumberedPairs, bucketCount: Int,
    characters: InnerNGrams? = nil
  ) {
    self.orders = orders
    self.words = words
    self.pairs = pairs
    self.bucketCount = bucketCount
    self.characters = characters
  }

  /// A step of SplitMix64. Hashed n-grams of stored models depend on it.
  @inline(__always)
  private static func hash(_ value: UInt64) -> UInt64 {
    SplitMix.mix(value &+ SplitMix.increment)
  }

  /// The number of the n-gram that continues another by one word.
  @inline(__always)
  func continuation(of prefix: Int32, by word: Int32, hash: inout UInt64) -> Int32? {
    guard bucketCount > 0 else {
      return pairs.find(prefix, word).map { Int32(words.count) + $0 }
    }
    hash = Self.hash(hash ^ UInt64(UInt32(bitPattern: word)))
    return Int32(words.count + Int(hash % UInt64(bucketCount)))
  }

  /// Calls `body` with the number of each known word and n-gram of a text of words, -1 standing for
  /// words that are not known.
  @inline(__always)
  func forEachFeature(of ids: some RandomAccessCollection<Int32>, _ body: (Int32) -> Void) {
    forEachPlacedFeature(of: ids) { feature, _ in body(feature) }
  }

  /// Calls `body` with the number of each known word and n-gram, and the places of its words.
  @inline(__always)
  func forEachPlacedFeature<Words: RandomAccessCollection<Int32>>(
    of ids: Words, _ body: (Int32, Range<Words.Index>) -> Void
  ) {
    for start in ids.indices {
      var node = ids[start]
      guard node >= 0 else { continue }
      var at = ids.index(after: start)
      if orders.lowerBound == 1 { body(node, start..<at) }
      // Hashed before the next word comes in, so that the order of the words matters.
      var hash = Self.hash(UInt64(UInt32(bitPattern: node)))
      var order = 1
      while order < orders.upperBound, at < ids.endIndex, ids[at] >= 0,
        let longer = continuation(of: node, by: ids[at], hash: &hash)
      {
        order += 1
        node = longer
        at = ids.index(after: at)
        if order >= orders.lowerBound { body(node, start..<at) }
      }
    }
  }

  /// What a feature stands for, its words apart by spaces; nil for hashed n-grams.
  func text(of feature: Int) -> String? {
    if feature < words.count { return words.text(Int32(feature)) }
    if let characters, feature >= firstCharacters {
      return characters.text(of: Int32(feature - firstCharacters))
    }
    guard bucketCount == 0 else { return nil }
    let (prefix, word) = pairs[feature - words.count]
    return text(of: Int(prefix)).map { $0 + " " + words.text(word) }
  }
}
