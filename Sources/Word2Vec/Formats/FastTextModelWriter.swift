import FastTextFiles
import WordtoolCore

extension WordVectors {
  /// Writes a model of fastText's, `.bin` of version 12, that fastText and gensim load: the words, their
  /// counts, and the rows of words and n-grams. Vectors without n-grams are a model of none.
  ///
  /// The output matrix, which nothing but training on needs, has no rows.
  func writeFastTextModel(to file: OutputFile) throws {
    try file.requirePlain("a fastText model")
    let table = nGramTable
    let rowCount = count + (table?.bucketCount ?? 0)
    guard count <= Int(Int32.max), table?.bucketCount ?? 0 <= Int(Int32.max) else {
      throw WordtoolError(
        .unavailable, found: "\(count) words", expected: "at most \(Int32.max) in a fastText model")
    }
    let textCount = (0..<count).reduce(0) { unsafe $0 + storage.words.bytes(at: $1).count }
    try file.expect(
      byteCount: FastTextHeader.byteCount + 28 + textCount + 10 * count + 34 + 4 * rowCount
        * dimension)
    var header = fastTextHeader
    if let table {
      header.bucketCount = table.bucketCount
      header.nGrams = CharacterNGrams(shortest: table.shortest, longest: table.longest)
    }

    var writer = FastTextWriter(to: file)
    try writer.write(header)
    try writer.writeDictionary(of: self)
    try writer.beginMatrix(rowCount: rowCount, dimension: dimension)
    for row in 0..<count {
      var values = vector(at: row)
      if let table {
        values = table.ownRow(of: unsafe Array(storage.words.bytes(at: row)), vector: values)
      }
      try writer.add(row: values)
    }
    try table?.forEachRow { try writer.add(row: $0) }
    try writer.beginMatrix(rowCount: 0, dimension: dimension)
    try writer.finish()
  }

  /// What such a file says of the dimension and of the training.
  var fastTextHeader: FastTextHeader {
    var header = FastTextHeader()
    header.dimension = dimension
    let training = trained
    header.windowRadius = training?.windowRadius ?? header.windowRadius
    header.epochs = training?.epochs ?? header.epochs
    header.negativeSamples = training?.negativeSamples ?? header.negativeSamples
    header.subsampling = training?.subsampling ?? header.subsampling
    let isHierarchical = training?.hierarchicalSoftmax ?? false
    header.loss =
      (isHierarchical
      ? FastTextHeader.Loss.hierarchicalSoftmax : FastTextHeader.Loss.negativeSampling).rawValue
    header.model =
      (training?.model == .cbow ? FastTextHeader.Model.cbow : FastTextHeader.Model.skipGram)
      .rawValue
    return header
  }

  /// How they were trained, where they say so.
  private var trained: WordVectorOptions? {
    struct Stored: Decodable {
      var skipGram: WordVectorOptions
    }
    guard let text = metadata[MetadataKey.trainingOptions] else { return nil }
    return (try? StoredJSON.decode(Stored.self, from: text))?.skipGram
      ?? (try? StoredJSON.decode(WordVectorOptions.self, from: text))
  }
}
