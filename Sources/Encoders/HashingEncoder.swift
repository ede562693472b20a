public import WordtoolCore

/// Texts as counts in a fixed number of columns, each term in the column its hash names.
///
/// Nothing is learnt and nothing is stored, so there is no fit and no inverse. Terms that share a
/// column are added up; with alternating signs they cancel on average. Columns, signs and values
/// are those of scikit-learn's `HashingVectorizer`. Values that cancel out stay stored as zeros, as
/// they do there.
public struct HashingEncoder: TrainingOptions {
  /// How texts become terms.
  public var analysis: TextAnalysis
  /// How many columns there are, 1 ... 2^31 - 1.
  public var featureCount: Int
  /// Whether the sign of the hash is the sign of the count.
  public var alternatesSign: Bool
  /// Whether counts are 1 wherever something was counted.
  public var binary: Bool
  /// The norm each row is brought to.
  public var norm: SparseMatrix.Norm

  /// Describes the encoding; the defaults are those of scikit-learn.
  public init(
    analysis: TextAnalysis = TextAnalysis(), featureCount: Int = 1 << 20,
    alternatesSign: Bool = true, binary: Bool = false, norm: SparseMatrix.Norm = .l2
  ) {
    self.analysis = analysis
    self.featureCount = featureCount
    self.alternatesSign = alternatesSign
    self.binary = binary
    self.norm = norm
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try analysis.validate()
    try OptionCheck.require("featureCount", featureCount, in: 1...Int(Int32.max))
  }

  /// Encodes texts.
  ///
  /// - Returns: one row a text. It does not depend on `threads`.
  /// - Throws: `WordtoolError`: `usage` as ``validate()``; when the tokenizer of the analysis cannot
  ///   be opened.
  public func transform(
    _ documents: Documents, threads: Int = Workers.defaultCount
  ) throws -> SparseMatrix {
    try validate()
    let parts = try TermCounts.count(documents, analysis, threads: threads)
    var columns: [[Int32]] = []
    var negative: [[Bool]] = []
    for part in parts {
      let places = unsafe part.table.map { unsafe place(of: $0) }
      columns.append(places.map(\.column))
      negative.append(places.map(\.isNegative))
    }
    return try TermCounts.matrix(
      parts, columns: columns, negative: negative, columnCount: featureCount, binary: binary,
      threads: threads
    ).normalized(norm)
  }

  /// The column of a term, and whether its counts are subtracted.
  ///
  /// - Throws: `WordtoolError` of kind `usage` as ``validate()``.
  public func place(of term: String) throws -> (column: Int, isNegative: Bool) {
    try validate()
    var term = term
    let place = term.withUTF8 { unsafe self.place(of: $0) }
    return (Int(place.column), place.isNegative)
  }

  private func place(of term: UnsafeBufferPointer<UInt8>) -> (column: Int32, isNegative: Bool) {
    let hash = unsafe Int32(bitPattern: MurmurHash3.x86(term))
    // The magnitude of the least number does not fit; 2^31 modulo the columns is what is meant.
    let column = Int(hash.magnitude) % featureCount
    return (Int32(truncatingIfNeeded: column), alternatesSign && hash < 0)
  }
}
