public import WordtoolCore

/// Words and their vectors: read from a file of any common format or made by training, queried,
/// evaluated, and written again.
///
/// Rows are numbered from 0 in the order of the file, which by custom is by falling frequency.
/// Copies are cheap: they share one immutable storage, which for the project's own files is the
/// mapped file itself.
///
/// ```swift
/// let vectors = try WordVectors(contentsOf: "vectors.safetensors")
/// for neighbor in try vectors.neighbors(of: ["sweden"]) {
///   print(neighbor.word, neighbor.similarity)
/// }
/// ```
public struct WordVectors: Sendable {
  package let storage: VectorStorage
  /// Free-form facts about the vectors: how they were trained, on which text, under which licence.
  /// The names that the project itself uses are in ``MetadataKey``.
  public var metadata: [String: String]
  /// What was put right or left out while reading: repeated words, for instance. One sentence each.
  public let warnings: [String]
  /// The format the vectors were read from; nil when they were made in memory.
  public let format: Format?

  package init(
    storage: VectorStorage, metadata: [String: String], warnings: [String] = [],
    format: Format? = nil
  ) {
    self.storage = storage
    self.metadata = metadata
    self.warnings = warnings
    self.format = format
  }

  /// Makes vectors from words and rows in memory, without copying the rows.
  ///
  /// Shapes: row i is `rows[i * stride ..< i * stride + dimension]`; what lies between the rows is
  /// never read.
  ///
  /// - Parameters:
  ///   - words: the words, all different, in the order of the rows.
  ///   - counts: how often each word occurred, if that is known.
  ///   - dimension: values in a vector, at least 1.
  ///   - rows: the values.
  ///   - stride: floats from one row to the next, at least `dimension`.
  ///   - owner: whatever keeps `rows` valid and unchanged; it is held as long as the vectors live.
  ///   - metadata: facts to be kept with them.
  ///   - threads: how many threads compute the norms.
  /// - Throws: ``WordtoolError`` of kind `badData` when a word is there twice or a value is not
  ///   finite.
  public init(
    words: some Sequence<String>, counts: [Int64]? = nil, dimension: Int,
    rows: UnsafeBufferPointer<Float>, stride: Int, owner: AnyObject,
    metadata: [String: String] = [:], threads: Int = Workers.defaultCount
  ) throws {
    var builder = WordTableBuilder()
    for word in words { builder.append(word) }
    try self.init(
      builder: builder, counts: counts, dimension: dimension, rows: rows, stride: stride,
      owner: owner, metadata: metadata, threads: threads)
  }

  /// Makes vectors from words and a copy of rows that lie one after another.
  ///
  /// - Throws: as the initialiser that takes a stride.
  /// - Precondition: `values` holds `dimension` values for every word.
  public init(
    words: [String], counts: [Int64]? = nil, dimension: Int, values: [Float],
    metadata: [String: String] = [:]
  ) throws {
    precondition(
      values.count == words.count * dimension,
      "\(values.count) values for \(words.count) words of \(dimension)")
    let (memory, buffer) = Allocation.copy(of: values)
    try self.init(
      words: words, counts: counts, dimension: dimension, rows: buffer, stride: dimension,
      owner: memory, metadata: metadata, threads: 1)
  }

  package init(
    builder: consuming WordTableBuilder, counts: [Int64]?, dimension: Int,
    rows: UnsafeBufferPointer<Float>, stride: Int, owner: AnyObject, metadata: [String: String],
    threads: Int
  ) throws {
    let (table, owners, duplicates) = builder.finish()
    precondition(dimension >= 1 && stride >= dimension, "dimension \(dimension), stride \(stride)")
    if let first = duplicates.first {
      throw WordtoolError(.badData, found: "word \(first) is there twice", expected: "no two alike")
    }
    precondition(
      table.count == 0 || rows.count >= (table.count - 1) * stride + dimension,
      "\(rows.count) values for \(table.count) rows of stride \(stride)")
    precondition(
      counts == nil || counts?.count == table.count,
      "\(counts?.count ?? 0) counts for \(table.count) words")
    let base = rows.baseAddress ?? Allocation.nowhere()
    let layout = VectorStorage.Rows.float32(base, stride: stride)
    let (memory, firstBad) = try VectorStorage.norms(
      of: layout, count: table.count, dimension: dimension, threads: threads)
    if let firstBad {
      throw WordtoolError(
        .badData, found: "a value of word \(firstBad.row) is not a finite number")
    }
    let countMemory = counts.map { Allocation.copy(of: $0) }
    var all: [AnyObject] = owners + [memory, owner]
    if let countMemory { all.append(countMemory.0) }
    let storage = VectorStorage(
      dimension: dimension, rows: layout,
      norms: UnsafeBufferPointer(memory.buffer(of: Float.self, count: table.count)),
      counts: countMemory?.1, words: table, owners: all)
    self.init(storage: storage, metadata: metadata)
  }

  /// How many words there are.
  public var count: Int { storage.count }

  /// How many values a vector has.
  public var dimension: Int { storage.dimension }

  /// The word of a row.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func word(at index: Int) -> String {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return String(decoding: storage.words.bytes(at: index), as: UTF8.self)
  }

  /// The row of a word, spelled exactly so, or nil.
  ///
  /// - Complexity: O(length of the word).
  public func index(for word: String) -> Int? {
    var word = word
    return word.withUTF8 { storage.words.find($0) }
  }

  /// Whether the word is there, spelled exactly so.
  public func contains(_ word: String) -> Bool { index(for: word) != nil }

  /// The vector of a word as it is stored, not normalised, or nil when there is no such word.
  public func vector(for word: String) -> [Float]? { index(for: word).map { vector(at: $0) } }

  /// The vector of a row as it is stored, not normalised.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func vector(at index: Int) -> [Float] {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return [Float](unsafeUninitializedCapacity: dimension) { buffer, filled in
      if let base = buffer.baseAddress { storage.copy(row: index, to: base) }
      filled = dimension
    }
  }

  /// How often each word occurred in the training text; nil when the file does not say.
  public var counts: [Int64]? { storage.counts.map { Array($0) } }

  /// The Euclidean length of each vector.
  public var norms: [Float] { Array(storage.norms) }

  /// Whether values are kept as bytes with one factor a row.
  public var isQuantized: Bool {
    if case .int8 = storage.rows { true } else { false }
  }

  /// The rule by which the training text was cut into words, as JSON; nil when it is not known.
  public var tokenizerRuleJSON: String? { metadata[MetadataKey.tokenizerRule] }
}

extension WordVectors {
  /// The names under which facts are kept in ``WordVectors/metadata``.
  public enum MetadataKey {
    /// The version of the file's layout; written by the writer.
    public static let formatVersion = "format_version"
    /// The rule of the tokenizer, as JSON.
    public static let tokenizerRule = "tokenizer_rule"
    /// All options of the training, as JSON.
    public static let trainingOptions = "training_options"
    /// What the training text is called.
    public static let corpusName = "corpus_name"
    /// The licence of the training text.
    public static let corpusLicence = "corpus_licence"
    /// The seed of the training.
    public static let seed = "seed"
    /// The version of wordtool that made the vectors.
    public static let wordtoolVersion = "wordtool_version"
  }
}
