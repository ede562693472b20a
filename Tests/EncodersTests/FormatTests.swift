import Encoders
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct FormatTests {
  let folder = ScratchFolder()

  func matrix() throws -> SparseMatrix {
    try BagOfWords.fitTransform(Documents(try Golden.load().texts)).counts
  }

  func write(_ name: String, _ body: (OutputFile) throws -> Void) throws -> String {
    let file = try OutputFile(path: folder(name))
    try body(file)
    try file.commit()
    return folder(name)
  }

  @Test func matrixMarketComesBackAsItWas() throws {
    var matrix = try matrix().mapValues { $0 / 3 - Double($1) * 1e-7 }
    let mtx = try write("a.mtx") { try matrix.writeMatrixMarket(to: $0) }
    #expect(try SparseMatrix(matrixMarket: mtx) == matrix)
    matrix = try SparseMatrix(rowCount: 0, columnCount: 0, rowOffsets: [0], columns: [], values: [])
    let empty = try write("b.mtx") { try matrix.writeMatrixMarket(to: $0) }
    #expect(try SparseMatrix(matrixMarket: empty) == matrix)
  }

  @Test func numpyArraysHaveTheBytesOfNumPy() throws {
    _ = try write("a.npy") { try matrix().writeNPY(to: $0) }
    #expect(try folder.bytes(of: "a.npy") == TestFiles.readBytes(Golden.path("numpy.npy")))
  }

  @Test func archivesHoldTheBytesOfSciPy() throws {
    _ = try write("a.npz") { try matrix().writeNPZ(to: $0) }
    let theirs = try #require(TestFiles.readBytes(Golden.path("scipy.npz")))
    let expected = try StoredZip.members(of: theirs)
    #expect(expected.map(\.name).contains("indptr.npy"))
    #expect(try StoredZip.members(of: folder.bytes(of: "a.npz")) == expected)
    let empty = try SparseMatrix(
      rowCount: 0, columnCount: 0, rowOffsets: [0], columns: [], values: [])
    _ = try write("b.npz") { try empty.writeNPZ(to: $0) }
    let members = try StoredZip.members(of: folder.bytes(of: "b.npz"))
    #expect(members.map(\.bytes.count) == [128, 132, 131, 144, 128])
  }

  @Test func jsonHasOneObjectARow() throws {
    let matrix = try SparseMatrix(
      rowCount: 2, columnCount: 3, rowOffsets: [0, 2, 2], columns: [0, 2], values: [1, 0.5])
    _ = try write("a.json") { try matrix.writeJSONLines(to: $0) }
    #expect(
      String(decoding: try folder.bytes(of: "a.json"), as: UTF8.self)
        == "{\"columns\":[0,2],\"values\":[1,0.5]}\n{\"columns\":[],\"values\":[]}\n")
  }

  @Test(arguments: [
    "", "%%MatrixMarket matrix array real general\n1 1\n1\n",
    "%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n",
    "%%MatrixMarket matrix coordinate real general\n1 1\n",
    "%%MatrixMarket matrix coordinate real general\n1 1 999999999999\n1 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n2000000000 1 1\n1 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n-1 1 1\n1 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n0 0 1\n1 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1\n",
    "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 0 1\n",
    "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 x\n",
    "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 1\n1 2 1\n",
    "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n",
  ])
  func damagedMatrixMarketIsAnError(_ text: String) throws {
    let path = try folder.write(text, to: "bad.mtx")
    #expect(throws: WordtoolError.self) { try SparseMatrix(matrixMarket: path) }
  }

  @Test func patternsAndSymmetryAreUnderstood() throws {
    let path = try folder.write(
      "%%MatrixMarket matrix coordinate pattern symmetric\n% note\n\n2 2 2\n1 1\n2 1\n", to: "s.mtx"
    )
    let matrix = try SparseMatrix(matrixMarket: path)
    #expect(matrix.denseRow(0) == [1, 1])
    #expect(matrix.denseRow(1) == [1, 0])
  }

  @Test func encodersComeBackAsTheyWere() throws {
    let golden = try Golden.load()
    let texts = Documents(golden.texts)
    let path = folder("e.safetensors")
    for analysis in [
      TextAnalysis(), TextAnalysis(.characters, lowercase: false, ngrams: 2...3),
      TextAnalysis(.tokens(.words), stopWords: ["the", "é"]), TextAnalysis(.charactersWithinWords),
    ] {
      let (bag, counts) = try BagOfWords.fitTransform(
        texts, options: BagOfWordsOptions(analysis: analysis, binary: true))
      try bag.write(to: path)
      let copy = try BagOfWords(contentsOf: path)
      #expect(copy.analysis == analysis)
      #expect(copy.featureNames == bag.featureNames)
      #expect(try copy.transform(texts) == counts)
      let hashing = HashingEncoder(analysis: analysis, featureCount: 10, norm: .l1)
      try hashing.write(to: path)
      #expect(try HashingEncoder(contentsOf: path) == hashing)
      #expect(throws: WordtoolError.self) { try BagOfWords(contentsOf: path) }
      let tfidf = try TfIdf.fit(counts, options: TfIdfOptions(norm: .l1, sublinear: true))
      try tfidf.write(to: path)
      #expect(try TfIdf(contentsOf: path) == tfidf)
    }
    let oneHot = try OneHotEncoder.fit(
      golden.table, options: OneHotOptions(unknown: .infrequent, maximumCategories: 2))
    try oneHot.write(to: path)
    let copy = try OneHotEncoder(contentsOf: path)
    #expect(copy.featureNames() == oneHot.featureNames())
    #expect(try copy.transform(golden.newRows) == oneHot.transform(golden.newRows))
    let words = try Vocabulary([(word: "a", count: 2), (word: "b", count: 1)])
    try FixedWindow(vocabulary: words, size: 3, padsStart: true).write(to: path)
    #expect(try FixedWindow(contentsOf: path).vocabulary == words)
    #expect(try FixedWindow(contentsOf: path).padsStart)
    try BigWindow(vocabulary: words, size: 3).write(to: path)
    #expect(try BigWindow(contentsOf: path).size == 3)
  }
}

@Suite struct EncodingPictureTests {
  @Test func thePictureShowsRowsBagAndWindow() throws {
    let picture = try EncodingPicture("the food was the best", windowSize: 2)
    #expect(picture.bag == [2, 1, 1, 1])
    let text = try picture.rendered()
    #expect(text.contains("words       the | food | was | the | best\n"))
    #expect(text.contains("vocabulary  4 different words out of 5\n"))
    #expect(text.contains("  best      0    0   0    1\n"))
    #expect(text.contains("  counts    2    1   1    1\n"))
    #expect(text.contains("  1 0 0 0 | 0 0 0 1\n"))
  }

  @Test func sentencesOfOneBagAreTold() throws {
    let first = try EncodingPicture(EncodingPicture.example)
    let text = try first.comparison(with: EncodingPicture(EncodingPicture.oppositeExample))
    #expect(text.hasPrefix("two sentences, one bag"))
    #expect(try first.comparison(with: EncodingPicture("good food")).hasPrefix("the bags of"))
    #expect(throws: WordtoolError.self) { try EncodingPicture("…") }
  }
}
