import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite("Vocabulary")
struct VocabularyTests {
  @Test("words stand by count, then by bytes, whatever order they come in")
  func order() throws {
    let words = ["b", "a", "é", "z", "a", "ab", "b", "a", "Z"]
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      let builder = VocabularyBuilder()
      for word in words.shuffled(using: &generator) { builder.add(word) }
      let vocabulary = try builder.build(VocabularyLimits(minimumCount: 1))
      #expect(vocabulary.words == ["a", "b", "Z", "ab", "z", "é"])
      #expect(vocabulary.counts == [3, 2, 1, 1, 1, 1])
      #expect(vocabulary.totalCount == 9)
    }
  }

  @Test("the least count and the most words are kept to; ties go to the lower bytes")
  func limits() throws {
    let builder = VocabularyBuilder()
    for (word, count) in [("d", 2), ("c", 2), ("b", 2), ("a", 1), ("e", 9)] {
      builder.add(word, count: count)
    }
    #expect(try builder.build(VocabularyLimits(minimumCount: 2)).words == ["e", "b", "c", "d"])
    #expect(
      try builder.build(VocabularyLimits(minimumCount: 1, maximumSize: 3)).words
        == ["e", "b", "c"])
    let error = #expect(throws: WordtoolError.self) {
      _ = try builder.build(VocabularyLimits(minimumCount: 10))
    }
    #expect(error?.description.contains("the most frequent occurs 9 times") == true)
    #expect(throws: WordtoolError.self) { _ = try VocabularyBuilder().build() }
  }

  @Test("20,000 random words are found again under their numbers, and no others")
  func lookup() throws {
    var generator = SeededGenerator(seed: 8)
    var counts: [String: Int] = [:]
    let builder = VocabularyBuilder()
    for _ in 0..<60_000 {
      let length = Int.random(in: 1...40, using: &generator)
      let number = Int.random(in: 0..<20_000, using: &generator)
      let word = String(repeating: "x", count: length % 3 == 0 ? number % 40 : 2) + "\(number)"
      counts[word, default: 0] += 1
      builder.add(word)
    }
    let vocabulary = try builder.build(VocabularyLimits(minimumCount: 1))
    #expect(vocabulary.count == counts.count)
    let isRight = counts.allSatisfy { word, count in
      guard let id = vocabulary.id(for: word) else { return false }
      return vocabulary.word(at: Int(id)) == word && vocabulary.count(at: Int(id)) == count
    }
    #expect(isRight)
    #expect(vocabulary.id(for: "y") == nil)
    #expect(vocabulary.id(for: "") == nil)
  }

  @Test("a saved vocabulary reads back equal, and saving again gives the same bytes")
  func roundTrip() throws {
    let folder = ScratchFolder()
    let builder = VocabularyBuilder()
    for (index, word) in ["the", "of", "naïve", "東京", "new york", "a\u{A0}b"].enumerated() {
      builder.add(word, count: 100 - index / 2)
    }
    let vocabulary = try builder.build()
    try vocabulary.write(to: folder("v"))
    let again = try Vocabulary(contentsOf: folder("v"))
    #expect(again == vocabulary)
    try again.write(to: folder("w"))
    #expect(try folder.bytes(of: "v") == folder.bytes(of: "w"))
    let packed = try folder.write(Gzip.stored(try folder.bytes(of: "v")), to: "v.gz")
    #expect(try Vocabulary(contentsOf: packed) == vocabulary)
  }

  @Test(
    "blank lines of a vocabulary's file are left out, at its end too",
    arguments: ["a 5\nb 1\n\n", "a 5\n\nb 1\n  \n", "\n\r\na 5\nb 1\n\t\r\n"])
  func blankLines(text: String) throws {
    let folder = ScratchFolder()
    let vocabulary = try Vocabulary(contentsOf: folder.write(text, to: "v"))
    #expect(vocabulary.words == ["a", "b"] && vocabulary.counts == [5, 1])
  }

  @Test("lines in another order, tabs and CR LF are read all the same")
  func lenient() throws {
    let folder = ScratchFolder()
    let path = try folder.write("b 1\r\na\t5\r\n</s> 0", to: "v")
    let vocabulary = try Vocabulary(contentsOf: path)
    #expect(vocabulary.words == ["a", "b", "</s>"])
    #expect(vocabulary.counts == [5, 1, 0])
  }

  @Test(
    "hostile files are refused with the line",
    arguments: [
      ("a 1\nb\n", 2), ("a one\n", 1), ("a -1\n", 1), ("a 1.5\n", 1),
      ("a 99999999999999999999\n", 1), (" 5\n", 1), ("a 1\nb 2\na 3\n", 3), ("a \n", 1),
      ("a 9223372036854775807\nb 1\n", 2),
    ])
  func hostile(text: String, line: Int) throws {
    let folder = ScratchFolder()
    let path = try folder.write(text, to: "v")
    let error = #expect(throws: WordtoolError.self) { _ = try Vocabulary(contentsOf: path) }
    #expect(error?.kind == .badData)
    #expect(error?.position == .line(line))
  }

  @Test("files that are empty, missing, not UTF-8 or one endless line are refused")
  func unreadable() throws {
    let folder = ScratchFolder()
    let endless = [UInt8](repeating: 97, count: 3 << 20)
    for (bytes, kind) in [
      ([], WordtoolError.Kind.badData), (Array("a\u{0}b 1\n".utf8), .badData),
      ([0xFF, 0x20, 0x31, 0x0A], .badData), (endless, .badData),
    ] {
      let path = try folder.write(bytes, to: "v")
      let error = #expect(throws: WordtoolError.self) { _ = try Vocabulary(contentsOf: path) }
      #expect(error?.kind == kind)
    }
    let error = #expect(throws: WordtoolError.self) {
      _ = try Vocabulary(contentsOf: folder("nothing"))
    }
    #expect(error?.kind == .noSuchInput)
  }

  @Test("a word with a line feed cannot be saved and leaves no file")
  func unsavable() throws {
    let folder = ScratchFolder()
    let vocabulary = try Vocabulary([(word: "a\nb", count: 1)])
    #expect(throws: WordtoolError.self) { try vocabulary.write(to: folder("v")) }
    #expect(folder.names.isEmpty)
  }

  @Test("what cannot be a vocabulary, a corpus or its limits is an error of kind usage")
  func mistakes() throws {
    let mistakes: [() throws -> Void] = [
      { _ = try Vocabulary([(word: "a", count: 1), (word: "a", count: 2)]) },
      { _ = try Vocabulary([(word: "a", count: -1)]) }, { _ = try TokenIDs([-2]) },
      { _ = try VocabularyBuilder().build(VocabularyLimits(minimumCount: -1)) },
      { _ = try VocabularyBuilder().build(VocabularyLimits(maximumSize: 0)) },
      { _ = try CorpusReader(threads: 0).read(["none"]) }, { _ = try CorpusReader().read([]) },
      { _ = try TokenReader(rule: .words).count(["none"], threads: 0) },
    ]
    for (number, mistake) in mistakes.enumerated() {
      let error = #expect(throws: WordtoolError.self, "\(number)") { try mistake() }
      #expect(error?.kind == .usage, "\(number)")
    }
  }

  @Test("a word that is not there, or one that occurs less than once, is a trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = (try? Vocabulary([(word: "a", count: 1)]))?.word(at: 1)
    }
    await #expect(processExitsWith: .failure) { VocabularyBuilder().add("a", count: 0) }
  }
}
