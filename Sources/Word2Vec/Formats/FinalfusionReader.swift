import BLASCore
import FastTextFiles
import WordtoolCore

/// Reads finalfusion's files, `.fifu`: words alone or with n-grams (hashed, fastText's, explicit or
/// floret's), and rows of floats or of a product quantizer's codes.
///
/// Rows are as finalfusion gives them: of length 1 where the file was normalised. Floats stay where they
/// are in the file. A word in the vocabulary has its own row; one that is not has the mean of its
/// n-grams' rows, of length 1.
enum FinalfusionReader {
  /// The first four bytes of every such file.
  static let signature = Array("FiFu".utf8)

  /// The kinds of chunks.
  enum Chunk: UInt32 {
    case simpleVocabulary = 1
    case array, bucketVocabulary, quantizedArray, metadata, norms
    case fastTextVocabulary, explicitVocabulary, floretVocabulary
  }

  static func read(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    var reader = unsafe BinaryFields(file.bytes, path: file.path)
    try reader.skip(signature.count, "signature")
    let version = try reader.int32("version")
    guard version == 0 else {
      throw reader.error(
        "version \(version)", expected: "0", remedy: "write it anew with a current finalfusion")
    }
    let chunkCount = try reader.int32("number of chunks")
    guard (1...16).contains(chunkCount) else {
      throw reader.error(
        "\(chunkCount) chunks", expected: "a vocabulary and its vectors",
        remedy: "the file is damaged")
    }
    for _ in 0..<chunkCount { _ = try reader.int32("kind of a chunk") }

    var vocabulary: FinalfusionVocabulary?
    var storage: FinalfusionStorage?
    var metadata: [String: String] = [:]
    for _ in 0..<chunkCount {
      let number = UInt32(truncatingIfNeeded: try reader.int32("kind of a chunk"))
      let length = try reader.int64("length of a chunk")
      guard let kind = Chunk(rawValue: number), length >= 0, length <= Int64(reader.remaining)
      else {
        throw reader.error(
          "a chunk of kind \(number) and \(length, "byte"), \(reader.remaining) left",
          expected: "kinds 1 to 9", remedy: "the file is truncated or damaged")
      }
      let end = reader.offset + Int(length)
      switch kind {
      case .metadata:
        let start = try reader.skip(Int(length), "metadata")
        metadata["finalfusion"] = unsafe String(
          decoding: file.bytes[start..<start + Int(length)], as: UTF8.self)
      case .norms: try reader.skip(Int(length), "norms")
      case .array, .quantizedArray:
        guard storage == nil else { throw reader.error("a second table of rows", expected: "one") }
        storage = try FinalfusionStorage(&reader, isQuantized: kind == .quantizedArray)
      default:
        guard vocabulary == nil else { throw reader.error("a second vocabulary", expected: "one") }
        vocabulary = try FinalfusionVocabulary(&reader, kind: kind)
      }
      // finalfusion's Python package forgets the rows of explicit n-grams in the length.
      let forgotten = kind == .explicitVocabulary ? 8 * (vocabulary?.explicitCount ?? 0) : 0
      guard reader.offset == end || reader.offset == end + forgotten else {
        throw reader.error(
          "a chunk that ends here", expected: "its end at byte \(end)",
          remedy: "the file is damaged")
      }
    }
    guard reader.remaining == 0 else {
      throw reader.error("\(reader.remaining, "byte") after the last chunk", expected: "none")
    }
    guard let vocabulary, let storage else {
      throw reader.error(
        vocabulary == nil ? "no vocabulary" : "no vectors", expected: "both",
        remedy: "parts of a set of vectors are of no use by themselves")
    }
    return try vectors(vocabulary, storage, file, metadata, options)
  }

