import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Files whose n-grams are read in parts, by several threads.
@Suite struct ARPAReadingTests {
  private let folder = ScratchFolder()
  private let model: NGramModel
  /// The lines of the model's file.
  private let lines: [String]

  init() throws {
    let text = NGramTests.sentences(9000, seed: 11, words: 300)
      .map { $0.joined(separator: " ") + "\n" }.joined()
    model = try NGramTests.train(text, order: 3)
    try model.write(to: folder("m.arpa"))
    lines = try String(decoding: folder.bytes(of: "m.arpa"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The places of the lines behind a title, up to the blank one.
  private func places(_ title: String) throws -> Range<Int> {
    let start = try #require(lines.firstIndex(of: title)) + 1
    return try start..<#require(lines[start...].firstIndex(of: ""))
  }

  private func read(_ lines: [String], threads: Int) throws -> NGramModel {
    try NGramModel(
      contentsOf: folder.write(lines.joined(separator: "\n"), to: "read"), threads: threads)
  }

  /// The lines with those of 2 and 3 words in another order.
  private func shuffled() throws -> [String] {
    var source = SeededGenerator(seed: 5)
    var shuffled = lines
    for title in ["\\2-grams:", "\\3-grams:"] {
      try shuffled.replaceSubrange(
        places(title), with: lines[places(title)].shuffled(using: &source))
    }
    return shuffled
  }

  @Test(arguments: [1, 2, 5]) func theOrderOfLinesAndThreadsDoNotMatter(_ threads: Int) throws {
    #expect(model.counts[1] >= 1 << 14 && lines.joined().utf8.count > 1 << 20)
    #expect(try read(lines, threads: threads) == model)
    let shuffled = try shuffled()
    #expect(try read(shuffled, threads: threads) == model)
    // Other white space, blank lines and ends of lines.
    let spaced = shuffled.flatMap {
      $0.contains("\t") ? [" " + $0.replacing(" ", with: " \t") + " \r", " "] : [$0]
    }
    #expect(try read(spaced, threads: threads) == model)
  }

  /// What the error says of files with a line that another stands for, or none.
  @Test(arguments: [1, 4], [false, true])
  func theFirstFaultIsTold(_ threads: Int, _ isShuffled: Bool) throws {
    let lines = isShuffled ? try shuffled() : lines
    let threes = try places("\\3-grams:")
    let (early, late) = (threes.lowerBound + 7, threes.upperBound - 3)
    func expect(_ changes: [Int: String?], _ line: Int, _ message: String) throws {
      var changed: [String?] = lines
      for (place, text) in changes { changed[place] = text }
      let error = #expect(throws: WordtoolError.self) {
        try read(changed.compactMap { $0 }, threads: threads)
      }
      #expect(error?.position == .line(line), "\(message)")
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
    try expect([early: "-1 w1"], early + 1, "a line with 1 words")
    try expect([late: "-1\tw1 w2 nobody"], late + 1, "'nobody'")
    try expect([late: "-1\tw1 w2 w3 0 0"], late + 1, "more than")
    try expect([late: "0.5\tw1 w2 w3"], late + 1, "at most 0")
    try expect([early: "-1 w1", late: "what"], early + 1, "a line with 1 words")
    try expect([early: "what", late: "-1 w1"], early + 1, "the line 'what'")
    try expect([late: "-1\tw1 <s> w1"], late + 1, "begins with 'w1 <s>'")
    // One n-gram less, and one more.
    try expect([late: nil], threes.upperBound + 1, "the line '\\end\\'")
    try expect([late: lines[late] + "\n-1 w1 w1 w1"], threes.upperBound + 1, "no \\end\\")
    let twos = try places("\\2-grams:")
    try expect(
      [twos.lowerBound: lines[twos.lowerBound] + "\n\n" + lines[twos.lowerBound]],
      twos.upperBound + 2, "no \\3-grams:")
    try expect([late: lines[late - 1]], threes.upperBound + 1, "twice")
  }

  @Test func numbersAreTheNearestFloats() throws {
    let texts = [
      "-0.1", "-.5", "-1e-3", "-1.40129846432481707e-45", "-7.0064923216240853e-46", "-16777217e-6",
      "-0.30102999566398119521373889472449", "-1.00000005960464477539", "-2.5E+1", "-0", "-0x1p-3",
    ]
    let text = """
      \\data\\
      ngram 1=\(texts.count + 2)

      \\1-grams:
      -1 <s>
      -1 </s>
      \(texts.enumerated().map { "\($1) w\($0)" }.joined(separator: "\n"))

      \\end\\

      """
    let model = try NGramModel(contentsOf: folder.write(text, to: "numbers"))
    for (place, text) in texts.enumerated() {
      var context = model.sentenceBegin
      let id = try #require(model.id(of: "w\(place)"))
      #expect(Float(model.score(id, &context)) == Float(text), "\(text)")
    }
  }
}
