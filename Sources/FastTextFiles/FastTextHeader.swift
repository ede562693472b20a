package import WordtoolCore

/// The start of a fastText model: signature, version and the 56 bytes of arguments.
package struct FastTextHeader: Sendable {
  /// The first four bytes of every such file.
  package static let signature: [UInt8] = [0xBA, 0x16, 0x4F, 0x2F]
  /// The version that is written.
  package static let currentVersion = 12
  /// Bytes of signature, version and arguments.
  package static let byteCount = 64
  /// No model has rows longer than this many values: it bounds what a damaged file can ask for.
  package static let maximumDimension = 1 << 20

  /// What the rows were trained for.
  package enum Model: Int, Sendable {
    case cbow = 1
    case skipGram, supervised
  }

  /// What became of the scores of the output.
  package enum Loss: Int, Sendable {
    case hierarchicalSoftmax = 1
    case negativeSampling, softmax, oneVersusAll
  }

  /// What is behind `maxn` in files of floret's.
  package struct Floret: Sendable {
    /// The mode in which rows are found by several hashes.
    package static let hashedMode = 2

    /// ``hashedMode``, or 1 for fastText's way.
    package var mode: Int
    /// How many hashes.
    package var hashCount: Int

    package init(mode: Int, hashCount: Int) {
      self.mode = mode
      self.hashCount = hashCount
    }
  }

  package var dimension = 100
  package var windowRadius = 5
  package var epochs = 5
  package var minimumCount = 1
  package var negativeSamples = 5
  /// The most words of an n-gram of words, 1 for words alone.
  package var wordNGramOrder = 1
  /// As it stands in the file, see ``Loss``.
  package var loss = Loss.softmax.rawValue
  /// As it stands in the file, see ``Model``.
  package var model = Model.supervised.rawValue
  /// Rows that n-grams share.
  package var bucketCount = 0
  /// The lengths of n-grams in characters; none where `longest` is 0.
  package var nGrams = CharacterNGrams(shortest: 0, longest: 0)
  package var rateUpdates = 100
  package var subsampling = 1e-4
  /// Of floret's files alone.
  package var floret: Floret?

  /// fastText's defaults.
  package init() {}

  /// Reads from the signature on.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for other versions than 11 and 12 and for numbers that no
  ///   model has.
  package init(_ reader: inout BinaryFields) throws {
    try reader.skip(Self.signature.count, "signature")
    let version = try reader.int32("version")
    guard (11...12).contains(version) else {
      throw reader.error(
        "version \(version)", expected: "11 or 12", remedy: "write it anew with a current fastText")
    }
    dimension = try reader.int32("dim")
    guard (1...Self.maximumDimension).contains(dimension) else {
      throw reader.error(
        "vectors of \(dimension, "value")", expected: "1 to \(Self.maximumDimension)")
    }
    windowRadius = try reader.int32("ws")
    epochs = try reader.int32("epoch")
    minimumCount = try reader.int32("minCount")
    negativeSamples = try reader.int32("neg")
    wordNGramOrder = try reader.int32("wordNgrams")
    loss = try reader.int32("loss")
    model = try reader.int32("model")
    bucketCount = try reader.int32("bucket")
    nGrams.shortest = try reader.int32("minn")
    nGrams.longest = try reader.int32("maxn")
    if Self.isFloret(reader) {
      floret = Floret(
        mode: try reader.int32("mode"), hashCount: try reader.int32("hashCount"))
    }
    rateUpdates = try reader.int32("lrUpdateRate")
    subsampling = Double(bitPattern: UInt64(bitPattern: try reader.int64("t")))
    guard bucketCount >= 0, nGrams.shortest >= 0, nGrams.longest >= 0 else {
      throw reader.error(
        "\(bucketCount) buckets for n-grams of \(nGrams.shortest) to \(nGrams.longest) characters",
        expected: "numbers of 0 and more")
    }
    // What these say of n-grams of characters was never used.
    if version == 11, model == Model.supervised.rawValue { nGrams.longest = 0 }
  }

  /// Whether the arguments go on as floret's do: a mode and a number of hashes, behind which the numbers
  /// of entries, words and labels agree.
  private static func isFloret(_ reader: BinaryFields) -> Bool {
    var reader = reader
    guard let mode = try? reader.int32("mode"), let hashCount = try? reader.int32("hashCount"),
      (1...2).contains(mode), (1...4).contains(hashCount),
      (try? reader.skip(12, "lrUpdateRate and t")) != nil,
      let entries = try? reader.int32("entries"), let words = try? reader.int32("words"),
      let labels = try? reader.int32("labels")
    else { return false }
    return entries == words + labels
  }
}