  private static func vectors(
    _ vocabulary: FinalfusionVocabulary, _ storage: FinalfusionStorage, _ file: FileContents,
    _ metadata: [String: String], _ options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let count = vocabulary.places.count
    let needed = count + vocabulary.subwordRowCount
    guard storage.rowCount >= needed, vocabulary.subwordRowCount > 0 || storage.rowCount == needed
    else {
      throw WordtoolError(
        .badData, path: file.path, found: "\(storage.rowCount, "row")",
        expected: "\(count) for words and \(vocabulary.subwordRowCount) for n-grams",
        remedy: "the file is damaged")
    }
    let composer = vocabulary.index.map {
      NGramComposer(
        matrix: storage.matrix, index: $0, firstRow: count, isUnit: true, owner: file)
    }
    if vocabulary.isWithoutWords, let composer {
      return try composer.vectors(
        format: .finalfusion, path: file.path, metadata: metadata, options: options)
    }
    try options.refuseWordList(for: .finalfusion, path: file.path)
    var assembly = VectorAssembly(
      path: file.path, format: .finalfusion, dimension: storage.matrix.dimension,
      rows: try storage.rows(count, file: file, threads: options.threads))
    assembly.metadata = metadata
    assembly.composer = composer
    return try unsafe vocabulary.places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: file.bytes, options: options) {
        .byte(vocabulary.places[$0].start)
      }
    }
  }
}

/// The words of a finalfusion file, and how n-grams find their rows.
struct FinalfusionVocabulary {
  private(set) var places: [Place] = []
  /// How n-grams find their rows; nil for words alone.
  private(set) var index: NGramIndex?
  /// Rows that n-grams may have, behind those of the words.
  private(set) var subwordRowCount = 0
  /// Whether all vectors are made of n-grams.
  private(set) var isWithoutWords = false
  /// How many n-grams there are, where they are listed.
  private(set) var explicitCount = 0

  init(_ reader: inout BinaryFields, kind: FinalfusionReader.Chunk) throws {
    var index = NGramIndex()
    if kind == .floretVocabulary {
      index.shortest = try reader.int32("shortest n-gram")
      index.longest = try reader.int32("longest n-gram")
      subwordRowCount = Int(clamping: try reader.int64("number of buckets"))
      let hashCount = try reader.int32("number of hashes")
      let seed = UInt32(truncatingIfNeeded: try reader.int32("seed"))
      let start = try Self.string(&reader, "begin of words")
      let end = try Self.string(&reader, "end of words")
      index.begin = unsafe Array(reader.bytes[start.start..<start.start + start.count])
      index.end = unsafe Array(reader.bytes[end.start..<end.start + end.count])
      index.includesWord = true
      index.rows = .floret(bucketCount: subwordRowCount, hashCount: hashCount, seed: seed)
      isWithoutWords = true
      try index.check(&reader)
      self.index = index
      return
    }
    let wordCount = try reader.int64("number of words")
    var ngramCount: Int64 = 0
    if kind == .explicitVocabulary { ngramCount = try reader.int64("number of n-grams") }
    if kind != .simpleVocabulary {
      index.shortest = try reader.int32("shortest n-gram")
      index.longest = try reader.int32("longest n-gram")
    }
    switch kind {
    case .bucketVocabulary:
      let exponent = try reader.int32("exponent of buckets")
      guard (1..<40).contains(exponent) else {
        throw reader.error("2^\(exponent) buckets", expected: "2^1 to 2^39")
      }
      subwordRowCount = 1 << exponent
      index.rows = .buckets(exponent: exponent)
    case .fastTextVocabulary:
      subwordRowCount = Int(UInt32(truncatingIfNeeded: try reader.int32("number of buckets")))
      index.rows = .fastText(bucketCount: subwordRowCount)
    default: break
    }
    // A string takes its length at least.
    guard wordCount >= 0, ngramCount >= 0, wordCount <= Int64(reader.remaining / 4),
      ngramCount <= Int64(reader.remaining / 12)
    else {
      throw reader.error(
        "\(wordCount, "word") and \(ngramCount, "n-gram") in \(reader.remaining, "byte")",
        expected: "as many as the file has room for", remedy: "the file is damaged or truncated")
    }
    places.reserveCapacity(Int(wordCount))
    for word in 0..<Int(wordCount) { places.append(try Self.string(&reader, "word \(word + 1)")) }
    if kind == .explicitVocabulary {
      explicitCount = Int(ngramCount)
      var table = ByteStringTable(expectedCount: Int(ngramCount))
      var rows: [Int] = []
      for number in 0..<Int(ngramCount) {
        let place = try Self.string(&reader, "n-gram \(number + 1)")
        let row = try reader.int64("row of an n-gram")
        guard row >= 0, row < ngramCount else {
          throw reader.error("row \(row) of an n-gram", expected: "less than \(ngramCount)")
        }
        let bytes = unsafe reader.bytes[place.start..<place.start + place.count]
        guard unsafe table.add(bytes).isNew else {
          throw reader.error("n-gram \(number + 1) twice", expected: "no two alike")
        }
        rows.append(Int(row))
        subwordRowCount = max(subwordRowCount, Int(row) + 1)
      }
      index.rows = .explicit(table, rows)
    }
    guard kind != .simpleVocabulary else { return }
    try index.check(&reader)
    self.index = index
  }

