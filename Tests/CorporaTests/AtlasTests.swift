import Corpora
import Testing

@Suite("Atlas")
struct AtlasTests {
  /// The default corpus, made once for all tests.
  private static let corpus = Result {
    try text(seed: Atlas.defaultSeed, words: Atlas.defaultWords)
  }

  private static func text(seed: UInt64, words: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try Atlas.writeCorpus(seed: seed, words: words) { bytes += $0 }
    return bytes
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// How often each word occurs, in lower case, split at everything that is not a letter.
  private static func counts(_ bytes: [UInt8]) -> [ArraySlice<UInt8>: Int] {
    var counts: [ArraySlice<UInt8>: Int] = [:]
    let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    var start = 0
    for index in lower.indices where !(0x61...0x7A).contains(lower[index]) {
      if index > start { counts[lower[start..<index], default: 0] += 1 }
      start = index + 1
    }
    return counts
  }

  @Test("the same seed always gives the same bytes")
  func sameSeedSameBytes() throws {
    let first = try Self.text(seed: 7, words: 20_000)
    #expect(try first == Self.text(seed: 7, words: 20_000))
    #expect(Self.hash(first.prefix(100_000)) == 0x600CB6590A97AB83)
    #expect(Self.hash(try Atlas.questions(seed: 7).utf8) == 0x1603F12E59F6446E)
  }

  @Test("different seeds give different text and questions")
  func differentSeedsDiffer() throws {
    #expect(try Self.text(seed: 1, words: 1000) != Self.text(seed: 2, words: 1000))
    #expect(try Atlas.questions(seed: 1) != Atlas.questions(seed: 2))
  }

  @Test("a longer text begins with the shorter one of the same seed")
  func longerTextBeginsWithShorter() throws {
    let short = try Self.text(seed: 3, words: 500)
    #expect(try Self.text(seed: 3, words: 1000).starts(with: short))
    #expect(try Self.text(seed: 3, words: 0).isEmpty)
  }

  @Test("the returned number of words is what white space separates, and at least what was asked")
  func wordCountIsExact() throws {
    var bytes: [UInt8] = []
    let words = try Atlas.writeCorpus(seed: 5, words: 3000) { bytes += $0 }
    #expect(words >= 3000)
    #expect(bytes.split { $0 == 0x20 || $0 == 0x0A }.count == words)
  }

  @Test("the default corpus has over a million words and a vocabulary of several thousand")
  func defaultCorpusIsLarge() throws {
    let corpus = try Self.corpus.get()
    #expect(corpus.split { $0 == 0x20 || $0 == 0x0A }.count >= 1_000_000)
    #expect(Self.counts(corpus).values.count { $0 >= 5 } >= 5000)
  }

  @Test("the text is ASCII without leftover places, double spaces or empty lines")
  func textIsClean() throws {
    let corpus = try Self.corpus.get()
    #expect(corpus.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    #expect(!corpus.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
    let pairs = zip(corpus, corpus.dropFirst())
    #expect(!pairs.contains { ($0 == 0x20 || $0 == 0x0A) && ($1 == 0x20 || $1 == 0x0A) })
    #expect(corpus.last == 0x0A)
  }

  @Test("every word of every question occurs at least five times in the corpus")
  func questionWordsOccur() throws {
    let counts = Self.counts(try Self.corpus.get())
    var rare: Set<String> = []
    for line in try Atlas.questions().split(separator: "\n") where !line.hasPrefix(":") {
      for word in line.split(separator: " ") where counts[Array(word.utf8)[...], default: 0] < 5 {
        rare.insert(String(word))
      }
    }
    #expect(rare.isEmpty)
  }

  @Test("there are at least 1,500 questions of four lower-case words, none of them twice")
  func questionsAreWellFormed() throws {
    var section = ""
    var sizes: [String: Int] = [:]
    var seen: Set<String> = []
    var malformed: [String] = []
    for line in try Atlas.questions().split(separator: "\n").map(String.init) {
      if line.hasPrefix(": ") {
        section = String(line.dropFirst(2))
        continue
      }
      sizes[section, default: 0] += 1
      let words = line.split(separator: " ")
      let areLetters = words.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } }
      if words.count != 4 || !areLetters || !seen.insert("\(section) \(line)").inserted {
        malformed.append(line)
      }
    }
    #expect(malformed.isEmpty)
    #expect(sizes.values.reduce(0, +) >= 1500)
    #expect(sizes.count == 11)
    #expect(sizes.values.allSatisfy { $0 >= 100 })
    #expect(seen.contains { $0.hasPrefix("family ") && $0.contains("king queen") })
  }

  @Test("the corpus says that it is generated and under which licence")
  func licenceIsStated() {
    #expect(Atlas.name == "atlas")
    #expect(Atlas.licence.contains("Apache-2.0") && Atlas.licence.contains("generated"))
  }

  @Test("what the receiver of the text throws comes back to the caller")
  func errorsOfTheReceiverPassThrough() {
    struct Full: Error {}
    #expect(throws: Full.self) {
      try Atlas.writeCorpus(seed: 1, words: 10) { _ in throw Full() }
    }
  }
}
