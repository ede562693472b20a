import Subword
import TestSupport
import Testing
import WordtoolCore

/// Training against counting all pairs anew for each join.
@Suite struct BytePairTrainingTests {
  private static func joined(_ encoding: BytePairEncoding) -> [[[UInt8]]] {
    encoding.merges.map { merge in
      [merge.left, merge.right].map { encoding.bytes(ofToken: $0) ?? [] }
    }
  }

  @Test(arguments: [
    // Few letters: pairs of equal counts, runs of one letter, and different pairs that spell one token.
    "ab", "abc ", "aaab", "ab'.", "é東a ", "a1 \n",
  ])
  func `the most frequent pair is joined first, and of equals the one with the lowest numbers`(
    letters: String
  ) throws {
    var random = SeededGenerator(seed: UInt64(letters.utf8.count))
    for round in 0..<12 {
      let texts = (0..<20).map { _ in
        String(
          (0..<Int.random(in: 0...25, using: &random)).map { _ in
            letters.randomElement(using: &random) ?? "a"
          })
      }
      guard texts.contains(where: { !$0.isEmpty }) else { continue }
      let minimum = round % 3 + 1
      let options = BytePairTrainingOptions(vocabularySize: 320, minimumFrequency: minimum)
      let encoding = try BytePairEncoding.train(on: texts, options: options, threads: round % 2 + 1)
      let expected = PlainBytePairs.learn(
        texts.map { Array($0.utf8) }, joins: encoding.merges.count + 1, minimumFrequency: minimum)
      // The vocabulary may be full before the pairs are used up.
      #expect(Self.joined(encoding) == Array(expected.prefix(encoding.merges.count)))
      if encoding.vocabularySize < 320 { #expect(expected.count == encoding.merges.count) }
    }
  }

  @Test func `lines give the same merges for any threads and blocks`() throws {
    let lines = PinnedText(sentences: 80, words: 30, seed: 11).lines + "last  line"
    let bytes = Array(lines.replacing("\n", with: "\r\n").utf8)
    let options = BytePairTrainingOptions(vocabularySize: 400)
    let expected = try BytePairEncoding.train(
      onLinesOf: Array((lines + "\n").utf8), options: options)
    for threads in 1...3 {
      for blockSize in [1, 50, 1 << 18] {
        let encoding = try BytePairEncoding.train(
          linesOf: [{ try TextSource(ByteSource(bytes: bytes, path: "text")) }], options: options,
          threads: threads, blockSize: blockSize)
        #expect(encoding.merges == expected.merges && !encoding.merges.isEmpty)
      }
    }
  }

  @Test(arguments: 1...3)
  func `a word that is too long is told by its line`(threads: Int) throws {
    let long = String(repeating: "a", count: BytePairEncoding.longestLearntWord + 1)
    let text = Array((String(repeating: "b c\n", count: 9) + long + "\n").utf8)
    let error = #expect(throws: WordtoolError.self) {
      try BytePairEncoding.train(
        linesOf: [{ try TextSource(ByteSource(bytes: text, path: "text")) }], threads: threads,
        blockSize: 8)
    }
    #expect(error?.position == .line(10) && error?.path == "text")
  }
}
