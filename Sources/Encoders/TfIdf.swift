import BLASCore
import WordtoolCore

/// How counts are weighed.
public struct TfIdfOptions: Codable, Hashable, Sendable {
  /// The norm each row is brought to.
  public var norm: SparseMatrix.Norm
  /// Whether terms are weighed by how few texts they stand in.
  public var usesIDF: Bool
  /// Whether frequencies are taken as if one more text held every term once.
  public var smoothsIDF: Bool
  /// Whether a count n weighs 1 + ln n.
  public var sublinear: Bool

  /// Describes a weighting; the defaults are those of scikit-learn.
  public init(
    norm: SparseMatrix.Norm = .l2, usesIDF: Bool = true, smoothsIDF: Bool = true,
    sublinear: Bool = false
  ) {
    self.norm = norm
    self.usesIDF = usesIDF
    self.smoothsIDF = smoothsIDF
    self.sublinear = sublinear
  }
}

/// Counts weighed by how telling each term is.
///
/// With n texts, of which df hold the term, a count tf becomes tf · idf, where
/// idf = ln(n / df) + 1, or ln((1 + n) / (1 + df)) + 1 when smoothed; then each row is divided by
/// its norm. That is scikit-learn's formula, which differs from the textbook's in the 1 added, so
/// that a term of every text keeps some weight.
public struct TfIdf: Hashable, Sendable {
  /// The weighting.
  public let options: TfIdfOptions
  /// The weight of each column; all 1 without `usesIDF`.
  public let idf: [Double]

  init(options: TfIdfOptions, idf: [Double]) {
    self.options = options
    self.idf = idf
  }

  /// Learns the weights of the columns from counts.
  ///
  /// - Parameters:
  ///   - counts: one row a text; only which values are stored matters.
  ///   - options: how counts are weighted.
  /// - Throws: `WordtoolError` of kind `badData` when there are no rows, or a column is empty and
  ///   the weights are not smoothed.
  public static func fit(
    _ counts: SparseMatrix, options: TfIdfOptions = TfIdfOptions()
  ) throws -> TfIdf {
    guard counts.rowCount > 0 else {
      throw WordtoolError(.badData, found: "no rows to learn from", expected: "at least one")
    }
    guard options.usesIDF else {
      return TfIdf(options: options, idf: [Double](repeating: 1, count: counts.columnCount))
    }
    let frequencies = counts.documentFrequencies
    if !options.smoothsIDF, let empty = frequencies.firstIndex(of: 0) {
      throw WordtoolError(
        .badData, found: "column \(empty) has no values, so its weight is infinite",
        remedy: "smooth the weights, or leave the term out")
    }
    let extra = options.smoothsIDF ? 1.0 : 0.0
    let total = Double(counts.rowCount) + extra
    return TfIdf(
      options: options,
      idf: frequencies.map { PortableMath.log(total / (Double($0) + extra)) + 1 })
  }

  /// Weighs counts.
  ///
  /// - Throws: `WordtoolError` of kind `usage` unless the matrix has the columns the weights were
  ///   learnt for.
  public func transform(_ counts: SparseMatrix) throws -> SparseMatrix {
    try counts.requireColumns(idf.count)
    return counts.mapValues { value, column in
      (options.sublinear ? PortableMath.log(value) + 1 : value) * idf[column]
    }.normalized(options.norm)
  }

  /// Learns the weights from counts and weighs them.
  ///
  /// - Throws: as ``fit(_:options:)``.
  public static func fitTransform(
    _ counts: SparseMatrix, options: TfIdfOptions = TfIdfOptions()
  ) throws -> (tfidf: TfIdf, matrix: SparseMatrix) {
    let tfidf = try fit(counts, options: options)
    return (tfidf, try tfidf.transform(counts))
  }
}
