import Tokenize
import WordtoolCore

/// Finds the features of one text after another, in memory that is used again.
struct FeatureFinder {
  private let features: NGramFeatures
  private let tokenizer: WordTokenizer
  /// The words of the text, -1 for those that are not known.
  private var words: [Int32] = []
  /// The n-grams that end at each word, -1 for those that are not known.
  private var level: [Int32] = []
  /// Those of one word more.
  private var next: [Int32] = []
  /// The features of the text: words first, then n-grams of two words, and so on. With hashing each
  /// word is followed by the n-grams it begins.
  private(set) var found: [Int32] = []

  init(_ features: NGramFeatures, tokenizer: WordTokenizer) {
    self.features = features
    self.tokenizer = tokenizer
  }

  /// Finds the words and n-grams of a text that are known.
  mutating func find(inUTF8 bytes: UnsafeBufferPointer<UInt8>) {
    words.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    let table = features.words
    unsafe tokenizer.forEachToken(inUTF8: bytes) {
      unsafe words.append(table.find($0) ?? -1)
    }
    guard features.bucketCount == 0 else {
      features.forEachFeature(of: words) { found.append($0) }
      return
    }
    if features.orders.lowerBound == 1 { appendKnown(words) }
    var order = 2
    while order <= features.orders.upperBound, words.count >= order {
      findLonger(isFirst: order == 2)
      if order >= features.orders.lowerBound { appendKnown(next) }
      swap(&level, &next)
      order += 1
    }
  }

  private mutating func appendKnown(_ numbers: [Int32]) {
    for number in numbers where number >= 0 { found.append(number) }
  }

  /// `next` becomes what continues the n-grams of `level` by a word.
  private mutating func findLonger(isFirst: Bool) {
    let shorter = isFirst ? words : level
    let offset = Int32(features.words.count)
    next.removeAll(keepingCapacity: true)
    next.append(contentsOf: repeatElement(-1, count: words.count))
    unsafe next.withUnsafeMutableBufferPointer { next in
      guard let start = next.baseAddress else { return }
      unsafe shorter.withUnsafeBufferPointer { shorter in
        unsafe words.withUnsafeBufferPointer { words in
          unsafe features.pairs.find(
            UnsafeBufferPointer(rebasing: shorter.dropLast()),
            UnsafeBufferPointer(rebasing: words.dropFirst()), adding: offset, into: start + 1)
        }
      }
    }
  }
}
