import Encoders
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct BagOfWordsTests {
  let texts = Documents(["the food was good", "the food was bad bad", "not good"])

  @Test func twoSentencesOfOppositeMeaningHaveOneBag() throws {
    let pair = Documents([EncodingPicture.example, EncodingPicture.oppositeExample])
    let counts = try BagOfWords.fitTransform(pair).counts
    #expect(counts.denseRow(0) == counts.denseRow(1))
  }

  @Test func aGivenVocabularyKeepsItsOrder() throws {
    let bag = try BagOfWords(vocabulary: ["good", "bad", "unseen"])
    let counts = try bag.transform(texts)
    #expect(counts.denseRow(0) == [1, 0, 0])
    #expect(counts.denseRow(1) == [0, 2, 0])
    #expect(bag.column(of: "bad") == 1)
    #expect(bag.column(of: "food") == nil)
  }

  @Test func theInverseNamesTheTermsOfEachRow() throws {
    let (bag, counts) = try BagOfWords.fitTransform(texts)
    #expect(
      try bag.inverse(counts) == [
        ["food", "good", "the", "was"], ["bad", "food", "the", "was"], ["good", "not"],
      ])
  }

  @Test func tokensOfARuleKeepSingleLetters() throws {
    let bag = try BagOfWords.fit(
      Documents(["I saw a dog"]),
      options: BagOfWordsOptions(analysis: TextAnalysis(.tokens(.words), ngrams: 1...2)))
    #expect(bag.featureNames == ["a", "a dog", "dog", "i", "i saw", "saw", "saw a"])
  }

  /// By Python's `unicodedata`, as scikit-learn does it: ligatures and fractions come apart, Korean
  /// syllables into their letters.
  @Test func accentsAreTakenOffAsScikitLearnDoes() throws {
    let text = Documents([
      "Caf\u{E9} \u{FB01}ne \u{BD}x \u{C5}ngstro\u{308}m \u{D55C} \u{1F08}\u{3B8}\u{1FC6}\u{3BD}\u{3B1}\u{3B9}"
    ])
    let analysis = TextAnalysis(.words, stripsAccents: true, stopWords: ["cafe"])
    let bag = try BagOfWords.fit(text, options: BagOfWordsOptions(analysis: analysis))
    #expect(
      bag.featureNames.map { Array($0.unicodeScalars) }
        == [
          "2x", "angstrom", "fine", "\u{3B1}\u{3B8}\u{3B7}\u{3BD}\u{3B1}\u{3B9}",
          "\u{1112}\u{1161}\u{11AB}",
        ].map { Array($0.unicodeScalars) })
    try TestFiles.withFolder { folder in
      try bag.write(to: folder + "/bag")
      let loaded = try BagOfWords(contentsOf: folder + "/bag")
      #expect(try loaded.transform(text) == bag.transform(text))
    }
    let letters = TextAnalysis(.characters, stripsAccents: true)
    let characters = try BagOfWords.fit(
      Documents(["\u{E9}e\u{301}"]), options: BagOfWordsOptions(analysis: letters))
    #expect(characters.featureNames == ["e"])
  }

  @Test func ofEquallyFrequentTermsTheFirstInOrderStays() throws {
    let bag = try BagOfWords.fit(
      Documents(["dd cc bb aa aa"]), options: BagOfWordsOptions(maximumFeatures: 3))
    #expect(bag.featureNames == ["aa", "bb", "cc"])
  }

  @Test func theThreadsDoNotMatter() throws {
    var random = SeededGenerator(seed: 5)
    let many = Documents(
      (0..<200).map { _ in
        (0..<Int.random(in: 0..<40, using: &random)).map { _ in
          "w\(Int.random(in: 0..<300, using: &random))é"
        }.joined(separator: " ")
      })
    let options = BagOfWordsOptions(
      analysis: TextAnalysis(ngrams: 1...2), minimumDocuments: .count(2), maximumFeatures: 500)
    let one = try BagOfWords.fitTransform(many, options: options, threads: 1)
    for threads in [2, 3, 7] {
      let other = try BagOfWords.fitTransform(many, options: options, threads: threads)
      #expect(other.counts == one.counts)
      #expect(other.bag.featureNames == one.bag.featureNames)
    }
  }

  @Test func nothingToLearnFromIsAnError() {
    #expect(throws: WordtoolError.self) { try BagOfWords.fit(Documents([])) }
    #expect(throws: WordtoolError.self) { try BagOfWords.fit(Documents(["", "a b c"])) }
    #expect(throws: WordtoolError.self) {
      try BagOfWords.fit(texts, options: BagOfWordsOptions(minimumDocuments: .count(4)))
    }
    #expect(throws: WordtoolError.self) {
      try BagOfWords.fit(
        texts,
        options: BagOfWordsOptions(minimumDocuments: .count(3), maximumDocuments: .share(0.5)))
    }
    #expect(throws: WordtoolError.self) { try BagOfWords(vocabulary: []) }
    #expect(throws: WordtoolError.self) { try BagOfWords(vocabulary: ["a", "a"]) }
    #expect(throws: WordtoolError.self) { try TfIdf.fit(BagOfWords.noRows()) }
    #expect(throws: WordtoolError.self) { try OneHotEncoder.fit([]) }
  }

  @Test func anUnknownCategoryIsNamed() throws {
    let encoder = try OneHotEncoder.fit([["red"], ["green"]])
    let error = #expect(throws: WordtoolError.self) { try encoder.transform([["blue"]]) }
    #expect(error?.found.contains("'blue'") == true)
    #expect(throws: WordtoolError.self) { try encoder.transform([["red", "red"]]) }
  }

  @Test func theLinesOfFilesAreTexts() throws {
    let folder = ScratchFolder()
    let path = try folder.write(
      Gzip.stored(Array("1\tone two\r\n2\t\n3\tthree\tx".utf8)), to: "a.tsv.gz")
    let documents = try Documents(linesOf: [path], column: 2)
    #expect((0..<documents.count).map { documents[$0] } == ["one two", "", "three"])
    let error = #expect(throws: WordtoolError.self) {
      try Documents(linesOf: [path], column: 3)
    }
    #expect(error?.position == .line(1))
  }
}

extension BagOfWords {
  static func noRows() throws -> SparseMatrix {
    try SparseMatrix(rowCount: 0, columnCount: 2, rowOffsets: [0], columns: [], values: [])
  }
}
