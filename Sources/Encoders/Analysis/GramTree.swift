import WordtoolCore

/// N-grams of words by number, as a tree: each is the n-gram without its last word, and that word.
///
/// So a text is looked up by pairs of numbers, and no n-gram is put together as text before it becomes a
/// feature. A word holds no byte up to 0x20, which makes the order of texts that of the words' ranks.
struct GramTree: Sendable {
  /// The words, with numbers of their own.
  private(set) var words: ByteStringTable
  /// The term that a word is alone, by word.
  private(set) var termOfWord: [Int32] = []
  /// By term: the one without the last word, -1 for a word alone, whose number is less than the term's.
  private(set) var parents: [Int32] = []
  /// By term: the last word.
  private(set) var lasts: [Int32] = []
  /// The term of a parent and a last word.
  private var pairs = PairTable()

  init() { words = ByteStringTable() }

  /// How many terms there are, those included that only begin others.
  var count: Int { parents.count }

  /// The number of a word, which is added as a term when it is new.
  @inline(__always)
  mutating func add(word: UnsafeBufferPointer<UInt8>) -> Int32 {
    let (number, isNew) = unsafe words.add(word)
    if isNew {
      termOfWord.append(Int32(truncatingIfNeeded: count))
      parents.append(-1)
      lasts.append(number)
    }
    return number
  }

  /// The term of a parent and a last word, which is added when it is new.
  mutating func add(parent: Int32, word: Int32) -> Int32 {
    let new = Int32(truncatingIfNeeded: count)
    let term = pairs.value(parent, word, orSet: new)
    if term == new {
      precondition(count < Int(Int32.max), "more than \(Int32.max) terms")
      parents.append(parent)
      lasts.append(word)
    }
    return term
  }

  /// Puts one more word behind each of some terms, and adds what is new.
  ///
  /// - Parameters:
  ///   - terms: replaced by the longer terms; below 0, as the words too, for none.
  ///   - words: as many.
  ///   - learns: whether new terms are added; otherwise they become -1.
  mutating func extend(
    _ terms: UnsafeMutableBufferPointer<Int32>, by words: UnsafeBufferPointer<Int32>, learns: Bool
  ) {
    // SAFETY: there are as many words as terms.
    guard let base = terms.baseAddress else { return }
    // A stretch at a time, whose lines of the table are still near when what is new is added.
    let stretch = 64
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: stretch) { found in
      guard let room = found.baseAddress else { return }
      for start in stride(from: 0, to: terms.count, by: stretch) {
        let range = start..<min(start + stretch, terms.count)
        unsafe pairs.find(
          UnsafeBufferPointer(rebasing: UnsafeBufferPointer(terms)[range]),
          UnsafeBufferPointer(rebasing: words[range]), adding: 0, into: room)
        for index in range {
          let term = unsafe room[index - start]
          unsafe base[index] =
            term < 0 && learns ? add(parent: base[index], word: words[index]) : term
        }
      }
    }
  }

  /// Appends a term's text, its words with one space between them.
  func append(_ term: Int32, to text: inout [UInt8]) {
    let parent = parents[Int(term)]
    if parent >= 0 {
      append(parent, to: &text)
      text.append(0x20)
    }
    appendLastWord(of: term, to: &text)
  }

  /// Appends the last word of a term.
  func appendLastWord(of term: Int32, to text: inout [UInt8]) {
    unsafe words.withBytes(lasts[Int(term)]) { unsafe text.append(contentsOf: $0) }
  }

  /// Adds the terms of another tree.
  ///
  /// - Returns: the numbers they have here.
  mutating func merge(_ other: GramTree) -> [Int32] {
    var wordHere: [Int32] = []
    wordHere.reserveCapacity(other.words.count)
    for word in 0..<Int32(other.words.count) {
      wordHere.append(unsafe other.words.withBytes(word) { unsafe add(word: $0) })
    }
    var termHere: [Int32] = []
    termHere.reserveCapacity(other.count)
    for term in 0..<other.count {
      let parent = other.parents[term]
      let word = wordHere[Int(other.lasts[term])]
      termHere.append(
        parent < 0 ? termOfWord[Int(word)] : add(parent: termHere[Int(parent)], word: word))
    }
    return termHere
  }

  /// The terms in the ascending order of their texts' bytes.
  func sortedOrder() -> [Int32] {
    // A term comes before those it begins; those of one parent are in the order of their last words.
    var ranks = [Int32](repeating: 0, count: words.count)
    for (rank, word) in words.sortedOrder().enumerated() {
      ranks[Int(word)] = Int32(truncatingIfNeeded: rank)
    }
    let byWord = Self.sort((0..<Int32(count)).map { $0 }, keyCount: words.count) {
      ranks[Int(lasts[Int($0)])]
    }
    let (children, starts) = Self.sort(byWord.terms, keyCount: count + 1) { parents[Int($0)] + 1 }
    // How many places a term and those it begins take; parents have lesser numbers.
    var sizes = [Int](repeating: 1, count: count)
    for term in (0..<count).reversed() where parents[term] >= 0 {
      sizes[Int(parents[term])] += sizes[term]
    }
    var places = [Int](repeating: 0, count: count)
    var order = [Int32](repeating: 0, count: count)
    for parent in 0...count {
      var next = parent == 0 ? 0 : places[parent - 1] + 1
      for child in children[starts[parent]..<starts[parent + 1]] {
        places[Int(child)] = next
        order[next] = child
        next += sizes[Int(child)]
      }
    }
    return order
  }

  /// Sorts terms by keys 0 ..< `keyCount`, equal ones in the order they have.
  ///
  /// - Returns: the terms, and where those of each key begin and the last end.
  private static func sort(
    _ terms: [Int32], keyCount: Int, by key: (Int32) -> Int32
  ) -> (terms: [Int32], starts: [Int]) {
    var starts = [Int](repeating: 0, count: keyCount + 1)
    for term in terms { starts[Int(key(term)) + 1] += 1 }
    for bucket in 0..<keyCount { starts[bucket + 1] += starts[bucket] }
    var next = starts
    var sorted = terms
    for term in terms {
      let bucket = Int(key(term))
      sorted[next[bucket]] = term
      next[bucket] += 1
    }
    return (sorted, starts)
  }
}
