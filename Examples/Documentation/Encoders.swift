// The examples of Encoders.docc, by Scripts/docc.sh --examples.

import Encoders
import Tokenize

func exampleEncoders1() throws {
  let texts = Documents(["the cat sat", "the dog sat down", "a cat and a dog"])
  let (bag, counts) = try BagOfWords.fitTransform(texts)
  let (_, weighted) = try TfIdf.fitTransform(counts)
  print(bag.featureNames, weighted.denseRow(0))

  try bag.write(to: "bag.json")
  try weighted.writeNPZ(to: "rows.npz")  // scipy.sparse.load_npz reads it
}

func exampleEncoders2() throws {
  let analysis = TextAnalysis(ngrams: 1...2, stopWords: ["the", "a"])
  let options = BagOfWordsOptions(analysis: analysis, minimumDocuments: .count(2))
  let train = try Documents(linesOf: ["train.txt"])
  let (bag, counts) = try BagOfWords.fitTransform(train, options: options)
  let (weights, rows) = try TfIdf.fitTransform(counts, options: TfIdfOptions(sublinear: true))
  print(rows.rowCount, "texts,", rows.columnCount, "columns,", rows.storedCount, "values")

  let later = try weights.transform(bag.transform(Documents(["the stock market fell"])))
  for (column, value) in later.row(0) { print(bag.featureNames[column], value) }
}

func exampleEncoders3() throws {
  let bag = try BagOfWords(contentsOf: "bag.safetensors")
  let weights = try TfIdf(contentsOf: "weights.safetensors")
  let rows = try weights.transform(bag.transform(Documents(linesOf: ["new.txt"])))
  try rows.writeNPZ(to: "new.npz")  // scipy.sparse.load_npz
  try rows.writeMatrixMarket(to: "new.mtx")  // scipy.io.mmread
}

func exampleEncoders4() throws {
  let encoder = HashingEncoder(featureCount: 1 << 18)
  let rows = try encoder.transform(Documents(linesOf: ["train.txt"]))
  let place = try encoder.place(of: "market")
  print(rows.columnCount, place.column, place.isNegative)
}

func exampleEncoders5() throws {
  let table = [["red", "round"], ["green", "round"], ["red", "square"]]
  let encoder = try OneHotEncoder.fit(table, options: OneHotOptions(unknown: .ignore))
  let rows = try encoder.transform([["red", "oval"]])
  print(encoder.featureNames(["colour", "form"]), rows.denseRow(0))
  print(try encoder.inverse(rows)[0].map { $0 ?? "?" })
}

func exampleEncoders6() throws {
  let words = ["the", "cat", "sat", "on", "the", "mat"]
  let builder = VocabularyBuilder()
  for word in words { builder.add(word) }
  let window = try FixedWindow(
    vocabulary: builder.build(VocabularyLimits(minimumCount: 1)), size: 2)
  let (rows, targets) = window.transform(words)
  print(rows.rowCount, "windows,", window.featureNames.count, "columns,", targets.count, "targets")
}

func exampleEncoders7() throws {
  let sampler = SkipGramPairs(windowRadius: 2, shrinks: false)
  for pair in try sampler.pairs(in: [0, 1, 2, 3]) { print(pair.center, pair.context) }
}

func exampleEncoders8() throws {
  let good = try EncodingPicture(EncodingPicture.example)
  let bad = try EncodingPicture(EncodingPicture.oppositeExample)
  print(try good.rendered(columns: 80))
  print(try good.comparison(with: bad, columns: 80))  // the same bag, other windows
}
