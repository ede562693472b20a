/// A binary tree over the words in which frequent words have short codes (Huffman 1952): the output
/// layer of hierarchical softmax.
///
/// Morin and Bengio, Hierarchical Probabilistic Neural Network Language Model, AISTATS 2005; Mikolov
/// et al., Efficient Estimation of Word Representations in Vector Space, 2013. Built as word2vec.c
/// does: of equal counts, an inner node goes before a word, and of words the one with the larger
/// number; the second of two nodes that are joined has code 1.
package struct HuffmanTree: Sendable {
  /// The inner nodes on the way from the root to each word, word after word; the root is the last of
  /// `count - 1` nodes.
  package private(set) var nodes: [Int32] = []
  /// The branch taken at each of these nodes, 0 or 1.
  package private(set) var codes: [UInt8] = []
  /// Where the way to each word begins, and the end.
  package private(set) var starts: [Int] = [0]

  /// - Parameter counts: how often each word occurs, by ID; at least two words.
  package init(counts: [Int64]) {
    let count = counts.count
    // Most frequent first, as word2vec.c has them; equals in the order of their IDs.
    let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    // Leaves by rank, then inner nodes in the order they are made.
    var weights = order.map { counts[$0] }
    var parents = [Int](repeating: 0, count: 2 * count - 1)
    var branches = [UInt8](repeating: 0, count: 2 * count - 1)
    var leaf = count - 1
    var inner = count
    func takeSmallest() -> Int {
      if leaf >= 0, inner >= weights.count || weights[leaf] < weights[inner] {
        leaf -= 1
        return leaf + 1
      }
      inner += 1
      return inner - 1
    }
    for _ in 0..<count - 1 {
      let (first, second) = (takeSmallest(), takeSmallest())
      parents[first] = weights.count
      parents[second] = weights.count
      branches[second] = 1
      weights.append(weights[first] &+ weights[second])
    }
    var ranks = [Int](repeating: 0, count: count)
    for (rank, word) in order.enumerated() { ranks[word] = rank }
    let root = 2 * count - 2
    var way: [(node: Int32, code: UInt8)] = []
    for rank in ranks {
      way.removeAll(keepingCapacity: true)
      var node = rank
      while node != root {
        way.append((Int32(parents[node] - count), branches[node]))
        node = parents[node]
      }
      for step in way.reversed() {
        nodes.append(step.node)
        codes.append(step.code)
      }
      starts.append(nodes.count)
    }
  }

  /// The length of a word's code.
  package func length(of word: Int) -> Int { starts[word + 1] - starts[word] }
}
