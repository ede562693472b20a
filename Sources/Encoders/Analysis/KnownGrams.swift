import WordtoolCore

/// Terms as a tree of n-grams, to be found in texts.
struct KnownGrams: Sendable {
  let tree: GramTree
  /// How many terms there are, and which of them each n-gram of the tree is, or -1.
  let termCount: Int
  let terms: [Int32]

  /// Takes terms apart at their spaces. Those that words without blanks do not make are left out.
  init(_ texts: ByteStringTable) {
    var tree = GramTree()
    var found: [(gram: Int32, term: Int32)] = []
    for term in 0..<Int32(texts.count) {
      let words = texts.bytes(term).split(separator: 0x20, omittingEmptySubsequences: false)
      if words.contains(where: { $0.isEmpty || $0.contains { $0 <= 0x20 } }) { continue }
      var gram: Int32 = -1
      for word in words {
        let number = unsafe word.withUnsafeBufferPointer { unsafe tree.add(word: $0) }
        gram = gram < 0 ? tree.termOfWord[Int(number)] : tree.add(parent: gram, word: number)
      }
      found.append((gram, term))
    }
    var terms = [Int32](repeating: -1, count: tree.count)
    for (gram, term) in found { terms[Int(gram)] = term }
    self.tree = tree
    termCount = texts.count
    self.terms = terms
  }
}
