import BLASCore
import FastTextFiles
import WordtoolCore

/// What a safetensors file says of its n-grams, as JSON in its metadata.
struct NGramDescription: Codable {
  /// `fasttext` or `floret`.
  var hash: String
  /// The lengths of n-grams in characters, the marks of a word included.
  var shortest: Int
  var longest: Int
  /// With floret's hash: how many rows an n-gram has, 1 ... 4.
  var hashCount: Int?
  /// With floret's hash: where it begins.
  var seed: UInt32?
  /// With floret's hash: what stands before a word.
  var begin: String?
  /// With floret's hash: what stands behind a word.
  var end: String?

  private enum Hash {
    static let fastText = "fasttext"
    static let floret = "floret"
  }

  /// Describes how n-grams find their rows: by fastText's hash or by floret's.
  init(_ index: NGramIndex) {
    (hash, shortest, longest) = (Hash.fastText, index.shortest, index.longest)
    guard case .floret(_, let hashCount, let seed) = index.rows else { return }
    hash = Hash.floret
    (self.hashCount, self.seed) = (hashCount, seed)
    begin = String(decoding: index.begin, as: UTF8.self)
    end = String(decoding: index.end, as: UTF8.self)
  }

  /// How n-grams find their rows in a table; nil for numbers that no n-grams have.
  func index(bucketCount: Int) -> NGramIndex? {
    guard shortest >= 1, longest >= shortest, longest < 1 << 16 else { return nil }
    switch hash {
    case Hash.fastText:
      return .fastText(shortest: shortest, longest: longest, bucketCount: bucketCount)
    case Hash.floret:
      guard let hashCount, let seed, let begin, let end, (1...4).contains(hashCount) else {
        return nil
      }
      var index = NGramIndex.floret(
        shortest: shortest, longest: longest, bucketCount: bucketCount, hashCount: hashCount,
        seed: seed)
      (index.begin, index.end) = (Array(begin.utf8), Array(end.utf8))
      return index
    default: return nil
    }
  }

  /// The n-grams of a safetensors file of this project; nil when it has none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a table that does not fit the vectors, or values that
  ///   are not finite.
  static func composer(of tensors: TensorFile, dimension: Int) throws -> NGramComposer? {
    guard let entry = tensors.entry(named: SafetensorsVectors.nGrams) else { return nil }
    func failure(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: tensors.path, found: found, expected: expected)
    }
    guard entry.type == .float32, entry.shape.count == 2, entry.shape[0] >= 1,
      entry.shape[1] == dimension
    else {
      throw failure(
        "tensor \"\(entry.name)\" is \(entry.type.rawValue) \(entry.shape)",
        "F32 [buckets, \(dimension)]")
    }
    guard let text = tensors.metadata[WordVectors.MetadataKey.nGrams],
      let description = try? StoredJSON.decode(Self.self, from: text),
      let index = description.index(bucketCount: entry.shape[0])
    else {
      throw failure(
        "a tensor \"\(entry.name)\" without what its n-grams are found by",
        "\(WordVectors.MetadataKey.nGrams) in the metadata, with hash, shortest and longest, and of "
          + "floret's with hashCount, seed, begin and end")
    }
    let bytes = unsafe tensors.bytes(of: entry)
    for place in 0..<entry.elementCount {
      let value = unsafe bytes.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
      guard value.isFinite else {
        throw failure(
          "value \(place % dimension + 1) of row \(place / dimension + 1) of \"\(entry.name)\" is "
            + "not a finite number", "finite numbers")
      }
    }
    let matrix = unsafe DenseMatrix(
      rows: entry.shape[0], columns: dimension, values: bytes.baseAddress)
    return NGramComposer(
      matrix: matrix, index: index, firstRow: 0, isUnit: false, owner: tensors,
      unmade: index.isFloret ? nil : CharacterNGrams.endOfLine)
  }
}
