import Encoders
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// N-grams of words are counted as pairs of numbers; what they come to is counted here as text.
@Suite struct WordGramTests {
  private static let texts: [String] = {
    var random = SeededGenerator(seed: 7)
    let words = ["a1", "b2", "cc", "ccc", "d-d", "Ee", "ee", "éé", "zz", "q"]
    return (0..<60).map { text in
      (0..<text % 13).map { _ in words[Int.random(in: words.indices, using: &random)] }
        .joined(separator: text % 2 == 0 ? " " : ", ")
    }
  }()

  /// The terms of a text, and how often each stands in it.
  private func counted(
    _ text: String, _ ngrams: ClosedRange<Int>, leavingOut stopWords: [String]
  ) -> [String: Double] {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { $0.count > 1 && !stopWords.contains($0) }
    var counts: [String: Double] = [:]
    for size in ngrams where size <= words.count {
      for first in 0...words.count - size {
        counts[words[first..<first + size].joined(separator: " "), default: 0] += 1
      }
    }
    return counts
  }

  private func rows(_ matrix: SparseMatrix, _ names: [String]) -> [[String: Double]] {
    (0..<matrix.rowCount).map { row in
      Dictionary(
        uniqueKeysWithValues: matrix.places(ofRow: row).map {
          (names[Int(matrix.columns[$0])], matrix.values[$0])
        })
    }
  }

  @Test(arguments: [1...2, 2...2, 1...3, 3...5], [[], ["cc", "zz"]])
  func countsAreThoseOfTheTexts(_ ngrams: ClosedRange<Int>, _ stopWords: [String]) throws {
    let texts = Self.texts
    let analysis = TextAnalysis(ngrams: ngrams, stopWords: stopWords)
    let expected = texts.map { counted($0, ngrams, leavingOut: stopWords) }
    for threads in 1...3 {
      let (bag, counts) = try BagOfWords.fitTransform(
        Documents(texts), options: BagOfWordsOptions(analysis: analysis), threads: threads)
      #expect(rows(counts, bag.featureNames) == expected)
      let all = Set(expected.flatMap(\.keys))
      #expect(bag.featureNames == all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })

      // Half of the texts learn; of the others only what is known counts.
      let learnt = try BagOfWords.fit(
        Documents(texts.prefix(20)), options: BagOfWordsOptions(analysis: analysis),
        threads: threads)
      let known = Set(learnt.featureNames)
      let rest = try learnt.transform(Documents(texts.dropFirst(20)), threads: threads)
      #expect(
        rows(rest, learnt.featureNames)
          == expected.dropFirst(20).map { $0.filter { known.contains($0.key) } })
    }
  }

  @Test func limitsAndFeaturesGoByTheTermsThatAreCounted() throws {
    // `alone` begins no pair and ends none: no term of 2...2.
    let texts = Documents(["alone", "red green blue", "red green", "red blue"])
    let pairs = TextAnalysis(ngrams: 2...2)
    let all = try BagOfWords.fit(
      texts, options: BagOfWordsOptions(analysis: pairs, minimumDocuments: .count(0)))
    #expect(all.featureNames == ["green blue", "red blue", "red green"])
    let best = try BagOfWords.fit(
      texts, options: BagOfWordsOptions(analysis: pairs, maximumFeatures: 1))
    #expect(best.featureNames == ["red green"])
    let twice = try BagOfWords.fit(
      texts, options: BagOfWordsOptions(analysis: pairs, minimumDocuments: .count(2)))
    #expect(twice.featureNames == ["red green"])
    let error = #expect(throws: WordtoolError.self) {
      try BagOfWords.fit(Documents(["alone", "one"]), options: BagOfWordsOptions(analysis: pairs))
    }
    #expect(error?.description.contains("no terms in 2 texts") == true)
  }

  /// A ligature that becomes four words with blanks is one word to the rule: its pairs read like those
  /// of other words, and are the same terms.
  @Test func wordsThatHoldBlanksAreCountedAsText() throws {
    let rule = TokenizerRule(normalization: .nfkc)
    let long = "صلى الله عليه وسلم"
    let texts = Documents(["ﷺ b", "b ﷺ", long + " b"])
    let (bag, counts) = try BagOfWords.fitTransform(
      texts,
      options: BagOfWordsOptions(analysis: TextAnalysis(.tokens(rule), ngrams: 1...2)), threads: 2)
    let pair = try #require(bag.featureNames.firstIndex(of: long + " b"))
    #expect(counts.columns.count { $0 == Int32(pair) } == 1)
    #expect(bag.featureNames.contains("b " + long))
    // The vocabulary as given: a pair of words whose text is the same.
    let given = try BagOfWords(
      vocabulary: ["b", long + " b"], analysis: TextAnalysis(.tokens(rule), ngrams: 1...2))
    #expect(
      rows(try given.transform(texts), ["b", "pair"]) == [["b": 1, "pair": 1], ["b": 1], ["b": 1]])
  }

  @Test func hashedPairsHaveTheColumnsOfTheirTexts() throws {
    let analysis = TextAnalysis(ngrams: 1...3)
    let encoder = HashingEncoder(
      analysis: analysis, featureCount: 1 << 16, alternatesSign: false, norm: .none)
    let matrix = try encoder.transform(Documents(Self.texts), threads: 2)
    for (row, text) in Self.texts.enumerated() {
      var expected: [Int32: Double] = [:]
      for (term, count) in counted(text, 1...3, leavingOut: []) {
        expected[Int32(try encoder.place(of: term).column), default: 0] += count
      }
      let found = Dictionary(
        uniqueKeysWithValues: matrix.places(ofRow: row).map {
          (matrix.columns[$0], matrix.values[$0])
        })
      #expect(found == expected)
    }
  }
}
