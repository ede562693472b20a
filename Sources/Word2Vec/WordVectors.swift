import BLASCore
import WordtoolCore

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
  /// What messages call the vectors: the name of the file at first; nil when they were made in
  /// memory.
  public var name: String?
  /// The index that searches go through; nil where they look at every row.
  var approximation: ApproximateIndex?
  /// The file they were read from.
  let path: String?

  package init(
    storage: VectorStorage, metadata: [String: String], warnings: [String] = [],
    format: Format? = nil, name: String? = nil, path: String? = nil
  ) {
    self.storage = storage
    self.metadata = metadata
    self.warnings = warnings
    self.format = format
    self.name = name
    self.path = path
  }

  /// Makes vectors from words and a copy of rows that lie one after another.
  ///
  /// - Parameters:
  ///   - words: the words, all different, in the order of the rows.
  ///   - counts: how often each word occurred, if that is known.
  ///   - dimension: values in a vector, at least 1.
  ///   - values: `dimension` values for every word.
  ///   - metadata: facts to be kept with them.
  /// - Throws: `WordtoolError`: `badData` when a word is there twice or a value is not finite;
  ///   `usage` for another number of values or counts.
  public init(
    words: [String], counts: [Int64]? = nil, dimension: Int, values: [Float],
    metadata: [String: String] = [:]
  ) throws {
    try OptionCheck.require(
      dimension >= 1 && values.count == words.count * dimension,
      found: "\(values.count, "value") for \(words.count, "word")",
      expected: "\(dimension) for each, at least 1")
    try OptionCheck.require(
      counts?.count ?? words.count == words.count,
      found: "\(counts?.count ?? 0) counts for \(words.count, "word")", expected: "one for each")
    let (memory, buffer) = unsafe Allocation.copy(of: values)
    var builder = WordTableBuilder()
    for word in words { builder.append(word) }
    unsafe try self.init(
      builder: builder, counts: counts, dimension: dimension, rows: buffer, stride: dimension,
      owner: memory, metadata: metadata, threads: 1)
  }

  package init(
    builder: consuming WordTableBuilder, counts: [Int64]?, dimension: Int,
    rows: UnsafeBufferPointer<Float>, stride: Int, owner: AnyObject, metadata: [String: String],
    composer: (any WordComposer)? = nil, threads: Int
  ) throws {
    let (table, owners, duplicates) = builder.finish()
    precondition(dimension >= 1 && stride >= dimension, "dimension \(dimension), stride \(stride)")
    if let first = duplicates.first {
      throw WordtoolError(
        .badData, found: "word \(first + 1) is there twice", expected: "no two alike")
    }
    precondition(
      table.count == 0 || rows.count >= (table.count - 1) * stride + dimension,
      "\(rows.count) values for \(table.count) rows of stride \(stride)")
    precondition(
      counts == nil || counts?.count == table.count,
      "\(counts?.count ?? 0) counts for \(table.count) words")
    let layout = unsafe Float32Rows(rows.baseAddress, dimension: dimension, stride: stride)
    let (memory, firstBad) = try VectorStorage.norms(
      of: layout, count: table.count, threads: threads)
    if let firstBad {
      throw WordtoolError(
        .badData, found: "a value of word \(firstBad.row + 1) is not a finite number")
    }
    let countMemory = unsafe counts.map { unsafe Allocation.copy(of: $0) }
    var all: [AnyObject] = owners + [memory, owner]
    if let memory = unsafe countMemory { unsafe all.append(memory.0) }
    let storage = unsafe VectorStorage(
      rows: layout, norms: UnsafeBufferPointer(memory.buffer(of: Float.self, count: table.count)),
      counts: countMemory?.1, words: table, owners: all, composer: composer)
    self.init(storage: storage, metadata: metadata)
  }

  /// Whether searches go through an index and may miss some of the nearest words.
  public var isApproximate: Bool { approximation != nil }

  /// How many words there are.
  public var count: Int { storage.count }

  /// How many values a vector has.
  public var dimension: Int { storage.dimension }

  /// The word of a row.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func word(at index: Int) -> String {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return unsafe String(decoding: storage.words.bytes(at: index), as: UTF8.self)
  }

  /// The row of a word, spelled exactly so, or nil.
  ///
  /// - Complexity: O(length of the word).
  public func index(for word: String) -> Int? {
    var word = word
    return word.withUTF8 { unsafe storage.words.find($0) }
  }

  /// Whether a word as a person types it can be asked: it is there, or the stored rule leads to it.
  public func contains(_ word: String) -> Bool { known(word) != nil }

  /// The vector of a word as a person types it, or nil when it cannot be asked.
  ///
  /// It is as stored, not normalised; for a word that the rule cuts, the mean of its parts' vectors, and
  /// for a sum such as `king - man + woman` that of its words'.
  public func vector(for word: String) -> [Float]? {
    guard let word = known(word) else { return nil }
    switch word.reading {
    case .entry, .phrase: return vector(at: word.rows[0])
    case .composed(let values): return values
    case .expression: return (try? vector(of: word, isRaw: true))?.values.map(Float.init)
    case .parts:
      var sum = [Double](repeating: 0, count: dimension)
      for row in word.rows { storage.rows.add(row: row, times: 1, to: &sum) }
      return sum.map { Float($0 / Double(word.rows.count)) }
    }
  }

  /// The vector of a word as a person types it, or nil: ``vector(for:)``.
  public subscript(word: String) -> [Float]? { vector(for: word) }

  /// The vector of a row as it is stored, not normalised.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func vector(at index: Int) -> [Float] {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return unsafe [Float](unsafeUninitializedCapacity: dimension) { buffer, filled in
      if let base = buffer.baseAddress { unsafe storage.rows.copy(row: index, to: base) }
      filled = dimension
    }
  }

  /// Calls `body` with the values of a row where they lie, without a copy unless they are kept in
  /// less than floats.
  ///
  /// - Precondition: `index` is in `0 ..< count`.
  public func withVector<Result>(
    at index: Int, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    guard let (base, stride) = unsafe storage.rows.inPlace else {
      return try body(vector(at: index).span)
    }
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return try withExtendedLifetime(storage) {
      try unsafe body(UnsafeBufferPointer(start: base + index * stride, count: dimension).span)
    }
  }

  /// How often each word occurred in the training text; nil when the file does not say.
  public var counts: StoredNumbers<Int64>? {
    unsafe storage.counts.map { unsafe StoredNumbers($0, of: storage) }
  }

  /// The Euclidean length of each vector.
  public var norms: StoredNumbers<Float> { unsafe StoredNumbers(storage.norms, of: storage) }

  /// Whether values are kept in less than a float.
  public var isQuantized: Bool { storage.rows.tensorType != .float32 }

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
    /// How n-grams find their rows, as JSON: hash, shortest and longest.
    public static let nGrams = "ngrams"
    /// How the vectors were made smaller, as JSON.
    public static let compression = "compression"
    /// The seed of the training.
    public static let seed = "seed"
    /// The version of wordtool that made the vectors.
    public static let wordtoolVersion = "wordtool_version"
  }
}
