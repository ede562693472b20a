import Subword
import TestSupport
import Testing
import WordtoolCore

/// What byte-pair training gives. A change here is deliberate, and CHANGELOG tells it.
@Suite("Pinned encodings") struct PinnedResultTests {
  static let runs = [
    PinnedRun(
      "merges",
      PinnedResult("4cea7b04b6d498851befcf960083eb09af6829fec638ddf5b45fa8e12775025a", [2783.0])
    ) { threads in
      let text = PinnedText(sentences: 200, words: 60, seed: 9)
      let encoding = try BytePairEncoding.train(
        on: [text.lines],
        options: BytePairTrainingOptions(vocabularySize: 320, minimumFrequency: 2),
        threads: threads)
      let merges = encoding.merges.map { "\($0)\n" }.joined()
      return PinnedResult(
        SHA256(of: merges.utf8).hexadecimal, [Double(encoding.encode(text.lines).count)])
    },
    PinnedRun(
      "merges of letters",
      PinnedResult("47cbfe6a7dd68be7c445a5678eb6d34b012819cb6aa7bec374483f5f0bf6344e", [1.0])
    ) { threads in
      // Words of letters that are drawn: pairs of many frequencies, some of them equal.
      let text = PinnedText(sentences: 300, words: 7, seed: 4)
      let lines = text.sentences.map {
        $0.map { ["a", "b", "c", "ß", "d ", "e", " f"][$0] }.joined()
      }
      let encoding = try BytePairEncoding.train(
        on: lines, options: BytePairTrainingOptions(vocabularySize: 400), threads: threads)
      let merges = encoding.merges.map { "\($0)\n" }.joined()
      return PinnedResult(
        SHA256(of: merges.utf8).hexadecimal, [Double(encoding.encode(lines[0]).count)])
    },
  ]

  @Test("training", arguments: runs)
  func pinned(_ run: PinnedRun) throws {
    #expect(try run.difference() == nil)
  }
}