  /// A string with its length before it.
  private static func string(_ reader: inout BinaryFields, _ name: String) throws -> Place {
    let count = try reader.int32("length of \(name)")
    return Place(start: try reader.skip(count, name), count: count)
  }
}

/// The rows of a finalfusion file.
struct FinalfusionStorage {
  let matrix: any SubwordMatrix
  var rowCount: Int { matrix.rowCount }
  /// Where the floats are; nil for codes.
  private let start: Int?

  /// The mark of 32-bit floats, and of bytes.
  private static let (floats, bytes) = (10, 1)

  init(_ reader: inout BinaryFields, isQuantized: Bool) throws {
    guard !isQuantized else {
      matrix = try FinalfusionCodes(&reader)
      start = nil
      return
    }
    let rows = try reader.int64("number of rows")
    let columns = try reader.int32("values of a row")
    try Self.expect(Self.floats, &reader)
    try Self.pad(&reader)
    let start = try reader.matrix(rows, Int64(columns), byteCount: 4, "vectors")
    self.start = start
    guard (1...VectorStorage.maximumDimension).contains(columns) else {
      throw reader.error(
        "vectors of \(columns, "value")", expected: "1 to \(VectorStorage.maximumDimension)")
    }
    matrix = unsafe DenseMatrix(
      rows: Int(rows), columns: columns, values: reader.bytes.baseAddress.map { unsafe $0 + start })
  }

  /// Passes over the type of elements, which must be that one.
  static func expect(_ type: Int, _ reader: inout BinaryFields) throws {
    let found = try reader.int32("type of elements")
    guard found == type else {
      throw reader.error("elements of type \(found)", expected: "\(type)")
    }
  }

  /// Passes over the bytes that bring floats to a multiple of four: four where they are there already.
  static func pad(_ reader: inout BinaryFields) throws {
    try reader.skip(4 - reader.offset % 4, "padding")
  }

  /// The first rows as floats.
  func rows(_ count: Int, file: FileContents, threads: Int) throws -> TableRows {
    if let start {
      let table = unsafe NumericTable(
        path: file.path,
        bytes: UnsafeRawBufferPointer(
          rebasing: file.bytes[start..<start + 4 * count * matrix.dimension]),
        element: .float32, rowCount: count, dimension: matrix.dimension, owner: file)
      return try table.rows(threads: threads)
    }
    try NumericTable.checkMemory(rowCount: count, dimension: matrix.dimension, path: file.path)
    let memory = Allocation(byteCount: 4 * count * matrix.dimension)
    nonisolated(unsafe) let values = unsafe memory.buffer(
      of: Float.self, count: count * matrix.dimension)
    let matrix = matrix
    try VectorStorage.inPieces(of: count, threads: threads) { range in
      guard let base = unsafe values.baseAddress else { return }
      for row in range {
        let target = unsafe base + row * matrix.dimension
        unsafe target.update(repeating: 0, count: matrix.dimension)
        unsafe matrix.add(row: row, to: target)
      }
    }
    return TableRows(memory)
  }
}
