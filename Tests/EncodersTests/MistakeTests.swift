import Encoders
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// What an importer may give wrong: an error that names it, or a trap where it is no data.
@Suite struct MistakeTests {
  static func matrix() throws -> SparseMatrix {
    try SparseMatrix(rowCount: 1, columnCount: 1, rowOffsets: [0, 1], columns: [0], values: [1])
  }

  @Test func `options out of range are refused by the name of the property`() throws {
    let texts = Documents(["a word", "another word"])
    let mistakes: [(property: String, call: () throws -> Void)] = [
      (
        "ngrams", { _ = try HashingEncoder(analysis: TextAnalysis(ngrams: 0...1)).transform(texts) }
      ),
      ("featureCount", { _ = try HashingEncoder(featureCount: 0).transform(texts) }),
      ("featureCount", { _ = try HashingEncoder(featureCount: 0).place(of: "a") }),
      (
        "maximumFeatures",
        { _ = try BagOfWords.fit(texts, options: BagOfWordsOptions(maximumFeatures: 0)) }
      ),
      (
        "minimumDocuments",
        { _ = try BagOfWords.fit(texts, options: BagOfWordsOptions(minimumDocuments: .share(2))) }
      ),
      (
        "maximumCategories",
        { _ = try OneHotEncoder.fit([["a"]], options: OneHotOptions(maximumCategories: 0)) }
      ),
      ("windowRadius", { _ = try SkipGramPairs(windowRadius: 0).pairs(in: [0]) }),
      ("subsampling", { _ = try SkipGramPairs(subsampling: 0).pairs(in: [0]) }),
      ("windowSize", { _ = try EncodingPicture("a word", windowSize: 0) }),
      ("threads", { _ = try BagOfWords.fit(texts, threads: 0) }),
      ("column", { _ = try Documents(linesOf: ["none"], column: 0) }),
    ]
    for (property, call) in mistakes {
      let error = #expect(throws: WordtoolError.self) { try call() }
      #expect(error?.kind == .usage, "\(property)")
      #expect(error?.found.hasPrefix("`\(property)` is ") == true, "\(error?.found ?? property)")
    }
    let options = BagOfWordsOptions(analysis: TextAnalysis(.tokens(.words)), maximumFeatures: 3)
    let text = try StoredJSON.text(options)
    #expect(try StoredJSON.decode(BagOfWordsOptions.self, from: text) == options)
  }

  @Test func `matrices of another shape are errors of kind usage`() throws {
    let matrix = try Self.matrix()
    let (bag, counts) = try BagOfWords.fitTransform(Documents(["two words"]))
    let weights = try TfIdf.fit(counts)
    let oneHot = try OneHotEncoder(categories: [["a", "b"]])
    let window = try FixedWindow(vocabulary: Vocabulary([(word: "a", count: 1)]), size: 2)
    let mistakes: [() throws -> Void] = [
      { _ = try bag.inverse(matrix) }, { _ = try weights.transform(matrix) },
      { _ = try oneHot.inverse(matrix) }, { _ = try window.inverse(matrix) },
      { _ = try OneHotEncoder(categories: [["a"]], infrequent: []) },
      {
        _ = try SparseMatrix(
          rowCount: 1, columnCount: 1, rowOffsets: [0], columns: [], values: [])
      },
      { _ = try SkipGramPairs(subsampling: 0.1).pairs(in: [0, 5], counts: [1]) },
    ]
    for (number, mistake) in mistakes.enumerated() {
      let error = #expect(throws: WordtoolError.self, "\(number)") { try mistake() }
      #expect(error?.kind == .usage, "\(number)")
    }
  }

  /// Places that are not there are a mistake in the program, as with arrays.
  @Test func `a row, column or text that is not there is a trap`() async {
    await #expect(processExitsWith: .failure) { _ = (try? MistakeTests.matrix())?.row(1) }
    await #expect(processExitsWith: .failure) { _ = (try? MistakeTests.matrix())?[0, 1] }
    await #expect(processExitsWith: .failure) { _ = Documents(["one"])[1] }
    await #expect(processExitsWith: .failure) {
      _ = (try? OneHotEncoder(categories: [["a"]]))?.featureNames(["x", "y"])
    }
  }
}
