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
  /// word is followed by the n-grams it begins. N-grams of characters are last.
  private(set) var found: [Int32] = []
  private var spellings: KnownSpellings?

  init(_ features: NGramFeatures, tokenizer: WordTokenizer) {
    self.features = features
    self.tokenizer = tokenizer
    spellings = features.characters.map {
      KnownSpellings($0, wordCount: features.words.count, first: features.firstCharacters)
    }
  }

  /// Finds the words and n-grams of a text that are known.
  mutating func find(inUTF8 bytes: UnsafeBufferPointer<UInt8>) {
    words.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    let table = features.words
    spellings?.begin()
    unsafe tokenizer.forEachToken(inUTF8: bytes) {
      let word = unsafe table.find($0) ?? -1
      words.append(word)
      unsafe spellings?.add(word, inUTF8: $0)
    }
    defer { if let spellings { found.append(contentsOf: spellings.found) } }
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

/// The n-grams of characters of the words of a text. Those of a word are looked up once.
private struct KnownSpellings {
  private let characters: InnerNGrams
  /// Where their numbers begin.
  private let first: Int32
  private var spelling = InnerNGrams.Spelling()
  /// The numbers of words that came before: those of word w are `numbers[places[w]]`.
  private var numbers: [Int32] = []
  private var places: [Range<Int>?]
  /// Of the text.
  private(set) var found: [Int32] = []

  init(_ characters: InnerNGrams, wordCount: Int, first: Int) {
    self.characters = characters
    self.first = Int32(first)
    places = [Range<Int>?](repeating: nil, count: wordCount)
  }

  /// Begins another text.
  mutating func begin() { found.removeAll(keepingCapacity: true) }

  /// Adds a word, of which -1 says that it is not known by a number.
  mutating func add(_ word: Int32, inUTF8 bytes: UnsafeBufferPointer<UInt8>) {
    if word >= 0, let place = places[Int(word)] {
      found.append(contentsOf: numbers[place])
      return
    }
    let begin = found.count
    unsafe characters.forEach(inUTF8: bytes, &spelling) { found.append(first + $0) }
    guard word >= 0 else { return }
    places[Int(word)] = numbers.count..<numbers.count + found.count - begin
    numbers.append(contentsOf: found[begin...])
  }
}
