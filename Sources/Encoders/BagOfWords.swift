public import WordtoolCore

/// A number of texts, or a share of all texts.
public enum DocumentLimit: Codable, Hashable, Sendable {
  /// So many texts.
  case count(Int)
  /// This share of all texts, 0 ... 1.
  case share(Double)

  /// - Throws: ``WordtoolError`` of kind `usage`.
  func validate(_ property: String) throws {
    switch self {
    case .count(let count): try OptionCheck.require(property, count, in: 0...Int.max)
    case .share(let share): try OptionCheck.require(property, share, .probability)
    }
  }

  /// The limit for a number of texts; a share need not come out whole.
  func value(of documentCount: Int) -> Double {
    switch self {
    case .count(let count): Double(count)
    case .share(let share): share * Double(documentCount)
    }
  }
}

/// What a ``BagOfWords`` learns and counts.
public struct BagOfWordsOptions: TrainingOptions {
  /// How texts become terms.
  public var analysis: TextAnalysis
  /// Whether a term that occurs counts 1, however often it does.
  public var binary: Bool
  /// The least number or share of texts a term stands in.
  public var minimumDocuments: DocumentLimit
  /// The greatest number or share of texts a term stands in.
  public var maximumDocuments: DocumentLimit
  /// The most terms to keep, those that occur most often in all texts; of equally frequent ones
  /// those that come first in the order of code points.
  public var maximumFeatures: Int?

  /// Describes what to learn; the defaults are those of scikit-learn.
  public init(
    analysis: TextAnalysis = TextAnalysis(), binary: Bool = false,
    minimumDocuments: DocumentLimit = .count(1), maximumDocuments: DocumentLimit = .share(1),
    maximumFeatures: Int? = nil
  ) {
    self.analysis = analysis
    self.binary = binary
    self.minimumDocuments = minimumDocuments
    self.maximumDocuments = maximumDocuments
    self.maximumFeatures = maximumFeatures
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try analysis.validate()
    try minimumDocuments.validate("minimumDocuments")
    try maximumDocuments.validate("maximumDocuments")
    try OptionCheck.require("maximumFeatures", maximumFeatures ?? 1, in: 1...Int.max)
  }
}

/// Texts as the counts of their terms: one column a term, one row a text.
///
/// ```swift
/// let texts = Documents(["the food was good", "the food was bad"])
/// let (bag, counts) = try BagOfWords.fitTransform(texts)
/// bag.featureNames  // bad food good the was
/// ```
///
/// There is no bag without a vocabulary, so nothing can be transformed before a fit. With the
/// default options the counts and the features are those of scikit-learn's `CountVectorizer`.
public struct BagOfWords: Sendable {
  /// How texts become terms.
  public let analysis: TextAnalysis
  /// Whether counts are 1 for every term that occurs.
  public let binary: Bool
  let terms: ByteStringTable

  init(analysis: TextAnalysis, binary: Bool, terms: ByteStringTable) {
    self.analysis = analysis
    self.binary = binary
    self.terms = terms
  }

  /// Takes a vocabulary that is given, whose order is the order of the columns.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when it is empty or holds a term twice.
  public init(vocabulary: [String], analysis: TextAnalysis = TextAnalysis(), binary: Bool = false)
    throws
  {
    var terms = ByteStringTable(expectedCount: vocabulary.count)
    for var term in vocabulary {
      guard term.withUTF8({ unsafe terms.add($0) }).isNew else {
        throw WordtoolError(
          .usage, found: "'\(term)' twice in the vocabulary", expected: "distinct terms")
      }
    }
    guard terms.count > 0 else {
      throw WordtoolError(.usage, found: "an empty vocabulary", expected: "at least one term")
    }
    self.init(analysis: analysis, binary: binary, terms: terms)
  }

  /// Learns the terms of some texts; columns are in the ascending order of code points.
  ///
  /// - Throws: `WordtoolError`: `badData` when there are no texts or no terms left, `usage` for
  ///   options that contradict one another.
  public static func fit(
    _ documents: Documents, options: BagOfWordsOptions = BagOfWordsOptions(),
    threads: Int = Workers.defaultCount
  ) throws -> BagOfWords {
    try fitTransform(documents, options: options, threads: threads).bag
  }

