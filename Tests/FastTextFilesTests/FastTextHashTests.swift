import FastTextFiles
import Testing

@Suite struct FastTextHashTests {
  @Test func `ASCII has the hashes of FNV-1a in 32 bits, other bytes have fastText's`() {
    #expect(FastTextHash("".utf8).value == 2_166_136_261)
    #expect(FastTextHash("a".utf8).value == 0xE40C_292C)
    #expect(FastTextHash("foobar".utf8).value == 0xBF9C_F968)
    // FNV-1a has other values for these two: it takes bytes as numbers from 0 to 255.
    #expect(FastTextHash("ü".utf8).value == 804_934_730)
    #expect(FastTextHash("東京".utf8).value == 1_997_330_287)
  }

  private func nGrams(of word: String, _ lengths: ClosedRange<Int>) -> [String] {
    var found: [String] = []
    let bytes = CharacterNGrams.marked(word.utf8)
    CharacterNGrams(shortest: lengths.lowerBound, longest: lengths.upperBound)
      .forEach(inMarked: bytes) { hash, range in
        #expect(hash == FastTextHash(bytes[range]).value)
        found.append(String(decoding: bytes[range], as: UTF8.self))
      }
    return found
  }

  @Test func `n-grams are runs of characters, the marks alone are none`() {
    #expect(nGrams(of: "añb", 1...2) == ["<a", "a", "añ", "ñ", "ñb", "b", "b>"])
    #expect(nGrams(of: "ab", 3...6) == ["<ab", "<ab>", "ab>"])
    #expect(nGrams(of: "", 1...3) == ["<>"])
    #expect(nGrams(of: "a", 4...6).isEmpty)
    #expect(nGrams(of: "abc", 0...0).isEmpty)
  }

  @Test func `n-grams of words have the buckets of fastText, unknown words among them`() {
    let hashes = ["the", "ü", "</s>"].map { FastTextHash($0.utf8).value }
    func buckets(_ order: Int) -> [Int] {
      var found: [Int] = []
      WordNGrams.forEach(of: hashes, order: order, bucketCount: 1_000_003) { found.append($0) }
      return found
    }
    #expect(buckets(1).isEmpty)
    #expect(buckets(3) == [757_568, 76_168, 285_714])
    #expect(buckets(9) == buckets(3))
    #expect(buckets(2) == [buckets(3)[0], buckets(3)[2]])
  }
}
