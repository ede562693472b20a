import Embedding
import TestSupport
import Testing

@Suite struct HuffmanTreeTests {
  /// The codes as strings of 0 and 1.
  private static func codes(_ tree: HuffmanTree, words: Int) -> [String] {
    (0..<words).map { word in
      tree.codes[tree.starts[word]..<tree.starts[word + 1]].map(String.init).joined()
    }
  }

  @Test("the tree of five words, by hand")
  func byHand() {
    // 1 and 2 join to 3, which is joined with 4 to 7; 8 and 7 to 15; 15 and 16 to 31.
    let tree = HuffmanTree(counts: [16, 8, 4, 2, 1])
    // Of two nodes the smaller is taken first and has code 0.
    #expect(Self.codes(tree, words: 5) == ["1", "01", "001", "0001", "0000"])
    // Nodes in the order they are made; the root is the last of four.
    #expect(Array(tree.nodes[tree.starts[4]..<tree.starts[5]]) == [3, 2, 1, 0])
    #expect(Array(tree.nodes[tree.starts[0]..<tree.starts[1]]) == [3])
  }

  @Test("words need not be sorted by count")
  func anyOrder() {
    let sorted = HuffmanTree(counts: [16, 8, 4, 2, 1])
    let mixed = HuffmanTree(counts: [4, 1, 16, 2, 8])
    let order = [2, 4, 0, 3, 1]
    #expect(
      order.map { Self.codes(mixed, words: 5)[$0] } == Self.codes(sorted, words: 5))
  }

  @Test("no code begins another, and no tree is shorter", arguments: [2, 3, 17, 1000])
  func codes(words: Int) {
    var random = SeededGenerator(seed: UInt64(words))
    let counts = (0..<words).map { _ in Int64.random(in: 1..<1_000_000, using: &random) }
    let tree = HuffmanTree(counts: counts)
    let codes = Self.codes(tree, words: words).sorted()
    for (code, next) in zip(codes, codes.dropFirst()) { #expect(!next.hasPrefix(code)) }
    // The least sum of weighted lengths is the sum of all joined pairs, whatever the ties.
    var heap = counts
    var least: Int64 = 0
    while heap.count > 1 {
      heap.sort(by: >)
      let joined = heap.removeLast() + heap.removeLast()
      least += joined
      heap.append(joined)
    }
    #expect((0..<words).reduce(0) { $0 + counts[$1] * Int64(tree.length(of: $1)) } == least)
    #expect(tree.nodes.allSatisfy { (0..<Int32(words - 1)).contains($0) })
    for word in 0..<words { #expect(tree.nodes[tree.starts[word]] == Int32(words - 2)) }
  }
}