  /// Learns the terms of some texts and counts them in one pass over the texts.
  ///
  /// - Returns: the bag, and the counts: one row a text. They do not depend on `threads`.
  /// - Throws: as ``fit(_:options:threads:)``.
  public static func fitTransform(
    _ documents: Documents, options: BagOfWordsOptions = BagOfWordsOptions(),
    threads: Int = Workers.defaultCount
  ) throws -> (bag: BagOfWords, counts: SparseMatrix) {
    let limits = try Limits(options, documentCount: documents.count)
    let parts = try TermCounts.count(documents, options.analysis, threads: threads)

    let (all, numbers) = TermTable.merge(parts.map(\.table))
    var frequencies = [Int](repeating: 0, count: all.count)
    var totals = frequencies
    for (part, numbers) in zip(parts, numbers) {
      let counted = part.frequencies()
      for (term, number) in numbers.enumerated() {
        frequencies[Int(number)] += counted.documents[term]
        totals[Int(number)] += (options.binary ? counted.documents : counted.totals)[term]
      }
    }
    let order = all.sortedOrder().filter { frequencies[Int($0)] > 0 }
    guard !order.isEmpty else {
      throw WordtoolError(
        .badData, found: "no terms in \(documents.count, "text")", expected: "at least one",
        remedy: "the texts may hold nothing but stop words or single letters")
    }

    var kept = order.filter { limits.allow(frequencies[Int($0)]) }
    if let most = options.maximumFeatures, kept.count > most {
      // A stable choice: places in the order of code points decide between equals.
      let best = kept.indices.sorted {
        (-totals[Int(kept[$0])], $0) < (-totals[Int(kept[$1])], $1)
      }
      kept = best.prefix(most).sorted().map { kept[$0] }
    }
    guard !kept.isEmpty else {
      throw WordtoolError(
        .badData, found: "none of \(order.count, "term") within the limits",
        remedy: "lower the least or raise the greatest number of documents")
    }
    var columnOf = [Int32](repeating: -1, count: all.count)
    for (column, number) in kept.enumerated() {
      columnOf[Int(number)] = Int32(truncatingIfNeeded: column)
    }
    let terms = Locked(ByteStringTable())
    let counts = try TermCounts.matrix(
      parts, columns: numbers.map { $0.map { columnOf[Int($0)] } }, columnCount: kept.count,
      binary: options.binary, threads: threads
    ) { [kept] in
      var table = ByteStringTable(expectedCount: kept.count)
      unsafe all.forEach(kept) { _ = unsafe table.add($0) }
      terms.withLock { $0 = table }
    }
    let bag = BagOfWords(
      analysis: options.analysis, binary: options.binary, terms: terms.withLock { $0 })
    return (bag, counts)
  }

  /// Counts the known terms of some texts; others are left out.
  ///
  /// - Returns: one row a text.
  /// - Throws: `WordtoolError` when the tokenizer of the analysis cannot be opened.
  public func transform(
    _ documents: Documents, threads: Int = Workers.defaultCount
  ) throws -> SparseMatrix {
    let parts = try TermCounts.count(documents, analysis, known: terms, threads: threads)
    let columns = (0..<Int32(terms.count)).map { $0 }
    return try TermCounts.matrix(
      parts, columns: parts.map { _ in columns }, columnCount: terms.count, binary: binary,
      threads: threads)
  }

  /// The terms of each row whose value is not zero, in the order of the columns.
  ///
  /// - Throws: `WordtoolError` of kind `usage` unless the matrix has one column for each term.
  public func inverse(_ matrix: SparseMatrix) throws -> [[String]] {
    try matrix.requireColumns(terms.count)
    return (0..<matrix.rowCount).map { row in
      matrix.places(ofRow: row).filter { matrix.values[$0] != 0 }
        .map { terms.text(matrix.columns[$0]) }
    }
  }

  /// The terms in the order of their columns. Makes a new array.
  public var featureNames: [String] { (0..<Int32(terms.count)).map(terms.text) }

  /// How many terms, and so columns, there are.
  public var featureCount: Int { terms.count }

  /// The column of a term, or nil.
  public func column(of term: String) -> Int? {
    terms.find(term).map { Int($0) }
  }

  /// The two limits as numbers of documents.
  private struct Limits {
    let least: Double
    let most: Double

    init(_ options: BagOfWordsOptions, documentCount: Int) throws {
      try options.validate()
      guard documentCount > 0 else {
        throw WordtoolError(.badData, found: "no texts to learn from", expected: "at least one")
      }
      least = options.minimumDocuments.value(of: documentCount)
      most = options.maximumDocuments.value(of: documentCount)
      guard least <= most else {
        throw WordtoolError(
          .usage, found: "terms of at least \(least) and at most \(most) documents",
          remedy: "lower the least or raise the greatest number of documents")
      }
    }

    func allow(_ frequency: Int) -> Bool {
      Double(frequency) >= least && Double(frequency) <= most
    }
  }
}
