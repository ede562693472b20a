import FastTextFiles
import WordtoolCore

/// How fastText finds the rows of a text: its words, their n-grams of characters, its n-grams of words.
struct FastTextFeatures: Sendable {
  let header: FastTextHeader
  /// The words, by number.
  let words: ByteStringTable
  /// Labels that do not begin as labels do: of a model with another prefix.
  let unmarkedLabels: Set<[UInt8]>
  let buckets: BucketRows

  /// The rows of a text, and how many of them are not that of its end.
  struct Bag {
    var rows: [Int] = []
    var knownCount = 0
  }

  /// Finds the rows of a text: those of a word and its n-grams word by word, then those of n-grams of
  /// words.
  func bag(ofUTF8 text: UnsafeBufferPointer<UInt8>) -> Bag {
    var bag = Bag()
    var hashes: [UInt32] = []
    var hasEnded = false
    unsafe Self.forEachToken(of: text) { token in
      guard !hasEnded else { return }
      hasEnded = unsafe token.elementsEqual(CharacterNGrams.endOfLine)
      if !hasEnded { unsafe add(UnsafeBufferPointer(rebasing: token), to: &bag, &hashes) }
    }
    bag.knownCount = bag.rows.count
    unsafe CharacterNGrams.endOfLine.withUnsafeBufferPointer {
      unsafe add($0, to: &bag, &hashes)
    }
    if header.wordNGramOrder > 1, !buckets.isEmpty {
      let first = bag.rows.count
      WordNGrams.forEach(
        of: hashes, order: header.wordNGramOrder, bucketCount: header.bucketCount
      ) {
        if let row = buckets.row(ofBucket: $0) { bag.rows.append(row) }
      }
      bag.knownCount += bag.rows.count - first
    }
    return bag
  }

  /// Calls `body` with the words between the bytes that end one for fastText.
  static func forEachToken(
    of text: UnsafeBufferPointer<UInt8>, _ body: (Slice<UnsafeBufferPointer<UInt8>>) -> Void
  ) {
    var start = 0
    for place in 0...text.count {
      guard unsafe place == text.count || isBlank(text[place]) else { continue }
      if place > start { unsafe body(text[start..<place]) }
      start = place + 1
    }
  }

  /// Blank, tab, line feed, vertical tab, form feed, carriage return and zero.
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0 || (0x09...0x0D).contains(byte)
  }

  private func add(
    _ token: UnsafeBufferPointer<UInt8>, to bag: inout Bag, _ hashes: inout [UInt32]
  ) {
    let id = unsafe words.find(token)
    // Labels are no words, whether the model knows them or not.
    if id == nil, unsafe token.starts(with: LabelledTextLayout.labelMark) { return }
    if id == nil, unsafe unmarkedLabels.contains(Array(token)) { return }
    if let id { bag.rows.append(Int(id)) }
    unsafe hashes.append(FastTextHash(token).value)
    guard header.nGrams.longest > 0, !buckets.isEmpty,
      unsafe !token.elementsEqual(CharacterNGrams.endOfLine)
    else { return }
    let marked = unsafe CharacterNGrams.marked(token)
    header.nGrams.forEach(inMarked: marked) { hash, _ in
      if let row = buckets.row(ofHash: hash) { bag.rows.append(row) }
    }
  }
}
